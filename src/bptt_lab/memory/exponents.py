"""The rate at which a product of Jacobians shrinks or grows: Lyapunov exponents, slopes and half-lives, in nats a step."""

import numpy as np

from ..basics import checks, overflow
from ..cells import Cell
from ..cells.trace import Trace
from . import spectra
from .products import check, jacobians


@overflow.silent
def lyapunov(cell: Cell, trace: Trace, leading: int | None = None) -> np.ndarray:
    """The Lyapunov exponents in nats a step, largest first, (D,); mean over B. −inf where vanished exactly.

    An orthogonal frame is carried along and made orthogonal again at each step; the exponents are the mean logarithms of what
    it was stretched by (Benettin et al. 1980), after a burn-in of T // 10 steps. leading: only that many of the largest.
    """
    check(cell, trace)
    T, B, _ = trace.shape
    burn_in, Q = T // 10, None
    for steps, J, e in jacobians(cell, trace, range(T)):
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
