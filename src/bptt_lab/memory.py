"""What one state still knows of an earlier one: products of Jacobians, their norms, bounds and growth.

    dh_t/dh_k = J_t J_{t-1} ⋯ J_{k+1}          J_j = dh_j/dh_{j-1}; the lag t − k counts the factors; k = −1 is the start

All norms are spectral, ‖A‖₂ = σ_max(A), and given as log10: a product of hundreds of Jacobians leaves float64 long before its
logarithm does. Vanished exactly is −inf. Steps count as code does, from 0. D is H; for a cell whose state is a pair it is 2H.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from . import checks, overflow, scaled, spectra
from .cells import RNNCell
from .cells.base import Cell
from .cells.trace import Trace

if TYPE_CHECKING:
    from .memory_report import MemoryReport

GUESS = "ρ^lag"  # the popular guess: ρ, the spectral radius of W_hh. It is no bound of a product of Jacobians


@overflow.silent
def jacobian_product(cell: Cell, trace: Trace, t: int, k: int) -> np.ndarray:
    """dh_t/dh_k, (D, D) or (B, D, D). k = −1 is the start, k = t gives the identity.

    What is past float64's end is ±inf or 0 here; `norms` gives the logarithm of what it was.
    """
    _check(cell, trace)
    t = checks.index("t", t, trace.T)
    k = checks.index("k", k, t + 1, lowest=-1)
    for rows, exponents in _products(cell, trace, t, t - k):  # noqa: B007
        pass
    half = exponents // 2  # in two steps, since 2^exponents alone may already be past the end
    product = overflow.multiply(rows, scaled.power(half)[..., None])
    return trace.squeeze(overflow.multiply(product, scaled.power(exponents - half)[..., None]), axis=0)


@overflow.silent
def norms(cell: Cell, trace: Trace) -> np.ndarray:
    """log10 ‖dh_t/dh_k‖₂ in [t, k], (T, T) or (B, T, T): 0 on the diagonal, NaN above it, −inf where vanished exactly."""
    _check(cell, trace)
    T, B, _ = trace.shape
    result = np.full((B, T, T), np.nan)
    result[:, range(T), range(T)] = 0.0
    for steps, J, e_J in _jacobians(cell, trace, range(T), transposed=True):
        for i, t in enumerate(steps):
            if t == 0:
                D = J.shape[-1]
                # dh_t/dh_k of all k < t, one transposed below the other: a row is a column, which step t moves by J_t.
                rows, exponents = np.empty((B, T * D, D)), np.zeros((B, T * D), np.int64)
            else:
                rows[:, (t - 1) * D : t * D], exponents[:, (t - 1) * D : t * D] = np.eye(D), 0
                moved = _times(rows[:, : t * D], exponents[:, : t * D], J[i], e_J[i])
                rows[:, : t * D], exponents[:, : t * D] = moved
                result[:, t, :t] = scaled.log10_norms(moved[0].reshape(B, t, D, D), moved[1].reshape(B, t, D))
    return trace.squeeze(result, axis=0)


@overflow.silent
def norms_back(cell: Cell, trace: Trace, t: int, lags=None) -> np.ndarray:
    """log10 ‖dh_t/dh_{t−lag}‖₂ of one t, (n,) or (B, n). lags: whole numbers, all of 0..t if not given; t + 1 is the start."""
    _check(cell, trace)
    t = checks.index("t", t, trace.T)
    lags = _lags(lags, t)
    found: dict[int, np.ndarray] = {}
    kept: list = []
    for lag, product in enumerate(_products(cell, trace, t, max(lags))):
        if lag in lags:
            kept.append((lag, *product))
        if kept and (len(kept) * product[0].size > 100_000 or lag == max(lags)):
            where, rows, exponents = zip(*kept)
            found.update(zip(where, scaled.log10_norms(np.stack(rows), np.stack(exponents))))
            kept = []
    return trace.squeeze(np.stack([found[lag] for lag in lags], axis=1), axis=0)


def bounds(cell: Cell, trace: Trace, t: int, lags=None) -> dict[str, np.ndarray]:
    """The ladder over the true norm, name -> log10 as in `norms_back`.

    "true"              ‖J_t ⋯ J_{k+1}‖₂
    "product of norms"  ∏ ‖J_j‖₂: always at least as large
    "(γσ_max)^lag"      γ bounds f', σ_max is the largest singular value of W_hh: larger again (Pascanu et al. 2013). RNNCell only
    "ρ^lag"             the popular guess that is *no* bound; ρ is the spectral radius of W_hh. RNNCell only
    """
    return {"true": norms_back(cell, trace, t, lags), **rungs(cell, trace, t, lags)}


@overflow.silent
def rungs(cell: Cell, trace: Trace, t: int, lags=None) -> dict[str, np.ndarray]:
    """`bounds` without the true norm."""
    _check(cell, trace)
    t = checks.index("t", t, trace.T)
    lags = _lags(lags, t)
    B = trace.shape[1]
    steps = np.zeros((B, max(lags) + 1))
    for some, J, e in _jacobians(cell, trace, range(t, t - max(lags), -1)):
        steps[:, t + 1 - np.array(some)] = scaled.log10_norms(J, np.broadcast_to(e[..., None], J.shape[:-1])).T
    found = {"product of norms": trace.squeeze(steps.cumsum(axis=1)[:, lags], axis=0)}
    if isinstance(cell, RNNCell):
        W_hh = trace.weights[:, cell.input_size + 1 :]
        scales = np.ones(B) if trace.scales is None else np.abs(trace.scales[:, 0])
        rows, e = scaled.rescaled(W_hh[None].copy())
        W, e = scaled.level(rows, e)
        sigma = np.linalg.svd(W[0], compute_uv=False)[0]
        rho = np.abs(np.linalg.eigvals(W[0])).max()
        for name, size in (("(γσ_max)^lag", cell.activation.gamma * sigma), (GUESS, rho)):
            with overflow.quietly():
                rate = np.log10(size) + e[0] * scaled.LOG10_2 + np.log10(scales)
                powers = np.where(np.array(lags) > 0, rate[:, None] * np.array(lags), 0.0)
            found[name] = trace.squeeze(powers, axis=0)
    return found


@overflow.silent
def singular_values(cell: Cell, trace: Trace, t: int, lags) -> np.ndarray:
    """log10 of all singular values of dh_t/dh_{t−lag}, (n, D) or (B, n, D), largest first; −inf where exactly 0.

    Each is right to its own last digits, see `spectra`.
    """
    _check(cell, trace)
    t = checks.index("t", t, trace.T)
    lags = _lags(lags, t)
    B, D = trace.shape[1], cell.jacobian(trace, t).shape[-1]
    product, found = spectra.TransposedProduct(B, D), {0: np.zeros((B, D))}
    for steps, J, e in _jacobians(cell, trace, range(t, t - max(lags), -1)):
        for j, J_j, e_j in zip(steps, J, e):
            product.times(J_j, e_j)
            if t - j + 1 in lags:
                found[t - j + 1] = product.log10_singular_values()
    return trace.squeeze(np.stack([found[lag] for lag in lags], axis=1), axis=0)


@overflow.silent
def lyapunov(cell: Cell, trace: Trace, leading: int | None = None) -> np.ndarray:
    """The Lyapunov exponents in nats a step, largest first, (D,); mean over B. −inf where vanished exactly.

    An orthogonal frame is carried along and made orthogonal again at each step; the exponents are the mean logarithms of what
    it was stretched by (Benettin et al. 1980), after a burn-in of T // 10 steps. leading: only that many of the largest.
    """
    _check(cell, trace)
    T, B, _ = trace.shape
    burn_in, Q = T // 10, None
    for steps, J, e in _jacobians(cell, trace, range(T)):
        if Q is None:  # a frame in no special position: the axes may be special, and what vanishes is to vanish from the end
            D = J.shape[-1]
            n = D if leading is None else min(D, checks.count("leading", leading))
            Q = np.linalg.qr(np.random.default_rng(0).standard_normal((1, D, D)))[0][:, :, :n]
        for t, J_t, e_t in zip(steps, J, e):
            if t == burn_in:
                total = np.zeros((B, n))
            A = J_t @ Q
            if t >= burn_in:
                A *= np.isfinite(total)[:, None, :]  # a direction that has vanished stays so
            Q, R = spectra.sorted_qr(A)
            if t >= burn_in:
                with overflow.quietly():
                    total += np.log(np.abs(np.diagonal(R, axis1=1, axis2=2))) + (e_t * np.log(2.0))[:, None]
    return -np.sort(-total, axis=1).mean(axis=0) / (T - burn_in)


def slope(lags, log10_norms: np.ndarray) -> float:
    """The least-squares slope of log10 norms (n,) over their lags, in nats a step; −inf if one of them vanished exactly."""
    if not np.isfinite(log10_norms).all():
        return -np.inf
    return float(np.polynomial.polynomial.polyfit(lags, log10_norms * np.log(10.0), 1)[1])


def half_life(rate: float) -> float:
    """The steps in which e^(rate · steps) halves, for a rate in nats a step; inf if it does not fall."""
    return float(np.log(2.0) / -rate) if rate < 0 else np.inf


def report(cell: Cell, x) -> "MemoryReport":
    """How far back the last state remembers after reading x, (T, I) or (T, B, I), from a start of zeros."""
    _check(cell)
    from .memory_report import MemoryReport

    return MemoryReport(cell, cell.unroll(x))


def _check(cell: Cell, *traces: Trace) -> None:
    if not isinstance(cell, Cell):
        raise checks.error("cell", type(cell).__name__, "a cell such as RNNCell", "A model has it as `model.cell`.")
    for trace in traces:
        cell.check_trace(trace)


def _lags(lags, t: int) -> list[int]:
    if lags is None:
        return list(range(t + 1))
    lags = checks.read("lags", lags, "a list of at least one lag")
    if lags.ndim != 1 or lags.size == 0:
        raise checks.error("lags", f"shape {lags.shape}", "a list of at least one lag")
    return [checks.index("lags", lag, t + 2) for lag in lags.tolist()]


def _jacobians(cell: Cell, trace: Trace, steps, transposed: bool = False) -> Iterator[tuple]:
    """In chunks: some of the steps, their J_j as (n, B, D, D) of a size near 1, and their powers of two (n, B)."""
    B = trace.shape[1]
    chunk = max(1, 300_000 // (B * trace.shape[2] ** 2))
    for start in range(0, len(steps), chunk):
        some = list(steps[start : start + chunk])
        J = cell.jacobians(trace, some)
        n, D = len(some), J.shape[-1]
        flat, e = scaled.rescaled(J.reshape(n, B, D * D))
        J = flat.reshape(n, B, D, D)
        yield some, J.swapaxes(2, 3) if transposed else J, e


def _times(rows, exponents, J, e):
    """The product of rows · 2^exponents with J · 2^e, J (B, D, D)."""
    return scaled.rescaled(rows @ J, exponents + e[:, None])


def _products(cell: Cell, trace: Trace, t: int, longest: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For lag = 0..longest: dh_t/dh_{t−lag} as rows (B, D, D) with exponents (B, D), see `scaled`."""
    B, D = trace.shape[1], cell.jacobian(trace, t).shape[-1]
    rows, exponents = np.broadcast_to(np.eye(D), (B, D, D)), np.zeros((B, D), np.int64)
    yield rows, exponents
    for _, J, e in _jacobians(cell, trace, range(t, t - longest, -1)):
        for J_t, e_t in zip(J, e):
            rows, exponents = _times(rows, exponents, J_t, e_t)
            yield rows, exponents
