"""Make every known mistake of every exercise, and many that no one thought of, and print what the check calls them.

    python -m tools.confusion

First table: how many mistakes an exercise knows, how many the check calls by their own name, by another's, and by none. The
solutions are checked too. Second: slips made by program, each place of a solution changed once. How many of them change a number,
how many of these are refused, named by a sentence of their own, named by kind and place, named wrongly, and not named. A name is
right if the function that it stands for gives the same numbers on problems that the check has never seen. Third: pairs of known
mistakes at once, judged in the same way. Then each that is not as it should be.
"""

import sys
from collections.abc import Callable
from itertools import combinations

import numpy as np

from bptt_lab.exercises import all as every
from bptt_lab.exercises.base import Exercise
from bptt_lab.exercises.diagnosis import alike
from bptt_lab.exercises.mistakes import Slip

UNSEEN = 1000  # where the random numbers of problems begin that no check uses
PAIRS = 40  # of each exercise
Slips = tuple[Slip, ...]


class Judge:
    """Whether a name is right, on problems that the check has never seen."""

    def __init__(self, exercise: Exercise):
        self.exercise = exercise
        unseen = [exercise.problem(i, UNSEEN + i) for i in range(exercise.count)]
        self.arguments = [problem.arguments for problem in (*exercise.knowledge.problems, *unseen)]
        self.truths = self.results(())

    def results(self, slips: Slips) -> list:
        """What the solution with these slips gives; None where it stops or gives no numbers."""
        return [self.exercise.steps.gives(slips, arguments) for arguments in self.arguments]

    def verdict(self, slips: Slips) -> str:
        """ "same" if no number changes, "passes" if the check does not see it; else "own", "loose", "wrongly" or "unnamed"."""
        exercise, found = self.exercise, self.results(slips)
        if None in found:
            return "stops"
        if all(map(alike, found, self.truths)):
            return "same"
        report = exercise.check(exercise.steps.compiled(slips))
        if report.solved or not report.named:
            return "passes" if report.solved else "unnamed"
        named, parts = report.named
        for names, part in zip([(slip,) for slip in named], parts) if parts else [(named, ())]:
            if not all(alike(f, given, *part) for f, given in zip(found, self.results(names))):
                return "wrongly"
        return "own" if set(named) <= set(exercise.slips) else "loose"


def mutants(exercise: Exercise) -> list[Slips]:
    return [(slip,) for slip in exercise.knowledge.loose]


def pairs(exercise: Exercise) -> list[Slips]:
    """Known mistakes two at once, of those that go together: always the same."""
    both = [two for two in combinations(exercise.slips, 2) if exercise.steps.changed(two) and two[0].name != two[1].name]
    return [both[i] for i in np.random.default_rng(0).permutation(len(both))[:PAIRS]]


def _table(head: str, columns: dict[str, str], judged: Callable, exercises: list[Exercise]) -> list[str]:
    """Print a row for each exercise, and their sum; return what is not as it should be.

    columns: heading -> the verdicts that it counts. judged: exercise -> its label, and (verdict, what was judged) of all.
    """
    print(head + "".join(f"{column:>9}" for column in columns))
    total, lines = np.zeros(len(columns), int), list[str]()
    for exercise in exercises:
        label, found = judged(exercise)
        row = [sum(verdict in verdicts.split() for verdict, _ in found) for verdicts in columns.values()]
        print(f"{label:26}" + "".join(f"{n:9}" for n in row))
        total += row
        lines += [f"{exercise.name}: {what}" for verdict, what in found if verdict not in ("own", "loose", "same", "stops")]
    print(f"{'':26}" + "".join(f"{n:9}" for n in total))
    return lines


def known(exercises: list[Exercise]) -> list[str]:
    """Print how the known mistakes are named, and return those that are not called by their own name."""

    def judged(exercise: Exercise):
        found = [] if exercise.check(exercise.solution).solved else [("broken", "the solution is not right")]
        for made, wrong in exercise.mistakes.items():
            named = exercise.check(wrong).mistake
            verdict = "own" if made == named else "another" if named else "unnamed"
            found.append((verdict, f"{made} is called {named}"))
        return f"{exercise.name:17}{exercise.notebook[:2]:>9}", found

    columns = {"mistakes": "own another unnamed", "by name": "own", "another": "another", "unnamed": "unnamed"}
    return _table(f"{'exercise':17}{'notebook':>9}", columns, judged, exercises)


def _counted(exercises: list[Exercise], head: str, slips_of: Callable[[Exercise], list[Slips]]) -> list[str]:
    """Print how slips are judged, and return those that are not as they should be."""

    def judged(exercise: Exercise):
        judge, found = Judge(exercise), []
        for slips in slips_of(exercise):
            made, verdict = " + ".join(slip.name for slip in slips), judge.verdict(slips)
            new = [line.strip() for line in str(exercise.steps.changed(slips)).splitlines() if line not in exercise.steps.lines]
            found.append((verdict, f"{made} {' / '.join(new)}: {verdict}"))
        return exercise.name, found

    refused = "own loose unnamed wrongly"
    columns = {"tried": f"{refused} passes same stops", "changing": f"{refused} passes", "refused": refused}
    columns |= {verdict: verdict for verdict in (*refused.split(), "passes")}
    return _table(f"\n{head:26}", columns, judged, exercises)


def main() -> int:
    lines = known(every())
    off = _counted(every(), "made by program", mutants) + _counted(every(), "two at once", pairs)
    print("", *lines, *off, sep="\n")
    return int(bool(lines) or any(not line.endswith("unnamed") for line in off))


if __name__ == "__main__":
    sys.exit(main())
