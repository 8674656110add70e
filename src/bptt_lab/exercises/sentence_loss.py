import numpy as np

from . import problems

SMALL = (np.log([[1.0, 3.0], [1.0, 1.0]]), np.array([1, 0]), np.array([True, False]))


def problem(rng, i):
    counts = ([1, 0, 1, 1], [1], [0, 1, 0, 0, 1], [1, 1, 1, 0, 0, 1, 0, 1, 1], [1, 0, 0, 1])[i]
    (y, targets, mask), p = problems.guesses(rng, i, counts)
    return (y, targets, mask), -np.log(p[np.arange(len(y)), targets])[mask].sum()
