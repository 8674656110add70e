"""Notebook 06: truncated backpropagation through time."""

import numpy as np

from ..cells import RNNCell
from ..model import SequenceModel
from . import bptt
from .base import Exercise, Problem, edits
from .where import at_which_word


def stub(cell, trace, dh, k):
    # Start from your BPTT of notebook 02. One line of it changes.
    return None  # at the end: return {"W_x": dW_x, "W_hh": dW_hh, "b": db}


def solution(cell, trace, dh, k):
    x, h, h0, W_hh = trace.x, trace.h, trace.h0, cell.params["W_hh"]
    dW_x, dW_hh, db = (np.zeros_like(value) for value in cell.params.values())
    back = np.zeros_like(h0)
    for t in reversed(range(len(h))):
        da = (1 - h[t] ** 2) * (dh[t] + back)
        dW_x += np.outer(da, x[t])
        dW_hh += np.outer(da, h[t - 1] if t > 0 else h0)
        db += da
        back = W_hh.T @ da if t % k else np.zeros_like(h0)  # a cut before the steps 0, k, 2k, …
    return {"W_x": dW_x, "W_hh": dW_hh, "b": db}


def problem(rng, i):
    """The last piece is shorter than k in the first two problems."""
    T, I, H, k = ((7, 7, 4, 3), (5, 6, 3, 2), (6, 6, 2, 3))[i]
    model = SequenceModel(RNNCell(I, H, seed=i), 3, seed=i)
    x = np.eye(I)[rng.permutation(I)[:T]]
    run = model.forward(x, rng.integers(3, size=T), h0=rng.standard_normal(H))
    grads = model.backward(run, truncate=k)
    truth = {name: grads[name] for name in model.cell.params}
    return Problem((model.cell, run.trace, run.dh[:, 0], k), truth, at_which_word(x, grads["W_x"]))


def _k_steps_each(cell, trace, dh, k):
    """You let each word look back k steps. A cut is at a fixed place: just after it, a word sees only itself."""
    total = {name: np.zeros_like(value) for name, value in cell.params.items()}
    for t in range(len(dh)):
        back = dh[t]
        for j in range(t, max(t - k, -1), -1):
            da = (1 - trace.h[j] ** 2) * back
            total["W_x"] += np.outer(da, trace.x[j])
            total["W_hh"] += np.outer(da, trace.h[j - 1] if j > 0 else trace.h0)
            total["b"] += da
            back = cell.params["W_hh"].T @ da
    return total


