"""A class with nbgrader: made, handed in, graded and exported. `make test-nbgrader` installs nbgrader and runs this."""

import csv
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import bptt_lab as bl
from bptt_lab.classroom import version

NAME = "01_the_loss_is_a_sum"
MARKED = [exercise.name for exercise in bl.exercises.all() if exercise.notebook == NAME]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return version.nbgrader(tmp_path_factory.mktemp("class") / "course")


def read(folder, *parts):
    return nbformat.read(folder.joinpath(*parts, NAME, f"{NAME}.ipynb"), as_version=4)


def test_each_exercise_has_a_cell_to_clear_and_a_hidden_test_worth_a_point(folder):
    for path in sorted((folder / "source").glob("*/*.ipynb")):
        expected = [exercise.name for exercise in bl.exercises.all() if exercise.notebook == path.stem]
        marks = {
            cell.metadata.nbgrader.grade_id: cell
            for cell in nbformat.read(path, as_version=4).cells
            if "nbgrader" in cell.metadata
        }
        assert expected and set(marks) == {*expected, *(f"test-{name}" for name in expected)}
        for name in expected:
            solution, test = marks[name], marks[f"test-{name}"]
            found = {"np": bl.overflow.np, "bl": bl}
            exec(f"{solution.source}\n{test.source}", found)  # the solution passes its own test
            found[bl.exercises.get(name).stub.function.__name__] = lambda *_: None
            with pytest.raises(AssertionError):
                exec(test.source, found)
            assert test.metadata.nbgrader.points == 1 and "HIDDEN TESTS" in test.source


def nbgrader(folder, *command):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # it calls alembic by its name
    called = [sys.executable, "-m", "nbgrader", *command]
    done = subprocess.run(called, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(importlib.util.find_spec("nbgrader") is None, reason="nbgrader is not here: `make test-nbgrader` installs it")
def test_an_assignment_is_released_without_solutions_and_graded(folder):
    nbgrader(folder, "generate_assignment", NAME)
    released = read(folder, "release")
    sources = "\n".join(cell.source for cell in released.cells)
    assert "SOLUTION" not in sources and "assert bl.exercises" not in sources
    for name in MARKED:
        exercise, found = bl.exercises.get(name), {}
        assert exercise.solution.split("\n", 1)[1] not in sources
        (stub,) = [c.source for c in released.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name]
        exec(stub, found)
        assert not exercise.check(found[exercise.stub.function.__name__]).tried, "an untouched stub is not tried yet"
    answers = {"ann": {name: bl.exercises.get(name).solution for name in MARKED}, "ben": {}}
    answers["cy"] = {
        MARKED[0]: answers["ann"][MARKED[0]],
        MARKED[1]: f"def {bl.exercises.get(MARKED[1]).stub.function.__name__}(*_):\n    return 3",
    }
    for student, written in answers.items():
        notebook = read(folder, "release")
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = str(written.get(name, cell.source))
        path = folder / "submitted" / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    nbgrader(folder, "autograde", NAME)
    nbgrader(folder, "export", "--to", "grades.csv")
    with open(folder / "grades.csv", encoding="utf-8", newline="") as file:
        scores = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
    assert scores == {"ann": (2, 2), "ben": (0, 2), "cy": (1, 2)}
