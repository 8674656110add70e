"""Notebook 08: the solutions that it hides are right, and its stubs say that they are not tried yet."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from bptt_lab import step_back

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "08_gru_and_lstm.ipynb"


@pytest.mark.parametrize("name, check", [("gru", step_back.check_gru), ("lstm", step_back.check_lstm)])
def test_the_hidden_solution_is_right_and_the_stub_is_not_tried_yet(name, check):
    cells, function = nbformat.read(NOTEBOOK, as_version=4).cells, f"{name}_step_back"
    solution = next(cell.source for cell in cells if "Show a solution" in cell.source and function in cell.source)
    names = {"np": np}
    exec(re.search(r"```python\n(.*?)```", solution, re.S)[1], names)
    assert check(names[function]).startswith("Right.")
    stub = next(cell.source for cell in cells if "learner" in cell.metadata.get("tags", []) and function in cell.source)
    exec(stub.split("\n\n\nprint")[0], names)
    assert check(names[function]) == "Not tried yet."
