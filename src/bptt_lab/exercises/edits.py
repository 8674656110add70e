"""A solution as a text that slips are edits of; and with switches, so that it is compiled once for all of them."""

import contextlib
import re
from collections.abc import Callable, Iterable
from functools import cache

import numpy as np

from ..basics import checks
from . import diagnosis
from .mistakes import Slip

HEAD = re.compile(r" *(?:for .+? in|if) ")  # of a line that others follow


@cache
def pattern(old: str) -> str:
    """A regular expression for that code, however it is spaced."""
    tokens = re.findall(r"\w+|[^\w\s]", old)
    joined = re.escape(tokens[0])
    for before, token in zip(tokens, tokens[1:]):
        joined += (r"\s+" if before[-1].isalnum() and token[0].isalnum() else r"\s*") + re.escape(token)
    first = r"(?<![\w.\"'])" if re.match(r"\w", tokens[0]) else ""
    return first + joined + (r"(?!\w)" if re.match(r"\w", tokens[-1]) else "")


def edited(text: str, slip: Slip) -> str | None:
    """The text with each old part replaced; None if one is not there."""
    for old, new in slip.edits:
        text, count = re.subn(pattern(old), lambda _, new=new: new, text)  # type: ignore[misc]
        if not count:
            return None
    return re.sub(r"^( *)(.*)\\n", r"\1\2\n\1", text, flags=re.M) if "\\n" in text else text  # a new line has the old indent


class Steps:
    """A solution, one statement a line, of which any line can be another. `_v` says which one is taken, line by line."""

    def __init__(self, text: str, names: dict):
        self.names = dict(names)
        self.text = "\n".join(line.rstrip() for line in re.sub(r" *#.*", "", text).splitlines() if line.strip())
        self.lines = self.text.splitlines()
        self._known: list[dict[str, int]] = [{line: 0} for line in self.lines]
        self._changes: dict[Slip, dict[int, str] | None] = {}
        self._run: Callable | None = None
        self._whole: dict[str, Callable] = {}

    def change(self, slip: Slip) -> dict[int, str] | None:
        """The lines that a slip changes, by their places; None if it does more than that, or its text is not there."""
        if slip not in self._changes:
            made = dict(slip.lines)
            text = None if made else edited(self.text, slip)
            new = text.splitlines() if text else [made.get(i, line) for i, line in enumerate(self.lines)]
            fits = made or text and len(new) == len(self.lines) and all(map(_alike, self.lines, new))
            self._changes[slip] = {i: line for i, line in enumerate(new) if line != self.lines[i]} if fits else None
        return self._changes[slip]

    def together(self, slips: Iterable[Slip]) -> dict[int, str] | None:
        """The lines that slips change together; None if two change the same, or one does more than that."""
        lines: dict[int, str] = {}
        for change in map(self.change, slips):
            if change is None or lines.keys() & change.keys():
                return None
            lines |= change
        return lines

    def changed(self, slips: Iterable[Slip]) -> str | None:
        """The text with all these slips in it; None if they do not go together."""
        if (lines := self.together(slips)) is not None:
            return "\n".join(lines.get(i, line) for i, line in enumerate(self.lines))
        text = None if any(slip.lines for slip in slips) else self.text
        for slip in slips:
            text = edited(text, slip) if text else None
        return text

    def learn(self, slips: list[Slip]) -> None:
        """Make room for slips that change lines and no more. Others are compiled whole when they are asked for."""
        for slip in slips:
            change = self.change(slip)
            if change is None and self.changed([slip]) is None:
                raise checks.error(slip.name, repr(slip.edits), f"a text that stands in {self.lines[0]}")
            for i, line in (change or {}).items():
                self._known[i].setdefault(line, len(self._known[i]))
        self._run = None

    def places(self, slip: Slip) -> list[int]:
        """The lines that a slip changes, or all of them if it does more."""
        change = self.change(slip)
        return list(range(len(self.lines)) if change is None else change)

    def gives(self, slips: Iterable[Slip], arguments: tuple) -> diagnosis.Parts | None:
        """What the solution with these slips returns, as parts; None if it stops, or they do not go together."""
        with contextlib.suppress(Exception), np.errstate(all="ignore"):
            if (lines := self.together(slips)) is None:
                return diagnosis.parts(self.compiled(slips)(*arguments))
            if self._run is None:
                self._run = defined("\n".join(_switched(i, list(known)) for i, known in enumerate(self._known)), self.names)
            self.names["_v"] = [self._known[i][lines[i]] if i in lines else 0 for i in range(len(self.lines))]
            return diagnosis.parts(self._run(*arguments))
        return None

    def compiled(self, slips: Iterable[Slip]) -> Callable:
        """The function with these slips in it."""
        if (text := self.changed(slips)) is None:
            raise LookupError(slips)
        if text not in self._whole:
            self._whole[text] = defined(text, self.names)
        return self._whole[text]


def defined(text: str, names: dict) -> Callable:
    """The function that a text of ours defines, among these names."""
    exec(text, names)
    return names[text.split("(")[0].removeprefix("def ")]


def _alike(old: str, new: str) -> bool:
    """Whether one line can be switched for the other: same indent, and the same head of a loop or a condition."""
    if not old.endswith(":"):
        return len(old) - len(old.lstrip()) == len(new) - len(new.lstrip()) and not new.endswith(":")
    heads = [HEAD.match(line) for line in (old, new)]
    return old == new or None not in heads and heads[0][0] == heads[1][0] and new.endswith(":")  # type: ignore[index]


def _switched(i: int, lines: list[str]) -> str:
    """All that may stand in line i, and `_v[i]` says which."""
    if len(lines) == 1:
        return lines[0]
    if head := lines[0].endswith(":") and HEAD.match(lines[0])[0]:  # type: ignore[index]
        first, *rest = (line[len(head) : -1] for line in lines)
        return f"{head}({' '.join(f'({other}) if _v[{i}] == {n} else' for n, other in enumerate(rest, start=1))} ({first})):"
    indent = lines[0][: -len(lines[0].lstrip())]
    return "\n".join(f"{indent}{'el' if n else ''}if _v[{i}] == {n}: {line.strip()}" for n, line in enumerate(lines))
