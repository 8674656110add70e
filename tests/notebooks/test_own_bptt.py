"""Notebook 02: the solution that it hides is right, and its check tells a learner what is wrong and where."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "02_the_chain_rule_through_time.ipynb"


@pytest.fixture(scope="module")
def notebook():
    """The notebook's names up to the check, and the text of the hidden solution."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    names = {}
    for cell in cells:
        if cell.cell_type == "code" and not cell.source.startswith("bl.explore"):
            exec(cell.source, names)
        if "check_bptt" in names:
            break
    hidden = "".join(cell.source for cell in cells if cell.cell_type == "markdown" and "Show a solution" in cell.source)
    return names, re.search(r"```python\n(.*?)```", hidden, re.S)[1]


def say(notebook, right="", wrong=""):
    """What the check says of the solution with `right` replaced by `wrong`."""
    names, solution = notebook
    assert right in solution
    own = {**names}
    exec(solution.replace(right, wrong) if right else solution, own)
    return names["check_bptt"](own["my_bptt"])


def test_the_untouched_stub_says_not_tried_yet(notebook):
    names, _ = notebook
    assert "Not tried yet" in names["check_bptt"](names["my_bptt"])


def test_the_hidden_solution_is_right(notebook):
    said = say(notebook)
    assert said.count("is right.") == 3 and "agrees with finite differences" in said and "differs" not in said


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("W_hh.T @ da", "W_hh @ da", ["these words are off: the, cats, were.", "what you carry back"]),
        ("dh[t] + back", "dh[t]", ["these words are off: the, cats, were.", "what you carry back"]),
        ("range(len(h))", "range(1, len(h))", ["these words are off: the.", "how far the loop runs"]),
        ("(1 - h[t] ** 2) * δ", "δ", ["these words are off: the, cats, were, hungry.", "look at the slope"]),
        ("reversed(range(len(h)))", "range(len(h))", ["off: the, cats, were, hungry.", "the loop's order"]),
        ("h[t - 1] if t > 0 else h0", "h[t - 1]", ["W_x is right.", "W_hh differs", "b is right, so dL/da is right"]),
        ("dW_x += ", "dW_x = ", ["W_x differs", "W_hh is right.", "b is right, so", "how you add it up"]),
        ('"b": db', '"b": db[:2]', ["Names or shapes are off.", "(2,)", "(16,)"]),
        (', "b": db', "", ["b differs from the package"]),
    ],
)
def test_the_check_says_what_is_wrong_and_where(notebook, right, wrong, says):
    said = say(notebook, right, wrong)
    for words in says:
        assert words in said


def test_a_mistake_of_type_is_told_in_words(notebook):
    names, _ = notebook
    assert "expected a dict" in names["check_bptt"](lambda cell, trace, dh: (np.zeros(2), np.zeros(2)))
