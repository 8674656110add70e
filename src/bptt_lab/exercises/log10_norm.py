"""Notebook 04: the logarithm of a norm that no number can hold."""

import numpy as np

from .. import memory
from ..basics import overflow
from ..cells import RNNCell
from .base import Exercise, Problem, edits


def stub(jacobians):
    return None  # your code here


def solution(jacobians):
    product, total = np.eye(len(jacobians[0])), 0.0
    for J in jacobians:
        product = product @ J
        size = np.linalg.norm(product, 2)
        product, total = product / size, total + np.log10(size)
    return total


def problem(rng, i):
    """A short product, one that explodes past float64 and one that vanishes past it."""
    T, scale, activation = ((6, 1.0, "tanh"), (150, 200.0, "relu"), (150, 0.001, "tanh"))[i]
    cell = RNNCell(4 + i, 4 + i, activation, scale, init="orthogonal" if i == 1 else "normal", seed=i)
    trace = cell.unroll(0.1 * rng.standard_normal((T, 4 + i)) + (i == 1))
    factors = [cell.jacobian(trace, t) for t in range(T - 1, 0, -1)]
    return Problem((factors,), float(memory.norms_back(cell, trace, T - 1, [T - 1])[0]))


def _multiplied_out(jacobians):
    """The product is multiplied out before its logarithm is taken. Long ones leave float64: divide by the size as you go."""
    product = np.eye(len(jacobians[0]))
    with overflow.quietly():
        for J in jacobians:
            product = product @ J
        return (
            float(np.log10(np.abs(product).max()))
            if not np.isfinite(product).all()
            else float(np.log10(np.linalg.norm(product, 2)))
        )


def _logarithm_too_late(jacobians):
    """You multiply the sizes, and take the logarithm at the end. Their product leaves float64: add up logarithms as you go."""
    product, total = np.eye(len(jacobians[0])), np.ones(())
    for J in jacobians:
        product = product @ J
        size = np.linalg.norm(product, 2)
        product, total = product / size, total * size
    return np.log10(total)


def _product_of_norms(jacobians):
    """These are the norms of the single Jacobians, multiplied. That is a bound; the product's own norm is smaller."""
    return float(sum(np.log10(np.linalg.norm(J, 2)) for J in jacobians))


def _spectral_radius(jacobians):
    """You multiply spectral radii. They bound nothing: take the largest singular value of the product."""
    return float(sum(np.log10(np.abs(np.linalg.eigvals(J)).max()) for J in jacobians))


def _norm_itself(jacobians):
    """This is the norm itself. Return its logarithm, which stays in range."""
    with overflow.quietly():
        return float(np.power(10.0, solution(jacobians)))


EDITS = {
    "wrong order": (
        "product @ J",
        "J @ product",
        "The factors are multiplied in the wrong order, or each is transposed. The last step's Jacobian comes first.",
    ),
    "natural logarithm": (
        "np.log10(size)",
        "np.log(size)",
        "This is the natural logarithm. The task asks for the one to base 10.",
    ),
    "Frobenius norm": (
        "np.linalg.norm(product, 2)",
        "np.linalg.norm(product)",
        "This is the Frobenius norm, the root of the sum of squares. The norm here is the largest singular value: norm(…, 2).",
    ),
    "sizes not added up": (
        "total + np.log10(size)",
        "np.log10(size)",
        "You divide by the size at each step, but its logarithm is not added up: only the last one is left.",
    ),
    "first factor left out": ("in jacobians:", "in jacobians[1:]:", "The first Jacobian of the list is left out."),
    "last factor left out": ("in jacobians:", "in jacobians[:-1]:", "The last Jacobian of the list is left out."),
    "entry by entry": (
        "product @ J",
        "product * J",
        "The Jacobians are multiplied entry by entry. Use @, the product of matrices.",
    ),
    "largest entry": (
        "np.linalg.norm(product, 2)",
        "np.abs(product).max()",
        "You divide by the largest entry, and the norm of what is left at the end is missing. Measure it once more.",
    ),
    "radius of the product": (
        "np.linalg.norm(product, 2)",
        "np.abs(np.linalg.eigvals(product)).max()",
        "You take the largest eigenvalue of the product. The norm is its largest stretch: norm(…, 2).",
    ),
    "sign": ("return total", "return -total", "The sign is turned. A product that vanishes has a negative logarithm."),
    "mean a step": (
        "return total",
        "return total / len(jacobians)",
        "You divide by the number of factors. That is the slope a step; the logarithm of the whole norm is asked for.",
    ),
    "sizes not their logarithms": ("total + np.log10(size)", "total + size", "You add up the sizes. Add up their logarithms."),
}

EXERCISE = Exercise(
    name="log10_norm",
    notebook="04_vanishing_and_exploding",
    function="log10_norm",
    task="Return log10 of the spectral norm of the product of a list of Jacobians, J_t first, however long the list is.",
    hints=(
        "Multiply one factor at a time, and look at the size of the product after each.",
        "Divide the product by its size, and add the logarithm of that size to a total.",
        "The size is np.linalg.norm(product, 2). At the end the product has size 1, and the total is the answer.",
    ),
    stub=stub,
    solution=solution,
    problem=problem,
    mistakes={
        "multiplied out": _multiplied_out,
        "logarithm too late": _logarithm_too_late,
        "product of norms": _product_of_norms,
        "spectral radius": _spectral_radius,
        "the norm itself": _norm_itself,
        **edits(solution, EDITS),
    },
    small=([np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[10.0, 0.0], [0.0, 10.0]])],),
)
