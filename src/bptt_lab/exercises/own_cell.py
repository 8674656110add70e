"""Notebook 08: the way back of a cell of one's own, the minimal gated unit (Zhou et al. 2016)."""

import numpy as np

from ..cells import GRUCell
from .base import Problem

TASK = "Write one step of the minimal gated unit's way back. Return dL/da of both blocks, what reaches h_before, and dL/dW_hh."
HINTS = (
    "Begin at the end: h = (1 − f) h_before + f ĥ. Write dL/dĥ, then multiply by the slope of tanh: da_h.",
    "Call p = f h_before what W_hh reads in the candidate. dp is U_h transposed times da_h, and p has two factors.",
    "f stands in three places and h_before in three. The parts of each add up; the gate's slope comes last.",
)
FUNCTION = "mgu_step_back"
SMALL = (*np.array([[1.0], [0.25], [0.5], [2.0]]), np.array([[1.0], [4.0]]))


def stub(dh, f, candidate, h_before, W_hh):
    # Take away the # of the next line, and write the rest under it.
    # U_f, U_h = np.split(W_hh, 2)
    # At the end: dW_hh = np.concatenate([np.outer(…, …), np.outer(…, …)])
    # and then:
    # return {"a_f": da_f, "a_h": da_h, "h_before": dh_before, "W_hh": dW_hh}
    return None


def solution(dh, f, candidate, h_before, W_hh):
    U_f, U_h = np.split(W_hh, 2)
    da_h = f * dh * (1 - candidate**2)
    dp = U_h.T @ da_h
    da_f = ((candidate - h_before) * dh + h_before * dp) * f * (1 - f)
    dh_before = (1 - f) * dh + f * dp + U_f.T @ da_f
    dW_hh = np.concatenate([np.outer(da_f, h_before), np.outer(da_h, f * h_before)])
    return {"a_f": da_f, "a_h": da_h, "h_before": dh_before, "W_hh": dW_hh}


def problem(rng, i):
    """A GRU that resets before the product is this unit once z = 1 − r: once the update's rows are the reset's, negated."""
    H = (4, 3, 5, 2, 1)[i]
    cell = GRUCell(2, H, seed=i, reset_after=False)
    reset, update, rest = (cell.rows_of(name) for name in cell.blocks)
    cell.params["b"] = rng.standard_normal(3 * H)
    for value in cell.params.values():
        value[update] = -value[reset]
    h_before, dh = rng.standard_normal(H), rng.standard_normal(H)
    trace = cell.unroll(rng.standard_normal((1, 2)), h_before)
    grads = cell.backward(trace, dh[None])
    da, dW_hh = ((g[reset] - g[update], g[rest]) for g in (grads["b"], grads["W_hh"]))
    gates = (trace.gates[name][0].copy() for name in ("reset", "candidate"))
    W_hh = np.concatenate([cell.params["W_hh"][rows] for rows in (reset, rest)])
    truth = {"a_f": da[0], "a_h": da[1], "h_before": grads["h0"], "W_hh": np.concatenate(dW_hh)}
    return Problem((dh, *gates, h_before, W_hh), truth)


SLIPS = r"""
slope of the gate missing | * f * (1 - f) → | The slope of the logistic curve is missing in da_f. It is f (1 − f).
slope of tanh missing | * (1 - candidate**2) → | The slope of tanh is missing in da_h. It is 1 − ĥ².
tanh for σ | * f * (1 - f) → * (1 - f**2) | f goes through σ, whose slope is f (1 − f). You used the slope of tanh.
σ for tanh | (1 - candidate**2) → candidate * (1 - candidate)
    | The candidate goes through tanh, whose slope is 1 − ĥ². You used the slope of σ.
f and 1 − f swapped | da_h = f * dh → da_h = (1 - f) * dh && (1 - f) * dh + f * dp → f * dh + f * dp
    | f and 1 − f are swapped: here f lets the candidate in, and 1 − f keeps the old state.
direct road by f | (1 - f) * dh + → f * dh +
    | The direct road is gated by f in yours. Here f replaces; 1 − f is what keeps the old state.
candidate by 1 − f | da_h = f * dh → da_h = (1 - f) * dh | The candidate is let in by f. In your da_h it is 1 − f.
candidate let in whole | da_h = f * dh → da_h = dh | The candidate is multiplied by f. In da_h that is missing.
sign of dL/df | (candidate - h_before) → (h_before - candidate)
    | The sign of dL/df is turned: more f is more of the candidate, and less of the old state.
1 − f forgotten in dL/df | (candidate - h_before) → candidate
    | f stands twice in (1 − f) h_before + f ĥ. The first has a minus.
way through f h to f forgotten | + h_before * dp →
    | f stands in one more place: in p = f h_before, which the candidate reads. What comes back from there to f is missing.
way through f h to h forgotten | + f * dp →
    | h_before stands in one more place: in p = f h_before. What comes back from the candidate to h_before is missing.
f left out on the way back | + f * dp → + dp | The candidate read the old state through f. So f is on its way back too.
way through the gate missing | + U_f.T @ da_f → | The gate reads h_before too, by U_f. What comes back through it is missing.
direct road missing | (1 - f) * dh + → | The direct road is missing: h_before also stands in (1 − f) h_before.
direct road not gated | (1 - f) * dh + → dh + | On the direct road the old state is multiplied by 1 − f.
W_hh paired with h | np.outer(da_h, f * h_before) → np.outer(da_h, h_before)
    | The candidate's rows of W_hh do not multiply h_before. They multiply p, so dL/dW_hh pairs da_h with p.
W_hh paired with f h twice | np.outer(da_f, h_before) → np.outer(da_f, f * h_before)
    | The gate's rows of W_hh multiply h_before itself: only the candidate reads f h_before.
outer product turned | np.outer(da_f, h_before) → np.outer(h_before, da_f) && np.outer(da_h, f * h_before) →
    np.outer(f * h_before, da_h) | A row of dL/dW_hh belongs to a unit of a, a column to a unit that it reads. Yours are turned.
transpose lost | .T @ → @ | The way back goes through W_hh transposed, block by block.
U_h left out | dp = U_h.T @ da_h → dp = da_h | From da_h to p the way goes through U_h. In your dp it is missing.
order of the blocks | U_f, U_h = → U_h, U_f = | The blocks of W_hh stand in another order: the gate's above the candidate's.
order of the blocks in dL/dW_hh | [np.outer(da_f, h_before), np.outer(da_h, f * h_before)] →
    [np.outer(da_h, f * h_before), np.outer(da_f, h_before)]
    | The blocks of dL/dW_hh stand in the order of W_hh: the gate's above the candidate's.
"""
