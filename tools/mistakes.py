"""The page "What people get wrong in BPTT, and how often", from what the exercises know.

    python -m tools.mistakes       into site/mistakes.md

A test compares the page with what this writes, so it grows with the knowledge and never says what the check does not find.
"""

import sys
from pathlib import Path

import numpy as np

from bptt_lab import exercises
from bptt_lab.basics import text
from bptt_lab.exercises import base, diagnosis
from bptt_lab.exercises.mistakes import Slip

PAGE = Path(__file__).parent.parent / "site" / "mistakes.md"
HEAD = """\
# What people get wrong in BPTT, and how often

The exercises of this course know {slips} mistakes, {names} kinds of them. Each row is one: what it is, one number that it
changes (right → wrong) in a case to follow by hand, and the exercises whose check finds it. Two at once are found as well.
`bl.exercises.get(name).check(function)` is the check. Every row is made by its own knowledge, and tested: the wrong function is
handed in, and named.

How often: nobody has counted them all. A row stands the higher, the more exercises its step stands in, for the slip can be made
in each. How often *your* class makes it, `python -m bptt_lab.classroom grade` counts and draws.

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
                return f"{entry}: {text.say(told[0], '0')} → {text.say(told[1], '0')}"
    raise AssertionError(f"{exercise.name}: {slip.name} changes no number")


def _call(name: str) -> str:
    return name or "result"


def rows() -> list[tuple[str, str, str, list[str]]]:
    """(name, what is told, a number that changes, exercises), those that stand in most exercises first."""
    found: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for exercise in exercises.all():
        for slip in {slip.name: slip for slip in reversed(exercise.slips)}.values():
            found.setdefault((slip.name, slip.says), (number(exercise, slip), []))[1].append(exercise.name)
    table = [(name, says, changed, names) for (name, says), (changed, names) in found.items()]
    order = [exercise.name for exercise in exercises.all()]
    return sorted(table, key=lambda row: (-len(row[3]), order.index(row[3][0]), row[0]))


def _plain(words: str) -> str:
    """Words in a cell of a table: nothing in them is taken for markup."""
    for sign in "\\*_[]|<$`":
        words = words.replace(sign, "\\" + sign)
    return words


def written() -> str:
    table = rows()
    head = HEAD.format(slips=sum(len(names) for *_, names in table), names=len({name for name, *_ in table}))
    lines = ["| mistake | what the learner is told | a number it changes | found by |", "|---|---|---|---|"]
    for name, says, changed, names in table:
        lines.append(f"| {_plain(name)} | {_plain(says)} | {_plain(changed)} | {_plain(', '.join(names))} |")
    return head + "\n".join(lines) + "\n"


def main() -> int:
    PAGE.write_text(written(), encoding="utf-8")
    print(f"{PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE}: {len(rows())} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
