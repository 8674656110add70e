"""Notebook 08: one step of the way back through an LSTM."""

import numpy as np

from ..cells import LSTMCell
from .base import CHANGES, Exercise, Problem, edits


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
    H = (4, 3, 5)[i]
    cell = LSTMCell(2, H, seed=i)
    cell.params["b"] = rng.standard_normal(4 * H)
    h_before, c_before, dh, dc = rng.standard_normal((4, H))
    trace = cell.unroll(rng.standard_normal((1, 2)), (h_before, c_before))
    grads = cell.backward(trace, dh[None], dc[None])
    gates = (trace.gates[name][0].copy() for name in cell.blocks)
    arguments = (dh, dc, *gates, trace.end[1], c_before, cell.params["W_hh"].copy())
    return Problem(arguments, {"a": grads["b"], "h_before": grads["h0"], "c_before": grads["c0"]})


THROUGH_H = "dc + o * (1 - np.tanh(c) ** 2) * dh"
EDITS = {
    "way through h missing": (
        THROUGH_H,
        "dc",
        "c matters in two ways: for the next step, which is dc, and through h = o tanh(c). The second is missing.",
    ),
    "next step missing": (
        THROUGH_H,
        THROUGH_H.removeprefix("dc + "),
        "c matters in two ways: through h, and for the next step. The second, dc, is missing.",
    ),
    "slope of tanh(c) missing": (
        " * (1 - np.tanh(c) ** 2)",
        "",
        "On the way from h into c the slope of tanh is missing: 1 − tanh(c)².",
    ),
    "slope read from c": ("np.tanh(c) ** 2", "c**2", "The slope of tanh at c is 1 − tanh(c)². Here c itself was squared."),
    "output gate missing": ("o * (1 - np.tanh", "(1 - np.tanh", "h = o tanh(c). On the way from h into c the gate o is missing."),
    "new c beside f": ("c_before * dc", "c * dc", "f multiplies the old c. So da_f carries c_before, not c."),
    "candidate's slope": ("(1 - g**2)", "g * (1 - g)", "The candidate g is a tanh. Its slope is 1 − g²."),
    "g beside g": ("i * dc * (1", "g * dc * (1", "g is multiplied by i in c. So da_g carries i."),
    "i beside i": ("g * dc * i", "i * dc * i", "i is multiplied by g in c. So da_i carries g."),
    "c for tanh(c)": ("np.tanh(c) * dh", "c * dh", "o multiplies tanh(c), not c."),
    "output gate from dc": ("np.tanh(c) * dh", "np.tanh(c) * dc", "o stands in h alone. So da_o starts from dh, not from dc."),
    "slope of i missing": (" * i * (1 - i)", "", "The slope of the logistic curve is missing in da_i: i (1 − i)."),
    "slope of f missing": (" * f * (1 - f)", "", "The slope of the logistic curve is missing in da_f: f (1 − f)."),
    "slope of o missing": (" * o * (1 - o)", "", "The slope of the logistic curve is missing in da_o: o (1 − o)."),
    "forget gate missing": ("f * dc}", "dc}", "On its way to the old c the gradient is multiplied by f."),
    "one block alone": (
        "W_hh.T @ da",
        "np.split(W_hh, 4)[3].T @ da_o",
        "Only the output gate's block is in it. All four blocks read h_before.",
    ),
    "order of the blocks": (
        "[da_i, da_f, da_g, da_o]",
        "[da_f, da_i, da_g, da_o]",
        "The blocks stand in another order: input, forget, cell, output.",
    ),
    "transpose lost": (
        "W_hh.T @ da",
        "sum(W @ d for W, d in zip(np.split(W_hh, 4), np.split(da, 4)))",
        "The way back goes through W_hh transposed, block by block.",
    ),
    "slope of g missing": (" * (1 - g**2)", "", "The slope of tanh is missing in da_g: 1 − g²."),
    "h for tanh(c)": (
        "np.tanh(c) * dh",
        "o * np.tanh(c) * dh",
        "In h = o tanh(c) it is o that moves. So da_o carries tanh(c), not h.",
    ),
    "input gate for forget gate": (
        "f * dc}",
        "i * dc}",
        "The input gate stands on the way to the old c. c = f c_before + i g: it is f there.",
    ),
    "output before candidate": (
        "[da_i, da_f, da_g, da_o]",
        "[da_i, da_f, da_o, da_g]",
        "The blocks stand in another order: input, forget, cell, output. Some texts put the output third.",
    ),
    "g beside f": ("c_before * dc", "g * dc", "f multiplies the old c. You have g beside it, which belongs to i."),
    "slope at the old c": (
        "1 - np.tanh(c) ** 2",
        "1 - np.tanh(c_before) ** 2",
        "The slope of tanh is taken at the old c. h = o tanh(c) has the new one.",
    ),
    "tanh for σ in i": ("i * (1 - i)", "(1 - i**2)", "i goes through σ, whose slope is i (1 − i). You used the slope of tanh."),
    "own dh to the old c": (
        "f * dc}",
        "f * dc + dh}",
        "The old c hears of the loss only through the new c. dh is in dc already.",
    ),
    CHANGES: (
        "dc = dc +",
        "dc +=",
        "The result is right, but your function changes its argument dc, which its caller still needs. Work on a copy.",
    ),
}

EXERCISE = Exercise(
    name="lstm_step",
    notebook="08_gru_and_lstm",
    function="lstm_step_back",
    task="Write one step of LSTM's way back. Return dL/da, and what goes on to h and to c of the step before.",
    hints=(
        "Before all else complete dc: add what comes through h = o tanh(c).",
        "c = f c_before + i g. Each factor's gradient is dc times the other factor. Then multiply by the slope of σ or tanh.",
        "The four blocks go one below the other, in the order i, f, g, o. All of them read h_before: W_hh transposed.",
    ),
    stub=stub,
    solution=solution,
    problem=problem,
    mistakes=edits(solution, EDITS),
    small=(*np.array([[1.0], [1.0], [0.5], [0.75], [0.5], [0.5], [0.0], [2.0]]), np.array([[1.0], [2.0], [3.0], [4.0]])),
)
