"""Which exercises are solved: a small file beside the learner's notebooks, and a table of it.

The check writes it, in a notebook and nowhere else. It holds no answers and no times, and nothing sends it anywhere. A file
that is broken is set aside, and one that cannot be written never disturbs a check. `BPTT_PROGRESS=off` in the environment keeps
none at all: tests and builds run that way.
"""

import contextlib
import html
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from ..basics import checks

FILE, BROKEN, LOCK = "my_progress.json", "my_progress.broken.json", ".my_progress.lock"
PATIENCE = 3  # s: a lock that is older was left behind by a kernel that ended; twice as long a notebook waits for another
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
        with _alone():
            _write({"keep": checks.flag("keep", keep), "exercises": _read()["exercises"] if keep else {}})
    kept, by_notebook = _read(), dict[str, dict[str, str]]()
    for notebook, name in by_exercise:
        by_notebook.setdefault(notebook, {})[name] = kept["exercises"].get(name, NOT_TRIED)
    if _off():
        note = "Nothing is kept: it is off."
    elif not kept["keep"]:
        note = "Nothing is kept here. bl.my_progress(keep=True) keeps it again."
    elif not os.access(Path.cwd(), os.W_OK):
        note = "This folder cannot be written to, so nothing new is kept."
    else:
        note = f"Kept in {FILE} beside this notebook, and nowhere else. bl.my_progress(keep=False) forgets it."
    if Path(BROKEN).exists():
        note += f" What stood there before could not be read: it is set aside as {BROKEN}."
    return Progress(by_notebook, note)


def note(name: str, solved: bool) -> None:
    """Keep that an exercise was tried or solved, if a notebook is being worked on. Once solved, it stays so."""
    if _off() or not _in_a_notebook():
        return
    with _alone():
        kept, state = _read(), SOLVED if solved else TRIED
        if kept["keep"] and kept["exercises"].get(name) not in (state, SOLVED):
            _write({**kept, "exercises": {**kept["exercises"], name: state}})


@contextlib.contextmanager
def _alone():
    """No other notebook of this folder reads and writes meanwhile. Where no lock can be made, nothing can be written either."""
    until, mine = time.monotonic() + 2 * PATIENCE, False
    while not mine and time.monotonic() < until:
        try:
            os.close(os.open(LOCK, os.O_CREAT | os.O_EXCL))
            mine = True
        except FileExistsError:
            with contextlib.suppress(OSError):
                if time.time() - os.stat(LOCK).st_mtime > PATIENCE:  # left behind: a note takes milliseconds
                    os.unlink(LOCK)
            time.sleep(0.01)
        except OSError:
            break
    try:
        yield
    finally:
        if mine:
            with contextlib.suppress(OSError):
                os.unlink(LOCK)


def _off() -> bool:
    return os.environ.get("BPTT_PROGRESS") == "off"


def _in_a_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return getattr(ipython and ipython.get_ipython(), "kernel", None) is not None


def _read() -> dict:
    """The file's content; what cannot be read, or is not what was written here, counts as nothing."""
    kept = _parsed() or {}
    exercises = kept.get("exercises")
    states = exercises.items() if isinstance(exercises, dict) else ()
    return {"keep": kept.get("keep") is not False, "exercises": {n: s for n, s in states if s in (SOLVED, TRIED)}}


def _parsed() -> dict | None:
    with contextlib.suppress(OSError, ValueError, RecursionError):
        kept = json.loads(Path(FILE).read_text(encoding="utf-8"))
        return kept if isinstance(kept, dict) else None
    return None


def _write(kept: dict) -> None:
    """A new file is put in the old one's place whole: who stops the kernel meanwhile loses nothing."""
    with contextlib.suppress(OSError):
        if Path(FILE).exists() and not os.access(FILE, os.W_OK):
            return  # it was made read-only on purpose
        if _parsed() is None and Path(FILE).exists():
            os.replace(FILE, BROKEN)
        handle, new = tempfile.mkstemp(prefix=f".{FILE}.", dir=".", text=True)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(kept, file, indent=1)
            os.replace(new, FILE)
        finally:
            Path(new).unlink(missing_ok=True)
