"""Make every known mistake of every exercise, and many that no one thought of, and print what the check calls them.

    python -m bptt_lab.exercises

First table: how many mistakes an exercise knows, how many the check calls by their own name, by another's, and by none. The
solutions are checked too. Second: slips made by program, each place of a solution changed once. How many of them change a number,
how many of these are refused, named by a sentence of their own, named by kind and place, named wrongly, and not named. A name is
right if the function that it stands for gives the same numbers on problems that the check has never seen. Third: pairs of known
mistakes at once, judged in the same way. Then each that is not as it should be.
"""

import sys
from itertools import combinations

import numpy as np

from . import all as every
from . import diagnosis
from .base import CHANGES, Exercise
from .edits import Slip

UNSEEN = 1000  # where the random numbers of problems begin that no check uses
PAIRS = 40  # of each exercise


def confusion(exercise: Exercise) -> dict[str, str | None]:
    """mistake made -> mistake named, or None. The solution stands in it as "none", named "right" if the check is content."""
    named = {name: exercise.check(wrong).mistake for name, wrong in exercise.mistakes.items()}
    return {"none": "right" if exercise.check(exercise.solution).solved else None, **named}


class Judge:
    """Whether a name is right, on problems that the check has never seen."""

    def __init__(self, exercise: Exercise):
        self.exercise = exercise
        self.unseen = [exercise.problem(i, UNSEEN + i) for i in range(exercise.count)]

    def results(self, slips: tuple[Slip, ...]) -> list:
        """What the solution with these slips gives; None where it stops or gives no finite numbers."""
        found = []
        for problem in (*self.exercise.knowledge.problems, *self.unseen):
            with np.errstate(all="ignore"):
                try:
                    parts = diagnosis.parts(self.exercise.steps(slips, problem.arguments))
                except Exception:
                    parts = None
            found.append(parts)
        return found

    def verdict(self, slips: tuple[Slip, ...]) -> str:
        """ "same" if no number changes, "passes" if the check does not see it; else "own", "loose", "wrongly" or "unnamed"."""
        exercise, found = self.exercise, self.results(slips)
        if any(parts is None for parts in found):
            return "stops"
        truths = self.results(())
        if all(_same(parts, truth) for parts, truth in zip(found, truths)):
            return "same"
        report = exercise.check(exercise.steps.compiled(slips))
        if report.solved:
            return "passes"
        if report.named is None:
            return "unnamed"
        for names, parts in (
            zip([report.named.slips], [None])
            if not report.named.parts
            else [((slip,), parts) for slip, parts in zip(report.named.slips, report.named.parts)]
        ):
            given = self.results(names)
            if not all(_same(f, g, parts) for f, g in zip(found, given)):
                return "wrongly"
        return "own" if all(slip in exercise.slips for slip in report.named.slips) else "loose"


def _same(found, given, parts=None) -> bool:
    return given is not None and all(diagnosis.part_close(found, given, part) for part in parts or found)


def _counted(exercises: list[Exercise], head: str, slips_of) -> list[str]:
    """Print how slips are judged, a line an exercise; and return those that are not as they should be."""
    columns = "refused", "own", "loose", "unnamed", "wrongly", "passes"
    print(f"\n{head:26}{'tried':>9}{'changing':>9}" + "".join(f"{column:>9}" for column in columns))
    total, off = np.zeros(8, int), []
    for exercise in exercises:
        judge = Judge(exercise)
        found = {slips: judge.verdict(slips) for slips in slips_of(exercise)}
        count = {verdict: sum(v == verdict for v in found.values()) for verdict in ("same", "stops", *columns)}
        changing = len(found) - count["same"] - count["stops"]
        count["refused"] = changing - count["passes"]
        row = [len(found), changing, *(count[column] for column in columns)]
        total += row
        print(f"{exercise.name:26}" + "".join(f"{n:9}" for n in row))
        off += [f"{exercise.name}: {' + '.join(slip.name for slip in slips)} {exercise.steps.changed_lines(slips)}: {verdict}"
                for slips, verdict in found.items() if verdict in ("wrongly", "passes", "unnamed")]  # fmt: skip
    print(f"{'':26}" + "".join(f"{n:9}" for n in total))
    return off


def mutants(exercise: Exercise) -> list[tuple[Slip, ...]]:
    return [(slip,) for slip in exercise.knowledge.loose]


def pairs(exercise: Exercise) -> list[tuple[Slip, ...]]:
    """Known mistakes two at once, of those that go together: always the same."""
    known = [slip for slip in exercise.slips if slip.name != CHANGES and not slip.function]
    both = [two for two in combinations(known, 2) if exercise.steps.changed(two) is not None and two[0].name != two[1].name]
    return [both[i] for i in np.random.default_rng(0).permutation(len(both))[:PAIRS]]


def known(exercises: list[Exercise]) -> list[str]:
    """Print how the known mistakes are named, and return those that are not called by their own name."""
    print(f"{'exercise':17}{'notebook':>9}{'mistakes':>9}{'by name':>9}{'another':>9}{'unnamed':>9}")
    total, lines = np.zeros(4, int), []
    for exercise in exercises:
        found = confusion(exercise)
        lines += [f"{exercise.name}: the solution is not right"] if found.pop("none") is None else []
        own = sum(made == named for made, named in found.items())
        none = sum(named is None for named in found.values())
        row = [len(found), own, len(found) - own - none, none]
        total += row
        lines += [f"{exercise.name}: {made} is called {named}" for made, named in found.items() if made != named]
        print(f"{exercise.name:17}{exercise.notebook[:2]:>9}" + "".join(f"{n:9}" for n in row))
    print(f"{'':26}" + "".join(f"{n:9}" for n in total))
    return lines


def main() -> int:
    lines = known(every())
    off = _counted(every(), "made by program", mutants) + _counted(every(), "two at once", pairs)
    print("", *lines, *off, sep="\n")
    return int(bool(lines) or any(not line.endswith("unnamed") for line in off))


if __name__ == "__main__":
    sys.exit(main())
