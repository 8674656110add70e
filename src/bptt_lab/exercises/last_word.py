import numpy as np

from ..tasks.english import last_word_guess

SMALL = (np.array([7, 7, 8]), np.array([1, 1, 0]), np.array([8, 7]))


def problem(rng, i):
    """Words 0 to 29, of which training has the first 25, many of them once or twice; 0 has one of each verb."""
    share = (0.7, 0.3, 0.6, 0.45, 0.9)[i]
    last = np.append(1 + (24 * rng.random(90) ** 2).astype(int), [0, 0])
    new = np.append(rng.permutation(30), [0, 28, 29])
    were = (rng.random(92) < np.where(last % 2 == 1, share, 1 - share) * 0.5 + 0.5 * share).astype(int)
    were[-2:] = 0, 1
    return (last, were, new), last_word_guess(last, were, new)
