"""The gradient of one token's loss, term by term; and the same gradient carried forward.

d is a total derivative, ∂⁺ an immediate one, with h_{k-1} held fixed (as in Pascanu, Mikolov & Bengio 2013). The recursion

    dh_t/dW = ∂⁺h_t/∂W + dh_t/dh_{t-1} · dh_{t-1}/dW

unrolls into one term for each word up to t; the gradient is their sum:

    dL_t/dW = Σ_{k≤t}  dL_t/dh_t · J_t J_{t-1} ⋯ J_{k+1} · ∂⁺h_k/∂W          J_j = dh_j/dh_{j-1}

J_t alone is `cell.jacobian(trace, t)`, the product alone `memory.jacobian_product`. What is here needs a cell and its trace, and
mostly dh, each step's own dL_t/dh_t as (T, B, H); no model. `cell` is asked for names and shapes, `trace.cell` for weights as
they were at the run. Steps count as code does, from 0. Where something left float64, dh is an `overflow.Extended`, and
`.view(type(dh))` makes the other arrays of its kind.
"""

from collections.abc import Callable
from functools import partial, reduce
from itertools import repeat
from operator import itemgetter

import numpy as np

from .basics import overflow, text
from .cells import Cell
from .engine import way_back

LOOK = 64  # steps between two looks at which losses still reach back


class Term:
    """The part of dL_t/dW that step k contributes directly.

    k         the step, counted from 0
    gradient  array in the shape of W, summed over B
    norm      its Frobenius norm
    factors   the matrices whose product it is, left to right: ordered name -> array, computed when asked for
    """

    __slots__ = "k", "_all"

    def __init__(self, k: int, all_terms: tuple[np.ndarray, np.ndarray, Callable[[int], dict[str, np.ndarray]]]):
        self.k, self._all = k, all_terms  # gradients, norms and factors of all steps; only looked at here: 7 % of the time

    gradient: np.ndarray = property(lambda self: self._all[0][self.k])  # type: ignore[assignment]
    norm: float = property(lambda self: float(self._all[1][self.k]))  # type: ignore[assignment]
    factors: dict[str, np.ndarray] = property(lambda self: self._all[2](self.k))  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Term k={self.k} (word {self.k + 1}): norm {text.say(self.norm, vanished='0 in float64')}"


@overflow.silent
def norm(rows: np.ndarray) -> np.ndarray:
    """Euclidean norm along the last axis, also where the squares overflow or vanish."""
    rows = np.asarray(rows)
    squares = np.asarray(np.vecdot(rows, rows))
    result = np.asarray(np.sqrt(squares))
    if squares.min(initial=1.0) < 1e-280 or squares.max(initial=1.0) > 1e300:  # looked at first: else half the time
        for far, scale in (squares < 1e-280, 2.0**600), (squares > 1e300, 2.0**-600):
            some = rows * scale  # of all, for less than it takes to pick some
            result = np.where(far, np.sqrt(np.vecdot(some, some)) / scale, result)
    return result[()]


def state_rows(cell, dh: np.ndarray) -> np.ndarray:
    """Rows dL/dh, (…, H), as rows of the whole state, (…, D): only h is read out. D is H, and 2H where the state is a pair."""
    return cell.join(dh, *(0.0 * dh for _ in cell.parts[1:]))


def state_name(cell) -> str:
    """h, or (h, c) where the state is a pair."""
    return cell.parts[0] if len(cell.parts) == 1 else f"({', '.join(cell.parts)})"


