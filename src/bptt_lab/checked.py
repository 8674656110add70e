"""A learner's own function, checked: what is right, or which known mistake it looks like."""

from collections.abc import Callable, Mapping

import numpy as np

from . import train

LIMIT = 1.0


def clip(yours: Callable) -> str:
    """What there is to say of yours(grads, limit), which should return grads scaled down to norm `limit` if theirs is larger."""
    rng = np.random.default_rng(0)
    large = {"W": rng.standard_normal((3, 4)), "b": 5.0 * rng.standard_normal(3)}
    small = {name: array / 100 for name, array in large.items()}
    zero = {name: 0.0 * array for name, array in large.items()}
    before = {name: array.copy() for name, array in large.items()}
    with np.errstate(all="ignore"):
        got = yours(large, LIMIT)
        if got is None:
            return "Not tried yet."
        if not isinstance(got, Mapping) or {n: np.shape(v) for n, v in got.items()} != {n: v.shape for n, v in before.items()}:
            return "Return a dict with the names and shapes of the one you were given."
        if any((large[name] != before[name]).any() for name in before):
            return "Your function changes the arrays that it was given. Make new ones: array * factor, not array *= factor."
        got_small, got_zero = yours(small, LIMIT), yours(zero, LIMIT)
    right, norm = train.clip_by_norm(large, LIMIT)
    for mistake, sentence in _MISTAKES.items():
        if _same(got, mistake(large, LIMIT)) and not _same(mistake(large, LIMIT), right):
            return sentence
    if not _same(got, right):
        size = np.sqrt(sum(np.square(array).sum() for array in got.values()))
        return f"Not yet: a gradient of norm {norm:.3g}, clipped at {LIMIT:g}, has norm {size:.3g} in your hands."
    if not _same(got_small, small):
        return "A gradient shorter than the limit must stay as it is. Yours is changed."
    if not _same(got_zero, zero):
        return "A gradient of zeros becomes NaN: do not divide by its norm."
    return "Right: one factor for all arrays, so the direction stays."


def _each_by_itself(grads, limit):
    return {name: train.clip_by_norm({name: array}, limit)[0][name] for name, array in grads.items()}


def _by_entry(grads, limit):
    return {name: np.clip(array, -limit, limit) for name, array in grads.items()}


def _not_divided(grads, limit):
    return {name: array * limit for name, array in grads.items()}


def _squared(grads, limit):
    square = sum(np.square(array).sum() for array in grads.values())
    return {name: array * min(1.0, limit / square) for name, array in grads.items()}


_MISTAKES = {
    _each_by_itself: "Each array is clipped by itself. That turns the gradient: take one norm over all arrays together.",
    _by_entry: "Each entry is clipped by itself. That turns the gradient: scale all entries by one factor.",
    _not_divided: "The factor is limit / norm, not limit.",
    _squared: "You divide by the square of the norm: a square root is missing.",
}


def _same(a: Mapping, b: Mapping) -> bool:
    return all(np.allclose(a[name], b[name], rtol=1e-9, atol=1e-12) for name in b)
