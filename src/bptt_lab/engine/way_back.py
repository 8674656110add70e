"""The losses of single steps carried back through one sequence of the plain cell: what `chain_rule` else does step by step."""

import numpy as np

from ..cells import RNNCell
from .scratch import SMALL


def _has(cell, trace, dh) -> bool:
    ours = isinstance(cell, RNNCell) and cell.quick and trace.shape[1] == 1 and trace.cell.scales is None
    return ours and type(dh) is np.ndarray  # where nothing overflows


def one_loss(cell, trace, dh_t, t):
    """dL_t/da_k of each k ≤ t, (t + 1, 1, H); or None."""
    if not _has(cell, trace, dh_t):
        return None
    δ, slopes = dh_t[0].copy(), cell.activation.slope(trace.states[1 : t + 2, 0])
    multiply, product = np.multiply, trace.cell.W_hh.copy().T.dot
    for da in slopes[::-1]:  # f'(a_k), which becomes dL_t/da_k: `terms` of 100 words, H=32, take half the time
        multiply(da, δ, da)
        product(da, δ)
    return slopes[:, None]


def all_losses(cell, trace, dh):
    """dL_t/da_k of each k and t ≥ k, (n, 1, H), in the order of `np.triu_indices(T)`; or None."""
    (T, _, H), n = dh.shape, np.arange(dh.shape[0], 0, -1)  # n: how many t there are
    if T * H * (T + 2 * H) > 4 * SMALL or not _has(cell, trace, dh):
        return None
    slopes, starts = cell.activation.slope(trace.states[1:, 0]), (n.cumsum() - n).tolist()
    steps = np.einsum("ij,kj->kij", trace.cell.W_hh, slopes)  # dL_t/da_{k-1} = dL_t/da_k · W_hh diag(f'(a_{k-1}))
    found = np.empty((n.sum(), H))
    found[starts] = dh[:, 0] * slopes  # dL_k/da_k
    for k in range(T - 1, 0, -1):  # the ledger of 100 words, H=32, takes a third of the time
        np.dot(found[starts[k] : starts[k] + T - k], steps[k - 1], found[starts[k - 1] + 1 : starts[k]])
    return found[:, None]
