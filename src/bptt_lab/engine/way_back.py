"""Losses of single steps carried back through a sequence: what `chain_rule` else does step by step. None if that is as quick."""

import numpy as np

from ..cells import RNNCell
from . import gates, scratch


def one_loss(cell, trace, dh_t, t):
    """dL_t/da_k of each k ≤ t, (t + 1, B, rows). `terms` of 100 words, H=32, take a third of the time."""
    if isinstance(trace, gates.GateTrace) and cell.quick and type(dh_t) is np.ndarray:  # as BPTT, with nothing at all other steps
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
    """For some steps from k on, the last ones first: k, and dL_t/da of these and all t ≥ k, (n, T − k, 1, H), 0 if t is before.
    A ledger of 100 words, H=32, takes a fourth of the time; with all steps at once, past the processor's cache, a third."""
    if not _of_plain_cell(cell, trace, dh) or trace.h.size > scratch.CHUNK // 16:
        return
    slopes, n = cell.activation.slope(trace.states[1:, 0]), min(trace.T, scratch.CHUNK // trace.h.size)
    da, own, W_hh = np.zeros((n + 1, *slopes.shape)), dh[:, 0] * slopes, trace.cell.W_hh.copy()  # own: dL_k/da_k
    for start in range(trace.T - n, -n, -n):
        start, n = max(0, start), min(n, n + start)
        steps = np.einsum("ij,kj->kij", W_hh, slopes[start : start + n])  # dL_t/da_k = dL_t/da_{k+1} · W_hh diag(f'(a_k))
        da[n] = da[0]
        np.einsum("iij->ij", da[:n, start : start + n])[...] = own[start : start + n]
        for i in range(n - 1, -1, -1):
            np.dot(da[i + 1, start + i + 1 :], steps[i], da[i, start + i + 1 :])
        yield start, da[:n, start:, None]


def _of_plain_cell(cell, trace, dh) -> bool:
    """One sequence. Where something overflows, dh is `Extended`."""
    one = trace.shape[1] == 1 and trace.cell.scales is None
    return one and isinstance(cell, RNNCell) and cell.quick and type(dh) is np.ndarray
