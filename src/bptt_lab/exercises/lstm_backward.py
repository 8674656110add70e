"""Notebook 08: the whole way back through an LSTM."""

import numpy as np

from ..cells import LSTMCell
from .base import Exercise, Problem, edits
from .bptt import small
from .where import at_which_word


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
    back_h, back_c = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(len(h))):
        h_before, c_before = (h[t - 1], c[t - 1]) if t > 0 else (h0, c0)
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
        back_h, back_c = W_hh.T @ da, f[t] * δc
    return {"W_x": dW_x, "W_hh": dW_hh, "b": db}


def problem(rng, i):
    T, I, H = ((4, 5, 3), (2, 2, 4), (5, 6, 2))[i]
    cell = LSTMCell(I, H, seed=i)
    cell.params["b"] = 0.5 * rng.standard_normal(4 * H)
    x = np.eye(I)[rng.permutation(I)[:T]]
    trace, dh = cell.unroll(x, tuple(rng.standard_normal((2, H)))), rng.standard_normal((T, H))
    grads = cell.backward(trace, dh)
    return Problem((cell, trace, dh), {name: grads[name] for name in cell.params}, at_which_word(x, grads["W_x"]))


RETURN, THROUGH_H = '{"W_x": dW_x, "W_hh": dW_hh, "b": db}', "o[t] * (1 - np.tanh(c[t]) ** 2) * δh"
EDITS = {
    "nothing comes back to h": (
        "dh[t] + back_h",
        "dh[t]",
        "Nothing comes back to h from later words. All four blocks of the next step read it.",
    ),
    "nothing comes back to c": (
        f"back_c + {THROUGH_H}",
        THROUGH_H,
        "Nothing comes back to c from the next step. It read c through its forget gate.",
    ),
    "own loss left out": (
        "dh[t] + back_h",
        "(dh[t] if t == len(h) - 1 else 0) + back_h",
        "Only the last word's own loss is in it. Every word adds its dh[t].",
    ),
    "way through h missing": (
        f"back_c + {THROUGH_H}",
        f"back_c + (t == len(h) - 1) * {THROUGH_H}",
        "c matters in two ways at every step: for the next step, and through h. The second is there at the last word alone.",
    ),
    "through h from its own loss": (
        f"back_c + {THROUGH_H}",
        f"back_c + {THROUGH_H.replace('δh', 'dh[t]')}",
        "On the way from h into c goes the total derivative of h, with what came back from later words.",
    ),
    "slope of tanh(c) missing": (
        " * (1 - np.tanh(c[t]) ** 2)",
        "",
        "On the way from h into c the slope of tanh is missing: 1 − tanh(c)².",
    ),
    "slope read from c": (
        "np.tanh(c[t]) ** 2",
        "c[t] ** 2",
        "The slope of tanh at c is 1 − tanh(c)². Here c itself was squared.",
    ),
    "output gate missing": (
        "o[t] * (1 - np.tanh",
        "(1 - np.tanh",
        "h = o tanh(c). On the way from h into c the gate o is missing.",
    ),
    "new c beside f": ("c_before * δc", "c[t] * δc", "f multiplies the old c. So da_f carries c_before, not c[t]."),
    "forget gate missing": ("f[t] * δc\n", "δc\n", "On its way to the old c the gradient is multiplied by f."),
    "forget gate of another word": (
        "f[t] * δc\n",
        "f[t - 1] * δc\n",
        "On its way to the old c the gradient is multiplied by f of the word before. At step t it is f[t].",
    ),
    "input and forget swapped": (
        "da_i = g[t] * δc * i[t] * (1 - i[t])",
        "da_i = g[t] * δc * f[t] * (1 - f[t])",
        "da_i has the slope of the forget gate. It takes its own, i (1 − i).",
    ),
    "candidate's slope": ("(1 - g[t] ** 2)", "g[t] * (1 - g[t])", "The candidate g is a tanh. Its slope is 1 − g²."),
    "i beside i": ("g[t] * δc * i", "i[t] * δc * i", "i is multiplied by g in c. So da_i carries g."),
    "g beside g": ("i[t] * δc * (1", "g[t] * δc * (1", "g is multiplied by i in c. So da_g carries i."),
    "c for tanh(c)": ("np.tanh(c[t]) * δh", "c[t] * δh", "o multiplies tanh(c), not c."),
    "output gate from dc": (
        "np.tanh(c[t]) * δh",
        "np.tanh(c[t]) * δc",
        "o stands in h alone. So da_o starts from dL/dh, not from dL/dc.",
    ),
    "slope of i missing": (" * i[t] * (1 - i[t])", "", "The slope of the logistic curve is missing in da_i: i (1 − i)."),
    "slope of f missing": (" * f[t] * (1 - f[t])", "", "The slope of the logistic curve is missing in da_f: f (1 − f)."),
    "slope of o missing": (" * o[t] * (1 - o[t])", "", "The slope of the logistic curve is missing in da_o: o (1 − o)."),
    "transpose lost": (
        "W_hh.T @ da",
        "sum(W @ d for W, d in zip(np.split(W_hh, 4), np.split(da, 4)))",
        "The way back goes through W_hh transposed, block by block.",
    ),
    "one block alone": (
        "W_hh.T @ da",
        "np.split(W_hh, 4)[3].T @ da_o",
        "Only the output gate's block goes back to h. All four blocks read the old h.",
    ),
    "order of the blocks": (
        "[da_i, da_f, da_g, da_o]",
        "[da_f, da_i, da_g, da_o]",
        "The blocks stand in another order: input, forget, cell, output.",
    ),
    "last state for the start": (
        "(h[t - 1], c[t - 1]) if t > 0 else (h0, c0)",
        "(h[t - 1], c[t - 1])",
        "At t=0, [t - 1] is [-1], the last word. Before the first word stand h0 and c0.",
    ),
    "start taken as zero": (
        "else (h0, c0)",
        "else (0 * h0, 0 * c0)",
        "At t=0 the states before the step are h0 and c0, which need not be zero.",
    ),
    "state after for state before": (
        "np.outer(da, h_before)",
        "np.outer(da, h[t])",
        "W_hh is paired with the state after the step. It multiplied the one before.",
    ),
    "walks forward": (
        "reversed(range(len(h)))",
        "range(len(h))",
        "You walk from the first word to the last. What comes back starts at the last.",
    ),
    "own loss nowhere": ("dh[t] + ", "", "No word's own loss is in it. Every word adds its dh[t]."),
    "first word left out": ("range(len(h))", "range(1, len(h))", "The loop stops before the first word, t=0."),
    "word before for word": ("x[t])", "x[t - 1])", "W_x is paired with the word before. At step t it multiplied x[t]."),
    "= for +=": (" += ", " = ", "Only one word's part is left in it. Each word is to be *added*: look at = and +=."),
    "mean for sum": (
        RETURN,
        "{name: g / len(h) for name, g in zip(cell.params, (dW_x, dW_hh, db))}",
        "This is the mean over the words. The weights are shared, so their parts are summed.",
    ),
    "slope of g missing": (" * (1 - g[t] ** 2)", "", "The slope of tanh is missing in da_g: 1 − g²."),
    "h for tanh(c)": ("np.tanh(c[t]) * δh", "h[t] * δh", "In h = o tanh(c) it is o that moves. So da_o carries tanh(c), not h."),
    "output before candidate": (
        "[da_i, da_f, da_g, da_o]",
        "[da_i, da_f, da_o, da_g]",
        "The blocks stand in another order: input, forget, cell, output. Some texts put the output third.",
    ),
    "what came back to c kept": (
        "f[t] * δc\n",
        "back_c + f[t] * δc\n",
        "What came back to c is in δc already. f times δc takes its place, and is not added to it.",
    ),
    "what came back to h kept": (
        "= W_hh.T @ da, f",
        "= back_h + W_hh.T @ da, f",
        "What came back to h is in δh already. The new part takes its place, and is not added to it.",
    ),
    "own loss at c": ("δc = back_c +", "δc = back_c + dh[t] +", "The loss reads h alone. To c it comes through h, not directly."),
    "cell for state": (
        "np.outer(da, h_before)",
        "np.outer(da, c_before)",
        "W_hh is paired with the old c. The gates read the old h.",
    ),
    "lists swapped": (
        "back_h, back_c = W_hh",
        "back_c, back_h = W_hh",
        "What goes back to h and what goes back to c are swapped.",
    ),
    "output gate of another word": (
        "back_c + o[t] *",
        "back_c + o[t - 1] *",
        "On the way from h into c the gate o is that of the word before. At step t it is o[t].",
    ),
    "output gate from its own loss": (
        "np.tanh(c[t]) * δh",
        "np.tanh(c[t]) * dh[t]",
        "da_o starts from the total derivative of h, with what came back from later words.",
    ),
    "1 − f for f": (
        "f[t] * δc\n",
        "(1 - f[t]) * δc\n",
        "On its way to the old c the gradient is multiplied by f. You used 1 − f.",
    ),
    "sign": (
        '{"W_x": dW_x, "W_hh": dW_hh, "b": db}',
        '{"W_x": -dW_x, "W_hh": -dW_hh, "b": -db}',
        "The sign is turned. The gradient points uphill; going down is the optimiser's work.",
    ),
}

EXERCISE = Exercise(
    name="lstm_backward",
    notebook="08_gru_and_lstm",
    function="lstm_backward",
    task="Write the whole way back through an LSTM over a sentence; the loss reads h alone. "
    "Return the gradients of W_x, W_hh and b.",
    hints=(
        "It is the loop of notebook 02, with two lists that go back: one for h and one for c. Both are zeros at first.",
        "The step inside is the one you wrote above. Its dh is dh[t] and what came back for h; its dc is what came back for c.",
        "At the end of a step renew both: W_hh.T @ da for h, and f[t] times dL/dc for c.",
    ),
    stub=stub,
    solution=solution,
    problem=problem,
    mistakes=edits(solution, EDITS),
    small=small(LSTMCell(1, 1), T=1),
)
