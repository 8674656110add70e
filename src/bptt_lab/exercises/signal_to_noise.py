"""Notebook 04: do the gradients of many sequences agree?"""

import numpy as np

from ..lessons import vanishing_and_exploding as growth
from .base import Exercise, Problem, edits


def stub(g):
    return None  # your code here


def solution(g):
    mean = g.mean(axis=0)
    noise = np.sqrt(((g - mean) ** 2).sum(axis=1).mean())
    return np.linalg.norm(mean) / noise


def problem(rng, i):
    B, H = ((6, 3), (4, 5), (9, 2))[i]
    g = rng.standard_normal(H) + (0.5, 1.0, 2.0)[i] * rng.standard_normal((B, H))
    return Problem((g,), growth.norm_and_signal(g)[1])


SIGNAL, NOISE = "np.linalg.norm(mean)", "np.sqrt(((g - mean) ** 2).sum(axis=1).mean())"
EDITS = {
    "mean of the norms": (
        SIGNAL,
        "np.linalg.norm(g, axis=1).mean()",
        "Your signal is the mean of the norms. Take the mean of the gradients first, then its norm: what disagrees must cancel.",
    ),
    "spread around zero": ("(g - mean)", "g", "Your noise is measured around zero. Measure it around the mean."),
    "turned over": (f"{SIGNAL} / noise", f"noise / {SIGNAL}", "That is noise to signal. Turn it over."),
    "root missing": (NOISE, "((g - mean) ** 2).sum(axis=1).mean()", "Your noise is a square. Take its root."),
    "both squared": (f"{SIGNAL} / noise", f"({SIGNAL} / noise) ** 2", "That is the ratio of squares. Take the root."),
    "mean distance": (
        NOISE,
        "np.linalg.norm(g - mean, axis=1).mean()",
        "You take the mean of the distances. The spread is the root of the mean square.",
    ),
    "entry by entry": (
        f"{SIGNAL} / noise",
        "mean / g.std(axis=0)",
        "This is a ratio for each unit. One number is asked for: take the norm of the mean, and one spread.",
    ),
    "spread of an entry": (
        ".sum(axis=1).mean()",
        ".mean()",
        "Your noise is the spread of a single entry. Sum the squares over the units, then take the mean over the sequences.",
    ),
    "noise added up": (
        ".sum(axis=1).mean()",
        ".sum()",
        "Your noise grows with the number of sequences. Take the mean over them.",
    ),
    "one sequence less": (
        ".sum(axis=1).mean()",
        ".sum() / (len(g) - 1)",
        "You divide by one sequence less. Here the plain mean over the sequences is meant.",
    ),
    "mean over the units": (
        "axis=0",
        "axis=1, keepdims=True",
        "Your mean goes over the units. Sequences are the rows: their mean is over the first axis.",
    ),
    "spread of the norms": (
        NOISE,
        "np.linalg.norm(g, axis=1).std()",
        "Your noise is the spread of the norms. Gradients of one norm may still point anywhere.",
    ),
    "largest entry": (SIGNAL, "np.abs(mean).max()", "Your signal is the mean's largest entry. Take its norm."),
    "sum for mean": (
        "np.linalg.norm(mean)",
        "np.linalg.norm(g.sum(axis=0))",
        "Your signal is the norm of the sum. It would grow with the number of sequences: take the mean.",
    ),
    "one mean of all": (
        "mean = g.mean(axis=0)",
        "mean = g.mean()",
        "You take one mean over all numbers. Each unit has its own mean over the sequences.",
    ),
    "spreads averaged": (
        "np.sqrt(((g - mean) ** 2).sum(axis=1).mean())",
        "g.std(axis=0).mean()",
        "You average the spreads of the units. Add up their squares, and take the root of the sum.",
    ),
    "variances for spreads": (
        "np.sqrt(((g - mean) ** 2).sum(axis=1).mean())",
        "np.linalg.norm(g.var(axis=0))",
        "You take the norm of the variances. They are squares already: add them up and take one root.",
    ),
    "error of the mean": (
        "np.sqrt(((g - mean) ** 2).sum(axis=1).mean())",
        "np.sqrt(((g - mean) ** 2).sum(axis=1).mean() / len(g))",
        "You divide the spread by the root of the number of sequences. That is the error of the mean; the spread is asked for.",
    ),
    "largest distance": (
        "np.sqrt(((g - mean) ** 2).sum(axis=1).mean())",
        "np.linalg.norm(g - mean, axis=1).max()",
        "You take the largest distance. The spread is the root of the mean square.",
    ),
}

EXERCISE = Exercise(
    name="signal_to_noise",
    notebook="04_vanishing_and_exploding",
    function="signal_to_noise",
    task="Each row of g is the gradient of one sequence. Return the norm of their mean, divided by the spread around that mean.",
    hints=(
        "The mean over the rows is one gradient, with one number for each unit. Its norm is the signal.",
        "The spread is a root mean square: the squared distance of each row from the mean, the mean of these, and then the root.",
    ),
    stub=stub,
    solution=solution,
    problem=problem,
    mistakes=edits(solution, EDITS),
    small=(np.array([[4.0, 3.0], [2.0, 5.0]]),),
)
