import numpy as np

from ..cells import RNNCell
from . import problems

SMALL = (*np.array([[[1.0], [2.0]], [[0.0], [0.5]], [[1.0], [1.0]], [[1.0], [3.0]]]), np.array([[2.0]]))


def problem(rng, i):
    cell, (B, I, H, _, _) = problems.cell_of(RNNCell, rng, i), problems.CASES[i]
    x, h_before, dh = rng.standard_normal((B, I)), rng.standard_normal((B, H)), problems.numbers(rng, i, B, H)
    trace = cell.unroll(x[None], h_before)
    grads = cell.backward(trace, dh[None])
    truth = {name: grads[name] for name in cell.params} | {"h_before": grads["h0"]}
    return (dh, trace.h[0], h_before, x, cell.params["W_hh"].copy()), truth
