"""What the check found, as words and as it shows itself in a notebook."""

import html
from functools import cached_property
from pathlib import Path
from typing import Any

from ..basics.languages import spoken
from ..basics.text import unbroken
from . import lines
from .naming import Named
from .telling import as_html, tell

# In a class version the exercises are packed into this file, and no solution is shown: see `bptt_lab.classroom`.
SEALED = Path(__file__).with_name("sealed.zip")


class Report:
    """What the check found.

    solved    whether the function is right
    mistake   the name of the known mistake, the one to mend first, or None
    mistakes  the names of all that were found
    message   what the learner is told
    verdict   a few words for a table: "solved", the mistakes' names, or what happened
    line      the line of the learner's code in which the mistake was made, counted from 1, or None
    """

    def __init__(self, exercise: Any, fn: Any, message: str, verdict="wrong", named: Named | None = None):
        self.exercise, self.message, self.named, self._fn = exercise, message, named, fn
        self.mistakes = tuple(slip.name for slip in named.slips) if named else ()
        self.mistake = self.mistakes[0] if named else None
        self.verdict = " + ".join(self.mistakes) or verdict
        self.solved, self.tried = verdict == "solved", verdict != "not tried"

    def __repr__(self) -> str:
        return self.message

    line = cached_property(lambda self: lines.faulty(self.exercise, self.named.slips, self._fn) if self.named else None)

    def _repr_html_(self) -> str:
        colour = "var(--jp-success-color1, #388e3c)" if self.solved else "var(--jp-warn-color1, #b5540a)"
        colour = colour if self.tried else "var(--jp-border-color1, #bdbdbd)"
        hints = ""
        if self.line is not None:
            hints = _folded(tell("The line in your code"), f"<pre>{html.escape(lines.marked(self._fn, self.line))}</pre>")
        for i, hint in reversed(list(enumerate(self.exercise.hints, start=1))):  # each inside the one before
            hints = _folded(tell("Hint {i}", i=i), f"<p>{html.escape(unbroken(hint))}</p>{hints}")
        if self.named and (about := lines.about(self.exercise, self.named.slips)):
            hints = f"<p>{tell('Hint {i} is about this.', i=about)}</p>{hints}"
        solution = f"<pre>{html.escape(self.exercise.solution)}</pre>"
        solution = "" if SEALED.exists() else _folded(tell("Show a solution"), solution)
        message = "<br>".join(map(as_html, self.message.splitlines()))
        language = spoken(self.exercise.name)
        lang = f' lang="{language}"' if language != "en" else ""
        return f'<div style="border-left: 4px solid {colour}; padding-left: 12px"{lang}><p>{message}</p>{hints}{solution}</div>'


def _folded(summary: str, inside: str) -> str:
    return f"<details><summary>{summary}</summary>{inside}</details>"
