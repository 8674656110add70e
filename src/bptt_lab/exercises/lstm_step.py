"""Notebook 08: one step of the way back through an LSTM."""

import numpy as np

from ..cells import LSTMCell
from . import kinds, problems
from .base import Problem

TASK = "Write one step of LSTM's way back. Return dL/da, and what goes on to h and to c of the step before."
HINTS = (
    "Before all else complete dc: add what comes through h = o tanh(c).",
    "c = f c_before + i g. Each factor's gradient is dc times the other factor. Then multiply by the slope of σ or tanh.",
    "The four blocks go one below the other, in the order i, f, g, o. All of them read h_before: W_hh transposed.",
)
SMALL = (*np.array([[1.0], [1.0], [0.5], [0.75], [0.5], [0.5], [0.0], [2.0]]), np.array([[1.0], [2.0], [3.0], [4.0]]))
FUNCTION = "lstm_step_back"


def stub(dh, dc, i, f, g, o, c, c_before, W_hh):
    # Take away the # of the next line, and write the rest under it.
    # dc = dc + ...
    # At the end: da = np.concatenate([da_i, da_f, da_g, da_o])
    # and then: return {"a": da, "h_before": …, "c_before": …}
    return None


def solution(dh, dc, i, f, g, o, c, c_before, W_hh):
    dc = dc + o * (1 - np.tanh(c) ** 2) * dh  # the second way into the loss: through h_t
    da_i = g * dc * i * (1 - i)
    da_f = c_before * dc * f * (1 - f)
    da_g = i * dc * (1 - g**2)
    da_o = np.tanh(c) * dh * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o])
    return {"a": da, "h_before": W_hh.T @ da, "c_before": f * dc}


def problem(rng, i):
    """A sequence of one word: then the gradient of b is dL/da, and those of h0 and c0 are what goes on to the step before."""
    cell, H = problems.cell_of(LSTMCell, rng, i), problems.CASES[i].H
    (h_before, c_before), (dh, dc) = rng.standard_normal((2, H)), problems.numbers(rng, i, 2, H)
    trace = cell.unroll(rng.standard_normal((1, cell.input_size)), (h_before, c_before))
    grads = cell.backward(trace, dh[None], dc[None])
    gates = (trace.gates[name][0].copy() for name in ("input", "forget", "cell", "output"))
    arguments = (dh, dc, *gates, trace.c[0], c_before, cell.params["W_hh"].copy())
    return Problem(arguments, {"a": grads["b"], "h_before": grads["h0"], "c_before": grads["c0"]})


SLIPS = (
    r"""
way through h missing | dc + o * (1 - np.tanh(c) ** 2) * dh → dc
    | c matters in two ways: for the next step, which is dc, and through h = o tanh(c). The second is missing.
next step missing | dc + o * (1 - np.tanh(c) ** 2) * dh → o * (1 - np.tanh(c) ** 2) * dh
    | c matters in two ways: through h, and for the next step. The second, dc, is missing.
slope of c at the sum | np.tanh(c) ** 2 → c**2 | The slope of tanh at c is 1 − tanh(c)². Here c itself was squared.
output gate missing | o * (1 - np.tanh → (1 - np.tanh | h = o tanh(c). On the way from h into c the gate o is missing.
new c beside f | c_before * dc → c * dc | f multiplies the old c. So da_f carries c_before, not c.
g beside g | i * dc * (1 → g * dc * (1 | g is multiplied by i in c. So da_g carries i.
i beside i | g * dc * i → i * dc * i | i is multiplied by g in c. So da_i carries g.
c for tanh(c) | np.tanh(c) * dh → c * dh | o multiplies tanh(c), not c.
output gate from dc | np.tanh(c) * dh → np.tanh(c) * dc | o stands in h alone. So da_o starts from dh, not from dc.
forget gate missing | f * dc} → dc} | On its way to the old c the gradient is multiplied by f.
one block alone | W_hh.T @ da → np.split(W_hh, 4)[3].T @ da_o
    | Only the output gate's block is in it. All four blocks read h_before.
order of the blocks | [da_i, da_f, da_g, da_o] → [da_f, da_i, da_g, da_o]
    | The blocks stand in another order: input, forget, cell, output.
transpose lost | W_hh.T @ da → sum(W @ d for W, d in zip(np.split(W_hh, 4), np.split(da, 4)))
    | The way back goes through W_hh transposed, block by block.
h for tanh(c) | np.tanh(c) * dh → o * np.tanh(c) * dh | In h = o tanh(c) it is o that moves. So da_o carries tanh(c), not h.
input gate for forget gate | f * dc} → i * dc}
    | The input gate stands on the way to the old c. c = f c_before + i g: it is f there.
output before candidate | [da_i, da_f, da_g, da_o] → [da_i, da_f, da_o, da_g]
    | The blocks stand in another order: input, forget, cell, output. Some texts put the output third.
g beside f | c_before * dc → g * dc | f multiplies the old c. You have g beside it, which belongs to i.
slope at the old c | 1 - np.tanh(c) ** 2 → 1 - np.tanh(c_before) ** 2
    | The slope of tanh is taken at the old c. h = o tanh(c) has the new one.
own dh to the old c | f * dc} → f * dc + dh} | The old c hears of the loss only through the new c. dh is in dc already.
""",
    kinds.tanh("np.tanh(c)", " of c", "tanh(c)"),
    kinds.tanh("g", " of g", "g"),
    kinds.sigma("i"),
    kinds.sigma("f"),
    kinds.sigma("o"),
)
