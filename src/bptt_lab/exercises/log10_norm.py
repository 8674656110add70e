"""Notebook 04: the logarithm of a norm that no number can hold."""

import numpy as np

from .. import memory
from ..cells import RNNCell
from . import kinds, problems

TASK = "Return log10 of the spectral norm of the product of a list of Jacobians, J_t first, however long the list is."
HINTS = (
    "Multiply one factor at a time, and look at the size of the product after each.",
    "Divide the product by its size, and add the logarithm of that size to a total.",
    "The size is np.linalg.norm(product, 2). At the end the product has size 1, and the total is the answer.",
)
SMALL = ([np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[10.0, 0.0], [0.0, 10.0]])],)


def solution(jacobians):
    product, total = np.eye(len(jacobians[0])), 0.0
    for J in jacobians:
        product = product @ J
        size = np.linalg.norm(product, 2)
        product, total = product / size, total + np.log10(size)
    return total


def problem(rng, i):
    """A short product, one that explodes past float64 and one that vanishes past it."""
    T, scale, activation = ((6, 1.0, "tanh"), (150, 200.0, "relu"), (150, 0.001, "tanh"), (2, 1.0, "tanh"), (3, 5.0, "relu"))[i]
    cell = RNNCell(4 + i, 4 + i, activation, scale, init="orthogonal" if i == 1 else "normal", seed=i)
    trace = cell.unroll(0.1 * rng.standard_normal((T, 4 + i)) + (i == 1))
    factors = [cell.jacobian(trace, t) for t in range(T - 1, 0, -1)]
    return problems.Problem((factors,), float(memory.norms_back(cell, trace, T - 1, [T - 1])[0]))


SLIPS = r"""
multiplied out | np.linalg.norm(product, 2) → np.linalg.norm(product, 2) if np.isfinite(product).all() else np.abs(product).max()
    && product, total = product / size, total + np.log10(size) → total = np.log10(size)
    | The product is multiplied out before its logarithm is taken. Long ones leave float64: divide by the size as you go.
logarithm too late | , 0.0 → , 1.0 && total + np.log10(size) → total * size && return total → return np.log10(total)
    | You multiply the sizes, and take the logarithm at the end. Their product leaves float64: add up logarithms as you go.
product of norms | product @ J → J | These are the single norms, multiplied: a bound. The product's own norm is smaller.
spectral radii multiplied | product @ J → J && np.linalg.norm(product, 2) → np.abs(np.linalg.eigvals(product)).max()
    | You multiply spectral radii. They bound nothing: take the largest singular value of the product.
the norm itself | return total → return np.power(10.0, total) | This is the norm itself. Return its logarithm, which can be held.
wrong order | product @ J → J @ product
    | The factors are multiplied in the wrong order, or each is transposed. The last step's Jacobian comes first.
sizes not added up | total + np.log10(size) → np.log10(size)
    | You divide by the size at each step, but its logarithm is not added up: only the last one is left.
first factor left out | in jacobians: → in jacobians[1:]: | The first Jacobian of the list is left out.
last factor left out | in jacobians: → in jacobians[:-1]: | The last Jacobian of the list is left out.
entry by entry | product @ J → product * J | The Jacobians are multiplied entry by entry. Use @, the product of matrices.
largest entry | np.linalg.norm(product, 2) → np.abs(product).max()
    | You divide by the largest entry, and the norm of what is left at the end is missing. Measure it once more.
sign | return total → return -total | The sign is turned. A product that vanishes has a negative logarithm.
mean a step | return total → return total / len(jacobians)
    | You divide by the number of factors. That is the slope a step; the logarithm of the whole norm is asked for.
sizes not their logarithms | total + np.log10(size) → total + size | You add up the sizes. Add up their logarithms.
"""
KINDS = (
    kinds.stretch("product", but="smallest stretch"),
    kinds.logarithm(),
)
