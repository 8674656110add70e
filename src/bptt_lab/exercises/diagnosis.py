"""Compare what a function returned with what it should return, and say in words how they differ."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..basics import text
from .calling import message_of
from .telling import tell, text_of

Parts = dict[str, np.ndarray]
TOLERANCE = 1e-8  # of the largest entry that is expected
ROUNDED = 1e-4  # what is off by less than this is right but for its last digits


def parts(value) -> Parts | None:
    """A result as arrays by name: a dict's entries, or the one array or number under the name "". None if it cannot be."""
    entries = value if isinstance(value, Mapping) else {"": value}
    try:
        arrays = {str(name): np.asarray(entry) for name, entry in entries.items()}
    except Exception:  # a value may refuse in its own way, as a tensor does that still tracks its gradient
        return None
    if any(array.dtype.kind not in "fiub" for array in arrays.values()):
        return None
    return {name: array.astype(np.float64) for name, array in arrays.items()}


def unreadable(value, right) -> str:
    """Why `parts` could make nothing of a value, where something like `right` was expected."""
    if not isinstance(right, dict):
        says = tell("Your result is {value}. Expected: a number.", value=a(value))
        says = tell("Your result is {value}. Expected: numbers.", value=a(value)) if np.ndim(right) else says
    elif not isinstance(value, Mapping):
        names = ", ".join(map(repr, right))
        return tell("Your result is {value}. Expected: a dict with the names {names}.", value=a(value), names=names)
    else:
        left = next(name for name, entry in value.items() if parts(entry) is None or isinstance(entry, Mapping))
        done = [name for name, entry in right.items() if alike(parts(value.get(name)), parts(entry), "")]
        says = tell("{name!r} is still {value} in your result. Expected: numbers.", name=left, value=a(value[left]))
        says, value = f"{right_so_far(done)} {says}".strip(), value[left]
    try:
        np.asarray(value)
    except ValueError:  # NumPy's word for rows of uneven length
        pass
    except Exception as error:
        return text_of(says, tell("It cannot be made an array: {error}", error=message_of(error)))
    return says


def right_so_far(names: list[str]) -> str:
    """ "W_x, W_hh and b are right." for these names; "" for none."""
    if len(names) > 1:
        return tell("{names} and {last} are right.", names=", ".join(names[:-1]), last=names[-1])
    return tell("{name} is right.", name=names[0]) if names else ""


def a(value) -> str:
    if isinstance(value, np.ndarray):
        return tell("an array of {kind}", kind=value.dtype)
    kind = "…" if value is ... else type(value).__name__
    if kind in ("…", "NoneType"):
        return kind
    return tell("an {kind}", kind=kind) if kind[0] in "aeiou" else tell("a {kind}", kind=kind)


def close(found: np.ndarray, right: np.ndarray) -> bool:
    """Equal to the last digits, as a share of the largest entry that is right; where one is no finite number, both are."""
    if found.shape != right.shape:
        return False
    with np.errstate(all="ignore"):
        size = np.abs(right).max(initial=0.0)
        if np.isfinite(size):
            return bool((np.abs(found - right) <= TOLERANCE * size).all())
        finite = np.isfinite(right)
        return bool(np.array_equal(found[~finite], right[~finite], equal_nan=True)) and close(found[finite], right[finite])


def alike(found: Parts | None, wanted: Parts | None, *names: str) -> bool:
    """Whether the parts of these names, or all that were found, are as they are wanted."""
    if not found or not wanted:
        return False
    return all(name in found and name in wanted and close(found[name], wanted[name]) for name in names or found)


def wrong_parts(found: list, truths: list) -> list[str]:
    """The names of the parts that are not right in every problem."""
    return [name for name in truths[0] if not all(alike(f, truth, name) for f, truth in zip(found, truths))]


def describe(values: list, truths: list, right) -> str:
    """How wrong results differ from the right ones, where no known mistake explains them. right: one of these, as returned."""
    found: list[Parts] = []
    for value, truth in zip(values, truths):
        f = parts(value)
        if f is None or isinstance(right, dict) == ("" in f):
            return unreadable(value, right)
        found.append(f)
        for name, expected in truth.items():
            what = name or tell("Your result")
            if name not in f:
                return tell("Your result has no {name!r}. Expected: {names}.", name=name, names=", ".join(map(repr, truth)))
            if f[name].shape != expected.shape:
                return _shapes(what, f[name], expected)
            if not np.isfinite(f[name]).all():
                return tell("{what} holds numbers that are not finite. Is something divided by 0, or grown too large?", what=what)
    wrong = wrong_parts(found, truths)
    pairs = {name or tell("Your result"): [(f[name], truth[name]) for f, truth in zip(found, truths)] for name in wrong}
    differ = [_difference(what, of_part) for what, of_part in pairs.items()]
    return text_of(right_so_far([name for name in truths[0] if name not in wrong]), *differ)


