import numpy as np

from .. import memory
from ..cells import RNNCell

SMALL = ([np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [1.0, 1.0]])], np.array([[1.0, 1.0], [1.0, 1.0]]), 1.0)


def problem(rng, i):
    """γ is ¼ in the first problem, and 1 in the others."""
    H, lag, activation = ((4, 3, "sigmoid"), (3, 5, "tanh"), (5, 2, "relu"), (2, 1, "sigmoid"), (3, 9, "tanh"))[i]
    cell = RNNCell(H, H, activation, seed=i)
    trace = cell.unroll(rng.standard_normal((lag + 1, H)))
    rungs = memory.bounds(cell, trace, lag, [lag])
    names = {"true": "true", "norms": "product of norms", "weights": "(γσ_max)^lag"}
    jacobians = [cell.jacobian(trace, t) for t in range(lag, 0, -1)]
    arguments = (jacobians, cell.params["W_hh"].copy(), cell.activation.gamma)
    return arguments, {name: float(10.0 ** rungs[rung][0]) for name, rung in names.items()}
