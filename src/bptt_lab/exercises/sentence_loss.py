import numpy as np

from . import problems

SMALL = (np.log([[1.0, 3.0], [1.0, 1.0]]), np.array([1, 0]), np.array([True, False]))


def solution(y, targets, mask):
    total = 0.0
    for t in range(len(targets)):
        if mask[t]:
            total += np.log(np.exp(y[t]).sum()) - y[t, targets[t]]
    return total


def problem(rng, i):
    counts = ([1, 0, 1, 1], [1], [0, 1, 0, 0, 1], [1, 1, 1, 0, 0, 1, 0, 1, 1], [1, 0, 0, 1])[i]
    (y, targets, mask), p = problems.guesses(rng, i, counts)
    return problems.Problem((y, targets, mask), -np.log(p[np.arange(len(y)), targets])[mask].sum())
