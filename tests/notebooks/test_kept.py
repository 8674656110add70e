"""Every notebook prints what it kept, to the letter. In a browser, tests/browser/test_notebooks.py sees to that in JupyterLab."""

import copy
import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.browser.conftest import BROWSERS
from tests.tools.test_notebooks import change_a_digit
from tools import notebooks


@pytest.mark.skipif(any(map(shutil.which, BROWSERS)), reason="There is a browser: their run in JupyterLab is compared.")
@pytest.mark.parametrize("path", notebooks.ALL, ids=lambda path: path.stem)
def test_a_notebook_prints_what_it_kept(path):
    assert notebooks.main(["compare", str(path)]) == 0


def printed(*texts):
    return [new_output("stream", name="stdout", text=text) for text in texts]


def shown(text):
    return [new_output("execute_result", {"text/plain": text}, execution_count=7, metadata={"from": "here"})]


@pytest.mark.parametrize("kept, same, other", [
    (printed("0.25\n0.5\n"), printed("0.25\n", "0.5\n"), printed("0.25\n", "0.6\n")),
    (printed("0.25\n"), printed("0.25\n"), []),
    (printed("0.25\n"), printed("0.25\n"), printed("0.25\n") + shown("0.5")),
    (shown("0.25"), shown("0.25"), shown("0.26")),
    (shown("0.25"), shown("0.25"), printed("0.25")),
])  # fmt: skip
def test_a_run_in_jupyterlab_differs_by_what_it_prints_and_not_by_how_it_came(kept, same, other):
    notebook = new_notebook(cells=[new_code_cell(metadata={"tags": ["keep_output"]}, outputs=kept, execution_count=7)])
    notebook = notebooks.cleaned(notebook)
    assert notebooks.differ(notebook, [same]) == []
    (said,) = notebooks.differ(notebook, [other])
    assert said.startswith("cell-00 kept ") and "0.25" in said


@pytest.mark.parametrize("path", notebooks.ALL, ids=lambda path: path.stem)
def test_a_digit_of_a_kept_output_that_is_another_in_jupyterlab_is_seen(path):
    notebook = nbformat.read(path, as_version=4)
    outputs = [copy.deepcopy(cell.get("outputs", [])) for cell in notebook.cells]
    assert notebooks.differ(notebook, outputs) == []
    changed = [
        cell.id
        for cell, found in zip(notebook.cells, outputs)
        if "keep_output" in notebooks.tags(cell) and any([change_a_digit(output) for output in found])
    ]
    assert changed and [said.split()[0] for said in notebooks.differ(notebook, outputs)] == changed
