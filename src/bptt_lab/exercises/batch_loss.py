import numpy as np

SMALL = (np.array([[1.0, 2.0], [4.0, 8.0]]), np.array([[True, True], [True, False]]))


def problem(rng, i):
    """Sentences of different lengths, padded to the longest one. The losses of the padding are not 0."""
    lengths = ([4, 2, 1], [1], [5, 3], [2, 6, 4, 1], [3, 3])[i]
    mask = np.arange(max(lengths))[:, None] < lengths
    losses = (1, 1, 100, 0.01, 1)[i] * rng.random(mask.shape)
    return (losses, mask), sum(losses[:length, b].sum() for b, length in enumerate(lengths)) / len(lengths)
