"""Notebook 08: one step of the way back through a GRU, reset after the product."""

import numpy as np

from ..cells import GRUCell
from . import kinds, problems

TASK = "Write one step of GRU's way back. Return dL/da of the three blocks, and what reaches the state before."
HINTS = (
    "Begin at the end: h = z h_before + (1 − z) n. Write dL/dn and dL/dz, then multiply by the slopes of tanh and σ.",
    "n = tanh(… + r * inner). So dL/dr is inner * da_n, and dL/d inner is r * da_n.",
    "The old state stands in four places: beside z, and in three blocks of W_hh. Four parts add up to dh_before.",
)
SMALL = (*np.array([[1.0], [0.5], [0.75], [0.5], [1.0], [2.0]]), np.array([[1.0], [2.0], [4.0]]))
FUNCTION = "gru_step_back"
STUB = """\
# Take away the # of the next line, and write the equations under it.
# W_r, W_z, W_n = np.split(W_hh, 3)
# At the end: return {"a_r": da_r, "a_z": da_z, "a_n": da_n, "h_before": dh_before}
return None"""


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


SLIPS = r"""
way through a gate missing | W_r.T @ da_r + → | The old state stands in four places. The way back through r is missing.
way through the update missing | + W_z.T @ da_z → | The old state stands in four places. The way back through z is missing.
way through the candidate missing | + W_n.T @ (r * da_n) →
    | The old state stands in four places. The way back through n is missing.
reset left out on the way back | (r * da_n) → da_n | The candidate read the old state through r. So r is on its way back too.
the other form | W_n.T @ (r * da_n) → r * (W_n.T @ da_n)
    | That is the way back of the other form, reset before the product. Here r comes after: W_n.T @ (r * da_n).
transpose lost | .T @ → @ | The way back goes through W_hh transposed, block by block.
order of the blocks | W_r, W_z, W_n = → W_z, W_r, W_n = | The blocks of W_hh stand in another order: reset, update, candidate.
"""
KINDS = (kinds.gru("z", "r", "n", "dh", "h_before"),)
