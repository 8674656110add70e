import numpy as np

from .. import memory
from ..cells import RNNCell

SMALL = ([np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[10.0, 0.0], [0.0, 10.0]])],)


def problem(rng, i):
    """A short product, one that explodes past float64 and one that vanishes past it."""
    T, scale, activation = ((6, 1.0, "tanh"), (150, 200.0, "relu"), (150, 0.001, "tanh"), (2, 1.0, "tanh"), (3, 5.0, "relu"))[i]
    cell = RNNCell(4 + i, 4 + i, activation, scale, init="orthogonal" if i == 1 else "normal", seed=i)
    trace = cell.unroll(0.1 * rng.standard_normal((T, 4 + i)) + (i == 1))
    factors = [cell.jacobian(trace, t) for t in range(T - 1, 0, -1)]
    return (factors,), float(memory.norms_back(cell, trace, T - 1, [T - 1])[0])
