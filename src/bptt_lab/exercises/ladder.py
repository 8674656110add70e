"""Notebook 04: how large a product of Jacobians is, and two numbers that it cannot pass."""

import numpy as np

from .. import memory
from ..cells import RNNCell
from . import kinds, problems

TASK = (
    "Return the three rungs of the ladder: the norm of the product of the Jacobians, J_t first; the product of their norms; "
    "and (γσ_max)^lag."
)
HINTS = (
    "Every norm here is the largest stretch, np.linalg.norm(A, 2).",
    "The lag is the number of Jacobians. σ_max is the largest stretch of W_hh.",
    "Go through the list and carry a matrix, product @ J, which starts as np.eye(H). np.prod multiplies a list of numbers.",
)
SMALL = ([np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([[0.0, 0.0], [1.0, 1.0]])], np.array([[1.0, 1.0], [1.0, 1.0]]), 1.0)
STUB = 'return None  # return {"true": …, "norms": …, "weights": …}'


def solution(jacobians, W_hh, gamma):
    product = np.eye(len(W_hh))
    for J in jacobians:
        product = product @ J
    norms = [np.linalg.norm(J, 2) for J in jacobians]
    weights = (gamma * np.linalg.norm(W_hh, 2)) ** len(jacobians)
    return {"true": np.linalg.norm(product, 2), "norms": np.prod(norms), "weights": weights}


def problem(rng, i):
    """γ is ¼ in the first problem, and 1 in the others."""
    H, lag, activation = ((4, 3, "sigmoid"), (3, 5, "tanh"), (5, 2, "relu"), (2, 1, "sigmoid"), (3, 9, "tanh"))[i]
    cell = RNNCell(H, H, activation, seed=i)
    trace = cell.unroll(rng.standard_normal((lag + 1, H)))
    rungs = memory.bounds(cell, trace, lag, [lag])
    names = {"true": "true", "norms": "product of norms", "weights": "(γσ_max)^lag"}
    jacobians = [cell.jacobian(trace, t) for t in range(lag, 0, -1)]
    arguments = (jacobians, cell.params["W_hh"].copy(), cell.activation.gamma)
    return problems.Problem(arguments, {name: float(10.0 ** rungs[rung][0]) for name, rung in names.items()})


SLIPS = r"""
Frobenius norm | , 2) → ) | This is the Frobenius norm, the root of the sum of squares. The largest stretch is norm(…, 2).
smallest stretch | , 2) → , -2) | These are the smallest stretches. A norm is the largest one.
wrong order | product @ J → J @ product
    | The factors are multiplied in the wrong order. The last step's Jacobian comes first in the list and in the product.
entry by entry | product @ J → product * J | The Jacobians are multiplied entry by entry. Use @, the product of matrices.
added, not multiplied | np.prod(norms) → np.sum(norms) | You add the norms. Two stretches in a row multiply.
norm of the sum | np.linalg.norm(product, 2) → np.linalg.norm(sum(jacobians), 2)
    | You add the Jacobians. The way back multiplies them.
γ left out | gamma * np.linalg.norm(W_hh, 2) → np.linalg.norm(W_hh, 2)
    | γ is missing, the largest slope of the activation. Each step has its slopes too.
γ once | (gamma * np.linalg.norm(W_hh, 2)) ** → gamma * np.linalg.norm(W_hh, 2) **
    | γ is in it once. Each step has its slopes, so it is raised to the lag as well.
one step too few | len(jacobians) → (len(jacobians) - 1) | One step too few: there is one factor for each Jacobian.
one step too many | len(jacobians) → (len(jacobians) + 1) | One step too many: there is one factor for each Jacobian.
times the lag | ** len → * len | You multiply by the lag. Each step multiplies once more, so it is a power.
norm of one | np.prod(norms) → norms[0] | Only one Jacobian's norm is left. Multiply the norms of all.
largest norm for all | np.prod(norms) → np.max(norms) ** len(norms)
    | You take the largest norm for every step. Multiply the norms as they are: that is a tighter bound.
mean of the norms | np.prod(norms) → np.mean(norms) | You take the mean of the norms. Two stretches in a row multiply.
units for steps | ** len(jacobians) → ** len(W_hh) | You raise to the number of units. There is one factor for each Jacobian.
last factor left out | for J in jacobians: → for J in jacobians[:-1]: | The last Jacobian of the list is not in the product.
γ upside down | gamma * → 1 / gamma * | You divide by γ. A slope multiplies: a flat activation makes the bound smaller.
product itself | np.linalg.norm(product, 2), → product, | This is the product itself. Return its largest stretch, one number.
"""
KINDS = (
    kinds.stretch("W_hh", " of W_hh"),
    kinds.stretch("J", " of each Jacobian"),
    kinds.stretch("product", " of the product"),
)
