"""Notebook 02: backpropagation through time, written by the learner."""

import numpy as np

from ..cells import RNNCell
from ..model import SequenceModel
from .base import Exercise, Problem, edits
from .where import at_which_word


def stub(cell, trace, dh):
    # Take away the # of the next two lines, and write your loop under them.
    # x, h, h0, W_hh = trace.x, trace.h, trace.h0, cell.params["W_hh"]
    # dW_x, dW_hh, db = (np.zeros_like(value) for value in cell.params.values())
    return None  # at the end: return {"W_x": dW_x, "W_hh": dW_hh, "b": db}


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
    T, I, H = ((4, 6, 5), (1, 2, 3), (5, 5, 2))[i]
    model = SequenceModel(RNNCell(I, H, seed=i), 3, seed=i)
    model.params["b"] = 0.5 * rng.standard_normal(H)
    x = np.eye(I)[rng.permutation(I)[:T]]  # each word has a column of W_x to itself
    run = model.forward(x, rng.integers(3, size=T), h0=rng.standard_normal(H))
    grads = model.backward(run)
    return Problem(
        (model.cell, run.trace, run.dh[:, 0]), {name: grads[name] for name in model.cell.params}, at_which_word(x, grads["W_x"])
    )


def small(cell, T=2):
    """One unit that reads one or two words, with W_x = 1 and W_hh = ½."""
    for name, value in cell.params.items():
        cell.params[name] = np.full_like(value, {"W_x": 1.0, "W_hh": 0.5}.get(name, 0.0))
    return cell, cell.unroll(np.eye(T)[:, :1]), np.ones((T, 1))


def _weights_after(cell, trace, dh):
    """You pair the weights with what has already gone back through W_hh. They meet dL/da of their own word, before that."""
    grads = {name: np.zeros_like(value) for name, value in cell.params.items()}
    back = np.zeros_like(trace.h0)
    for t in reversed(range(len(dh))):
        back = cell.params["W_hh"].T @ ((1 - trace.h[t] ** 2) * (dh[t] + back))
        grads["W_x"] += np.outer(back, trace.x[t])
        grads["W_hh"] += np.outer(back, trace.h[t - 1] if t > 0 else trace.h0)
        grads["b"] += back
    return grads


EDITS = {
    "transpose lost": ("W_hh.T @ da", "W_hh @ da", "You carry back with W_hh where its transpose belongs."),
    "nothing carried back": (
        "dh[t] + back",
        "dh[t]",
        "Each word gets its own loss alone. What comes back from later words is missing.",
    ),
    "own loss left out": (
        "dh[t] + back",
        "(dh[t] if t == len(h) - 1 else 0) + back",
        "Only the last word's own loss is in it. Every word adds its dh[t].",
    ),
    "carried one word": (
        "W_hh.T @ da",
        "W_hh.T @ ((1 - h[t] ** 2) * dh[t])",
        "What comes back reaches one word and stops. Carry on all that has arrived, not dh[t] alone.",
    ),
    "first word left out": ("range(len(h))", "range(1, len(h))", "The loop stops before the first word, t=0."),
    "last word left out": ("range(len(h))", "range(len(h) - 1)", "The loop leaves out the last word, t=T−1."),
    "walks forward": (
        "reversed(range(len(h)))",
        "range(len(h))",
        "You walk from the first word to the last. What comes back starts at the last.",
    ),
    "slope missing": ("(1 - h[t] ** 2) * δ", "δ", "The slope of tanh is missing between dL/dh and dL/da."),
    "slope upside down": ("(1 - h[t] ** 2) * δ", "δ / (1 - h[t] ** 2)", "You divide by the slope of tanh. It multiplies."),
    "slope of the output": (
        "1 - h[t] ** 2",
        "1 - np.tanh(h[t]) ** 2",
        "h[t] is already tanh of a[t]. The slope needs no second tanh.",
    ),
    "slope of the word before": (
        "1 - h[t] ** 2",
        "1 - (h[t - 1] if t > 0 else h0) ** 2",
        "The slope is taken at the state before the step.",
    ),
    "slope not carried": (
        "W_hh.T @ da",
        "W_hh.T @ δ",
        "What goes back skips the slope. dL/da goes back through W_hh, not dL/dh.",
    ),
    "last state for the start": (
        "h[t - 1] if t > 0 else h0",
        "h[t - 1]",
        "At t=0, h[t - 1] is h[-1], which is the last state. The state before the first word is h0.",
    ),
    "start taken as zero": ("else h0", "else 0 * h0", "At t=0 the state before the step is h0, which need not be zero."),
    "state after for state before": (
        "h[t - 1] if t > 0 else h0",
        "h[t]",
        "W_hh is paired with the state after the step. It multiplied the one before.",
    ),
    "word before for word": ("x[t])", "x[t - 1])", "W_x is paired with the word before. At step t it multiplied x[t]."),
    "= for +=": (" += ", " = ", "Only one word's part is left in it. Each word is to be *added*: look at = and +=."),
    "mean for sum": (
        '{"W_x": dW_x, "W_hh": dW_hh, "b": db}',
        '{"W_x": dW_x / len(h), "W_hh": dW_hh / len(h), "b": db / len(h)}',
        "This is the mean over the words. The weights are shared, so their parts are summed.",
    ),
    "sign": (
        '{"W_x": dW_x, "W_hh": dW_hh, "b": db}',
        '{"W_x": -dW_x, "W_hh": -dW_hh, "b": -db}',
        "The sign is turned. The gradient points uphill; going down is the optimiser's work.",
    ),
    "what came back kept": (
        "        back = W_hh",
        "        back = back + W_hh",
        "What came back is in δ already. The part for the word before takes its place, and is not added to it.",
    ),
    "bias from dL/dh": ("db += da", "db += δ", "The bias stands inside the tanh. Its gradient sums dL/da, not dL/dh."),
    "slope of another word": (
        "1 - h[t] ** 2",
        "1 - h[t - 1] ** 2",
        "The slope is taken at h[t - 1], one word off. At t=0 that is even h[-1], the last word.",
    ),
    "last word for every word": ("x[t])", "x[-1])", "W_x is paired with the last word every time. At step t it multiplied x[t]."),
    "square of the difference": (
        "(1 - h[t] ** 2)",
        "(1 - h[t]) ** 2",
        "The slope's square stands in the wrong place: it belongs to h alone.",
    ),
    "later losses twice": (
        "dh[t] + back",
        "dh[t:].sum(axis=0) + back",
        "The later words' losses are in it twice. They arrive in what comes back, so add dh[t] alone.",
    ),
}

EXERCISE = Exercise(
    name="bptt",
    notebook="02_the_chain_rule_through_time",
    function="my_bptt",
    task="Write backpropagation through time for the plain cell with tanh. Return dL/dW_x, dL/dW_hh and dL/db.",
    hints=(
        "Keep one array, back, of zeros at first: what comes back from later words. At each word: add dh[t], "
        "multiply by the slope, add to the three sums, renew back.",
        "The slope of tanh is 1 − h², read from the state of the same word. What goes back is W_hh transposed times dL/da.",
        "W_hh is paired with the state before the step. At t = 0 that is h0. "
        "Python gives you h[-1] without complaint: the last state.",
    ),
    stub=stub,
    solution=solution,
    problem=problem,
    mistakes={"weights after": _weights_after, **edits(solution, EDITS)},
    small=small(RNNCell(1, 1)),
)
