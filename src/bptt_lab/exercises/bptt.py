"""Notebook 02: backpropagation through time, written by the learner."""

import numpy as np

from ..cells import RNNCell
from . import kinds, problems

FUNCTION = "my_bptt"
TASK = "Write backpropagation through time for the plain cell with tanh. Return dL/dW_x, dL/dW_hh and dL/db."
HINTS = (
    "Keep one array, back, of zeros at first: what comes back from later words. At each word: add dh[t], "
    "multiply by the slope, add to the three sums, renew back.",
    "The slope of tanh is 1 − h², read from the state of the same word. What goes back is W_hh transposed times dL/da.",
    "W_hh is paired with the state before the step. At t = 0 that is h0. "
    "Python gives you h[-1] without complaint: the last state.",
)
SMALL = problems.by_hand(RNNCell)
STUB = """\
# Take away the # of the next two lines, and write your loop under them.
# x, h, h0, W_hh = trace.x, trace.h, trace.h0, cell.params["W_hh"]
# dW_x, dW_hh, db = (np.zeros_like(value) for value in cell.params.values())
return None  # at the end: return {"W_x": dW_x, "W_hh": dW_hh, "b": db}"""


def solution(cell, trace, dh):
    x, h, h0, W_hh = trace.x, trace.h, trace.h0, cell.params["W_hh"]
    dW_x, dW_hh, db = (np.zeros_like(value) for value in cell.params.values())
    back = np.zeros_like(h0)  # nothing comes back from after the last word
    for t in reversed(range(len(h))):
        δ = dh[t] + back  # its own loss, and all later ones
        da = (1 - h[t] ** 2) * δ  # back through tanh
        dW_x += np.outer(da, x[t])
        dW_hh += np.outer(da, h[t - 1] if t > 0 else h0)  # the state before the step
        db += da
        back = W_hh.T @ da  # the transpose
    return {"W_x": dW_x, "W_hh": dW_hh, "b": db}


def problem(rng, i):
    return problems.way_back(RNNCell, rng, i)


# What goes wrong in one step of the plain cell, in `truncated_bptt` too.
SLIPS = r"""
weights after | da, x[t] → W_hh.T @ da, x[t] && da, h[t - 1] → W_hh.T @ da, h[t - 1] && += da → += W_hh.T @ da
    | You pair the weights with what has already gone back through W_hh. They meet dL/da of their own word, before that.
carried one word | W_hh.T @ da → W_hh.T @ ((1 - h[t] ** 2) * dh[t])
    | What comes back reaches one word and stops. Carry on all that has arrived, not dh[t] alone.
slope on its own loss alone | (1 - h[t] ** 2) * δ → (1 - h[t] ** 2) * dh[t] + back
    | Only the word's own loss goes through the slope. What came back reaches h too, and goes through it as well.
slope on what came back alone | (1 - h[t] ** 2) * δ → dh[t] + (1 - h[t] ** 2) * back
    | Only what came back goes through the slope. The word's own loss reaches h too, and goes through it as well.
W_hh left out | W_hh.T @ da → da | W_hh is missing on the way back. The old state came in through it.
slope of the word before | 1 - h[t] ** 2 → 1 - (h[t - 1] if t > 0 else h0) ** 2 | The slope is taken at the state before the step.
slope of another word | 1 - h[t] ** 2 → 1 - h[t - 1] ** 2
    | The slope is taken at h[t - 1], one word off. At t=0 that is h[-1], the last word.
slope of the last word | 1 - h[t] ** 2 → 1 - h[-1] ** 2 | The slope is that of the last word, every time. Each word has its own.
slope not carried | W_hh.T @ da → W_hh.T @ δ | What goes back skips the slope. dL/da goes back through W_hh, not dL/dh.
slope on its way twice | W_hh.T @ da → (1 - h[t] ** 2) * (W_hh.T @ da)
    | The slope is in what goes back twice: it is in dL/da already.
bias from dL/dh | db += da → db += δ | The bias stands inside the tanh. Its gradient sums dL/da, not dL/dh.
W_hh transposed | {ret} → {**{ret}, "W_hh": dW_hh.T} | dL/dW_hh is transposed. Its rows belong to the units of the new state.
""".replace("{ret}", '{"W_x": dW_x, "W_hh": dW_hh, "b": db}')
KINDS = (
    kinds.tanh("h[t]"),
    kinds.way_back('{"W_x": dW_x, "W_hh": dW_hh, "b": db}'),
    kinds.before("h"),
)
