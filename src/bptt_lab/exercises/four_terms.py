import numpy as np

from ..cells import GatedCell
from . import problems

SMALL = (*np.array([[2.0], [0.5], [0.75], [0.5]]), np.array([[1.0], [2.0], [4.0]]))


def problem(rng, i):
    cell = problems.cell_of(GatedCell, rng, i)
    h_before = rng.standard_normal(cell.hidden_size)
    trace = cell.unroll(rng.standard_normal((1, cell.input_size)), h_before)
    gates = (gate[0].copy() for gate in trace.gates.values())
    return (h_before, *gates, cell.params["W_hh"].copy()), cell.jacobian_terms(trace, 0)
