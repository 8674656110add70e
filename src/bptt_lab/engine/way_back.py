"""Losses of single steps carried back through a sequence: what `chain_rule` else does step by step. None if that is as quick."""

import numpy as np

from ..cells import RNNCell
from .gates import GateTrace
from .scratch import CHUNK


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
    """What `chain_rule.carried_back` gives, of the plain cell."""
    if (chunks := _chunks(cell, trace, dh)) is not None:
        return ((k + i, slice(k + i, trace.T), da[i, i:]) for k, da in chunks for i in reversed(range(len(da))))


def sizes(cell, trace, dh):
    """‖dL_t/da_k‖ in [k, t], (T, T, 1). None also if a square leaves float64. A ledger of 100 words, H=32, takes a sixth."""
    if (chunks := _chunks(cell, trace, dh)) is None:
        return None
    T = trace.T
    squares = np.zeros((T, T, 1))
    for k, da in chunks:
        np.vecdot(da, da, squares[k : k + len(da), k:])
    inside = np.count_nonzero(squares > 1e-280) == T * (T + 1) // 2 and squares.max() < 1e300
    return np.sqrt(squares) if inside else None


def _chunks(cell, trace, dh):
    if _of_plain_cell(cell, trace, dh) and trace.h.size <= CHUNK // 16:
        return _made(cell, trace, dh[:, 0])


def _made(cell, trace, dh):
    """For some steps from k on, the last ones first: k, and dL_t/da of these and all t ≥ k, (n, T − k, 1, H), 0 where t is earlier.

    What is at work at once stays in the processor's cache: all steps at once take a half more.
    """
    (T, _, H), n = trace.shape, CHUNK // trace.h.size
    slopes, da = cell.activation.slope(trace.states[1:, 0]), np.zeros((n + 1, T, H))
    W_hh, own, dot = trace.cell.W_hh.copy(), dh * slopes, np.dot  # own: dL_k/da_k
    for end in range(T, 0, -n):
        start = max(0, end - n)
        steps = np.einsum("ij,kj->kij", W_hh, slopes[start:end])  # dL_t/da_k = dL_t/da_{k+1} · W_hh diag(f'(a_k))
        da[end - start] = da[0]
        for i in range(end - start - 1, -1, -1):
            k = start + i
            da[i, k] = own[k]
            dot(da[i + 1, k + 1 :], steps[i], da[i, k + 1 :])
        yield start, da[: end - start, start:, None]


def _of_plain_cell(cell, trace, dh) -> bool:
    """One sequence. Where something overflows, dh is `Extended`."""
    one = trace.shape[1] == 1 and trace.cell.scales is None
    return one and isinstance(cell, RNNCell) and cell.quick and type(dh) is np.ndarray
