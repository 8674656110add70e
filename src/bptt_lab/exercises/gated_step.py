import numpy as np

from ..cells import GatedCell
from . import problems

SMALL = (np.array([1.0]), np.array([2.0]), np.array([[0.0], [1.0], [0.5]]), np.zeros((3, 1)), np.zeros(3))


def problem(rng, i):
    cell = problems.cell_of(GatedCell, rng, i)
    x, h_before = rng.standard_normal(cell.input_size), rng.standard_normal(cell.hidden_size)
    weights = (cell.params[name].copy() for name in ("W_x", "W_hh", "b"))
    return (x, h_before, *weights), cell.unroll(x[None], h_before).h[0]
