"""The gradient of one token's loss, term by term; and the same gradient carried forward.

d is a total derivative, ∂⁺ an immediate one, with h_{k-1} held fixed (as in Pascanu, Mikolov & Bengio 2013). The recursion

    dh_t/dW = ∂⁺h_t/∂W + dh_t/dh_{t-1} · dh_{t-1}/dW

unrolls into one term for each earlier word:

    dL_t/dW = Σ_{k≤t}  dL_t/dh_t · J_t J_{t-1} ⋯ J_{k+1} · ∂⁺h_k/∂W          J_j = dh_j/dh_{j-1}

Everything here needs a cell, its trace and dh, each step's own dL_t/dh_t as (T, B, H); no model. Steps count as code
does, from 0.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from .basics import checks, overflow, text


class Term:
    """The part of dL_t/dW that word k contributes directly.

    k         the step, counted from 0
    gradient  array in the shape of W, summed over B
    norm      its Frobenius norm
    factors   the matrices whose product it is, left to right: ordered name -> array, computed when asked for
    """

    def __init__(self, k: int, gradient: np.ndarray, size: float, factors: Callable[[], dict[str, np.ndarray]]):
        self.k = k
        self.gradient = gradient
        self.norm = size
        self._factors = factors

    @property
    def factors(self) -> dict[str, np.ndarray]:
        return self._factors()

    def __repr__(self) -> str:
        return f"Term k={self.k} (word {self.k + 1}): norm {text.say(self.norm)}"


def norm(rows: np.ndarray) -> np.ndarray:
    """Euclidean norm along the last axis. Scaled first where squares would overflow or vanish."""
    with overflow.quietly():
        squares = np.einsum("...i,...i", rows, rows)
    if squares.size and 1e-280 < squares.min() and squares.max() < 1e300:
        return np.sqrt(squares)
    size = np.abs(rows).max(axis=-1, initial=0.0)
    plain = (size > 0) & np.isfinite(size)
    scale = np.where(plain, size, 1.0)
    with overflow.quietly():
        return np.where(plain, scale * np.sqrt(np.square(rows / scale[..., None]).sum(axis=-1)), size)


def terms(cell, trace, dh_t: np.ndarray, t: int, wrt: str, readout: dict[str, np.ndarray]) -> list[Term]:
    """The terms k = 0..t of dL_t/dW, W one of the cell's parameters. dh_t: dL_t/dh_t, (B, H), and its factors `readout`.

    A row vector is carried back from t, so all terms together cost one step of arithmetic a word.
    """
    gradients = _at_first_plain(_gradients, cell, trace, dh_t, t, wrt)
    gradients = gradients.reshape(t + 1, *cell.params[wrt].shape)
    sizes = norm(gradients.reshape(t + 1, -1)).tolist()
    return [Term(k, gradients[k], sizes[k], partial(_all_factors, readout, cell, trace, t, k, wrt)) for k in range(t + 1)]


def _at_first_plain(compute: Callable[..., np.ndarray], *arguments) -> np.ndarray:
    """With plain products; with those of `overflow` only if something is not finite."""
    with overflow.quietly():
        result = compute(*arguments, overflow.PLAIN)
    return result if checks.all_finite(result) else compute(*arguments, overflow.SAFE)


def _gradients(cell, trace, dh_t, t, wrt, products):
    """The terms' gradients, (t + 1, rows, m)."""
    steps, rows = slice(0, t + 1), cell.state_rows(dh_t)[None]
    local, found = cell.local(trace, steps), []
    for k in range(t, -1, -1):
        da, rows = cell.pull(trace, k, rows, local[k], products)
        found.append(da)
    return _summed(cell.sides(trace, steps, np.concatenate(found[::-1]), wrt), products)


def _summed(sides, products):
    """The outer products of `Cell.sides`, summed over B: (n, blocks · H, m)."""
    left, right = sides
    n, B, G, H = left.shape
    if B == 1:  # nothing to sum
        return products.multiply(left.reshape(n, G, H, 1), right[..., 0, :, None, :]).reshape(n, G * H, -1)
    left = left.transpose(0, 2, 3, 1)  # (n, blocks, H, B)
    if right.shape[-2] == 1:
        return products.stacked(left.reshape(n, G * H, B), right[..., 0, :])
    return np.concatenate([products.stacked(left[:, block], right[..., block, :]) for block in range(G)], axis=1)


