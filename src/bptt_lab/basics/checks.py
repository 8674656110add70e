"""Say what is wrong with an input before anything is computed.

Every error names the argument, what was given and what was expected.
"""

import math
import operator
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np


def error(name: str, given, expected: str, hint: str = "") -> ValueError:
    """The one form of this package's complaints, ready to be raised."""
    return ValueError(f"{name}: got {given}, expected {expected}." + (f" {hint}" if hint else ""))


def _whole(value) -> int | None:
    """`value` as a whole number; None if it is none, as True and 2.0 are not."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def count(name: str, value, lowest: int = 1) -> int:
    """A whole number of at least `lowest`."""
    whole = _whole(value)
    if whole is None or whole < lowest:
        raise error(name, repr(value), f"a whole number of at least {lowest}")
    return whole


def index(name: str, value, length: int, lowest: int = 0) -> int:
    """A whole number from `lowest` to length − 1."""
    whole = _whole(value)
    if whole is None or not lowest <= whole < length:
        raise error(name, repr(value), f"a whole number from {lowest} to {length - 1}", "Code counts from 0.")
    return whole


def number(name: str, value, allow_inf: bool = False) -> float:
    """A finite real number, or +∞ where that has a meaning."""
    try:
        real = math.nan if isinstance(value, (str, bytes, bytearray)) else float(value)
    except (TypeError, ValueError, OverflowError):
        real = math.nan
    if not (math.isfinite(real) or allow_inf and real == math.inf):
        raise error(name, repr(value), "a finite number")
    return real


def flag(name: str, value) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise error(name, repr(value), "True or False")
    return bool(value)


def choice(name: str, value, choices: Iterable[str]):
    """One of a few names."""
    choices = tuple(choices)
    if not isinstance(value, str) or value not in choices:
        raise error(name, repr(value), "one of " + ", ".join(map(repr, choices)))
    return value


def all_finite(array: np.ndarray) -> bool:
    """Whether no entry of a float64 array is NaN or infinite.

    The square sum answers in one call; only if it overflows does each entry have to be looked at.
    """
    return math.isfinite(np.vdot(array, array)) or bool(np.isfinite(array).all())


def square_sum(array: np.ndarray) -> Callable[[], np.ndarray]:
    """For one array in contiguous memory, looked at again and again: a function that gives [Σ array²].

    One row times one column, since NumPy is slower to make a number than to write into an array.
    """
    flat = array.reshape(-1)
    return partial(flat[None].dot, flat, np.empty(1))


def read(name: str, value, expected: str) -> np.ndarray:
    """`value` as an array of what it holds. Lists and tensors are welcome, masked arrays are not: their mask would be lost."""
    if isinstance(value, np.ma.MaskedArray):
        raise error(name, "a masked array", expected, "Hand in its data, and the mask as `mask`.")
    if hasattr(value, "detach"):  # a tensor, which may still carry its own gradient
        value = value.detach()
    try:
        return np.asarray(value)
    except ValueError:  # NumPy's word for it, too
        given = "rows of different lengths" if isinstance(value, (list, tuple)) else type(value).__name__
    except Exception:  # an object may do what it likes when it is asked for an array
        given = type(value).__name__
    raise error(name, given, expected)


def _real_numbers(name: str, value) -> np.ndarray:
    """`value` as an array of real numbers: lists and tensors are welcome, words and complex numbers are not."""
    result = read(name, value, "an array of numbers")
    try:
        nothing = result.dtype.kind == "O" and any(entry is None for entry in result.flat)  # NumPy would read None as NaN
        if result.dtype.kind in "OV":
            result = result.astype(np.float64)
    except OverflowError:
        raise error(name, "a number past float64's end", "finite numbers") from None
    except (TypeError, ValueError, RuntimeError):
        raise error(name, type(value).__name__, "an array of numbers") from None
    if nothing:
        raise error(name, "None", "an array of numbers")
    if result.dtype.kind not in "fiub":
        raise error(name, f"{result.dtype} values", "an array of numbers")
    return result


def array(name: str, value, shape: tuple | None = None, allow_inf: bool = False) -> np.ndarray:
    """`value` as a float64 array, of that shape and without NaN or infinity; a gradient may have exploded to infinity."""
    if type(value) is not np.ndarray or value.dtype.kind not in "fiub":
        value = _real_numbers(name, value)
    result = np.asarray(value, np.float64)
    if shape is not None and result.shape != shape:
        raise error(name, f"shape {result.shape}", f"shape {shape}")
    if not all_finite(result):
        bad = np.isnan(result) if allow_inf else ~np.isfinite(result)
        if bad.any():
            place = tuple(int(i) for i in np.argwhere(bad)[0])
            raise error(name, f"{result[place]} at {place}", "numbers" if allow_inf else "finite numbers")
    return result


def seed(name: str, value) -> int:
    """A whole number of at least 0."""
    return count(name, value, lowest=0)
