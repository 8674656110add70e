"""Notebook 06: clip a gradient by its norm."""

import numpy as np

from .. import train
from . import problems

TASK = "Scale a dict of arrays by one factor, so that their norm together is at most `limit`. Leave what is short enough."
HINTS = (
    "One norm for all arrays together: the root of the sum of all squared entries.",
    "The factor is limit / norm where the norm is above the limit, and 1 elsewhere.",
    "Return a new dict with the same names: {name: g * factor for name, g in grads.items()}.",
)
SMALL = ({"W": np.array([[3.0]]), "b": np.array([4.0])}, 1.0)
PROBLEMS = 9


def solution(grads, limit):
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    factor = limit / norm if norm > limit else 1.0
    return {name: g * factor for name, g in grads.items()}


def problem(rng, i):
    """Gradients of many sizes, and limits below, above and near to their norms. One is of zeros."""
    size = (3.0, 0.02, 0.0, 0.25, 0.1, 2.0, 300.0, 0.02, 0.05)[i]
    grads = {"W": size * rng.standard_normal((i % 4 + 2, 4)), "b": 2 * size * rng.standard_normal(3)}
    limit = (0.23, 14.0, 1.0, 1.2, 0.6, 2.5, 0.003, 0.9, 1.6)[i] * (np.sqrt(sum((g**2).sum() for g in grads.values())) or 1.0)
    return problems.Problem((grads, limit), train.clip_by_norm(grads, limit)[0])


SLIPS = r"""
each array by itself | g * factor for name → g * min(1.0, limit / (np.sqrt((g**2).sum()) or limit)) for name
    | Each array is clipped by itself. That turns the gradient: take one norm over all arrays together.
longest array | np.sqrt(sum((g**2).sum() for g in grads.values())) → max(np.sqrt((g**2).sum()) for g in grads.values())
    | Your norm is that of the longest array. Take one norm over all arrays together.
norms added | np.sqrt(sum((g**2).sum() for g in grads.values())) → sum(np.sqrt((g**2).sum()) for g in grads.values())
    | You add the norms of the arrays. Add their squares, and take the root of the sum.
each entry by itself | g * factor for name → np.clip(g, -limit, limit) for name
    | Each entry is clipped by itself. That turns the gradient: scale all entries by one factor.
always scaled | if norm > limit else 1.0 →
    | A gradient that is short enough must stay as it is. Yours is scaled too, and one of zeros becomes NaN.
scaled up | norm > limit → norm > 0 | A gradient that is short enough must stay as it is. Yours is made longer.
zeros become NaN | g * factor for name → g / norm * min(norm, limit) for name
    | A gradient of zeros becomes NaN: you divide by its norm. What is short enough needs no division.
root missing | norm = np.sqrt( → norm = ( | This compares the square of the norm with the limit: a square root is missing.
factor turned | limit / norm → norm / limit | The factor is turned over: it is limit / norm.
limit for factor | limit / norm → limit | You scale by the limit. The factor is limit / norm.
not clipped | g * factor for name → g for name | Nothing is clipped: the long gradient comes back as it was.
comparison turned | norm > limit → norm < limit | The comparison is turned: you leave the long gradient and scale the short one.
largest entry | np.sqrt(sum((g**2).sum() for g in grads.values())) → max(np.abs(g).max() for g in grads.values())
    | You compare the largest entry with the limit. The norm is the root of the sum of all squares.
sum of sizes | np.sqrt(sum((g**2).sum() for g in grads.values())) → sum(np.abs(g).sum() for g in grads.values())
    | You add up sizes. Add up squares, and take the root.
mean of the squares | (g**2).sum() → (g**2).mean() | You take the mean of the squares of each array. A norm needs their sum.
length one | limit / norm → 1 / norm | The long gradient gets length 1. Its length is to be the limit.
both squared | limit / norm → limit**2 / norm**2 | The factor is squared. Then the norm ends below the limit.
"""
