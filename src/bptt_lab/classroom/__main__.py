"""The commands of `bptt_lab.classroom`: its head says what they do."""

import argparse
import sys
from pathlib import Path

from . import __doc__ as about
from . import grading, version

MAKES = {"make-version": version.make_version, "solutions": version.solutions, "nbgrader": version.nbgrader}


def main(arguments: list[str] | None = None) -> int:
    as_it_is = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m bptt_lab.classroom", description=about, formatter_class=as_it_is)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in MAKES:
        command = commands.add_parser(name)
        command.add_argument("out", type=Path, metavar="OUT", help="a folder that is new or empty")
        command.add_argument("--course", type=Path, help="a clone of the course, if the package was not installed from one")
    command = commands.add_parser("grade")
    command.add_argument("folder", type=Path, metavar="FOLDER", help="submitted notebooks, in a folder for each student")
    command.add_argument("grades", type=Path, metavar="GRADES.csv")
    command.add_argument("--seconds", type=float, default=300, help="how long one notebook may run (default: 300)")
    command.add_argument("--workers", type=int, default=2, help="how many run at a time (default: 2)")
    given = parser.parse_args(arguments)
    try:
        if given.command == "grade":
            rows = grading.grade(given.folder, given.grades, given.seconds, given.workers)
            errors = sum(bool(row["error"]) for row in rows)
            picture = given.grades.with_suffix(".html").name
            print(f"{len(rows)} notebooks, {errors} with an error: see {given.grades}, and {picture}")
        else:
            print(f"Made {MAKES[given.command](given.out, given.course)}")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