def _all_factors(readout, *rest):
    return {**readout, **factors(*rest)}


def factors(cell, trace, t: int, k: int, wrt: str) -> dict[str, np.ndarray]:
    """dh[t]/dh[t-1], …, dh[k+1]/dh[k] and ∂⁺h[k]/∂W, with a batch axis only if the input had one.

    Where the state is a pair, it stands in the place of h in the names too.
    """
    h = cell.state_name
    named = {f"d{h}[{j}]/d{h}[{j - 1}]": cell.jacobian(trace, j) for j in range(t, k, -1)}
    named[f"∂⁺{h}[{k}]/∂{wrt}"] = trace.squeeze(cell.immediate(trace, k, wrt), axis=0)
    return named


def ledger(cell, trace, dh: np.ndarray, wrt: str) -> np.ndarray:
    """(T, T): entry [t, k] is the norm of term k of dL_t/dW; 0 above the diagonal."""
    if trace.shape[1] == 1:
        return sequence_ledgers(cell, trace, dh, wrt)[:, :, 0]
    return _at_first_plain(_ledger, cell, trace, dh, wrt)


def _ledger(cell, trace, dh, wrt, products):
    T = trace.T
    result = np.zeros((T, T))
    for k, da in carried_back(cell, trace, dh, products):
        result[k:, k] = norm(_summed(cell.sides(trace, k, da, wrt), products).reshape(T - k, -1))
    return result


def sequence_ledgers(cell, trace, dh: np.ndarray, wrt: str) -> np.ndarray:
    """The ledger of each sequence by itself, (T, T, B): cheap, as the norm of an outer product is a product of norms."""
    with overflow.quietly():
        squares, right = _squares(cell, trace, dh, wrt)
    below = squares[np.tri(trace.T, dtype=bool)]
    if 1e-280 < below.min() and below.max() < 1e300:  # false for NaN too
        sizes = np.sqrt(squares)
    else:
        sizes, right = _squares(cell, trace, dh, wrt, overflow.SAFE, norm)
    return norm(overflow.multiply(sizes, norm(right)))


def _squares(cell, trace, dh, wrt, products=overflow.PLAIN, size=lambda rows: np.einsum("...i,...i", rows, rows)):
    """‖dL_t/da_k‖² by blocks that multiply the same, (T, T, B, blocks), and what they multiply, (T, B, blocks, m)."""
    T, B, _ = trace.shape
    found, right = [], []
    for k, da in carried_back(cell, trace, dh, products):
        left, v = cell.sides(trace, k, da, wrt)
        found.append(size(left.reshape(T - k, B, v.shape[1], -1)))
        right.append(v)
    sizes = np.zeros((T, T, B, right[0].shape[1]))
    for k, column in enumerate(found[::-1]):
        sizes[k:, k] = column
    return sizes, np.stack(right[::-1])


def sequence_shares(cell, trace, dh: np.ndarray, wrt: str) -> np.ndarray:
    """The signed share of term k in dL_t/dW, for each sequence by itself, (T, T, B).

    share = ⟨term k, dL_t/dW⟩ / ‖dL_t/dW‖²: what the term adds along the whole gradient. A row sums to 1. A negative
    share works against the sum, and a share above 1 is taken back by others. 0 throughout where the gradient is 0, and where
    it has exploded.
    """
    along, _ = _inner_products(cell, trace, dh, wrt)
    total = along.sum(axis=-1, keepdims=True)
    with overflow.quietly():
        return np.where(total > 0, along / total, 0.0).transpose(1, 2, 0)


def sequence_norms(cell, trace, dh: np.ndarray, wrt: str) -> np.ndarray:
    """‖dL_t/dW‖ of each token's whole gradient, for each sequence by itself, (T, B)."""
    along, size = _inner_products(cell, trace, dh, wrt)
    with overflow.quietly():
        return (np.where(np.isfinite(size), np.sqrt(np.maximum(along.sum(axis=-1), 0.0)), 1.0) * size).T


