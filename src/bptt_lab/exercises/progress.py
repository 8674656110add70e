"""Which exercises are solved: a small file beside the learner's notebooks, and a table of it.

The check writes it, in a notebook and nowhere else. It holds no answers and no times, and nothing sends it anywhere. Each thing
to keep is a line, put at the end in one go: many notebooks may write at once, and nothing that stands there is ever written
over. What cannot be read in it counts as nothing, and a file that cannot be written never disturbs a check. `BPTT_PROGRESS=off`
in the environment keeps none at all: tests and builds run that way.
"""

import contextlib
import html
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from ..basics import checks

FILE, BEFORE = Path("my_progress.txt"), Path("my_progress.json")  # and what it was in earlier versions of the course
SAYS = re.compile(r'(\w+)"?: "?(solved|tried|true|false)\b')  # in either of them
SOLVED, TRIED, NOT_TRIED = "solved", "tried", "not tried"


class Progress:
    """What was solved: by_notebook is notebook -> exercise -> "solved", "tried" or "not tried". Prints well.

    note    what stands under the table: where the file is, or why there is none
    """

    def __init__(self, by_notebook: dict[str, dict[str, str]], note: str):
        self.by_notebook, self.note = by_notebook, note

    @property
    def solved(self) -> list[str]:
        """The names of the exercises that are solved, in course order."""
        return [name for states in self.by_notebook.values() for name, state in states.items() if state == SOLVED]

    def _heading(self) -> str:
        return f"{len(self.solved)} of {sum(map(len, self.by_notebook.values()))} exercises are solved."

    def __repr__(self) -> str:
        rows = (", ".join(f"{name}: {state}" for name, state in states.items()) for states in self.by_notebook.values())
        numbered = (f"{notebook[:2]}  {row}" for notebook, row in zip(self.by_notebook, rows))
        return "\n".join([self._heading(), *numbered, self.note])

    def _repr_html_(self) -> str:
        marks, left, rows = {SOLVED: "●", TRIED: "◐", NOT_TRIED: "○"}, 'style="text-align: left"', ""
        for notebook, states in self.by_notebook.items():
            title = f'<th {left} scope="rowgroup" rowspan="{len(states)}">{notebook.replace("_", " ")}</th>'
            for name, state in states.items():
                rows += f"<tr>{title}<td {left}>{name}</td><td {left}>{marks[state]} {state}</td></tr>"
                title = ""
        head = "".join(f'<th {left} scope="col">{column}</th>' for column in ("notebook", "exercise", "state"))
        return f"<table><caption>{self._heading()}</caption><tr>{head}</tr>{rows}</table><p>{html.escape(self.note)}</p>"


def read(by_exercise: Iterable[tuple[str, str]], keep: bool | None = None) -> Progress:
    """`my_progress` of these exercises, each a notebook and a name, in course order."""
    if keep is not None:
        if not checks.flag("keep", keep):
            _write("", "w")
            BEFORE.unlink(missing_ok=True)
        _write(f"\nkeep: {str(bool(keep)).lower()}")
    kept, by_notebook = _kept(), dict[str, dict[str, str]]()
    for notebook, name in by_exercise:
        by_notebook.setdefault(notebook, {})[name] = kept.get(name, NOT_TRIED)
    note = f"Kept in {FILE} beside this notebook, and nowhere else. bl.my_progress(keep=False) forgets it."
    if not kept and FILE.exists() and FILE.stat().st_size:
        note += " What stood there before could not be read."
    return Progress(by_notebook, _none_is_kept(kept) or note)


def note(name: str, solved: bool) -> None:
    """Keep that an exercise was tried or solved, if a notebook is being worked on. Once solved, it stays so."""
    kept, state = _kept(), SOLVED if solved else TRIED
    if _in_a_notebook() and not _none_is_kept(kept) and kept.get(name) not in (state, SOLVED):
        _write(f"\n{name}: {state}")


def _none_is_kept(kept: dict[str, str]) -> str:
    """Why nothing new is kept; "" if it is."""
    if os.environ.get("BPTT_PROGRESS") == "off":
        return "Nothing is kept: it is off."
    if kept.get("keep") == "false":
        return "Nothing is kept here. bl.my_progress(keep=True) keeps it again."
    return "" if os.access(Path.cwd(), os.W_OK) else "This folder cannot be written to, so nothing new is kept."


def _in_a_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return getattr(ipython and ipython.get_ipython(), "kernel", None) is not None


def _kept() -> dict[str, str]:
    """What the file says of each exercise, and of "keep"; of two lines about one thing the later."""
    found = dict[str, str]()
    for path in (BEFORE, FILE):
        with contextlib.suppress(OSError):
            found |= dict(SAYS.findall(path.read_text(encoding="utf-8", errors="replace")))
    return found


def _write(line: str, mode: str = "a") -> None:
    """A line at the end, after whatever stands there; its line end comes first, so a line that was cut short spoils no other."""
    with contextlib.suppress(OSError), open(FILE, mode, encoding="utf-8") as file:
        file.write(line)
