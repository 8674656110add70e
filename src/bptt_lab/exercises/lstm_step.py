import numpy as np

from ..cells import LSTMCell
from . import problems

SMALL = (*np.array([[1.0], [1.0], [0.5], [0.75], [0.5], [0.5], [0.0], [2.0]]), np.array([[1.0], [2.0], [3.0], [4.0]]))


def problem(rng, i):
    cell, trace, gates, (_, c_before), (dh, dc), grads = problems.one_step(LSTMCell, rng, i)
    arguments = (dh, dc, *gates, trace.c[0], c_before, cell.params["W_hh"].copy())
    return arguments, {"a": grads["b"], "h_before": grads["h0"], "c_before": grads["c0"]}
