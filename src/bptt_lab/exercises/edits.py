"""A slip as an edit of the solution's text, so that slips compose; and the solution with switches, which is compiled once.

    name | old → new | what the learner is told

One slip begins a line; indented lines go on with it. Spaces in `old` do not count, and it is replaced wherever it stands.
Several edits are joined by `&&`; `\\n` in `new` begins a line. Names in braces are filled in: kinds of slips are shared so.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from ..basics import checks

Edits = tuple[tuple[str, str], ...]


class Slip(NamedTuple):
    """A wrong way to write a solution: by edits of its text, by other lines of it, or as a whole function of its own."""

    name: str
    says: str
    edits: Edits = ()
    lines: tuple[tuple[int, str], ...] = ()
    function: Callable | None = None


def read(text: str, **fill: str) -> list[Slip]:
    """The slips that stand in a text, with the names in braces filled in."""
    for name, value in fill.items():
        text = text.replace("{" + name + "}", value)
    found = []
    for block in re.split(r"\n(?=\S)", text.strip("\n")):
        name, changes, says = (part.strip() for part in " ".join(block.split()).split(" | "))
        pairs = (change.partition("→") for change in changes.split("&&"))
        found.append(Slip(name, says, tuple((old.strip(), new.strip()) for old, _, new in pairs)))
    return found


def pattern(old: str) -> str:
    """A regular expression for that code, however it is spaced."""
    tokens = re.findall(r"\w+|[^\w\s]", old)
    joined = re.escape(tokens[0])
    for before, token in zip(tokens, tokens[1:]):
        joined += (r"\s+" if before[-1].isalnum() and token[0].isalnum() else r"\s*") + re.escape(token)
    first = r"(?<![\w.\"'])" if re.match(r"\w", tokens[0]) else ""
    return first + joined + (r"(?!\w)" if re.match(r"\w", tokens[-1]) else "")


def edited(text: str, edits: Edits) -> str | None:
    """The text with each old part replaced; None if one is not there."""
    for old, new in edits:

        def replaced(match, new=new):
            line = match.string[match.string.rfind("\n", 0, match.start()) + 1 :]
            return new.replace("\\n", "\n" + line[: len(line) - len(line.lstrip())])

        text, count = re.subn(pattern(old), replaced, text)
        if not count:
            return None
    return text


class Steps:
    """A solution, one statement a line, of which any line can be another. `_v` says which one is taken, line by line."""

    def __init__(self, text: str, function: Callable):
        self.function, self.names = function, dict(function.__globals__)
        self.text = "\n".join(line.rstrip() for line in re.sub(r" *#.*", "", text).splitlines() if line.strip())
        self.lines = self.text.splitlines()
        self._others: list[list[str]] = [[line] for line in self.lines]
        self._choices: dict[Slip, dict[int, int] | None] = {}
        self._run: Callable | None = None
        self._whole: dict[str, Callable] = {}

    def changed(self, slips: tuple[Slip, ...]) -> str | None:
        """The text with all these slips in it; None if they do not go together."""
        lines = list(self.lines)
        for slip in slips:
            choice = dict(slip.lines) or {i: self._others[i][n] for i, n in (self._choices.get(slip) or {}).items()}
            if any(lines[i] != self.lines[i] for i in choice):
                if slip.lines:
                    return None
                break
            for i, line in choice.items():
                lines[i] = line
        else:
            if all(slip.lines or self._choices.get(slip) for slip in slips):
                return "\n".join(lines)
        text: str | None = self.text
        for slip in slips:
            text = edited(text, slip.edits) if not slip.lines and text is not None else None
        return text

    def changed_lines(self, slips: tuple[Slip, ...]) -> str:
        """The lines that these slips make, for a table."""
        return " / ".join(line.strip() for line in (self.changed(slips) or "").splitlines() if line not in self.lines)

    def learn(self, slips: list[Slip]) -> None:
        """Make room for slips that change lines and no more. Others are compiled whole when they are asked for."""
        for slip in slips:
            text = None if slip.function else self.changed((slip,))
            if text is None and not slip.function:
                raise checks.error(slip.name, repr(slip.edits), f"a text that stands in {self.lines[0]}")
            new = (text or "").splitlines()
            fits = len(new) == len(self.lines) and all(map(_alike, self.lines, new))
            choice: dict[int, int] = {}
            for i, line in enumerate(new if fits else ()):
                if line != self.lines[i]:
                    choice[i] = self._others[i].index(line) if line in self._others[i] else len(self._others[i])
                    if choice[i] == len(self._others[i]):
                        self._others[i].append(line)
            self._choices[slip] = choice if fits else None
        self._run = None

    def places(self, slip: Slip) -> list[int]:
        """The lines that a slip changes; all of them if it is a function of its own."""
        choice = self._choices.get(slip)
        return list(range(len(self.lines))) if choice is None else list(choice)

    def __call__(self, slips: tuple[Slip, ...], arguments: tuple):
        """What the solution with these slips returns. LookupError if they do not go together."""
        if len(slips) == 1 and slips[0].function:
            return slips[0].function(*arguments)
        choices = [self._choices.get(slip) for slip in slips]
        together: dict[int, int] = {}
        for choice in choices:
            if choice is None or together.keys() & choice.keys():
                return self.compiled(slips)(*arguments)
            together |= choice
        if self._run is None:
            self._run = defined("\n".join(_switched(i, others) for i, others in enumerate(self._others)), self.names)
        self.names["_v"] = [together.get(i, 0) for i in range(len(self.lines))]
        return self._run(*arguments)

    def compiled(self, slips: tuple[Slip, ...]) -> Callable:
        """The function with these slips in it."""
        text = None if any(slip.function for slip in slips) else self.changed(slips)
        if text is None:
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
    if not old.strip().endswith(":"):
        return re.match(r" *", old)[0] == re.match(r" *", new)[0] and not new.endswith(":")  # type: ignore[index]
    heads = [re.fullmatch(r"( *(?:for .+? in|if)) .+:", line) for line in (old, new)]
    return old == new or (None not in heads and heads[0][1] == heads[1][1])  # type: ignore[index]


def _switched(i: int, others: list[str]) -> str:
    """All that may stand in line i, and `_v[i]` says which."""
    if len(others) == 1:
        return others[0]
    if others[0].endswith(":"):
        head = re.match(r" *(?:for .+? in|if) ", others[0])[0]  # type: ignore[index]
        first, *rest = (other[len(head) : -1] for other in others)
        return f"{head}({' '.join(f'({other}) if _v[{i}] == {n} else' for n, other in enumerate(rest, start=1))} ({first})):"
    indent = re.match(r" *", others[0])[0]  # type: ignore[index]
    return "\n".join(f"{indent}{'el' if n else ''}if _v[{i}] == {n}: {other.strip()}" for n, other in enumerate(others))
