"""A solution as a text that slips are edits of."""

import contextlib
import re
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from ..basics import checks
from . import diagnosis
from .mistakes import Slip

HEAD = re.compile(r" *(?:(?:for .+? in|if) (?=.+:$))?")  # the indent of a line, and of one that others follow how it begins


@cache
def pattern(old: str) -> str:
    """A regular expression for that code, however it is spaced: no part of a longer name, nor an attribute or a key."""
    tokens = re.findall(r"\w+|[^\w\s]", old)
    joined = r"\s*".join(rf"\b{token}\b" if re.match(r"\w", token) else re.escape(token) for token in tokens)
    return (r"(?<![.\"'])" if joined.startswith(r"\b") else "") + joined


def edited(text: str, slip: Slip) -> str | None:
    """The text with each old part replaced; None if one is not there."""
    for old, new in slip.edits:
        text, count = re.subn(pattern(old), lambda _, new=new: new, text)  # type: ignore[misc]
        if not count:
            return None
    return re.sub(r"^( *)(.*)\\n", r"\1\2\n\1", text, flags=re.M) if "\\n" in text else text  # a new line has the old indent


class Steps:
    """A solution, one statement a line, and what slips make of it.

    One function, in which `_v` says of each line which of all that are known is taken, gives the results of nearly all slips: to
    compile each would take ten times as long as to run it.
    """

    def __init__(self, text: str, names: dict):
        self.names = dict(names)
        self.text = "\n".join(line.rstrip() for line in re.sub(r" *#.*", "", text).splitlines() if line.strip())
        self.lines = self.text.splitlines()
        self._known: list[dict[str, int]] = [{line: 0} for line in self.lines]
        self._whole: dict[str, Callable] = {}

    @cache  # noqa: B019 (an exercise stays as long as the program)
    def change(self, slip: Slip) -> dict[int, str] | None:
        """The lines that a slip changes, by their places; None if it adds lines, or its text is not there."""
        new = (edited(self.text, slip) or "").splitlines()
        changes = {i: line for i, line in enumerate(new) if len(new) == len(self.lines) and line != self.lines[i]}
        return dict(slip.lines) or changes or None

    def together(self, slips: Sequence[Slip]) -> dict[int, str] | None:
        """The lines that slips change together; None if two change the same, or one does more than that."""
        lines: dict[int, str] = {}
        for change in map(self.change, slips):
            if change is None or lines.keys() & change.keys():
                return None
            lines |= change
        return lines

    def changed(self, slips: Sequence[Slip]) -> str | None:
        """The text with all these slips in it; None if they do not go together."""
        if (lines := self.together(slips)) is not None:
            return "\n".join(lines.get(i, line) for i, line in enumerate(self.lines))
        text = None if any(slip.lines for slip in slips) else self.text
        for slip in slips:
            text = edited(text, slip) if text else None
        return text

    def learn(self, slips: list[Slip]) -> None:
        """Put the lines that these slips change into the function for all, if they begin as the right ones do."""
        for i, line in (change for slip in slips for change in (self.change(slip) or {}).items()):
            if _head(line) == _head(self.lines[i]):
                self._known[i].setdefault(line, len(self._known[i]))
        self._run = defined("\n".join(_switched(i, list(known)) for i, known in enumerate(self._known)), self.names)

    def places(self, slip: Slip) -> list[int]:
        """The lines that a slip changes, or all of them if it does more."""
        return list(self.change(slip) or range(len(self.lines)))

    def gives(self, slips: Sequence[Slip], arguments: tuple) -> diagnosis.Parts | None:
        """What the solution with these slips returns, as parts; None if it stops, or they do not go together."""
        lines, taken = self.together(slips), [0] * len(self.lines)
        for i, line in (lines or {}).items():
            taken[i] = self._known[i].get(line, -1)
        with contextlib.suppress(Exception), np.errstate(all="ignore"):
            if lines is None or -1 in taken:
                return diagnosis.parts(self.compiled(slips)(*arguments))
            self.names["_v"] = taken
            return diagnosis.parts(self._run(*arguments))
        return None

    def compiled(self, slips: Sequence[Slip]) -> Callable:
        """The function with these slips in it."""
        if (text := self.changed(slips)) is None:
            raise checks.error("slips", repr([slip.edits for slip in slips]), f"texts that stand in {self.lines[0]}")
        if text not in self._whole:
            self._whole[text] = defined(text, self.names)
        return self._whole[text]


def _head(line: str) -> str:
    return HEAD.match(line)[0]  # type: ignore[index]


def _switched(i: int, lines: list[str]) -> str:
    """All that may stand in line i, and `_v[i]` says which."""
    head = _head(lines[0])
    if len(lines) == 1:
        return lines[0]
    if head.strip():
        first, *rest = (line.removeprefix(head)[:-1] for line in lines)
        return f"{head}({' '.join(f'({other}) if _v[{i}] == {n} else' for n, other in enumerate(rest, start=1))} ({first})):"
    return "\n".join(f"{head}{'el' if n else ''}if _v[{i}] == {n}: {line.strip()}" for n, line in enumerate(lines))


def defined(text: str, names: dict) -> Callable:
    """The function that a text of ours defines, among these names."""
    exec(text, names)
    return names[text.split("(")[0].removeprefix("def ")]
