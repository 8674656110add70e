import numpy as np

from ..cells import LSTMCell
from . import problems

SMALL = (*np.array([[1.0], [1.0], [0.5], [0.75], [0.5], [0.5], [0.0], [2.0]]), np.array([[1.0], [2.0], [3.0], [4.0]]))


def solution(dh, dc, i, f, g, o, c, c_before, W_hh):
    dc = dc + o * (1 - np.tanh(c) ** 2) * dh  # the second way into the loss: through h_t
    da_i = g * dc * i * (1 - i)
    da_f = c_before * dc * f * (1 - f)
    da_g = i * dc * (1 - g**2)
    da_o = np.tanh(c) * dh * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o])
    return {"a": da, "h_before": W_hh.T @ da, "c_before": f * dc}


def problem(rng, i):
    cell, trace, gates, (_, c_before), (dh, dc), grads = problems.one_step(LSTMCell, rng, i)
    arguments = (dh, dc, *gates, trace.c[0], c_before, cell.params["W_hh"].copy())
    return problems.Problem(arguments, {"a": grads["b"], "h_before": grads["h0"], "c_before": grads["c0"]})
