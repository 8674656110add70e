"""The ladder over the true norm of a product of Jacobians: what bounds it, and a popular guess that does not."""

import numpy as np

from ..basics import checks, overflow
from ..cells import Cell, RNNCell
from ..cells.trace import Trace
from . import scaled
from .products import check, jacobians, lags_of, norms_back

GUESS = "ρ^lag"  # the popular guess: ρ, the spectral radius of W_hh. No upper bound; a lower one where all slopes are 1


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
    check(cell, trace)
    t = checks.index("t", t, trace.T)
    lags = lags_of(lags, t)
    B = trace.shape[1]
    steps = np.zeros((B, max(lags) + 1))
    for some, J, e in jacobians(cell, trace, range(t, t - max(lags), -1)):
        steps[:, t + 1 - np.array(some)] = scaled.log10_norms(J, np.broadcast_to(e[..., None], J.shape[:-1])).T
    found = {"product of norms": trace.squeeze(steps.cumsum(axis=1)[:, lags], axis=0)}
    if isinstance(cell, RNNCell):
        W_hh = trace.cell.stack[:, cell.input_size + 1 :]
        scales = np.ones(B) if trace.cell.scales is None else np.abs(trace.cell.scales[:, 0])
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
