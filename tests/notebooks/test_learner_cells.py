"""A learner's cell is an exercise's stub, and the cell after it is one call of its check."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import bptt_lab as bl
from tools.notebooks import COURSE, DEEPER, NOTEBOOKS, client, tags


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


@pytest.mark.parametrize("path", [*COURSE, *DEEPER], ids=lambda path: path.stem)
def test_no_given_code_is_called_the_learners(path):
    stubs = {exercise.stub for exercise in bl.exercises.all() if exercise.notebook == path.stem}
    learners = {cell.source for cell in nbformat.read(path, as_version=4).cells if "learner" in tags(cell)}
    assert learners == stubs


LOOPS = """def my_bptt(cell, trace, dh):
    t = len(dh) - 1
    while t >= 0:
        back = cell.params["W_hh"].T @ dh[t]
    return back"""
RAISES = """def tanh_slope(h):
    print("h is", h)
    return 1 - h^2"""


def test_in_a_notebook_a_loop_is_stopped_and_an_error_names_its_line_and_the_kernel_goes_on():
    cells = [
        "import bptt_lab as bl\nbl.exercises.base.calling.SECONDS = 1.0",
        LOOPS,
        'bl.exercises.get("bptt").check(my_bptt)',
        RAISES,
        'bl.exercises.get("tanh_slope").check(tanh_slope)',
        "print('still here')",
    ]
    notebook = new_notebook(cells=list(map(new_code_cell, cells)))
    client(notebook, timeout=60).execute()
    loop, error = (notebook.cells[place].outputs for place in (2, 4))
    assert [len(loop), len(error)] == [1, 1], "nothing is printed beside the report"
    assert "was stopped after" in (says := loop[0].data["text/plain"])
    assert re.search(r"It was in line [34] of the cell: (while t >= 0:|back = )", says)
    says = error[0].data["text/plain"].splitlines()
    assert says[0].startswith("Your function stops with TypeError") and "written **, not ^" in says[2]
    assert says[1] == "It happens in line 3 of the cell: return 1 - h^2" and says[-1].startswith("What it printed here: h is [")
    assert notebook.cells[5].outputs[0].text == "still here\n"
