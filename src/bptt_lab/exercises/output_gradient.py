import numpy as np

from . import problems

SMALL = (np.log([[1.0, 3.0], [1.0, 1.0]]), np.array([1, 0]), np.array([True, False]))


def problem(rng, i):
    counts = ([1, 0, 1], [1], [0, 1, 1, 0, 1], [1, 1, 0, 1], [1, 0, 0, 1, 0])[i]
    (y, targets, mask), p = problems.guesses(rng, i, counts)
    p[np.arange(len(y)), targets] -= 1
    return (y, targets, mask), np.where(mask[:, None], p, 0.0)
