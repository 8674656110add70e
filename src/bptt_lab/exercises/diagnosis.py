"""Compare what a function returned with what it should return, and say in words how they differ."""

import traceback

import numpy as np

from .. import text

Parts = dict[str, np.ndarray]
TOLERANCE = 1e-8  # of the largest entry that is expected


def parts(value) -> Parts | None:
    """A result as arrays by name: a dict's entries, or the one array or number under the name "". None if it is neither."""
    try:
        if isinstance(value, dict):
            return {str(name): np.asarray(entry, np.float64) for name, entry in value.items()}
        return {"": np.asarray(value, np.float64)}
    except (TypeError, ValueError):
        return None


def close(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape:
        return False
    with np.errstate(all="ignore"):
        return bool(np.allclose(a, b, rtol=0, atol=TOLERANCE * np.abs(b).max(initial=0.0), equal_nan=True))


def all_close(found: list, wanted: list, or_else: list | None = None) -> bool:
    """Whether every wanted part was found in every problem. With `or_else`, a part may agree with that one throughout instead."""
    for name in wanted[0] or {}:
        if not part_close(found, wanted, name) and not (or_else and part_close(found, or_else, name)):
            return False
    return wanted[0] is not None


def part_close(found, wanted, name: str) -> bool:
    return all(f is not None and name in f and name in w and close(f[name], w[name]) for f, w in zip(found, wanted))


def describe(found: list, truths: list, example) -> str:
    """How wrong results differ from the right ones, where no known mistake explains them. example: a right result."""
    names, of_names = ", ".join(map(repr, truths[0])), isinstance(example, dict)
    for f, truth in zip(found, truths):
        if f is None or of_names == ("" in f):
            return f"Your result cannot be read. Expected: {f'a dict with the names {names}' if of_names else 'numbers'}."
        for name, right in truth.items():
            if name not in f:
                return f"Your result has no {name!r}. Expected: {names}."
            if f[name].shape != right.shape:
                return _shapes(_call(name), f[name], right)
            if not np.isfinite(f[name]).all():
                return f"{_call(name)} holds numbers that are not finite. Is something divided by 0, or the logarithm of 0 taken?"
    fine = [name for name in truths[0] if part_close(found, truths, name)]
    lines = [f"{' and '.join(fine)} {'is' if len(fine) == 1 else 'are'} right."] if fine else []
    lines += [_difference(name, found, truths) for name in truths[0] if name not in fine]
    return "\n".join(lines)


def _call(name: str) -> str:
    return name or "Your result"


def _shapes(what: str, found: np.ndarray, right: np.ndarray) -> str:
    """The message for a wrong shape."""
    expected = f"shape {right.shape}" if right.ndim else "a single number"
    return f"{what} has shape {found.shape}; {expected} was expected." + (" It is transposed." if close(found.T, right) else "")


def _difference(name: str, found, truths) -> str:
    pairs = [(f[name], truth[name]) for f, truth in zip(found, truths)]
    if all(close(f.T, right) for f, right in pairs):
        return f"{_call(name)} is transposed."
    factors = [float(np.vdot(right, f) / np.vdot(right, right)) for f, right in pairs if np.any(right)]
    if all(close(f, factor * right) for factor, (f, right) in zip(factors, pairs)):
        if np.allclose(factors, -1):
            return f"{_call(name)} has the wrong sign."
        if np.allclose(factors, factors[0]):
            return f"{_call(name)} is {text.say(factors[0])} times what it should be, always."
        sizes = ", ".join(map(text.say, factors))
        return f"{_call(name)} has the right direction, but its size is off: {sizes} times the right one."
    f, right = next((f, right) for f, right in pairs if not close(f, right))
    place = np.unravel_index(np.abs(f - right).argmax(), f.shape)
    entry = f", at entry [{', '.join(map(str, place))}]" if f.ndim else ""
    return f"{_call(name)} is off{entry}: you have {text.say(f[place], '0')}, right is {text.say(right[place], '0')}."


def line_of(fn, error: Exception) -> str:
    """The learner's own line at which an exception arose; "" if it never got there."""
    file = getattr(getattr(fn, "__code__", None), "co_filename", None)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    if not frames:
        return ""
    return f"It happens in line {frames[-1].lineno} of the cell" + (f": {frames[-1].line}" if frames[-1].line else ".")
