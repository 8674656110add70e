"""One step of a cell of one's own: `step_back` and `pairs` beside what moving each number does to `step`; and what the slip was.

A wrong block is compared with the right one, over and times each *factor*: what was kept, f, and 1 − f, f (1 − f), 1 − f², f − g.
And what it lacks is compared with each *term*: δ, or a block sent back through W_hh, times up to two factors.
"""

from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement, product

import numpy as np

from ..basics import text
from ..cells import Cell
from .numeric import STEP, derivatives

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
    (_, kept), state = after(), cell.state_of(cell.split(h))
    parts, blocks = dict(zip(cell.parts, cell.split(h))), dict(zip(cell.blocks, cell.split(right["u"])))
    seen = dict(zip(cell.keeps or cell.blocks, kept)) | parts
    factors = {"": np.ones_like(δ[:, :H])} | seen | {f"(1 − {v})": 1 - a for v, a in seen.items()}
    factors |= {f"{v} (1 − {v})": a * (1 - a) for v, a in seen.items()} | {f"(1 − {v}²)": 1 - a * a for v, a in seen.items()}
    factors |= {f"({v} − {w})": seen[v] - seen[w] for v, w in combinations(seen, 2)}
    sent = {f"δ{part if len(parts) > 1 else ''}": one for part, one in zip(parts, cell.split(δ))}
    for (name, one), W in zip(blocks.items(), cell.blocks_of(cell.W_hh)):
        sent |= {f"da_{name} @ W_{name}": one @ W, f"da_{name} @ W_{name}.T": one @ W.T}

    da, back = cell.step_back(cell.state_of(cell.split(δ)), kept, state)
    ends = [(f"the block {name!r} of dL/da", got, blocks[name]) for name, got in zip(blocks, cell.split(da))]
    if all(_same(got, wanted) for _, got, wanted in ends):
        ends = [(f"what goes back to {p}", *both) for p, *both in zip(parts, cell.parts_of(back), cell.split(right["h"]))]
    found = [(what, got, wanted, _slip(got, wanted, factors, sent)) for what, got, wanted in ends if not _same(got, wanted)]
    known = [one for one in found if one[-1]]  # a block that nothing explains may be wrong because another is
    said = [f"step_back: {what} {_beside(got, wanted)}{says or '.'}" for what, got, wanted, says in known or found]
    pairs = cell.pairs(right["u"], kept, state)
    for name in ("W_hh", *cell.vectors):
        rows = [left.T @ (np.ones((n, 1)) if v is None else v) for left, v in pairs[name]]
        each = zip(
            blocks.items(), cell.blocks_of(np.concatenate(rows)), cell.blocks_of(right[name].reshape(-1, rows[0].shape[1]))
        )
        for (block, one), got, wanted in each if name == "W_hh" else [(("", 0), np.concatenate(rows)[:, 0], right[name])]:
            if not _same(got, wanted):
                ways = product(factors, _products({"h": parts["h"]}, factors, 1).items()) if block else ()
                way = next(
                    (
                        f": W_hh multiplies {v}{l and f', and dL/da {l}'}."
                        for l, (v, a) in ways
                        if _same((one * factors[l]).T @ a, wanted)
                    ),
                    ".",
                )
                said.append(f"pairs: {f'the block {block!r} of ' * bool(block)}{name}'s gradient {_beside(got, wanted)}{way}")
    return said


def _beside(got: np.ndarray, wanted: np.ndarray) -> str:
    place = np.unravel_index(np.abs(got - wanted).argmax(), got.shape)
    return f"is {text.say(float(got[place]), '0')}, should be near {text.say(float(wanted[place]), '0')}"


def _slip(got: np.ndarray, wanted: np.ndarray, factors: Named, sent: Named) -> str:
    """Which one slip makes this of what is wanted; nothing if it is none of the usual ones."""
    scale, lacks = np.vdot(wanted, got) / max(np.vdot(wanted, wanted), 1e-300), wanted - got
    if scale and _same(got, scale * wanted):
        return ": the sign is turned." if abs(scale + 1) < 1e-6 else f": it is {text.say(scale)} times the right one."
    for v, w in sorted(product(factors, factors), key=lambda pair: bool(pair[0]) + bool(pair[1])):
        for sign, more in ((1, "."), (-1, ", and the sign is turned.")):
            if v != w and _same(got * factors[v], sign * wanted * factors[w]):
                both = f": {w} stands where {v} belongs"
                return (both if v and w else f": the factor {v} is missing" if v else f": {w} is a factor too much") + more
    terms = _products(sent, factors, 2)
    shares = {name: float(np.vdot(term, lacks) / max(np.vdot(term, term), 1e-300)) for name, term in terms.items()}
    alone = {name: share for name, share in shares.items() if ".T" not in name and _same(share * terms[name], lacks)}
    for name, share in alone.items():
        if abs(share - 1) < 1e-6 or abs(share - 2) < 1e-6:
            return f": the term {name} {'is missing' if share < 1.5 else 'has its sign turned'}."
    along = np.random.default_rng(1).standard_normal(lacks.size)  # numbers in place of arrays, to find pairs quickly
    sketch = np.array([term.ravel() @ along for term in terms.values()])
    for name, number in zip(terms, sketch):
        for other in np.array(list(terms))[np.abs(number - sketch - lacks.ravel() @ along) < 1e-5]:
            if ".T" not in name and _same(terms[name] - terms[other], lacks):
                return f": {other} stands where {name} belongs."
    return next((f": {text.say(abs(c))} times {name} is {'missing' if c > 0 else 'too much'}." for name, c in alone.items()), "")


def _products(bases: Named, factors: Named, most: int) -> Named:
    """Each base times up to so many of the factors, the plain ones first."""
    ways: Iterator = combinations_with_replacement(factors, most)
    named = {" ⊙ ".join(filter(None, (base, *way))): (base, way) for way in ways for base in bases}
    ordered = sorted(named.items(), key=lambda item: item[0].count("⊙"))
    return {name: bases[base] * np.prod([factors[v] for v in way], axis=0) for name, (base, way) in ordered}


def _same(found: np.ndarray, wanted: np.ndarray) -> bool:
    return bool(np.abs(found - wanted).max() <= 1e-6 * max(np.abs(wanted).max(), np.abs(found).max()))
