"""Notebook 02: the Jacobian of one step of the plain cell."""

import numpy as np

from ..cells import RNNCell
from . import kinds, problems

TASK = "Return the Jacobian of one step of the plain tanh cell, from the new state h and W_hh. Row i belongs to unit i of h."
HINTS = (
    "Entry [i, j] is the slope of unit i, times the weight that leads to it from old unit j.",
    "So each row of W_hh is multiplied by a number of its own.",
    "np.diag(v) is a matrix with v on its diagonal. At the left of another matrix it multiplies the rows.",
)
SMALL = (np.array([0.0, 0.5]), np.array([[1.0, 2.0], [4.0, 8.0]]))


def solution(h, W_hh):
    return np.diag(1 - h**2) @ W_hh


def problem(rng, i):
    cell = problems.cell_of(RNNCell, rng, i)
    trace = cell.unroll(rng.standard_normal((1, cell.input_size)), rng.standard_normal(cell.hidden_size))
    return problems.Problem((trace.h[0], cell.params["W_hh"].copy()), cell.jacobian(trace, 0))


SLIPS = r"""
columns instead of rows | np.diag(1 - h**2) @ W_hh → W_hh @ np.diag(1 - h**2)
    | The slopes multiply columns. Row i belongs to unit i of the new state, and so does slope i.
result transposed | np.diag(1 - h**2) @ W_hh → (np.diag(1 - h**2) @ W_hh).T
    | It is transposed. Row i holds the derivatives of unit i of the new state.
W transposed | @ W_hh → @ W_hh.T | W_hh is transposed. W_hh[i, j] leads from old unit j to new unit i, as it stands.
slope alone | @ W_hh → | These are the slopes alone, on a diagonal. The old state comes in through W_hh.
entry by entry | @ W_hh → * W_hh | Only the diagonal is left, since you multiply entry by entry. Use @, or a column of slopes.
row summed | np.diag(1 - h**2) → (1 - h**2)
    | This is a list: a row of slopes times a matrix sums over units. A Jacobian has one row for each unit.
column summed | np.diag(1 - h**2) @ W_hh → W_hh @ (1 - h**2)
    | This is a list: a matrix times the slopes sums over units. A Jacobian has one row for each unit.
one slope for all | np.diag(1 - h**2) @ W_hh → (1 - h**2).mean() * W_hh | You use one mean slope. Each unit has its own.
slopes on both sides | np.diag(1 - h**2) @ W_hh → np.diag(1 - h**2) @ W_hh @ np.diag(1 - h**2)
    | The slopes stand on both sides. Those of the new state belong there; the old state's tanh is not part of this step.
added | @ W_hh → + W_hh | You add slopes and weights. They lie on one road, one after the other: multiply.
"""
KINDS = (kinds.tanh("h"),)
