"""Notebook 08: one step of the way back through a GRU, reset after the product."""

import numpy as np

from ..cells import GRUCell
from . import problems

SMALL = (*np.array([[1.0], [0.5], [0.75], [0.5], [1.0], [2.0]]), np.array([[1.0], [2.0], [4.0]]))


def solution(dh, r, z, n, h_before, inner, W_hh):
    W_r, W_z, W_n = np.split(W_hh, 3)
    da_n = (1 - z) * dh * (1 - n**2)
    da_z = (h_before - n) * dh * z * (1 - z)
    da_r = inner * da_n * r * (1 - r)
    dh_before = z * dh + W_r.T @ da_r + W_z.T @ da_z + W_n.T @ (r * da_n)
    return {"a_r": da_r, "a_z": da_z, "a_n": da_n, "h_before": dh_before}


def problem(rng, i):
    """A sequence of one word: then the gradient of b is dL/da, and that of h0 is what reaches the state before."""
    cell, H = problems.cell_of(GRUCell, rng, i), problems.CASES[i].H
    h_before, dh, W_hh = rng.standard_normal(H), problems.numbers(rng, i, H), cell.params["W_hh"].copy()
    trace = cell.unroll(rng.standard_normal((1, cell.input_size)), h_before)
    grads = cell.backward(trace, dh[None])
    inner = np.split(W_hh, 3)[2] @ h_before + cell.params["b_hn"]
    da_r, da_z, da_n = np.split(grads["b"], 3)
    gates = (trace.gates[name][0].copy() for name in ("reset", "update", "candidate"))
    return problems.Problem((dh, *gates, h_before, inner, W_hh), {"a_r": da_r, "a_z": da_z, "a_n": da_n, "h_before": grads["h0"]})
