"""Say what is wrong with an input before anything is computed.

Every error names the argument, what was given and what was expected.
"""

import contextlib
import math
import operator
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from .one_hot import OneHot


def error(name: str, given, expected: str, hint: str = "") -> ValueError:
    """The one form of this package's complaints, ready to be raised."""
    return ValueError(f"{name}: got {given}, expected {expected}." + (f" {hint}" if hint else ""))


def count(name: str, value, lowest: int = 1, highest: float = math.inf) -> int:
    """A whole number of at least `lowest`, and at most `highest`; True and 2.0 are none."""
    with contextlib.suppress(TypeError):
        if not isinstance(value, bool) and lowest <= (whole := operator.index(value)) <= highest:
            return whole
    if highest == math.inf:
        raise error(name, repr(value), f"a whole number of at least {lowest}")
    raise error(name, repr(value), f"a whole number from {lowest} to {highest}", "Code counts from 0.")


seed = partial(count, lowest=0)


def index(name: str, value, length: int, lowest: int = 0) -> int:
    """A whole number from `lowest` to length − 1."""
    return count(name, value, lowest, length - 1)


def number(name: str, value, allow_inf: bool = False) -> float:
    """A finite real number, or +∞ where that has a meaning."""
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        real = float(value)
        if (math.isfinite(real) or allow_inf and real == math.inf) and not isinstance(value, (str, bytes, bytearray)):
            return real
    raise error(name, repr(value), "a finite number")


def positive(name: str, value, allow_inf: bool = False) -> float:
    """A number above 0."""
    real = number(name, value, allow_inf)
    if real <= 0:
        raise error(name, real, "a number above 0")
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


def of_tensor(value):
    """What a tensor holds, which may carry its own gradient, lie on another device or be of a type that NumPy does not know."""
    if not hasattr(value, "detach"):
        return value
    value = value.detach().cpu()
    value = value.dequantize() if getattr(value, "is_quantized", False) else value
    return (value.double() if hasattr(value, "double") and not value.is_complex() else value).numpy()


def read(name: str, value, expected: str) -> np.ndarray:
    """`value` as an array of what it holds. Lists and tensors are welcome, masked arrays are not: their mask would be lost."""
    if type(value) is not np.ndarray and isinstance(value, np.ma.MaskedArray):  # NumPy takes 6 ms to load its masks
        raise error(name, "a masked array", expected, "Hand in its data, and the mask as `mask`.")
    try:
        return np.asarray(of_tensor(value))
    except ValueError:  # NumPy's word for it, too
        given = "rows of different lengths" if isinstance(value, (list, tuple)) else type(value).__name__
    except Exception:  # an object may do what it likes when it is asked for an array
        given = type(value).__name__ + ", a tensor without numbers that NumPy can read" * hasattr(value, "detach")
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


# What a cell and a model are handed is looked at here, once. Behind this door nobody asks again.


def sequence(cell: Any, x) -> Any:
    """x as a float64 array, or as it is if it is `OneHot`; (T, I) or (T, B, I)."""
    x, I = x if isinstance(x, OneHot) else array("x", x), cell.input_size
    shape = x.shape
    if not (2 <= len(shape) <= 3 and shape[-1] == I and 0 not in shape):
        raise error("x", f"shape {shape}", f"(T, {I}) or (T, B, {I}) with at least one step and one sequence")
    return x


def inputs(cell: Any, x, h0) -> tuple[np.ndarray, tuple[np.ndarray, ...], bool]:
    """x as (T, B, I), the start as (B, H) each, and whether x came with a batch axis. The weights must be finite too."""
    x = np.asarray(sequence(cell, x))
    batched = x.ndim == 3
    x = x if batched else x[:, None]
    if not all_finite(cell.stack) or cell.vectors:
        for name, value in cell.params.items():
            array(f"params[{name!r}]", value)
    B, H, n = x.shape[1], cell.hidden_size, len(cell.parts)
    if h0 is None:
        return x, (np.zeros((B, H)),) * n, batched
    if n > 1 and not (isinstance(h0, (tuple, list)) and len(h0) == n):
        given = f"{len(h0)} of them" if isinstance(h0, (tuple, list)) else type(h0).__name__
        raise error("h0", given, "a pair (h0, c0)")
    shape, named = (B, H) if batched else (H,), zip(cell.parts, h0 if n > 1 else (h0,))
    return x, tuple(array(f"{part}0", value, shape).reshape(B, H) for part, value in named), batched


