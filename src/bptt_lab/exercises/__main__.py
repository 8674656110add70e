"""Make every known mistake of every exercise, and print what the check calls it.

    python -m bptt_lab.exercises

One line an exercise: how many mistakes it knows, how many the check calls by their own name, by another's, and by none. Then
each one that is not called by its own name. The solutions are checked too.
"""

import sys

from . import all as every
from .base import Exercise


def confusion(exercise: Exercise) -> dict[str, str | None]:
    """mistake made -> mistake named, or None. The solution stands in it as "none", named "right" if the check is content."""
    named = {name: exercise.check(wrong).mistake for name, wrong in exercise.mistakes.items()}
    return {"none": "right" if exercise.check(exercise.solution).solved else None, **named}


def main() -> int:
    print(f"{'exercise':17}{'notebook':>9}{'mistakes':>9}{'by name':>9}{'another':>9}{'unnamed':>9}")
    total, lines = [0, 0, 0, 0], []
    for exercise in every():
        found = confusion(exercise)
        right = found.pop("none")
        own = sum(made == named for made, named in found.items())
        none = sum(named is None for named in found.values())
        counts = [len(found), own, len(found) - own - none, none]
        total = [a + b for a, b in zip(total, counts)]
        lines += [f"{exercise.name}: {made} is called {named}" for made, named in found.items() if made != named]
        lines += [f"{exercise.name}: the solution is not right"] if right is None else []
        print(f"{exercise.name:17}{exercise.notebook[:2]:>9}" + "".join(f"{count:9}" for count in counts))
    print(f"{'':26}" + "".join(f"{count:9}" for count in total), *lines, sep="\n")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
