"""The page "What people get wrong in BPTT", from what the exercises know.

    python -m tools.mistakes       into site/mistakes.md

A test compares the page with what this writes, so it grows with the knowledge and never says what the check does not find.
"""

import sys
from itertools import groupby
from pathlib import Path

import nbformat
import numpy as np

from bptt_lab import exercises
from bptt_lab.basics import text
from bptt_lab.exercises import base, diagnosis
from bptt_lab.exercises.mistakes import Slip

from .notebooks import NOTEBOOKS

PAGE = Path(__file__).parent.parent / "site" / "mistakes.md"
HEAD = """\
# What people get wrong in BPTT

The exercises of this course know {slips} mistakes, {names} kinds of them. Each is told here as the learner is told it, with one
number that it changes (right → wrong) in a case to follow by hand. It stands under the first exercise whose check finds it.
`bl.exercises.get(name).check(function)` is the check. Two mistakes at once are found as well. All of this is made by the check's
own knowledge, and tested: the wrong function is handed in, and named.

How often each is made, nobody has counted. How often *your* class makes it, `python -m bptt_lab.classroom grade` counts and
draws.
"""


def number(exercise: base.Exercise, slip: Slip) -> str:
    """One number that the slip changes: its name, the right value and the wrong one."""
    problems = [base.Problem(exercise.small, exercise.solution(*exercise.small)), *exercise.knowledge.problems]
    for problem in problems:
        wrong = exercise.steps.gives([slip], problem.arguments) or {}
        for name, right in (diagnosis.parts(problem.truth) or {}).items():
            found = wrong.get(name, right)
            if found.shape != right.shape:
                return f"{_call(name)} of shape {right.shape} → {found.shape}"
            if not diagnosis.close(found, right):
                off = np.nan_to_num(np.abs(found - right), nan=np.inf)
                # Of places that tie but for their last bits the first: it is the same on every processor.
                first = np.argmax(off >= off.max() * (1 - 1e-9))
                place = tuple(int(i) for i in np.unravel_index(first, off.shape))
                entry = f"{_call(name)}{list(place) if place else ''}"
                rounding = 1e-15 * off.max() if np.isfinite(off.max()) else 0.0
                told = [0.0 if abs(value[place]) < rounding else float(value[place]) for value in (right, found)]
                return f"{entry}:\u00a0{text.say(told[0], '0')}\u00a0→\u00a0{text.say(told[1], '0')}"
    raise AssertionError(f"{exercise.name}: {slip.name} changes no number")


def _call(name: str) -> str:
    return name or "result"


def rows() -> list[tuple[str, str, str, list[str]]]:
    """(name, what is told, a number that changes, exercises), as the course goes; of one exercise first what most others find."""
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for exercise in exercises.all():
        for slip in {slip.name: slip for slip in reversed(exercise.slips)}.values():
            found.setdefault((slip.name, slip.says), (number(exercise, slip), []))[1].append(exercise.name)
    table = [(name, says, changed, names) for (name, says), (changed, names) in found.items()]
    order = [exercise.name for exercise in exercises.all()]
    return sorted(table, key=lambda row: (order.index(row[3][0]), -len(row[3]), row[3], row[0]))


def _plain(words: str) -> str:
    """Words of which nothing is taken for markup."""
    for sign in "\\*_[]|<$`":
        words = words.replace(sign, "\\" + sign)
    return words


def _title(notebook: str) -> str:
    """Its first heading, as a link to it."""
    first = nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells[0]
    return f"[{first.source.splitlines()[0].removeprefix('# ')}](notebooks/{notebook}.ipynb)"


def _joined(names: list[str]) -> str:
    return ", ".join(f"[{name}](#{name})" for name in names)


def written() -> str:
    table = rows()
    lines = [HEAD.format(slips=sum(len(names) for *_, names in table), names=len({name for name, *_ in table}))]
    for notebook, of_notebook in groupby(exercises.all(), lambda exercise: exercise.notebook):
        lines += [f"## {_title(notebook)}", ""]
        for exercise in of_notebook:
            lines += [f"### {_plain(exercise.name)}", "", f"{exercise.english[0]}", ""]
            mine = [row for row in table if exercise.name in row[3]]
            for names, group in groupby((row for row in mine if row[3][0] == exercise.name), lambda row: row[3]):
                told = list(group)
                also = f", also in {', '.join(names[1:])}" if names[1:] else ""
                lines += [f"<details><summary>{len(told)} mistake{'s' * (len(told) > 1)}{also}</summary>", ""]
                lines += [f"- **{_plain(name)}**: {_plain(says)} ({_plain(changed)})" for name, says, changed, _ in told]
                lines += ["", "</details>", ""]
            if above := list(dict.fromkeys(row[3][0] for row in mine if row[3][0] != exercise.name)):
                count = sum(row[3][0] != exercise.name for row in mine)
                lines += [f"Its check also finds {count} that stand{'s' * (count == 1)} above, under {_joined(above)}.", ""]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    PAGE.write_text(written(), encoding="utf-8")
    print(f"{PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE}: {len(rows())} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
