"""The cells of a notebook that belong to exercises: filled with solutions, emptied to stubs, or marked for nbgrader."""

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat.v4 import new_code_cell

from .. import exercises
from ..basics import checks

# nbgrader's mark of a cell with a solution.
MARK = {"grade": False, "locked": False, "solution": True, "task": False, "schema_version": 3}
CHECK = re.compile(r'bl\.exercises\.get\("(\w+)"\)\.check\(\w+\)')


def tags(cell) -> set[str]:
    return set(cell.metadata.get("tags", []))


def checked(cell) -> str | None:
    """The name of the exercise that a cell checks."""
    match = CHECK.fullmatch(cell.source)
    return match[1] if match else None


def learners(notebook) -> Iterator[tuple]:
    """Each learner's cell, and the exercise that the next cell checks."""
    for cell, after in zip(notebook.cells, notebook.cells[1:]):
        if "learner" in tags(cell):
            yield cell, exercises.get(checked(after) or "")


def filled(notebook):
    """The notebook with a solution in each learner's cell."""
    for cell, exercise in learners(notebook):
        cell.source = str(exercise.solution)
    return notebook


def emptied(notebook):
    """The notebook with a stub in each learner's cell, and nothing left of an answer that was run."""
    for cell, exercise in learners(notebook):
        cell.source = str(exercise.stub)
    for cell in notebook.cells:
        if cell.cell_type == "code" and ("learner" in tags(cell) or checked(cell)):
            cell.outputs, cell.execution_count = [], None
    return notebook


def for_nbgrader(notebook):
    """The notebook as a teacher has it in nbgrader's source/: solutions to be cleared, and a hidden test after each check.

    The check stays as it is, and names the mistake. The test gives the point. It is hidden, so that a learner who has not yet
    solved an exercise can still run all cells.
    """
    for cell, exercise in learners(notebook):
        *kept, _ = exercise.stub.splitlines()  # all but its return None, which nbgrader puts back
        body = exercise.solution.split("\n", 1)[1]
        cell.source = "\n".join([*kept, "    ### BEGIN SOLUTION", body, "    ### END SOLUTION"])
        cell.metadata["nbgrader"] = {**MARK, "grade_id": exercise.name}
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if name := checked(cell):
            hidden = f"# {name}: one point\n### BEGIN HIDDEN TESTS\nassert {cell.source}.solved\n### END HIDDEN TESTS"
            mark = {**MARK, "grade_id": f"test-{name}", "grade": True, "locked": True, "solution": False, "points": 1}
            cells.append(new_code_cell(hidden, id=f"test-{name}", metadata={"nbgrader": mark}))
    notebook.cells = cells
    return notebook


def course_folder(given: Path | None = None) -> Path:
    """Where the course is: the folder that was named, else the clone that this package was installed from, else here."""
    for folder in [given] if given else [Path(__file__).parents[3], Path.cwd()]:
        if (folder / "notebooks" / "00_start_here.ipynb").exists():
            return folder.resolve()
    raise checks.error("course", str(given or Path.cwd()), "a clone of the course", "Name it with --course FOLDER.")


def new_folder(out: Path) -> Path:
    """`out`, made; `ValueError` if there is something in it already."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise checks.error("OUT", str(out), "a folder that is new or empty")
    out.mkdir(parents=True, exist_ok=True)
    return out
