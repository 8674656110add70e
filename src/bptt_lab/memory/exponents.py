"""The rate at which a product of Jacobians shrinks or grows: Lyapunov exponents, slopes and half-lives, in nats a step."""

import numpy as np

from ..basics import checks, overflow
from ..cells import Cell, Trace
from .products import check, jacobians, size_of_state


@overflow.silent
def lyapunov(cell: Cell, trace: Trace, leading: int | None = None) -> np.ndarray:
    """The Lyapunov exponents in nats a step, largest first, (D,); mean over B. −inf where vanished exactly.

    An orthogonal frame is carried along and made orthogonal again at each step; the exponents are the mean logarithms of what
    it was stretched by (Benettin et al. 1980), after a burn-in of T // 10 steps. leading: only that many of the largest.
    """
    check(cell, trace)
    (T, B, _), D = trace.shape, size_of_state(cell)
    burn_in = T // 10
    n = D if leading is None else min(D, checks.count("leading", leading))
    # A frame in no special position: the axes may be special, and what vanishes is to vanish from the end.
    Q = np.linalg.qr(np.random.default_rng(0).standard_normal((1, D, D)))[0][:, :, :n]
    total = np.zeros((B, n))
    for steps, J, e in jacobians(cell, trace, range(T)):
        for t, J_t, e_t in zip(steps, J, e):
            A = J_t @ Q
            if t >= burn_in:
                A *= np.isfinite(total)[:, None, :]  # a direction that has vanished stays so
            Q, R = sorted_qr(A)
            if t >= burn_in:
                with overflow.quietly():
                    total += np.log(np.abs(np.diagonal(R, axis1=1, axis2=2))) + (e_t * np.log(2.0))[:, None]
    return -np.sort(-total, axis=1).mean(axis=0) / (T - burn_in)


def sorted_qr(A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """QR of A (B, D, n) with its rows in falling order of size, which keeps the rounding of small rows small (Cox & Higham 1998).

    A row of R that is below the rounding of its row of A is a direction that A does not have: it becomes 0.
    """
    if A.shape[2] == 1:
        Q, R = np.linalg.qr(A)
        return Q, R
    sizes = np.abs(A).max(axis=2, keepdims=True)
    order = np.argsort(-sizes, axis=1, kind="stable")
    Q, R = np.linalg.qr(np.take_along_axis(A, order, 1))
    rounding = 4 * A.shape[1] * np.finfo(float).eps * np.take_along_axis(sizes, order[:, : R.shape[1]], 1)
    R *= np.abs(R).max(axis=2, keepdims=True) > rounding
    return np.take_along_axis(Q, np.argsort(order, axis=1), 1), R


def slope(lags, log10_norms: np.ndarray) -> float:
    """The least-squares slope of log10 norms (n,) over their lags, in nats a step; −inf if one of them vanished exactly.

    `ValueError` where there is no slope: of fewer than two different lags, and of norms that are no numbers.
    """
    lags, logs = checks.array("lags", lags), checks.read("log10_norms", log10_norms, "an array of numbers")
    if lags.ndim != 1 or len(set(lags.tolist())) < 2:
        raise checks.error("lags", lags.tolist(), "two different lags or more", "One point has no slope: take a longer run.")
    if logs.shape != lags.shape:
        raise checks.error("log10_norms", f"shape {logs.shape}", f"shape {lags.shape}, a norm for each lag")
    if not (logs < np.inf).all():
        hint = "Where `norms` has NaN, word k stands after word t."
        raise checks.error("log10_norms", logs[~(logs < np.inf)][0], "numbers, −inf where a norm has vanished", hint)
    if np.isneginf(logs).any():
        return -np.inf
    return float(np.polynomial.polynomial.polyfit(lags, logs * np.log(10.0), 1)[1])


def half_life(rate: float) -> float:
    """The steps in which e^(rate · steps) halves, for a rate in nats a step; inf if it does not fall."""
    if np.isnan(rate):
        raise checks.error("rate", rate, "a rate in nats a step", "`slope` gives one where there are two lags or more.")
    return float(np.log(2.0) / -rate) if rate < 0 else np.inf
