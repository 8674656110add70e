import numpy as np

from ..cells import GRUCell
from . import problems

SMALL = (*np.array([[1.0], [0.5], [0.75], [0.5], [1.0], [2.0]]), np.array([[1.0], [2.0], [4.0]]))


def problem(rng, i):
    cell, _, gates, (h_before,), (dh,), grads = problems.one_step(GRUCell, rng, i)
    W_hh, (da_r, da_z, da_n) = cell.params["W_hh"].copy(), np.split(grads["b"], 3)
    inner = np.split(W_hh, 3)[2] @ h_before + cell.params["b_hn"]
    return (dh, *gates, h_before, inner, W_hh), {"a_r": da_r, "a_z": da_z, "a_n": da_n, "h_before": grads["h0"]}
