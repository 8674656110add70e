"""Notebook 02: the slope of tanh, read from its output."""

import numpy as np

from ..basics import activations
from .base import CHANGES, Exercise, Problem, edits


def stub(h):
    return None  # your code here


def solution(h):
    return 1 - h**2


def problem(rng, i):
    h = np.tanh(rng.standard_normal(((3,), (4, 2), (5,))[i]))
    return Problem((h,), activations.get("tanh").slope(h))


EDITS = {
    "tanh once more": ("h**2", "np.tanh(h) ** 2", "h is already tanh(a). You take the slope at h, as if h were a."),
    "upside down": ("1 - h**2", "1 / (1 - h**2)", "It is upside down: your slope is at least 1. That of tanh is at most 1."),
    "square missing": ("h**2", "h", "Nearly. Look at the power of h: the slope is the same for h and −h."),
    "square of the difference": ("1 - h**2", "(1 - h) ** 2", "The square stands in the wrong place: it belongs to h alone."),
    "one minus missing": ("1 - h**2", "h**2", "At h = 0 tanh is steepest, with slope 1. Yours is 0 there."),
    "sign": ("1 - h**2", "h**2 - 1", "The sign is turned. tanh rises everywhere, so its slope is never negative."),
    "root taken": ("1 - h**2", "np.sqrt(1 - h**2)", "One root too many. That would turn sine into cosine, but this is tanh."),
    "slope of σ": ("1 - h**2", "h * (1 - h)", "That is the slope of the logistic curve σ. This is tanh."),
    "twice the product": (
        "h**2",
        "2 * h",
        "There is 2h in it: the derivative of h², or a slip of the keys. The slope holds h² itself.",
    ),
    "plus for minus": (
        "1 - h**2",
        "1 + h**2",
        "Look at the sign between the two parts: as h grows, tanh gets flatter, not steeper.",
    ),
    "times the state": (
        "1 - h**2",
        "h * (1 - h**2)",
        "There is a factor h too many. The slope is the same for h and −h, and never negative.",
    ),
    "size for square": ("h**2", "abs(h)", "You take the size of h where its square belongs."),
    CHANGES: (
        "return 1 - h**2",
        "h *= h\n    return 1 - h",
        "The result is right, but your function changes its argument h, which its caller still needs. Work on a copy.",
    ),
}

EXERCISE = Exercise(
    name="tanh_slope",
    notebook="02_the_chain_rule_through_time",
    function="tanh_slope",
    task="You are given h = tanh(a), but not a. Return the slope of tanh at a, entry by entry.",
    hints=(
        "tanh is steepest at a = 0, where h = 0. There the slope is 1. In the flat ends, where h is near 1 or −1, it is near 0.",
        "tanh(a) is sinh(a) / cosh(a). Take the derivative of the quotient, and look for tanh in what comes out.",
    ),
    stub=stub,
    solution=solution,
    problem=problem,
    mistakes=edits(solution, EDITS),
    small=(np.array([0.0, 0.5, -0.8]),),
)
