import numpy as np

from ..cells import GatedCell
from . import problems

SMALL = (*np.array([[2.0], [0.5], [0.75], [0.5]]), np.array([[1.0], [2.0], [4.0]]))


def solution(h_before, G1, G2, candidate, W_hh):
    W_1, W_2, W_3 = np.split(W_hh, 3)
    keep = np.diag(G1)
    dG1 = np.diag(h_before * G1 * (1 - G1)) @ W_1
    dG2 = np.diag(candidate * G2 * (1 - G2)) @ W_2
    new = np.diag(G2 * (1 - candidate**2)) @ W_3
    return {"keep": keep, "dG1": dG1, "dG2": dG2, "candidate": new}


def problem(rng, i):
    cell = problems.cell_of(GatedCell, rng, i)
    h_before = rng.standard_normal(cell.hidden_size)
    trace = cell.unroll(rng.standard_normal((1, cell.input_size)), h_before)
    gates = (gate[0].copy() for gate in trace.gates.values())
    return problems.Problem((h_before, *gates, cell.params["W_hh"].copy()), cell.jacobian_terms(trace, 0))
