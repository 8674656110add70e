"""One step of a cell of one's own: `step_back` and `pairs` beside what moving each number does to `step`; and what the slip was.

A wrong block is compared with the right one, over and times each *factor*: what was kept, f, and 1 − f, f (1 − f), 1 − f², f − g.
And what it lacks is compared with each *term*: δ, or a block sent back through W_hh, times up to two factors.
"""

from itertools import combinations, combinations_with_replacement, product

import numpy as np

from ..basics import text
from ..cells import Cell
from .numeric import STEP, alike, derivatives

Named = dict[str, np.ndarray]


def slips(cell: Cell, n: int = 8) -> list[str]:
    """What is wrong in one step back, a sentence each: in dL/da; else in what goes back to the state; and in `pairs`."""
    cell, rng, H = cell.frozen(), np.random.default_rng(0), cell.hidden_size
    u, h = rng.standard_normal((n, len(cell.stack))), rng.uniform(-0.9, 0.9, (n, H * len(cell.parts)))
    δ, places = rng.standard_normal(h.shape), {**cell.params, "u": u, "h": h}

    def after():
        return cell.step(u, cell.state_of(cell.split(h)))

    def loss():
        return float(np.sum(δ * cell.join(*cell.parts_of(after()[0]))))

    right = {name: derivatives(places[name], loss, STEP) for name in ("u", "h", "W_hh", *cell.vectors)}
    kept, state = after()[1], cell.state_of(cell.split(h))
    blocks = dict(zip(cell.blocks, cell.split(right["u"])))
    factors = _factors(dict(zip(cell.keeps or cell.blocks, kept)) | dict(zip(cell.parts, cell.split(h))))
    sent = {f"δ{part if len(cell.parts) > 1 else ''}": one for part, one in zip(cell.parts, cell.split(δ))}
    for (name, da), W in zip(blocks.items(), cell.blocks_of(cell.W_hh)):
        sent |= {f"da_{name} @ W_{name}": da @ W, f"da_{name} @ W_{name}.T": da @ W.T}

    all_da, back = cell.step_back(cell.state_of(cell.split(δ)), kept, state)
    ends = [(f"the block {name!r} of dL/da", got, blocks[name]) for name, got in zip(blocks, cell.split(all_da))]
    if all(alike(got, wanted) for _, got, wanted in ends):
        ends = [(f"what goes back to {p}", *both) for p, *both in zip(cell.parts, cell.parts_of(back), cell.split(right["h"]))]
    wrong = [(what, got, wanted) for what, got, wanted in ends if not alike(got, wanted)]
    found = [(what, got, wanted, _slip(got, wanted, factors, sent, blocks)) for what, got, wanted in wrong]
    known = [one for one in found if one[-1]]  # a block that nothing explains may be wrong because another is
    said = [f"step_back: {what} {_beside(got, wanted)}{says or '.'}" for what, got, wanted, says in known or found]

    for name, groups in cell.pairs(right["u"], kept, state).items():
        rows = np.concatenate([left.T @ (np.ones((n, 1)) if v is None else v) for left, v in groups])
        wanted = right[name].reshape(rows.shape)
        if name == "W_hh":
            for block, got, true in zip(blocks, cell.blocks_of(rows), cell.blocks_of(wanted)):
                if not alike(got, true):
                    way = f": it is transposed, as where `step` multiplies by W_{block}ᵀ. W v is written `v @ W.T`."
                    if not alike(got.T, true):
                        way = _pairing(blocks[block], true, cell.split(h)[0], factors)
                    said.append(f"pairs: the block {block!r} of W_hh's gradient {_beside(got, true)}{way}")
        elif not alike(rows, wanted):
            said.append(f"pairs: {name}'s gradient {_beside(rows, wanted)}.")
    return said


