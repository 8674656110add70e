import numpy as np

from ..cells import GatedCell
from . import problems

SMALL = (*np.array([[2.0], [0.5], [0.75], [0.5]]), np.array([[1.0], [2.0], [4.0]]))


def problem(rng, i):
    cell, trace, gates, (h_before,), *_ = problems.one_step(GatedCell, rng, i)
    return (h_before, *gates, cell.params["W_hh"].copy()), cell.jacobian_terms(trace, 0)
