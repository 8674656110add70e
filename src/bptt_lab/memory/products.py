"""How an earlier state still moves a later one: products of Jacobians, and their norms.

    dh_t/dh_k = J_t J_{t-1} ⋯ J_{k+1}          J_j = dh_j/dh_{j-1}; the lag t − k counts the factors; k = −1 is the start

All norms are spectral, ‖A‖₂ = σ_max(A), and given as log10: a product of hundreds of Jacobians leaves float64 long before its
logarithm does. Vanished exactly is −inf. Steps count as code does, from 0. D is H; for a cell whose state is a pair it is 2H.
"""

from collections.abc import Iterator

import numpy as np

from ..basics import checks, overflow
from ..cells import Cell
from ..cells.trace import Trace
from . import scaled


@overflow.silent
def jacobian_product(cell: Cell, trace: Trace, t: int, k: int) -> np.ndarray:
    """dh_t/dh_k, (D, D) or (B, D, D). k = −1 is the start, k = t gives the identity.

    What is past float64's end is ±inf or 0 here; `norms` gives the logarithm of what it was.
    """
    check(cell, trace)
    t = checks.index("t", t, trace.T)
    k = checks.index("k", k, t + 1, lowest=-1)
    for rows, exponents in products(cell, trace, t, t - k):  # noqa: B007
        pass
    half = exponents // 2  # in two steps, since 2^exponents alone may already be past the end
    product = overflow.multiply(rows, scaled.power(half)[..., None])
    return trace.squeeze(overflow.multiply(product, scaled.power(exponents - half)[..., None]), axis=0)


@overflow.silent
def norms(cell: Cell, trace: Trace) -> np.ndarray:
    """log10 ‖dh_t/dh_k‖₂ in [t, k], (T, T) or (B, T, T): 0 on the diagonal, NaN above it, −inf where vanished exactly."""
    check(cell, trace)
    (T, B, _), D = trace.shape, size_of_state(cell)
    result = np.full((B, T, T), np.nan)
    result[:, range(T), range(T)] = 0.0
    J, e_J = (np.concatenate(chunks) for chunks in list(zip(*jacobians(cell, trace, range(T))))[1:])
    rows, exponents = np.broadcast_to(np.eye(D), J.shape), np.zeros((T, B, D), np.int64)
    for lag in range(1, T):  # dh_t/dh_{t−lag} of all t ≥ lag
        rows, exponents = scaled.rescaled(rows[1:] @ J[1 : T - lag + 1], exponents[1:] + e_J[1 : T - lag + 1, :, None])
        result[:, range(lag, T), range(T - lag)] = scaled.log10_norms(rows, exponents).T
    return trace.squeeze(result, axis=0)


@overflow.silent
def norms_back(cell: Cell, trace: Trace, t: int, lags=None) -> np.ndarray:
    """log10 ‖dh_t/dh_{t−lag}‖₂ of one t, (n,) or (B, n). lags: whole numbers, all of 0..t if not given; t + 1 is the start."""
    check(cell, trace)
    t = checks.index("t", t, trace.T)
    lags = lags_of(lags, t)
    found: dict[int, np.ndarray] = {}
    kept: list = []
    for lag, product in enumerate(products(cell, trace, t, max(lags))):
        if lag in lags:
            kept.append((lag, *product))
        if kept and (len(kept) * product[0].size > 100_000 or lag == max(lags)):
            where, rows, exponents = zip(*kept)
            found.update(zip(where, scaled.log10_norms(np.stack(rows), np.stack(exponents))))
            kept = []
    return trace.squeeze(np.stack([found[lag] for lag in lags], axis=1), axis=0)


def check(cell: Cell, *traces: Trace) -> None:
    if not isinstance(cell, Cell):
        raise checks.error("cell", type(cell).__name__, "a cell such as RNNCell", "A model has it as `model.cell`.")
    for trace in traces:
        checks.trace(cell, trace)


def size_of_state(cell: Cell) -> int:
    """D: H, and 2H where the state is a pair."""
    return cell.hidden_size * len(cell.parts)


def lags_of(lags, t: int) -> list[int]:
    if lags is None:
        return list(range(t + 1))
    lags = checks.read("lags", lags, "a list of at least one lag")
    if lags.ndim != 1 or lags.size == 0:
        raise checks.error("lags", f"shape {lags.shape}", "a list of at least one lag")
    return [checks.index("lags", lag, t + 2) for lag in lags.tolist()]


def jacobians(cell: Cell, trace: Trace, steps) -> Iterator[tuple]:
    """In chunks: some of the steps, their J_j as (n, B, D, D) of a size near 1, and their powers of two (n, B)."""
    B = trace.shape[1]
    chunk = max(1, 300_000 // (B * trace.shape[2] ** 2))
    for start in range(0, len(steps), chunk):
        some = list(steps[start : start + chunk])
        J = cell.jacobians(trace, some)
        n, D = len(some), J.shape[-1]
        flat, e = scaled.rescaled(J.reshape(n, B, D * D))
        J = flat.reshape(n, B, D, D)
        yield some, J, e


def products(cell: Cell, trace: Trace, t: int, longest: int, last: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For lag = 0..longest: dh_t/dh_{t−lag}, or its last so many rows, as rows (B, D, D) with exponents (B, D), see `scaled`."""
    B, some = trace.shape[1], np.eye(size_of_state(cell))[-last:]
    rows, exponents = np.broadcast_to(some, (B, *some.shape)), np.zeros((B, len(some)), np.int64)
    yield rows, exponents
    for _, J, e in jacobians(cell, trace, range(t, t - longest, -1)):
        for J_t, e_t in zip(J, e):
            rows, exponents = scaled.rescaled(rows @ J_t, exponents + e_t[:, None])
            yield rows, exponents
