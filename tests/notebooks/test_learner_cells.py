"""A learner's cell is an exercise's stub, and the cell after it is one call of its check."""

from pathlib import Path

import nbformat
import pytest

import bptt_lab as bl
from tools.notebooks import tags

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.parametrize("exercise", bl.exercises.all(), ids=lambda exercise: exercise.name)
def test_the_notebook_holds_the_stub_and_one_call_of_the_check(exercise):
    path = NOTEBOOKS / f"{exercise.notebook}.ipynb"
    if not path.exists():
        pytest.skip("its notebook is not there yet")
    cells = nbformat.read(path, as_version=4).cells
    place = [cell.source for cell in cells].index(exercise.stub)
    function = exercise.stub.split("(")[0].removeprefix("def ")
    assert "learner" in tags(cells[place]) and not tags(cells[place + 1])
    assert cells[place + 1].source == f'bl.exercises.get("{exercise.name}").check({function})'


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_no_given_code_is_called_the_learners(path):
    stubs = {exercise.stub for exercise in bl.exercises.all() if exercise.notebook == path.stem}
    learners = {cell.source for cell in nbformat.read(path, as_version=4).cells if "learner" in tags(cell)}
    assert learners == stubs
