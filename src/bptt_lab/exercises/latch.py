"""Notebook 05: one unit that latches. Is the state forgotten, and is the gradient gone?"""

import numpy as np

from .. import memory
from ..cells import RNNCell
from . import kinds, problems

TASK = (
    "Run h = tanh(w h) from the starts a and b. Return how far apart the two states end, and the derivative of the last "
    "state by the start, for the run from a."
)
HINTS = (
    "Two things go forward together: the two states, and a product that starts at 1.",
    "One step multiplies the derivative by w and by the slope of tanh, read from the state after the step.",
)
SMALL = (2.0, 0.5, 0.0, 2)
STUB = 'return None  # return {"apart": …, "gradient": …}'


def solution(w, a, b, steps):
    gradient = 1.0
    for _ in range(steps):
        a, b = np.tanh(w * a), np.tanh(w * b)
        gradient = gradient * w * (1 - a**2)
    return {"apart": abs(a - b), "gradient": gradient}


def problem(rng, i):
    w, a, b, steps = ((2.0, -0.4, 0.1, 8), (0.9, 0.8, -0.3, 6), (-1.5, 0.2, 0.7, 5), (3.0, 0.5, -0.6, 1), (-0.3, 0.0, 2.0, 3))[i]
    cell = RNNCell(1, 1, seed=i)
    cell.params["W_hh"] = [[w]]
    from_a, from_b = (cell.unroll(np.zeros((steps, 1)), [start]) for start in (a, b))
    gradient = memory.jacobian_product(cell, from_a, steps - 1, -1)[0, 0]
    return problems.Problem((w, a, b, steps), {"apart": abs(from_a.h[-1, 0] - from_b.h[-1, 0]), "gradient": gradient})


SLIPS = r"""
w missing | gradient * w * (1 - a**2) → gradient * (1 - a**2) | w is missing in the gradient. Each step multiplies by it, too.
slope before the step | a, b = np.tanh(w * a), np.tanh(w * b) gradient = gradient * w * (1 - a**2) → gradient = gradient * w * (1
    - a**2)\na, b = np.tanh(w * a), np.tanh(w * b)
    | The slope is taken at the state before the step. It is read from the state after it.
added up | gradient * w * (1 - a**2) → gradient + w * (1 - a**2)
    | You add the factors of the gradient. Step by step they multiply.
last step alone | gradient * w * (1 - a**2) → w * (1 - a**2)
    | Only the last step's factor is left in the gradient. Multiply all of them.
last slope for all | "gradient": gradient → "gradient": (w * (1 - a**2)) ** steps
    | You raise the last factor to a power. Each step has a slope of its own.
one step too few | range(steps) → range(steps - 1) | One step too few: the first step leads from the start to state 1.
one step too many | range(steps) → range(steps + 1) | One step too many: after the given number of steps, stop.
from the other start | 1 - a**2 → 1 - b**2 | The gradient is that of the run from b. The one from a is asked for.
tanh missing | np.tanh(w * a), np.tanh(w * b) → w * a, w * b
    | Without their tanh the states grow or shrink for ever. Each step has one.
w outside | np.tanh(w * a), np.tanh(w * b) → w * np.tanh(a), w * np.tanh(b)
    | w stands outside of tanh. The unit is tanh of w times the state.
sign of the distance | abs(a - b) → a - b | A distance has no sign.
distance squared | abs(a - b) → (a - b) ** 2 | The distance is squared. Take it as it is.
one run for both | np.tanh(w * a), np.tanh(w * b) → np.tanh(w * a), np.tanh(w * np.tanh(w * a))
    | The second run steps from the new state of the first. Give each run its own state.
sign of the gradient lost | "gradient": gradient → "gradient": abs(gradient)
    | The sign of the derivative is lost. With a negative w it may well be negative.
product starts at w | gradient = 1.0 → gradient = w | Your product starts at w, so w is in it once too often. It starts at 1.
product starts at zero | gradient = 1.0 → gradient = 0.0 | Your product starts at 0, and stays there. A product starts at 1.
slopes of both runs | (1 - a**2) → (1 - a**2) * (1 - b**2) | The slopes of both runs are in the gradient, not of the one from a.
"""
KINDS = (kinds.tanh("a", says="the state"),)
