import numpy as np

from ..cells import GatedCell
from . import problems

SMALL = (np.array([1.0]), np.array([2.0]), np.array([[0.0], [1.0], [0.5]]), np.zeros((3, 1)), np.zeros(3))


def solution(x, h_before, W_x, W_hh, b):
    a = W_x @ x + W_hh @ h_before + b
    a_1, a_2, a_3 = np.split(a, 3)
    G1, G2, candidate = 1 / (1 + np.exp(-a_1)), 1 / (1 + np.exp(-a_2)), np.tanh(a_3)
    return G1 * h_before + G2 * candidate


def problem(rng, i):
    cell = problems.cell_of(GatedCell, rng, i)
    x, h_before = rng.standard_normal(cell.input_size), rng.standard_normal(cell.hidden_size)
    weights = (cell.params[name].copy() for name in ("W_x", "W_hh", "b"))
    return problems.Problem((x, h_before, *weights), cell.unroll(x[None], h_before).h[0])
