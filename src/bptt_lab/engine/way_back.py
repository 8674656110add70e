"""Losses of single steps carried back through a sequence: what `chain_rule` else does step by step. None if that is as quick."""

import numpy as np

from ..cells import RNNCell
from .gates import GateTrace


def one_loss(cell, trace, dh_t, t):
    """dL_t/da_k of each k ≤ t, (t + 1, B, rows). `terms` of 100 words, H=32, take a third of the time."""
    if isinstance(trace, GateTrace) and cell.quick and type(dh_t) is np.ndarray:  # as BPTT, with nothing at all other steps
        dh, da = np.zeros(trace.shape), np.empty((trace.T, len(dh_t), len(cell.stack)))
        dh[t] = dh_t
        cell.quick.backward(cell, trace, trace.squeeze(dh), None, da)
        return da[: t + 1]
    if not _of_plain_cell(cell, trace, dh_t):
        return None
    δ, da = dh_t[0].copy(), cell.activation.slope(trace.states[1 : t + 2])  # f'(a_k), which the loop turns into dL_t/da_k
    multiply, product = np.multiply, trace.cell.W_hh.copy().T.dot
    for da_k in da[::-1, 0]:
        multiply(da_k, δ, da_k)
        product(da_k, δ)
    return da


def all_losses(cell, trace, dh):
    """dL_t/da_k of each k and t ≥ k, (n, 1, H), as `np.triu_indices` goes. A ledger of 100 words, H=32, takes a quarter."""
    T, _, H = trace.shape
    if not _of_plain_cell(cell, trace, dh) or T * H * (T + 2 * H) > 1_000_000:  # what is kept must not be megabytes
        return None
    slopes, n = cell.activation.slope(trace.states[1:, 0]), np.arange(T, 0, -1)  # n: how many t there are
    steps = np.einsum("ij,kj->kij", trace.cell.W_hh, slopes)  # dL_t/da_{k-1} = dL_t/da_k · W_hh diag(f'(a_{k-1}))
    ends = n.cumsum().tolist()
    found = np.empty((ends[-1], H))
    found[ends - n] = dh[:, 0] * slopes  # dL_k/da_k
    for k in range(T - 1, 0, -1):
        np.dot(found[ends[k - 1] : ends[k]], steps[k - 1], found[ends[k - 1] - n[k] : ends[k - 1]])
    return found[:, None]


def _of_plain_cell(cell, trace, dh) -> bool:
    """One sequence. Where something overflows, dh is `Extended`."""
    one = trace.shape[1] == 1 and trace.cell.scales is None
    return one and isinstance(cell, RNNCell) and cell.quick and type(dh) is np.ndarray
