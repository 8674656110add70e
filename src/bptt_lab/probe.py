"""What a state still holds, read off by a straight line.

A gradient says what can be *learnt* from a word; a probe says what is still *there* of it. They are two measurements. The
probe is a linear classifier, fitted to the states of one half of the sequences by least squares, one output for each class,
and scored on the other half. What it reads is in the state; what it cannot read may still be there, folded up.
"""

import numpy as np

from . import checks
from .cells.base import Cell
from .model import check_task


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
    seen, wanted = states[:half], np.eye(len(classes))[numbers[:half]]
    square = seen.T @ seen + half * ridge * np.eye(states.shape[1])
    weights = np.linalg.solve(square, seen.T @ (wanted - wanted.mean(axis=0)))
    return float((np.argmax(states[half:] @ weights + wanted.mean(axis=0), axis=1) == numbers[half:]).mean())


def by_step(cell: Cell, task, n: int = 1000, seed: int = 0) -> np.ndarray:
    """(T,): how well a line reads each sequence's answer off h_t, for every step t of n fresh sequences.

    The answer is the target of the sequence's last step with a loss. After the word that tells it, the probe's accuracy
    says how well the state keeps it; before, it is at chance.
    """
    if not isinstance(cell, Cell):
        raise checks.error("cell", type(cell).__name__, "a cell such as RNNCell")
    check_task(task)
    if cell.input_size != task.input_size:
        raise checks.error("cell", f"{cell.input_size} inputs", f"{task.input_size}, as {task!r} has them")
    x, targets, mask = task.batch(checks.count("n", n), np.random.default_rng(checks.seed("seed", seed)))
    last = len(mask) - 1 - mask[::-1].argmax(axis=0)
    labels = targets[last, np.arange(n)]
    return np.array([accuracy(h, labels) for h in cell.unroll(x).h])
