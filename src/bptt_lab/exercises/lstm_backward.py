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


def stub(cell, trace, dh):
    # Take away the # of the next lines, and write your loop under them.
    # x, h, h0, c, c0 = trace.x, trace.h, trace.h0, trace.c, trace.c0
    # W_hh = cell.params["W_hh"]
    # i, f, g, o = (trace.gates[name] for name in ("input", "forget", "cell", "output"))
    # dW_x, dW_hh, db = (np.zeros_like(value) for value in cell.params.values())
    # At the end: return {"W_x": dW_x, "W_hh": dW_hh, "b": db}
    return None


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


SLIPS = (
    r"""
nothing comes back at all | dh[t] + back_h → dh[t] && δc = back_c + → δc =
    | Nothing comes back from later words, neither to h nor to c. Are both renewed at the end of each step?
lists swapped | back_h = W_hh.T @ da → back_h = f[t] * δc && back_c = f[t] * δc → back_c = W_hh.T @ da
    | What goes back to h and what goes back to c are swapped.
what came back to c kept | back_c = f[t] → back_c = back_c + f[t]
    | What came back to c is in δc already. f times δc takes its place, and is not added to it.
σ of f on the way to c | back_c = f[t] * δc → back_c = δc / (1 + np.exp(-f[t]))
    | f is already a σ. On the way to the old c you put it through σ once more.
slope of f on the way to c | back_c = f[t] * δc → back_c = (1 - f[t]) * f[t] * δc
    | On its way to the old c the gradient is multiplied by f itself, not by its slope: here c moves, and f stands still.
nothing comes back to c | back_c + o[t] * (1 - np.tanh(c[t]) ** 2) * δh → o[t] * (1 - np.tanh(c[t]) ** 2) * δh
    | Nothing comes back to c from the next step. It read c through its forget gate.
way through h missing | back_c + o[t] * (1 - np.tanh(c[t]) ** 2) * δh → back_c + (t == len(h) - 1) * o[t] * (1 - np.tanh(c[t]) **
    2) * δh
    | c matters in two ways at every step: for the next step, and through h. The second is there at the last word alone.
through h from its own loss | back_c + o[t] * (1 - np.tanh(c[t]) ** 2) * δh → back_c + o[t] * (1 - np.tanh(c[t]) ** 2) * dh[t]
    | On the way from h into c goes the total derivative of h, with what came back from later words.
slope of c at the sum | np.tanh(c[t]) ** 2 → c[t] ** 2 | The slope of tanh at c is 1 − tanh(c)². Here c itself was squared.
output gate missing | o[t] * (1 - np.tanh → (1 - np.tanh | h = o tanh(c). On the way from h into c the gate o is missing.
new c beside f | c_before * δc → c[t] * δc | f multiplies the old c. So da_f carries c_before, not c[t].
forget gate missing | back_c = f[t] * δc → back_c = δc | On its way to the old c the gradient is multiplied by f.
forget gate of another word | back_c = f[t] * δc → back_c = f[t - 1] * δc
    | On its way to the old c the gradient is multiplied by f of the word before. At step t it is f[t].
input and forget swapped | da_i = g[t] * δc * i[t] * (1 - i[t]) → da_i = g[t] * δc * f[t] * (1 - f[t])
    | da_i has the slope of the forget gate. It takes its own, i (1 − i).
i beside i | g[t] * δc * i → i[t] * δc * i | i is multiplied by g in c. So da_i carries g.
g beside g | i[t] * δc * (1 → g[t] * δc * (1 | g is multiplied by i in c. So da_g carries i.
c for tanh(c) | np.tanh(c[t]) * δh → c[t] * δh | o multiplies tanh(c), not c.
output gate from dc | np.tanh(c[t]) * δh → np.tanh(c[t]) * δc | o stands in h alone. So da_o starts from dL/dh, not from dL/dc.
one block alone | W_hh.T @ da → np.split(W_hh, 4)[3].T @ da_o
    | Only the output gate's block goes back to h. All four blocks read the old h.
order of the blocks | [da_i, da_f, da_g, da_o] → [da_f, da_i, da_g, da_o]
    | The blocks stand in another order: input, forget, cell, output.
h for tanh(c) | np.tanh(c[t]) * δh → h[t] * δh | In h = o tanh(c) it is o that moves. So da_o carries tanh(c), not h.
output before candidate | [da_i, da_f, da_g, da_o] → [da_i, da_f, da_o, da_g]
    | The blocks stand in another order: input, forget, cell, output. Some texts put the output third.
own loss at c | δc = back_c + → δc = back_c + dh[t] + | The loss reads h alone. To c it comes through h, not directly.
cell for state | np.outer(da, h_before) → np.outer(da, c_before) | W_hh is paired with the old c. The gates read the old h.
output gate of another word | back_c + o[t] * → back_c + o[t - 1] *
    | On the way from h into c the gate o is that of the word before. At step t it is o[t].
output gate from its own loss | np.tanh(c[t]) * δh → np.tanh(c[t]) * dh[t]
    | da_o starts from the total derivative of h, with what came back from later words.
1 − f for f | back_c = f[t] * δc → back_c = (1 - f[t]) * δc | On its way to the old c the gradient is multiplied by f. You used 1 − f.
""",
    kinds.tanh("np.tanh(c[t])", " of c", "tanh(c)"),
    kinds.tanh("g[t]", " of g", "g"),
    kinds.sigma("i[t]", "i"),
    kinds.sigma("f[t]", "f"),
    kinds.sigma("o[t]", "o"),
    kinds.way_back('{"W_x": dW_x, "W_hh": dW_hh, "b": db}', back="back_h", blocks=4, to=" to h"),
    kinds.before("h", " of h"),
    kinds.before("c", " of c", but="state after for state before of c"),
)