def _shapes(what: str, found: np.ndarray, right: np.ndarray) -> str:
    """The message for a wrong shape."""
    says = tell("{what} has shape {shape}; a single number was expected.", what=what, shape=found.shape)
    if right.ndim:
        says = tell("{what} has shape {shape}; shape {right} was expected.", what=what, shape=found.shape, right=right.shape)
    if right.ndim and not found.ndim:
        says = tell("{what} is a single number; shape {right} was expected.", what=what, right=right.shape)
    if right.ndim and found.shape == (1, *right.shape) and what == tell("Your result"):
        says += " " + tell("That is one pair of brackets too many. Is there a comma at the end of your return?")
    return says + (" " + tell("It is transposed.") if close(found.T, right) else "")


def _difference(what: str, pairs: list) -> str:
    """How the arrays of one part differ from the right ones, all of the right shape and finite."""
    if all(close(f.T, right) for f, right in pairs):
        return tell("{what} is transposed.", what=what)
    most = max(map(_off, pairs))
    if most < ROUNDED:
        return tell(
            "{what} is right to about {digits} digits, no further. Is it rounded or kept as float32, or is a small number added?",
            what=what,
            digits=int(-np.log10(most)),
        )
    if factor := _factor(what, pairs):
        return factor
    rows = [pair for pair in pairs if pair[0].ndim and len(pair[0]) > 1]
    if rows and all(close(f, right) for f, right in pairs if not f.ndim or len(f) < 2):
        for says, mine, theirs in (
            (tell("{what} is turned round: its last entry stands first.", what=what), slice(None, None, -1), slice(None)),
            (tell("{what} is shifted by one: each entry stands one place too late.", what=what), slice(1, None), slice(-1)),
            (tell("{what} is shifted by one: each entry stands one place too early.", what=what), slice(-1), slice(1, None)),
        ):
            if all(close(f[mine], right[theirs]) for f, right in rows):
                return says
    gap = (pairs[0][0] - pairs[0][1]).flat[0]
    if all(np.allclose(f - right, gap, rtol=1e-6, atol=0) for f, right in pairs):
        return tell("{what} is off by the same number, always: {gap}.", what=what, gap=text.say(gap, "0"))
    f, right = next(pair for pair in pairs if not close(*pair))
    off, size = np.abs(f - right), _off((f, right))
    place = np.unravel_index(off.argmax(), f.shape)
    yours, expected = text.say(f[place], "0"), text.say(right[place], "0")
    if yours == expected:
        yours, expected = f"{f[place]:.9g}", f"{right[place]:.9g}"
    wrong = int((off > TOLERANCE * np.abs(right).max()).sum())
    told: dict[str, Any] = {"what": what, "yours": yours, "right": expected, "entry": f"[{', '.join(map(str, place))}]"}
    told |= {"n": wrong, "all": off.size, "percent": text.say(100 * size)}
    if not f.ndim:
        return tell("{what} is off: you have {yours}, right is {right}.", **told)
    only = _only(pairs)
    if wrong <= off.size // 3 and not only:
        return tell("{what} is wrong in {n} of {all} entries, most at entry {entry}: you have {yours}, right is {right}.", **told)
    far = tell("{what} is far too large, most at entry {entry}: you have {yours}, right is {right}.", **told)
    near = tell(
        "{what} is off by {percent} % of the largest entry, most at entry {entry}: you have {yours}, right is {right}.", **told
    )
    return (far if size >= 3 else near) + only


def _off(pair: tuple[np.ndarray, np.ndarray]) -> float:
    """The largest difference, as a share of the largest entry that is right."""
    found, right = pair
    return float(np.abs(found - right).max(initial=0.0) / (np.abs(right).max(initial=0.0) or 1.0))


def _factor(what: str, pairs: list) -> str:
    """What to say if every array is a multiple of the right one; "" if not."""
    factors = [float(np.vdot(right, f) / np.vdot(right, right)) for f, right in pairs if np.any(right)]
    if not factors or not all(close(f, factor * right) for factor, (f, right) in zip(factors, pairs)):
        return ""
    if np.allclose(factors, -1):
        return tell("{what} has the wrong sign.", what=what)
    if np.allclose(factors, factors[0]):
        return tell("{what} is {times} times what it should be, always.", what=what, times=text.say(factors[0], "0"))
    if not pairs[0][0].ndim:  # any number is a multiple of any other
        return ""
    sizes = ", ".join(text.say(factor, "0") for factor in factors)
    return tell("{what} has the right direction, but its size is off: {sizes} times the right one.", what=what, sizes=sizes)


def _only(pairs: list) -> str:
    """ "All but the first are right", if it is so in every problem."""
    for place, row, entry in (
        (0, tell("Only the first row is wrong."), tell("Only the first entry is wrong.")),
        (-1, tell("Only the last row is wrong."), tell("Only the last entry is wrong.")),
    ):
        long = [pair for pair in pairs if len(pair[0]) > 2]
        if long and all(close(np.delete(f, place, 0), np.delete(right, place, 0)) for f, right in long):
            return f" {row if pairs[0][0].ndim > 1 else entry}"
    return ""
