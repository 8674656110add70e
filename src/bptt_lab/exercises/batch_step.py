"""Notebook 02: one step back of a whole batch."""

import numpy as np

from ..cells import RNNCell
from . import kinds, problems

TASK = (
    "Write one step of the way back for a batch: every array has one row for each sentence. Return what the step adds to "
    "each gradient, and what goes on to the states before."
)
HINTS = (
    "da is (1 − h²) times dh, entry by entry, as for one sentence. Its shape is (B, H).",
    "All sentences share the weights: add up over the rows. For two arrays of rows, A.T @ B is the sum of their outer products.",
    "What goes on to the states before is not summed. A column is W_hh.T @ column; the same as a row is row @ W_hh.",
)
SMALL = (
    np.array([[1.0], [2.0]]),
    np.array([[0.0], [0.5]]),
    np.array([[1.0], [1.0]]),
    np.array([[1.0], [3.0]]),
    np.array([[2.0]]),
)
STUB = 'return None  # return {"W_x": …, "W_hh": …, "b": …, "h_before": …}'


def solution(dh, h, h_before, x, W_hh):
    da = (1 - h**2) * dh
    return {"W_x": da.T @ x, "W_hh": da.T @ h_before, "b": da.sum(axis=0), "h_before": da @ W_hh}


def problem(rng, i):
    cell, (B, I, H, _, _) = problems.cell_of(RNNCell, rng, i), problems.CASES[i]
    x, h_before, dh = rng.standard_normal((B, I)), rng.standard_normal((B, H)), problems.numbers(rng, i, B, H)
    trace = cell.unroll(x[None], h_before)
    grads = cell.backward(trace, dh[None])
    truth = {name: grads[name] for name in cell.params} | {"h_before": grads["h0"]}
    return problems.Problem((dh, trace.h[0], h_before, x, cell.params["W_hh"].copy()), truth)


SLIPS = r"""
transpose lost | da @ W_hh → da @ W_hh.T | One transpose too many: that is for columns. Here each sentence is a row.
batch not summed | da.sum(axis=0) → da | dL/db still has a row for each sentence. All sentences share one bias: sum over them.
bias broadcast to a matrix | da.sum(axis=0) → np.zeros_like(W_hh) + da.sum(axis=0)
    | dL/db is a matrix. It has the shape of b: a number a unit.
summed over units | da.sum(axis=0) → da.sum(axis=1) | dL/db is summed over the units. Sum over the sentences, the first axis.
bias as a mean | da.sum(axis=0) → da.mean(axis=0)
    | dL/db is a mean over the batch. It is a sum: in dh the mean is already taken care of.
mean over the batch | {"W_x": da.T @ x, "W_hh": da.T @ h_before, "b": da.sum(axis=0), "h_before": da @ W_hh} → {"W_x": da.T @ x /
    len(x), "W_hh": da.T @ h_before / len(x), "b": da.mean(axis=0), "h_before": da @ W_hh}
    | You divide by the number of sentences. Their parts are summed: in dh the mean is already taken care of.
one sentence alone | da.T @ x → np.outer(da[0], x[0])
    | Only the first sentence is in W_x. All share the weights: add up over them.
W_x turned | da.T @ x → x.T @ da | dL/dW_x is transposed. A row of W_x belongs to a hidden unit, so da comes first.
W_hh turned | da.T @ h_before → h_before.T @ da
    | dL/dW_hh is transposed. A row of it belongs to a unit of the new state: da first.
state after | da.T @ h_before → da.T @ h | W_hh is paired with the state after the step. It multiplied the one before.
slope before | (1 - h**2) * dh → (1 - h_before**2) * dh
    | The slope is taken at the state before the step. tanh made the one after.
slope not carried | da @ W_hh → dh @ W_hh | What goes back skips the slope. dL/da goes back through W_hh, not dL/dh.
sentences mixed | da @ W_hh → np.zeros_like(dh) + (da @ W_hh).sum(axis=0)
    | What goes back is summed over the sentences. Each has a state of its own, so each keeps its row.
next slope too | da @ W_hh → (da @ W_hh) * (1 - h_before**2)
    | What goes on has the next step's slope in it already. It is dL/dh of the states before: stop at h.
bias from dh | da.sum(axis=0) → dh.sum(axis=0) | The bias stands inside the tanh. Its gradient sums da, not dh.
goes on as a mean | da @ W_hh → da @ W_hh / len(dh)
    | What goes back is divided by the number of sentences. Each has a state of its own, so nothing is shared here.
"""
KINDS = (kinds.tanh("h"),)