RETURN, STOP = '{"W_x": dW_x, "W_hh": dW_hh, "b": db}', "if t % k else np.zeros_like(h0)"
EDITS = {
    "nothing cut": (STOP, "", "Nothing is cut: this is the whole gradient."),
    "cut at every step": (
        f"W_hh.T @ da {STOP}",
        "np.zeros_like(h0)",
        "You cut at every step. Between two cuts the message goes on.",
    ),
    "cut one step late": (
        "t % k",
        "(t - 1) % k",
        "The cut is one step off: you cut before step 1, k + 1, … Step k belongs to the later piece, so nothing goes from "
        "it to step k − 1.",
    ),
    "cut one step early": (
        "t % k",
        "(t + 1) % k",
        "The cut is one step off: you cut before step k − 1, … Step k − 1 is the last of the earlier piece.",
    ),
    "counted from the end": (
        "t % k",
        "(len(h) - t) % k",
        "You count the pieces from the end. The first piece is the steps 0 to k − 1, and the last one may be shorter.",
    ),
    "turned": (
        STOP,
        "if t % k == 0 else np.zeros_like(h0)",
        "It is turned: you carry the message across the cuts, and nowhere else.",
    ),
    "state cut too": (
        "h[t - 1] if t > 0 else h0",
        "h[t - 1] if t % k else 0 * h0",
        "You set the state before a cut to 0. The state runs on across the cut; only the message back stops.",
    ),
    "start at every cut": (
        "h[t - 1] if t > 0 else h0",
        "h[t - 1] if t % k else h0",
        "You start each piece from h0. The state runs on across the cut; only the message back stops.",
    ),
    "last piece alone": (
        "(dh[t] + back)",
        "(dh[t] + back) * (t >= (len(h) - 1) // k * k)",
        "Only the last piece is in it. The earlier ones have losses too: go on after a cut.",
    ),
    "own loss lost": (
        "dh[t] + back",
        "(dh[t] if (t + 1) % k else 0) + back",
        "The word before a cut has lost its own loss. Only what comes back is cut off.",
    ),
    "transpose lost": ("W_hh.T @ da", "W_hh @ da", "You carry back with W_hh where its transpose belongs."),
    "slope missing": ("(1 - h[t] ** 2) * ", "", "The slope of tanh is missing between dL/dh and dL/da."),
    "last state for the start": (
        "h[t - 1] if t > 0 else h0",
        "h[t - 1]",
        "At t=0, h[t - 1] is h[-1], which is the last state. The state before the first word is h0.",
    ),
    "= for +=": (" += ", " = ", "Only one word's part is left in it. Each word is to be *added*: look at = and +=."),
    "mean over the pieces": (
        RETURN,
        "{name: g / -(-len(h) // k) for name, g in zip(cell.params, (dW_x, dW_hh, db))}",
        "You divide by the number of pieces. Their gradients are summed.",
    ),
    "step at a cut left out": (
        "(dh[t] + back)",
        "(dh[t] + back) * (t % k > 0)",
        "The steps 0, k, 2k, … are left out of the sums. Only what goes back from them is cut off.",
    ),
    "one cut alone": (
        "if t % k else",
        "if t != k else",
        "There is one cut, before step k. There is another before 2k, and so on.",
    ),
    "pieces too long": ("t % k", "t % (k + 1)", "Your pieces are one step too long: each holds k + 1 steps."),
    "first piece uncut": (
        "if t % k else",
        "if t >= k else",
        "You cut inside the first piece, and nowhere later. A cut is just before the steps k, 2k, and so on.",
    ),
    "start taken as zero": ("else h0)", "else 0 * h0)", "At t=0 the state before the step is h0, which need not be zero."),
    "state after for state before": (
        "h[t - 1] if t > 0 else h0",
        "h[t]",
        "W_hh is paired with the state after the step. It multiplied the one before.",
    ),
    "word before for word": ("x[t])", "x[t - 1])", "W_x is paired with the word before. At step t it multiplied x[t]."),
    "own loss left out": (
        "(dh[t] + back)",
        "((dh[t] if t == len(h) - 1 else 0) + back)",
        "Only the last word's own loss is in it. Every word adds its dh[t].",
    ),
    "slope not carried": (
        "back = W_hh.T @ da if",
        "back = W_hh.T @ (dh[t] + back) if",
        "What goes back skips the slope. dL/da goes back through W_hh, not dL/dh.",
    ),
    "walks forward": (
        "reversed(range(len(h)))",
        "range(len(h))",
        "You walk from the first word to the last. What comes back starts at the last.",
    ),
    "one step a piece": (
        "reversed(range(len(h)))",
        "reversed(range(0, len(h), k))",
        "You visit one step of each piece. Visit every step; only the message stops at the cuts.",
    ),
    "mean for sum": (
        '{"W_x": dW_x, "W_hh": dW_hh, "b": db}',
        '{"W_x": dW_x / len(h), "W_hh": dW_hh / len(h), "b": db / len(h)}',
        "This is the mean over the words. The weights are shared, so their parts are summed.",
    ),
}

EXERCISE = Exercise(
    name="truncated_bptt",
    notebook="06_partial_cures",
    function="truncated_bptt",
    task="Write BPTT with a cut every k steps: nothing goes back from step k to step k − 1, from 2k to 2k − 1, and so on. "
    "The states stay as they are.",
    hints=(
        'All but one line is the BPTT of notebook 02. Its solution is bl.exercises.get("bptt").solution.',
        "At the end of each step you renew back. Just after which steps must it be zero?",
        "t % k is what is left when t is divided by k: it is 0 at 0, k, 2k, …",
    ),
    stub=stub,
    solution=solution,
    problem=problem,
    mistakes={"k steps each": _k_steps_each, **edits(solution, EDITS)},
    small=(*bptt.small(RNNCell(1, 1)), 1),
)
