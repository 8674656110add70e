"""What a state still holds, read off by a straight line.

A gradient says what of a word arrives for training to use; a probe says what is still *there* of it. They are two
measurements. The probe is a linear classifier, fitted to the states of one half of the sequences by least squares, one output
for each class, and scored on the other half. What it reads is in the state; what it cannot read may still be there, folded up.
"""

import numpy as np

from ..basics import checks


def accuracy(states, labels, ridge: float = 1e-3) -> float:
    """The share of the second half of `states`, (N, D), whose label, (N,) class numbers, a line fitted to the first half says.

    ridge: how much large coefficients cost, beside states of variance 1. N is at least 4. Chance is the share of
    the most frequent label.
    """
    states, labels = checks.array("states", states), np.asarray(labels)
    if states.ndim != 2 or len(states) < 4:
        raise checks.error("states", f"shape {states.shape}", "(N, D) with N of at least 4")
    if labels.shape != states.shape[:1]:
        raise checks.error("labels", f"shape {labels.shape}", f"shape {states.shape[:1]}, a label for each state")
    ridge = checks.number("ridge", ridge)
    if ridge <= 0:
        raise checks.error("ridge", ridge, "a number above 0")
    half = len(states) // 2
    classes, numbers = np.unique(labels, return_inverse=True)
    states = states / (np.abs(states).max() or 1.0)  # first, since squares of huge or tiny states leave float64
    states = states - states[:half].mean(axis=0)
    size = states[:half].std(axis=0)
    states = states / np.where(size > 0, size, 1.0)
    fitted, wanted = states[:half], np.eye(len(classes))[numbers[:half]]
    square = fitted.T @ fitted + half * ridge * np.eye(states.shape[1])
    weights = np.linalg.solve(square, fitted.T @ (wanted - wanted.mean(axis=0)))
    return float((np.argmax(states[half:] @ weights + wanted.mean(axis=0), axis=1) == numbers[half:]).mean())
