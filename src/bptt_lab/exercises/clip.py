import numpy as np

from .. import train

SMALL = ({"W": np.array([[3.0]]), "b": np.array([4.0])}, 1.0)
PROBLEMS = 9


def problem(rng, i):
    """Gradients of many sizes, and limits below, above and near to their norms. One is of zeros."""
    size = (3.0, 0.02, 0.0, 0.25, 0.1, 2.0, 300.0, 0.02, 0.05)[i]
    grads = {"W": size * rng.standard_normal((i % 4 + 2, 4)), "b": 2 * size * rng.standard_normal(3)}
    limit = (0.23, 14.0, 1.0, 1.2, 0.6, 2.5, 0.003, 0.9, 1.6)[i] * (np.sqrt(sum((g**2).sum() for g in grads.values())) or 1.0)
    return (grads, limit), train.clip_by_norm(grads, limit)[0]
