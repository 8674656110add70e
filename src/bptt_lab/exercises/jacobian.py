"""Notebook 02: the Jacobian of one step of the plain cell."""

import numpy as np

from ..cells import RNNCell
from .base import Exercise, Problem, edits


def stub(h, W_hh):
    return None  # your code here


def solution(h, W_hh):
    return np.diag(1 - h**2) @ W_hh


def problem(rng, i):
    H = (3, 5, 4)[i]
    cell = RNNCell(2, H, seed=i)
    trace = cell.unroll(rng.standard_normal((1, 2)), rng.standard_normal(H))
    return Problem((trace.h[0], cell.params["W_hh"].copy()), cell.jacobian(trace, 0))


WHOLE = "np.diag(1 - h**2) @ W_hh"
EDITS = {
    "columns instead of rows": (
        WHOLE,
        "W_hh @ np.diag(1 - h**2)",
        "The slopes multiply columns. Row i belongs to unit i of the new state, and so does slope i.",
    ),
    "result transposed": (WHOLE, f"({WHOLE}).T", "It is transposed. Row i holds the derivatives of unit i of the new state."),
    "W transposed": ("@ W_hh", "@ W_hh.T", "W_hh is transposed. W_hh[i, j] leads from old unit j to new unit i, as it stands."),
    "slope missing": ("np.diag(1 - h**2) @ ", "", "This is W_hh alone. The slopes of tanh are missing."),
    "slope alone": (" @ W_hh", "", "These are the slopes alone, on a diagonal. The old state comes in through W_hh."),
    "slope upside down": ("1 - h**2", "1 / (1 - h**2)", "You divide by the slope of tanh. It multiplies."),
    "tanh once more": ("h**2", "np.tanh(h) ** 2", "h is already tanh of a. The slope needs no second tanh."),
    "state for slope": ("1 - h**2", "h", "The state itself stands where its slope belongs."),
    "entry by entry": (
        "@ W_hh",
        "* W_hh",
        "Only the diagonal is left, since you multiply entry by entry. Use @, or a column of slopes.",
    ),
    "row summed": (
        "np.diag(1 - h**2)",
        "(1 - h**2)",
        "This is a list: a row of slopes times a matrix sums over units. A Jacobian has one row for each unit.",
    ),
    "column summed": (
        WHOLE,
        "W_hh @ (1 - h**2)",
        "This is a list: a matrix times the slopes sums over units. A Jacobian has one row for each unit.",
    ),
    "one slope for all": (
        "np.diag(1 - h**2) @ W_hh",
        "(1 - h**2).mean() * W_hh",
        "You use one mean slope. Each unit has its own.",
    ),
    "square missing": ("1 - h**2", "1 - h", "Nearly. Look at the power of h in the slope: it is the same for h and −h."),
    "slope of σ": ("1 - h**2", "h * (1 - h)", "That is the slope of the logistic curve σ. This cell has tanh."),
    "slopes on both sides": (
        "np.diag(1 - h**2) @ W_hh",
        "np.diag(1 - h**2) @ W_hh @ np.diag(1 - h**2)",
        "The slopes stand on both sides. Those of the new state belong there; the old state's tanh is not part of this step.",
    ),
    "added": ("@ W_hh", "+ W_hh", "You add slopes and weights. They lie on one road, one after the other: multiply."),
}

EXERCISE = Exercise(
    name="jacobian",
    notebook="02_the_chain_rule_through_time",
    function="jacobian",
    task="Return the Jacobian of one step of the plain tanh cell, from the new state h and W_hh. Row i belongs to unit i of h.",
    hints=(
        "Entry [i, j] is the slope of unit i, times the weight that leads to it from old unit j.",
        "So each row of W_hh is multiplied by a number of its own.",
        "np.diag(v) is a matrix with v on its diagonal. At the left of another matrix it multiplies the rows.",
    ),
    stub=stub,
    solution=solution,
    problem=problem,
    mistakes=edits(solution, EDITS),
    small=(np.array([0.0, 0.5]), np.array([[1.0, 2.0], [4.0, 8.0]])),
)