def _factors(numbers: Named) -> Named:
    """What slopes and gates are made of; "" stands for none."""
    found = {"": np.ones_like(next(iter(numbers.values()))), **numbers}
    for name, one in numbers.items():
        found |= {f"(1 − {name})": 1 - one, f"{name} (1 − {name})": one * (1 - one), f"(1 − {name}²)": 1 - one * one}
    return found | {f"({v} − {w})": numbers[v] - numbers[w] for v, w in combinations(numbers, 2)}


def _beside(got: np.ndarray, wanted: np.ndarray) -> str:
    place = np.unravel_index(np.abs(got - wanted).argmax(), got.shape)
    return f"is {text.say(float(got[place]), '0')}, should be near {text.say(float(wanted[place]), '0')}"


def _pairing(da: np.ndarray, wanted: np.ndarray, h: np.ndarray, factors: Named) -> str:
    """What W_hh multiplies, if its gradient is this."""
    for left, (name, v) in product(factors, _products({"h": h}, factors, 1).items()):
        if alike((da * factors[left]).T @ v, wanted):
            return f": W_hh multiplies {name}{left and f', and dL/da {left}'}."
    return "."


def _slip(got: np.ndarray, wanted: np.ndarray, factors: Named, sent: Named, blocks: Named) -> str:
    """Which one slip makes this of what is wanted; nothing if it is none of the usual ones."""
    for other, one in blocks.items():
        if alike(got, one):
            return f": that is the block {other!r}. `join` takes the blocks in their order: {', '.join(blocks)}."
    scale, lacks = _share(got, wanted), wanted - got
    if scale and alike(got, scale * wanted):
        return ": the sign is turned." if abs(scale + 1) < 1e-6 else f": it is {text.say(scale)} times the right one."
    for v, w in sorted(product(factors, factors), key=lambda pair: bool(pair[0]) + bool(pair[1])):
        for sign, more in ((1, "."), (-1, ", and the sign is turned.")):
            if v != w and alike(got * factors[v], sign * wanted * factors[w]):
                both = f": {w} stands where {v} belongs"
                return (both if v and w else f": the factor {v} is missing" if v else f": {w} is a factor too much") + more
    terms = _products(sent, factors, 2)
    right = [name for name in terms if ".T" not in name]
    shares = {name: _share(lacks, terms[name]) for name in right}
    alone = {name: share for name, share in shares.items() if alike(share * terms[name], lacks)}
    for name in set(terms).difference(right):
        if alike(terms[name] - terms[name.replace(".T", "")], lacks):
            W = name.split("@ ")[1].split()[0].removesuffix(".T")
            return f": `step` multiplies by {W}'s transpose, and this by {W}. {W} v is written `v @ {W}.T`."
    for name, share in alone.items():
        for times, what in ((1, "is missing"), (2, "has its sign turned")):
            if abs(share - times) < 1e-6:
                return f": the term {name} {what}."
    along = np.random.default_rng(1).standard_normal(lacks.size)  # numbers in place of arrays, to find pairs quickly
    numbers = {name: term.ravel() @ along for name, term in terms.items()}
    off = np.array(list(numbers.values())) + lacks.ravel() @ along
    for name in right:
        for other in np.array(list(terms))[np.abs(numbers[name] - off) < 1e-5]:
            if alike(terms[name] - terms[other], lacks):
                return f": {other} stands where {name} belongs."
    return next((f": {text.say(abs(c))} times {name} is {'missing' if c > 0 else 'too much'}." for name, c in alone.items()), "")


def _share(of: np.ndarray, term: np.ndarray) -> float:
    """How much of a term is in an array: ⟨term, array⟩ / ‖term‖²."""
    return float(np.vdot(term, of) / max(np.vdot(term, term), 1e-300))


def _products(bases: Named, factors: Named, most: int) -> Named:
    """Each base times up to so many of the factors, the plain ones first."""
    found = {}
    for way in combinations_with_replacement(factors, most):
        for base in bases:
            name = " ⊙ ".join(filter(None, (base, *way)))
            found[name] = bases[base] * np.prod([factors[v] for v in way], axis=0)
    return dict(sorted(found.items(), key=lambda item: item[0].count("⊙")))
