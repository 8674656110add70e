"""The learner's own line in which a slip was made: the first that makes the very numbers that the slip makes.

The solution with the slip in it and the learner's function are both run on one problem, line by line. What the slip's line makes
and the right solution never does is looked for among what the learner's lines make. Names and the order of things do not matter.
"""

import contextlib
import copy
import inspect
import io
import re
import sys
from collections.abc import Callable, Mapping

import numpy as np

from .diagnosis import close
from .mistakes import Slip


def faulty(exercise, slips: tuple[Slip, ...], fn: Callable) -> int | None:
    """The number of the learner's line, counted from the `def` as 1; None if no line of theirs makes these numbers."""
    if not _text(fn):
        return None
    arguments, places = exercise.knowledge.problems[0].arguments, exercise.steps.places(slips[0])
    right = [value for _, value in made(exercise.steps.compiled(()), arguments)]
    slipped = [value for place, value in made(exercise.steps.compiled(slips), arguments) if place - 1 in places]
    wrong = [value for value in slipped if np.any(value) and not any(close(value, other) for other in right)]
    return next((place for place, value in made(fn, arguments) if any(close(value, other) for other in wrong)), None)


def made(fn: Callable, arguments: tuple) -> list[tuple[int, np.ndarray]]:
    """(line, value) of every number and array that a function makes, in order; a line counts from its `def` as 1."""
    code, last = fn.__code__, 0
    found, kept = list[tuple[int, np.ndarray]](), dict[str, np.ndarray]()

    def note(values: Mapping) -> None:
        for name, value in values.items():
            if isinstance(value, Mapping):
                note({f"{name}[{key}]": entry for key, entry in value.items()})
            elif isinstance(value, float | np.ndarray) and np.asarray(value).dtype.kind == "f":
                array = np.array(value)
                if name not in kept or not np.array_equal(kept[name], array, equal_nan=True):
                    kept[name] = array
                    found.append((last, array))

    def follow(frame, event, value):
        nonlocal last
        if frame.f_code is not code:
            return None
        note(frame.f_locals)
        if event == "return":
            note({"return": value})
        last = frame.f_lineno - code.co_firstlineno + 1
        return follow

    before = sys.gettrace()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception), np.errstate(all="ignore"):
        sys.settrace(follow)
        try:
            fn(*copy.deepcopy(arguments))
        finally:
            sys.settrace(before)
    return found


def marked(fn: Callable, line: int) -> str:
    """The learner's code, with an arrow at that line."""
    return "\n".join(("→ " if i == line else "  ") + row for i, row in enumerate(_text(fn), start=1))


def _text(fn: Callable) -> list[str]:
    """The lines of a function, as far as they can be read."""
    with contextlib.suppress(OSError, TypeError):
        return inspect.getsource(fn).splitlines() if inspect.isfunction(fn) else []
    return []


def about(exercise, slips: tuple[Slip, ...]) -> int | None:
    """The number of the one hint that speaks of the step in which a slip was made, by the names that stand in both."""
    places = exercise.steps.places(slips[0])
    if len(places) > 2:
        return None
    names = set(re.findall(r"[^\W\d]\w*", " ".join(exercise.steps.lines[place] for place in places)))
    common = [len(names & set(re.findall(r"[^\W\d]\w*", hint))) for hint in exercise.english[1:]]
    best = max(common)
    return common.index(best) + 1 if best > 1 and common.count(best) == 1 else None
