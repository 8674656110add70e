"""Losses of single steps carried back through one sequence of the plain cell: what `chain_rule` else does step by step."""

import numpy as np

from ..cells import RNNCell


def fits(cell, trace, dh) -> bool:
    """Of a short sequence: what is kept of all its losses must not be megabytes. Where something overflows, dh is `Extended`."""
    T, B, H = trace.shape
    plain = isinstance(cell, RNNCell) and cell.quick and trace.cell.scales is None
    return plain and B == 1 and type(dh) is np.ndarray and T * H * (T + 2 * H) < 1_000_000


def one_loss(cell, trace, dh_t, t):
    """dL_t/da_k of each k ≤ t, (t + 1, 1, H). `terms` of 100 words, H=32, take a third of the time."""
    δ, da = dh_t[0].copy(), cell.activation.slope(trace.states[1 : t + 2])  # f'(a_k), which the loop turns into dL_t/da_k
    multiply, product = np.multiply, trace.cell.W_hh.copy().T.dot
    for da_k in da[::-1, 0]:
        multiply(da_k, δ, da_k)
        product(da_k, δ)
    return da


def all_losses(cell, trace, dh):
    """dL_t/da_k of each k and t ≥ k, (n, 1, H), as `np.triu_indices` goes. A ledger of 100 words, H=32, takes a quarter."""
    slopes, n = cell.activation.slope(trace.states[1:, 0]), np.arange(trace.T, 0, -1)  # n: how many t there are
    steps = np.einsum("ij,kj->kij", trace.cell.W_hh, slopes)  # dL_t/da_{k-1} = dL_t/da_k · W_hh diag(f'(a_{k-1}))
    ends = n.cumsum().tolist()
    found = np.empty((ends[-1], dh.shape[2]))
    found[ends - n] = dh[:, 0] * slopes  # dL_k/da_k
    for k in range(trace.T - 1, 0, -1):
        np.dot(found[ends[k - 1] : ends[k]], steps[k - 1], found[ends[k - 1] - n[k] : ends[k - 1]])
    return found[:, None]