def trace(cell: Any, given) -> None:
    """A trace of another cell would give numbers that mean nothing."""
    if not hasattr(given, "kept"):
        raise error("trace", type(given).__name__, "a trace that this cell's `unroll` returned")
    other = given.cell
    if type(other) is not type(cell) or other.vectors != cell.vectors:
        raise error("trace", f"the trace of a {other!r}", f"the trace of a {cell!r}")
    if other.stack.shape != cell.stack.shape:
        size = f"the trace of a cell with {other.input_size} inputs and {other.hidden_size} units"
        raise error("trace", size, f"one with {cell.input_size} inputs and {cell.hidden_size} units")


def gradients(cell: Any, of, dh, dc) -> tuple[np.ndarray, ...]:
    """dh, and dc where the state has a c, as (T, B, H)."""
    trace(cell, of)
    if dc is not None and "c" not in cell.parts:
        raise error("dc", type(dc).__name__, "None", f"The state of {type(cell).__name__} is h alone: leave dc out.")
    T, B, H = of.shape
    shape = (T, B, H) if of.batched else (T, H)
    given = {"h": dh, "c": np.broadcast_to(0.0, shape) if dc is None else dc}
    return tuple(array(f"d{p}", given[p], shape, allow_inf=True).reshape(T, B, H) for p in cell.parts)


def problem(model: Any, x, mask) -> tuple[Any, np.ndarray]:
    """x as `sequence` gives it, and which tokens count, (T[, B]) of bools; the readout's weights must be finite too."""
    for name in ("W_oh", "b_o"):
        array(f"params[{name!r}]", getattr(model, name))
    x = sequence(model.cell, x)
    steps = x.shape[:-1]
    if mask is None:
        return x, np.ones(steps, dtype=bool)
    mask = read("mask", mask, f"an array of shape {steps}")
    if mask.shape != steps:
        raise error("mask", f"shape {mask.shape}", f"shape {steps}")
    known = mask.dtype == bool
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        known = known or mask.dtype.kind in "fiuO" and np.isin(mask.astype(np.float64), (0, 1)).all()
    if not known:
        raise error("mask", f"{mask.dtype} values", "true and false, or 1 and 0")
    return x, mask.astype(bool)


def targets(model: Any, given, steps: tuple[int, ...]) -> np.ndarray:
    """Targets as an array of the shape that `steps`, (T,) or (T, B), ask for.

    "cross_entropy": (T,) or (T, B). "mse": (T[, B]) if O = 1, else (T[, B], O).
    """
    values, O, classes = read("targets", given, f"an array of shape {steps}"), model.output_size, model.loss != "mse"
    shape = steps if classes or O == 1 else (*steps, O)
    if values.shape != shape:
        raise error("targets", f"shape {values.shape}", f"shape {shape}", "One class number a token." * classes)
    return values


def wanted(model: Any, given, counts: np.ndarray) -> np.ndarray:
    """Check targets and return the rows where `counts` is true; for "cross_entropy" as class numbers 0..O−1."""
    values, O = targets(model, given, counts.shape)[counts], model.output_size
    if model.loss == "mse":
        return array("targets", values).reshape(-1, O)
    try:
        with np.errstate(all="ignore"):
            numbers = values.astype(np.float64) if values.dtype.kind in "Ofiub" else np.full(values.shape, np.nan)
            classes = np.where(np.abs(numbers) < 2**53, numbers, -1).astype(np.intp)
    except (TypeError, ValueError, OverflowError):
        numbers, classes = np.full(values.shape, np.nan), np.zeros(values.shape, np.intp)
    broken = classes != numbers
    if broken.any():
        raise error("targets", str(values[broken][0]), "whole class numbers")
    wrong = (classes < 0) | (classes >= O)
    if wrong.any():
        raise error("targets", f"class {classes[wrong][0]}", f"class numbers from 0 to {O - 1}")
    return classes
