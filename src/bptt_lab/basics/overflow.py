"""Products that stay meaningful past the end of float64.

A gradient that explodes is a result here, not an error. Plain floats turn it into NaN as soon as an infinite number
meets a zero or its own opposite. These products follow two rules instead:

    0 · ∞ = 0      the ∞ is an overflowed number, and zero times any number is zero
    ∞ − ∞ = ∞      the sign is lost, the size is not: exploded

Where nothing overflows they are NumPy's own products, with one look at the result added.
"""

import contextvars
from collections.abc import Callable
from functools import partial

import numpy as np

from .checks import all_finite


def quietly() -> np.errstate:
    """Overflow is a result in this package, so NumPy's warnings about it are noise: `with quietly(): …`."""
    return np.errstate(all="ignore")


silent = quietly()  # before a function, `@silent`: it always runs so, at half the price


def silent_context() -> contextvars.Context:
    """Its `run` calls a function as in `with quietly():`, at a tenth of the price. It serves one call at a time.

    NumPy keeps its error state in a context variable, which is set here once.
    """
    context = contextvars.Context()
    context.run(np.seterr, all="ignore")
    return context


def exploded(array: np.ndarray) -> np.ndarray:
    """`array` with every NaN made +∞, in place: ∞ − ∞ = ∞."""
    if not all_finite(array):
        array[np.isnan(array)] = np.inf
    return array


class Extended(np.ndarray):
    """An array whose sums and products follow the two rules: a formula written for plain arrays need not know of them."""

    __array_priority__ = 1.0  # what is joined of these and of plain ones is of these

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        plain = [np.asarray(value) if isinstance(value, np.ndarray) else value for value in inputs]
        with quietly():
            if ufunc is np.matmul:
                result = _matmul(*plain)
            else:
                result = np.asarray(getattr(ufunc, method)(*plain, **kwargs))
                if result.dtype == float and not all_finite(result):
                    if ufunc is np.multiply and method == "__call__":
                        result = np.where(np.isnan(result) & ((plain[0] == 0) | (plain[1] == 0)), 0.0, result)
                    result = np.where(np.isnan(result), np.inf, result)
        if out is not None:
            np.asarray(out[0])[...] = result
            return out[0]
        return result.view(Extended)


def _each(made: Callable, value):
    """What is made of every array, in tuples, lists and dicts too; all else as it is."""
    if isinstance(value, dict):
        return {name: _each(made, entry) for name, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)([_each(made, entry) for entry in value])
    return made(value) if isinstance(value, np.ndarray) else value


def settled(compute: Callable, *arguments, seen: Callable = lambda result: result):
    """compute(*arguments), and once more with `Extended` arrays if something in the result is not finite.

    The arguments and the result may be arrays, and tuples, lists or dicts of them. Plain NumPy is quicker, and the same where
    nothing overflows. seen: the part of the result that is looked at, if it shows what all of it would.
    """
    with quietly():
        result = compute(*arguments)
        if _finite(seen(result)):
            return result
        return _each(np.asarray, compute(*_each(lambda array: array.view(Extended), arguments)))


def _finite(value) -> bool:
    if isinstance(value, np.ndarray):
        return all_finite(value)
    return all(map(_finite, value.values() if isinstance(value, dict) else value))


multiply = partial(settled, np.multiply)  # a · b, entry by entry


def affine(W: np.ndarray, v: np.ndarray, b: np.ndarray) -> np.ndarray:
    """W v + b for each row v."""
    return settled(np.add, dot(v, W.T), b)


def dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The matrix product a b of arrays of one or two axes."""
    with quietly():
        result = np.asarray(np.dot(a, b))
        return result if all_finite(result) else _matmul(a, b)


def _matmul(a, b):
    """a @ b, for stacks too."""
    result = np.matmul(a, b)
    if all_finite(result):
        return result
    finite_a, finite_b = np.isfinite(a), np.isfinite(b)
    result = np.asarray(np.matmul(np.where(finite_a, a, 0.0), np.where(finite_b, b, 0.0)))
    sign_a, sign_b = np.sign(a), np.sign(b)
    infinite_a, infinite_b = np.where(finite_a, 0.0, sign_a), np.where(finite_b, 0.0, sign_b)
    # How many infinite products each entry sums, and how many more of them are positive than negative.
    terms = np.abs(infinite_a) @ np.abs(sign_b) + np.abs(sign_a) @ np.abs(infinite_b)
    balance = infinite_a @ sign_b + sign_a @ infinite_b
    result = np.where(terms > 0, np.where(balance == -terms, -np.inf, np.inf), result)
    return exploded(np.atleast_1d(result)).reshape(result.shape)