@overflow.silent
def _inner_products(cell, trace, dh, wrt):
    """⟨term k, dL_t/dW⟩ / size², (B, T, T), and the size (B, T) that was divided out of row t."""
    T, B, H = trace.shape
    # (B, t, blocks, k, …): the blocks of W that multiply the same are one
    da, v = np.zeros((B, T, 1, T, 0)), np.zeros((B, 1, 1, T, 0))
    for k, da_k in carried_back(cell, trace, dh, overflow.SAFE):
        left, right = cell.sides(trace, k, da_k, wrt)
        blocks, m = right.shape[1:]
        left = left.reshape(T - k, B, blocks, -1)
        if not da.size:
            da, v = np.zeros((B, T, blocks, T, left.shape[-1])), np.zeros((B, 1, blocks, T, m))
        da[:, k:, :, k], v[:, 0, :, k] = left.swapaxes(0, 1), right
    da, size_da = _scaled(da)
    v, size_v = _scaled(v)
    # ⟨da_k v_kᵀ, da_j v_jᵀ⟩ = ⟨da_k, da_j⟩ ⟨v_k, v_j⟩, and the sum over j is the whole gradient
    products = ((da @ da.swapaxes(-1, -2)) * (v @ v.swapaxes(-1, -2))).sum(axis=2)
    return products.sum(axis=-1), overflow.multiply(size_da, size_v)


def _scaled(rows):
    """rows (B, T, …) divided by their largest entry, so that squares stay finite, and that entry (B, T); 0 if infinite."""
    size = np.abs(rows).max(axis=(2, 3, 4))
    plain = ((size > 0) & np.isfinite(size))[:, :, None, None, None]
    with overflow.quietly():
        return np.where(plain, rows / np.where(plain, size[:, :, None, None, None], 1.0), 0.0), size


def carried_back(cell, trace, dh, products=overflow.SAFE):
    """For k = T−1..0: k and dL_t/da_k of every t ≥ k, (T−k, B, rows). Step k moves the row vectors of all these t at once."""
    rows, local = cell.state_rows(dh), cell.local(trace, slice(0, trace.T))
    back = rows[:0]
    for k in range(trace.T - 1, -1, -1):
        da, back = cell.pull(trace, k, np.concatenate([rows[k : k + 1], back]), local[k], products)
        yield k, da


def forward_mode(cell, trace, dh: np.ndarray) -> dict[str, np.ndarray]:
    """Real-time recurrent learning (Williams & Zipser 1989): dL/dW of the cell's parameters and of the start, carried forward.

    Keeps the whole of dh_t/dW, a tensor (B, D, *shape of W), and needs no step back: H² times the memory of a state.
    """
    (T, B, _), dh = trace.shape, cell.state_rows(dh)
    D = dh.shape[2]
    shapes = {name: value.shape for name, value in cell.params.items()}
    sizes = np.cumsum([0, *(np.prod(shape, dtype=int) for shape in shapes.values())])
    dh_dW = np.zeros((B, D, sizes[-1]))
    dh_dh0 = np.tile(np.eye(D), (B, 1, 1))
    dW, dh0 = np.zeros(sizes[-1]), np.zeros((B, D))
    with overflow.quietly():
        for t in range(T):
            immediate = [cell.immediate(trace, t, name).reshape(B, D, -1) for name in shapes]
            J = cell.jacobian(trace, t).reshape(B, D, D)
            for b in range(B):
                dh_dW[b] = overflow.dot(J[b], dh_dW[b])
                dh_dh0[b] = overflow.dot(J[b], dh_dh0[b])
            dh_dW += np.concatenate(immediate, axis=2)
            for b in range(B):
                dW += overflow.dot(dh[t, b], dh_dW[b])
                dh0[b] += overflow.dot(dh[t, b], dh_dh0[b])
    grads = {name: overflow.exploded(dW[a:z].reshape(shapes[name])) for name, a, z in zip(shapes, sizes, sizes[1:])}
    for part, value in zip(cell.parts, np.split(overflow.exploded(dh0), len(cell.parts), axis=1)):
        grads[f"{part}0"] = trace.squeeze(value, axis=0)
    return grads
