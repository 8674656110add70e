"""Notebook 06: the solution that it hides is right, and the untouched stub is only not tried yet."""

import re
from pathlib import Path

import nbformat
import numpy as np

from bptt_lab import checked

CELLS = nbformat.read(Path(__file__).parents[2] / "notebooks" / "06_partial_cures.ipynb", as_version=4).cells


def test_the_hidden_solution_is_right():
    (hidden,) = (cell.source for cell in CELLS if "Show a solution" in cell.source)
    names = {"np": np}
    exec(re.search(r"```python\n(.*?)```", hidden, re.S)[1], names)
    assert checked.clip(names["clip"]).startswith("Right")


def test_the_untouched_stub_says_not_tried_yet():
    (stub,) = (cell.source for cell in CELLS if "learner" in cell.metadata.get("tags", []))
    names = {}
    exec(stub.replace("bl.checked.clip(clip)", ""), names)
    assert checked.clip(names["clip"]) == "Not tried yet."
