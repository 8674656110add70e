"""Notebook 02: the slope of tanh, read from its output."""

import numpy as np

from ..basics import activations
from . import kinds, problems

TASK = "You are given h = tanh(a), but not a. Return the slope of tanh at a, entry by entry."
HINTS = (
    "tanh is steepest at a = 0, where h = 0. There the slope is 1. In the flat ends, where h is near 1 or −1, it is near 0.",
    "tanh(a) is sinh(a) / cosh(a). Take the derivative of the quotient, and look for tanh in what comes out.",
)
SMALL = (np.array([0.0, 0.5, -0.8]),)


def solution(h):
    return 1 - h**2


def problem(rng, i):
    h = np.tanh((1, 3, 0.1, 6, 1)[i] * rng.standard_normal(((3,), (4, 2), (5,), (40,), (1,))[i]))
    return problems.Problem((h,), activations.get("tanh").slope(h))


KINDS = (kinds.tanh("h"),)
