"""Compare what a function returned with what it should return, and say in words how they differ."""

import traceback

import numpy as np

from .. import text

Parts = dict[str, np.ndarray]
TOLERANCE = 1e-8  # of the largest entry that is expected


def parts(value) -> Parts | None:
    """A result as arrays by name: a dict's entries, or the one array or number under the name "". None if it cannot be."""
    entries = value if isinstance(value, dict) else {"": value}
    try:
        arrays = {str(name): np.asarray(entry) for name, entry in entries.items()}
    except (TypeError, ValueError):
        return None
    if any(array.dtype.kind not in "fiub" for array in arrays.values()):
        return None
    return {name: array.astype(np.float64) for name, array in arrays.items()}


def unreadable(value, right) -> str:
    """Why `parts` could make nothing of a value, where something like `right` was expected."""
    if not isinstance(right, dict):
        return f"Your result is {a(value)}. Expected: {'numbers' if np.ndim(right) else 'a number'}."
    names = ", ".join(map(repr, right))
    if not isinstance(value, dict):
        return f"Your result is {a(value)}. Expected: a dict with the names {names}."
    open_ones = [name for name, entry in value.items() if parts(entry) is None]
    if not open_ones:
        return f"Your result cannot be read. Expected: a dict with the names {names}."
    done = [name for name, entry in right.items() if part_close(parts(value.get(name)), parts(entry), "")]
    return f"{right_so_far(done)}{open_ones[0]!r} is still {a(value[open_ones[0]])} in your result. Expected: numbers."


def right_so_far(names: list[str]) -> str:
    """ "W_x, W_hh and b are right." for these names, and a space; "" for none."""
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"{listed} {'is' if len(names) == 1 else 'are'} right. " if names else ""


def a(value) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    kind = "…" if value is ... else type(value).__name__
    return kind if kind in ("…", "NoneType") else f"a{'n' if kind[0] in 'aeiou' else ''} {kind}"


def close(found: np.ndarray, right: np.ndarray) -> bool:
    if found.shape != right.shape:
        return False
    with np.errstate(all="ignore"):
        size = np.abs(right).max(initial=0.0, where=np.isfinite(right))
        return bool(np.allclose(found, right, rtol=0, atol=TOLERANCE * size, equal_nan=True))


def part_close(found: Parts | None, wanted: Parts | None, name: str) -> bool:
    return bool(found and wanted and name in found and name in wanted and close(found[name], wanted[name]))


def wrong_parts(found: list, truths: list) -> list[str]:
    """The names of the parts that are not right in every problem."""
    return [name for name in truths[0] if not all(part_close(f, truth, name) for f, truth in zip(found, truths))]


def describe(values: list, truths: list, right) -> str:
    """How wrong results differ from the right ones, where no known mistake explains them. right: one of these, as returned."""
    found: list[Parts] = []
    for value, truth in zip(values, truths):
        f = parts(value)
        if f is None or isinstance(right, dict) == ("" in f):
            return unreadable(value, right)
        found.append(f)
        for name, expected in truth.items():
            if name not in f:
                return f"Your result has no {name!r}. Expected: {', '.join(map(repr, truth))}."
            if f[name].shape != expected.shape:
                return _shapes(_call(name), f[name], expected)
            if not np.isfinite(f[name]).all():
                return f"{_call(name)} holds numbers that are not finite. Is something divided by 0, or grown too large?"
    wrong = wrong_parts(found, truths)
    fine = right_so_far([name for name in truths[0] if name not in wrong])
    differ = [_difference(_call(name), [(f[name], truth[name]) for f, truth in zip(found, truths)]) for name in wrong]
    return "\n".join([fine.rstrip(), *differ] if fine else differ)


def _call(name: str) -> str:
    return name or "Your result"


def _shapes(what: str, found: np.ndarray, right: np.ndarray) -> str:
    """The message for a wrong shape."""
    expected = f"shape {right.shape}" if right.ndim else "a single number"
    return f"{what} has shape {found.shape}; {expected} was expected." + (" It is transposed." if close(found.T, right) else "")


def _difference(what: str, pairs: list) -> str:
    """How the arrays of one part differ from the right ones, all of the right shape."""
    if _always(pairs, lambda f, right: close(f.T, right)):
        return f"{what} is transposed."
    if factor := _factor(what, pairs):
        return factor
    rows = [pair for pair in pairs if pair[0].ndim and len(pair[0]) > 1]
    if len(rows) == len(pairs):
        if _always(pairs, lambda f, right: close(f[::-1], right)):
            return f"{what} is turned round: its last entry stands first."
        if _always(pairs, lambda f, right: close(f[1:], right[:-1])):
            return f"{what} is shifted by one: each entry stands one place too late."
        if _always(pairs, lambda f, right: close(f[:-1], right[1:])):
            return f"{what} is shifted by one: each entry stands one place too early."
    apart = [f - right for f, right in pairs]
    if all(np.allclose(gap, apart[0].flat[0], rtol=1e-6, atol=0) for gap in apart):
        return f"{what} is off by the same number, always: {text.say(apart[0].flat[0], '0')}."
    f, right = next((f, right) for f, right in pairs if not close(f, right))
    off = np.abs(f - right)
    place = np.unravel_index(off.argmax(), f.shape)
    yours, expected = text.say(f[place], "0"), text.say(right[place], "0")
    if not f.ndim:
        return f"{what} is off: you have {yours}, right is {expected}."
    percent = text.say(100 * off.max() / (np.abs(right).max() or 1.0))
    entry = f"[{', '.join(map(str, place))}]: you have {yours}, right is {expected}"
    return f"{what} is off by {percent} % of the largest entry, most at entry {entry}.{_only(pairs)}"


def _factor(what: str, pairs: list) -> str:
    """What to say if every array is a multiple of the right one; "" if not."""
    factors = [float(np.vdot(right, f) / np.vdot(right, right)) for f, right in pairs if np.any(right)]
    if not factors or not all(close(f, factor * right) for factor, (f, right) in zip(factors, pairs)):
        return ""
    if np.allclose(factors, -1):
        return f"{what} has the wrong sign."
    if np.allclose(factors, factors[0]):
        return f"{what} is {text.say(factors[0], '0')} times what it should be, always."
    if not pairs[0][0].ndim:  # any number is a multiple of any other
        return ""
    sizes = ", ".join(text.say(factor, "0") for factor in factors)
    return f"{what} has the right direction, but its size is off: {sizes} times the right one."


def _only(pairs: list) -> str:
    """ "All but the first are right", if it is so in every problem."""
    for place, word in ((0, "first"), (-1, "last")):
        if all(len(f) > 2 and close(np.delete(f, place, 0), np.delete(right, place, 0)) for f, right in pairs):
            return f" Only the {word} {'row' if pairs[0][0].ndim > 1 else 'entry'} is wrong."
    return ""


def _always(pairs: list, holds) -> bool:
    return all(holds(f, right) for f, right in pairs)


def line_of(fn, error: BaseException) -> str:
    """The learner's own line at which an exception arose; "" if it never got there."""
    file = getattr(getattr(fn, "__code__", None), "co_filename", None)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    if not frames:
        return ""
    return f"It happens in line {frames[-1].lineno} of the cell" + (f": {frames[-1].line}" if frames[-1].line else ".")