def pull(cell, trace, t: int, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Carry rows dL/d(state)_t, (n, B, D), one step back: dL/da_t (n, B, rows of W), and the whole of dL/d(state)_{t-1}."""
    n, B, D = rows.shape
    rows = rows[:, 0] if B == 1 else rows  # the n losses of one sequence as one matrix
    da, back = trace.cell.step_back(cell.state_of(cell.split(rows)), *cell.kept_at(trace, t))
    return da.reshape(n, B, -1), cell.join(*cell.parts_of(back)).reshape(n, B, D)


def immediate(cell, trace, t: int, wrt: str) -> np.ndarray:
    """∂⁺h_t/∂W, the derivative with h_{t-1} held fixed, (B, D, *shape of W).

    Of the plain cell, entry [b, i, i, j] is f'(a_t)_i v_j, where v is what W multiplies: x_t for W_x, h_{t-1} for W_hh. All
    others are 0, since row i of W feeds unit i alone.
    """
    B, D = trace.shape[1], cell.hidden_size * len(cell.parts)

    def outer(rows):
        da, _ = pull(cell, trace, t, rows)  # row i: dh_t[i]/da_t
        groups = [left[..., None] * right[:, None] for left, right in pairs_of(cell, wrt, trace, t, da)]
        return np.concatenate(groups, axis=2).swapaxes(0, 1)

    return overflow.settled(outer, np.eye(D)[:, None].repeat(B, axis=1)).reshape(B, D, *cell.params[wrt].shape)


def pairs_of(cell, wrt: str, trace, steps, da: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """`Cell.all_pairs` of one parameter."""
    return [(da, trace.inputs[steps])] if wrt == "W_x" else cell.all_pairs(trace, steps, da)[wrt]


def terms(cell, trace, dh_t: np.ndarray, t: int, wrt: str, readout: Callable[[], dict[str, np.ndarray]]) -> list[Term]:
    """The terms k = 0..t of dL_t/dW, W one of the cell's parameters. dh_t: dL_t/dh_t, (B, H); `readout` makes its factors.

    A row vector is carried back from t, so all terms together cost one step of arithmetic a word.
    """
    gradients, sizes = overflow.settled(partial(_terms, cell, trace, t, wrt), dh_t, seen=itemgetter(1))
    gradients = gradients.reshape(t + 1, *getattr(cell, wrt).shape)
    found = partial(_all_factors, readout, cell, trace, t, wrt)
    return list(map(Term, range(t + 1), repeat((gradients, sizes, found))))


def _terms(cell, trace, t, wrt, dh_t):
    """The terms' gradients, (t + 1, rows, m), and their norms."""
    da = way_back.one_loss(cell, trace, dh_t, t)
    if da is None:
        rows, found = state_rows(cell, dh_t)[None], []
        for k in range(t, -1, -1):
            da_k, rows = pull(cell, trace, k, rows)
            found.append(da_k)
        da = np.concatenate(found[::-1])
    pairs = pairs_of(cell, wrt, trace, slice(t + 1), da)
    gradients = _summed(pairs)
    if trace.shape[1] > 1:
        return gradients, norm(gradients.reshape(t + 1, -1))
    return gradients, _outer_norms(pairs)[:, 0]  # for these no matrix is needed: 15 % of the time


def _summed(pairs):
    """Σ left rightᵀ over the sequences, (n, rows of W, m)."""
    if pairs[0][0].shape[1] == 1 and type(pairs[0][0]) is np.ndarray:  # nothing to sum: half the time of a product
        groups = [np.einsum("nbi,nbj->nij", left, right) for left, right in pairs]
    else:
        groups = [left.swapaxes(1, 2) @ right for left, right in pairs]
    return groups[0] if len(groups) == 1 else np.concatenate(groups, axis=1)  # a copy of what may be megabytes


def _outer_norms(pairs):
    """The norm of left rightᵀ, of each sequence by itself: groups of rows of W are parts of one matrix."""
    return reduce(np.hypot, [norm(left) * norm(right).view(type(left)) for left, right in pairs])


def _all_factors(readout, cell, trace, t, wrt, k):
    return {**readout(), **factors(cell, trace, t, wrt, k)}


def factors(cell, trace, t: int, wrt: str, k: int) -> dict[str, np.ndarray]:
    """dh[t]/dh[t-1], …, dh[k+1]/dh[k] and ∂⁺h[k]/∂W, with a batch axis only if the input had one.

    Where the state is a pair, it stands in the place of h in the names too.
    """
    h = state_name(cell)
    named = {f"d{h}[{j}]/d{h}[{j - 1}]": cell.jacobian(trace, j) for j in range(t, k, -1)}
    named[f"∂⁺{h}[{k}]/∂{wrt}"] = trace.squeeze(immediate(cell, trace, k, wrt), axis=0)
    return named


def carried_back(cell, trace, dh):
    """From the last step to the first: k, the t ≥ k whose loss still reaches it, and dL_t/da_k of these t, (n, B, rows of W).

    What is given is written over in the next step.
    """
    k = trace.T
    for k, da in way_back.all_losses(cell, trace, dh):
        yield from ((k + i, slice(k + i, trace.T), da[i, i:]) for i in reversed(range(len(da))))
    if k == 0:
        return  # else nothing came from there
    rows, end = state_rows(cell, dh), trace.T
    for k in range(trace.T - 1, -1, -1):
        da, before = pull(cell, trace, k, rows[k:end])
        yield k, slice(k, end), da
        rows[k:end] = before
        if k % LOOK == 0:  # what has vanished exactly stays so: T=5000, H=8 takes half the time
            end = k + 1 + np.flatnonzero(before.any(axis=(1, 2))).max(initial=-1)


def ledger(cell, trace, dh: np.ndarray, wrt: str) -> np.ndarray:
    """(T, T): entry [t, k] is the norm of term k of dL_t/dW; 0 above the diagonal."""
    if trace.shape[1] == 1:  # of one sequence, a term is an outer product: its norm needs no matrix
        return sequence_ledgers(cell, trace, dh, wrt)[:, :, 0]
    return overflow.settled(partial(_ledger, cell, trace, wrt), dh)


def _ledger(cell, trace, wrt, dh):
    result = np.zeros((trace.T, trace.T))
    for k, t, da in carried_back(cell, trace, dh):
        result[t, k] = norm(_summed(pairs_of(cell, wrt, trace, k, da)).reshape(len(da), -1))
    return result


def sequence_ledgers(cell, trace, dh: np.ndarray, wrt: str) -> np.ndarray:
    """The ledger of each sequence by itself, (T, T, B): cheap, as the norm of an outer product is a product of norms."""
    return overflow.settled(partial(_sequence_ledgers, cell, trace, wrt), dh).swapaxes(0, 1)


def _sequence_ledgers(cell, trace, wrt, dh):
    """Indexed [k, t]: step k then writes one row of neighbours. For T in the thousands all else takes longer."""
    T, B, _ = trace.shape
    size_v = [norm(right).view(type(dh)) for _, right in multiplied(cell, trace, wrt)]
    result = np.zeros((T, T, B))
    for k, da in way_back.all_losses(cell, trace, dh):  # all in one look, where squares stay inside float64
        np.vecdot(da, da, result[k : k + len(da), k:])
    if np.count_nonzero(result > 1e-280) == T * (T + 1) // 2 and result.max() < 1e300:
        return np.sqrt(result) * size_v[0][:, None]
    # Of W_x, b and mostly W_hh, left is da itself; and `all_pairs` copies right: of 100 words, H=32, a third of the time.
    alone = wrt in ("W_x", "b") or wrt == "W_hh" and type(cell).pairs is Cell.pairs and trace.cell.scales is None
    for k, t, da in carried_back(cell, trace, dh):
        lefts = [da] if alone else [left for left, _ in pairs_of(cell, wrt, trace, k, da)]
        sizes = [norm(left) * size[k] for left, size in zip(lefts, size_v)]
        result[k, t] = reduce(np.hypot, sizes)  # groups of rows of W that multiply the same
    return result


def multiplied(cell, trace, wrt):
    """What the groups of rows of W multiply: pairs as those of `Cell.all_pairs`, (T, B, m), the left sides nothing."""
    T, B, _ = trace.shape
    return pairs_of(cell, wrt, trace, slice(T), np.zeros((T, B, len(cell.stack))))


def sequence_shares(cell, trace, dh: np.ndarray, wrt: str) -> tuple[np.ndarray, np.ndarray]:
    """The signed share of term k in dL_t/dW, for each sequence by itself, (T, T, B); and ‖dL_t/dW‖ of the whole, (T, B).

    share = ⟨term k, dL_t/dW⟩ / ‖dL_t/dW‖²: what the term adds along the whole gradient. A row sums to 1. A negative
    share works against the sum, and a share above 1 is taken back by others. 0 throughout where the gradient is 0, and where
    it has exploded.
    """
    da = overflow.settled(partial(_every_da, cell, trace, wrt), dh)
    shares, norms = shares_of(da, [right.swapaxes(0, 1) for _, right in multiplied(cell, trace, wrt)])
    return shares.transpose(1, 2, 0), norms.T


@overflow.silent
def shares_of(da: list[np.ndarray], v: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The shares, (…, T, T), and ‖dL_t/dW‖, (…, T), from dL_t/da_k, (…, T, T, rows), and what W multiplies at k, (…, T, m).

    A list has one array for each group of rows of W that multiply the same.
    """
    along, size = _along(da, v), np.ones(())
    total = along.sum(axis=-1, keepdims=True)
    if not (total.min() > 1e-280 and total.max() < 1e300):
        size_da, size_v = (np.max([np.abs(rows).max(axis=(-2, -1)) for rows in sides], axis=0) for sides in (da, v))
        along = _along([_divided(rows, size_da) for rows in da], [_divided(rows, size_v) for rows in v])
        total, size = along.sum(axis=-1, keepdims=True), overflow.multiply(size_da, size_v[..., None])
    norms = np.where(np.isfinite(size), np.sqrt(np.maximum(total[..., 0], 0.0)), 1.0) * size
    return np.where(total > 0, along / total, 0.0), norms


def _along(da, v):
    """⟨term k, dL_t/dW⟩: ⟨da_k v_kᵀ, da_j v_jᵀ⟩ = ⟨da_k, da_j⟩ ⟨v_k, v_j⟩, and the sum over j is the whole gradient."""
    products = [(right @ right.swapaxes(-1, -2))[..., None, :, :] for right in v]
    return sum(np.vecdot(left, product @ left) for left, product in zip(da, products))


def _every_da(cell, trace, wrt, dh):
    """The left sides of all terms, (B, T, T, …), by groups of rows of W that multiply the same."""
    T, B, _ = trace.shape
    found: dict[int, np.ndarray] = {}
    for k, t, da in carried_back(cell, trace, dh):
        for group, (left, _) in enumerate(pairs_of(cell, wrt, trace, k, da)):
            if group not in found:
                found[group] = np.zeros((B, T, T, left.shape[-1]))
            found[group][:, t, k] = left.swapaxes(0, 1)
    return list(found.values())


def _divided(rows, size):
    """rows (…, n, m) over the size (…) of their largest entry, so that squares stay finite; 0 if that is infinite."""
    size, plain = size[..., None, None], ((size > 0) & np.isfinite(size))[..., None, None]
    return np.where(plain, rows / np.where(plain, size, 1.0), 0.0)


def forward_mode(cell, trace, dh: np.ndarray) -> dict[str, np.ndarray]:
    """Real-time recurrent learning (Williams & Zipser 1989): dL/dW of the cell's parameters and of the start, carried forward.

    Keeps the whole of dh_t/dW, a tensor (B, D, *shape of W), and goes through time forwards only. For all parameters of a plain
    cell these are H · (I + H + 1) · H numbers a sequence, where a state has H.
    """
    dh = state_rows(cell, dh)
    shapes = {name: value.shape for name, value in cell.params.items()}
    dL_dW, dL_dh0 = overflow.settled(partial(_rtrl, cell, trace, shapes), dh)
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes.values()])[:-1]
    grads = {name: part.reshape(shapes[name]) for name, part in zip(shapes, np.split(dL_dW, ends))}
    return grads | {f"{part}0": trace.squeeze(value, axis=0) for part, value in zip(cell.parts, cell.split(dL_dh0))}


def _rtrl(cell, trace, shapes, dh):
    (T, B, D), dh_dW, dL_dW = dh.shape, 0.0, 0.0
    dh_dh0, dL_dh0 = np.broadcast_to(np.eye(D), (B, D, D)).view(type(dh)), 0.0
    for t in range(T):
        J = cell.jacobian(trace, t).reshape(B, D, D)
        direct = np.concatenate([immediate(cell, trace, t, name).reshape(B, D, -1) for name in shapes], axis=2)
        dh_dW = direct.view(type(dh)) + (J @ dh_dW if t else 0.0)  # dh_t/dW = ∂⁺h_t/∂W + dh_t/dh_{t-1} · dh_{t-1}/dW
        dh_dh0 = J @ dh_dh0
        dL_dW = dL_dW + (dh[t][:, None] @ dh_dW)[:, 0].sum(axis=0)  # dL_t/dW = dL_t/dh_t · dh_t/dW
        dL_dh0 = dL_dh0 + (dh[t][:, None] @ dh_dh0)[:, 0]
    return dL_dW, dL_dh0
