"""CONTRIBUTING's walk from `model.gradient` to W_hh: its stops are made, in this order; and x takes no detour."""

import re
import sys
from itertools import groupby
from pathlib import Path

import numpy as np

import bptt_lab as bl

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "bptt_lab"


def calls(function) -> list[tuple[str, str]]:
    """The package's functions that are entered, in order, as (file, name)."""
    found: list[tuple[str, str]] = []

    def look(frame, event, _):
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(SRC):
            found.append((path.relative_to(SRC).as_posix(), frame.f_code.co_name))

    sys.setprofile(look)
    try:
        function()
    finally:
        sys.setprofile(None)
    return found


def test_the_stops_of_the_walk_are_made_in_its_order():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.partition("## How a gradient flows through this code\n")[2].partition("\n## ")[0]
    stops = re.findall(r"^\d\. \*\*`(\S+)`\*\*(.*?)(?=^\d\. |\n\n)", section, re.M | re.S)
    assert [file for file, _ in stops][:2] == ["model/sequence.py", "basics/checks.py"] and len({f for f, _ in stops}) <= 6
    model = bl.SequenceModel(bl.RNNCell(3, 4), 3)
    with bl.engine.off():
        made = calls(lambda: model.gradient(np.eye(3), [0, 1, 2]))
    place = 0
    for file, text in stops:
        named = [name for name in re.findall(r"`(\w+)`", text) if (file, name) in made]
        assert named, f"nothing that is named at {file} is called there"
        for name in named if file != "model/sequence.py" else named[:2]:  # its backward comes last
            place = made.index((file, name), place)
    assert ("cells/rnn.py", "step_back") in made and made[-1][0] != "cells/rnn.py"


def test_x_goes_down_once_and_comes_back_once():
    """A stay is one file's functions, called for the first time one after the other; a return is a stay where one was before."""
    model = bl.SequenceModel(bl.RNNCell(3, 4), 3)
    model.gradient(np.eye(3), [0, 1, 2])  # the engine makes its scratch the first time
    first_calls = dict.fromkeys(calls(lambda: model.gradient(np.eye(3), [0, 1, 2])))
    stays = [file for file, _ in groupby(file for file, _ in first_calls)]
    assert len(stays) <= 9 and len(stays) - len(set(stays)) <= 2, " → ".join(stays)
