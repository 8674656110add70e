"""Products that stay meaningful past the end of float64.

A gradient that explodes is a result here, not an error. Plain floats turn it into NaN as soon as an infinite number
meets a zero or its own opposite. These products follow two rules instead:

    0 · ∞ = 0      the ∞ is an overflowed number, and zero times any number is zero
    ∞ − ∞ = ∞      the sign is lost, the size is not: exploded

Where nothing overflows they are NumPy's own products, with one look at the result added.
"""

import contextvars
import functools
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar, cast

import numpy as np

from .checks import all_finite


def quietly() -> np.errstate:
    """Overflow is a result in this package, so NumPy's warnings about it are noise: `with quietly(): …`."""
    return np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore")


def silent_context() -> contextvars.Context:
    """Its `run` calls a function as in `with quietly():`, at a tenth of the price. It serves one call at a time.

    NumPy keeps its error state in a context variable, which is set here once.
    """
    context = contextvars.Context()
    context.run(np.seterr, all="ignore")
    return context


_contexts: list[contextvars.Context] = []


F = TypeVar("F", bound=Callable)


def silent(function: F) -> F:
    """A function that always runs in a `silent_context`, borrowed for the call, also when several threads ask."""

    @functools.wraps(function)
    def run(*arguments, **named):
        try:
            context = _contexts.pop()
        except IndexError:  # not asked before: another thread may take the last one in between
            context = silent_context()
        try:
            return context.run(function, *arguments, **named)
        finally:
            _contexts.append(context)

    return cast(F, run)


def exploded(array: np.ndarray) -> np.ndarray:
    """`array` with every NaN made +∞, in place: ∞ − ∞ = ∞."""
    if not all_finite(array):
        array[np.isnan(array)] = np.inf
    return array


def multiply(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """a · b, entry by entry. `out` may be one of the two."""
    with quietly():
        result = np.multiply(a, b)
    if not all_finite(result):
        result[np.isnan(result) & ((a == 0) | (b == 0))] = 0.0
        exploded(result)
    if out is None:
        return result
    out[...] = result
    return out


def add(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """a + b, entry by entry."""
    with quietly():
        return exploded(np.add(a, b, out))


def dot(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """The matrix product a b of arrays of one or two axes."""
    with quietly():
        result = np.asarray(np.dot(a, b, out))
        if not all_finite(result):
            result[...] = _overflowed_dot(a, b)
    return result


def _overflowed_dot(a, b):
    finite_a, finite_b = np.isfinite(a), np.isfinite(b)
    result = np.asarray(np.dot(np.where(finite_a, a, 0.0), np.where(finite_b, b, 0.0)))
    sign_a, sign_b = np.sign(a), np.sign(b)
    infinite_a, infinite_b = np.where(finite_a, 0.0, sign_a), np.where(finite_b, 0.0, sign_b)
    # How many infinite products each entry sums, and how many more of them are positive than negative.
    terms = np.abs(infinite_a).dot(np.abs(sign_b)) + np.abs(sign_a).dot(np.abs(infinite_b))
    balance = infinite_a.dot(sign_b) + sign_a.dot(infinite_b)
    result = np.where(terms > 0, np.where(balance == -terms, -np.inf, np.inf), result)
    return exploded(np.atleast_1d(result)).reshape(result.shape)


class Products(NamedTuple):
    """What a loop over time is made of. Run it with `PLAIN` first, and once more with `SAFE` if its result is not finite."""

    dot: Callable
    multiply: Callable
    add: Callable

    def by(self, W: np.ndarray) -> Callable:
        """The product W v, as a function of v and of where it is written."""
        return W.dot if self.dot is np.dot else partial(self.dot, W)

    def stacked(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """The matrix products of two stacks, or of a stack and one matrix: (n, i, j) and (n, j, l) -> (n, i, l)."""
        if self.dot is np.dot:
            return np.matmul(a, b)
        n = len(a) if a.ndim == 3 else len(b)
        a, b = (np.broadcast_to(side, (n, *side.shape[-2:])) for side in (a, b))
        return np.stack([self.dot(*pair) for pair in zip(a, b)])


PLAIN, SAFE = Products(np.dot, np.multiply, np.add), Products(dot, multiply, add)
