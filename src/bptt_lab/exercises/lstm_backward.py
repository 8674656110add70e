"""Notebook 08: the whole way back through an LSTM."""

import numpy as np

from ..cells import LSTMCell
from . import kinds, problems

TASK = (
    "Write the whole way back through an LSTM over a sentence; the loss reads h alone. Return the gradients of W_x, W_hh and b."
)
HINTS = (
    "It is the loop of notebook 02, with two lists that go back: one for h and one for c. Both are zeros at first.",
    "The step inside is the one you wrote above. Its dh is dh[t] and what came back for h; its dc is what came back for c.",
    "At the end of a step renew both: W_hh.T @ da for h, and f[t] times dL/dc for c.",
)
SMALL = problems.by_hand(LSTMCell, start=0.5)
STUB = """\
# Take away the # of the next lines, and write your loop under them.
# x, h, h0, c, c0 = trace.x, trace.h, trace.h0, trace.c, trace.c0
# W_hh = cell.params["W_hh"]
# i, f, g, o = (trace.gates[name] for name in ("input", "forget", "cell", "output"))
# dW_x, dW_hh, db = (np.zeros_like(value) for value in cell.params.values())
# At the end: return {"W_x": dW_x, "W_hh": dW_hh, "b": db}
return None"""


def solution(cell, trace, dh):
    x, h, h0, c, c0, W_hh = trace.x, trace.h, trace.h0, trace.c, trace.c0, cell.params["W_hh"]
    i, f, g, o = (trace.gates[name] for name in ("input", "forget", "cell", "output"))
    dW_x, dW_hh, db = (np.zeros_like(value) for value in cell.params.values())
    back_h = np.zeros_like(h0)
    back_c = np.zeros_like(c0)
    for t in reversed(range(len(h))):
        h_before = h[t - 1] if t > 0 else h0
        c_before = c[t - 1] if t > 0 else c0
        δh = dh[t] + back_h
        δc = back_c + o[t] * (1 - np.tanh(c[t]) ** 2) * δh  # from the next step, and through h
        da_i = g[t] * δc * i[t] * (1 - i[t])
        da_f = c_before * δc * f[t] * (1 - f[t])
        da_g = i[t] * δc * (1 - g[t] ** 2)
        da_o = np.tanh(c[t]) * δh * o[t] * (1 - o[t])
        da = np.concatenate([da_i, da_f, da_g, da_o])
        dW_x += np.outer(da, x[t])
        dW_hh += np.outer(da, h_before)
        db += da
        back_h = W_hh.T @ da
        back_c = f[t] * δc
    return {"W_x": dW_x, "W_hh": dW_hh, "b": db}


def problem(rng, i):
    return problems.way_back(LSTMCell, rng, i)


SLIPS = r"""
last state for the start | h[t - 1] if t > 0 else h0 → h[t - 1] && c[t - 1] if t > 0 else c0 → c[t - 1]
    | At t=0, [t - 1] is [-1], the last word. Before the first word stand h0 and c0.
start taken as zero | else h0 → else 0 * h0 && else c0 → else 0 * c0
    | At t=0 the states before the step are h0 and c0, which need not be zero.
nothing comes back at all | dh[t] + back_h → dh[t] && δc = back_c + → δc =
    | Nothing comes back from later words, neither to h nor to c. Are both renewed at the end of each step?
way through h at the last word | back_c + o[t] → back_c + (t == len(h) - 1) * o[t]
    | c matters in two ways at every step: for the next step, and through h. The second is there at the last word alone.
through h from its own loss | (1 - np.tanh(c[t]) ** 2) * δh → (1 - np.tanh(c[t]) ** 2) * dh[t]
    | On the way from h into c goes the total derivative of h, with what came back from later words.
output gate of another word | back_c + o[t] → back_c + o[t - 1] | On the way from h into c the gate o is that of the word before.
output gate from its own loss | np.tanh(c[t]) * δh → np.tanh(c[t]) * dh[t]
    | da_o starts from the total derivative of h, with what came back from later words.
forget gate of another word | back_c = f[t] → back_c = f[t - 1] | On the way to the old c the gradient meets f of the word before.
what came back to c kept | back_c = f[t] → back_c = back_c + f[t]
    | What came back to c is in it already. The new part takes its place.
own loss at c | δc = back_c + → δc = back_c + dh[t] + | The loss reads h alone. To c it comes through h, not directly.
cell for state | np.outer(da, h_before) → np.outer(da, c_before) | W_hh is paired with the old c. The gates read the old h.
gates in another order | "cell", "output") → "output", "cell")
    | You read the gates in another order: the cell's candidate is g, the output gate is o.
input and forget read swapped | "input", "forget" → "forget", "input"
    | You read i and f the other way round: input is i, forget is f.
lists swapped | back_h = W_hh.T @ da → back_h = f[t] * δc && back_c = f[t] * δc → back_c = W_hh.T @ da
    | What goes back to h and what goes back to c are swapped.
"""
KINDS = (
    kinds.lstm(("i[t]", "f[t]", "g[t]", "o[t]"), "c[t]", "δh", "δc", "back_c"),
    kinds.way_back('{"W_x": dW_x, "W_hh": dW_hh, "b": db}', back="back_h", blocks=4, to=" to h"),
    kinds.before("h", " of h"),
    kinds.before("c", " of c", but="state after for state before of c"),
)
