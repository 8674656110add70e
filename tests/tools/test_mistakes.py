"""The page of mistakes is what the exercises know, and every number on it is one that a wrong function gives."""

import re

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.exercises.base import CHANGES
from tools import mistakes


def test_the_page_is_what_is_known_today():
    assert mistakes.PAGE.read_text(encoding="utf-8") == mistakes.written(), "make it anew: python -m tools.mistakes"


def test_every_mistake_of_every_exercise_is_on_it_once():
    on_page = [(name, exercise) for name, _, _, found_by in mistakes.rows() for exercise in found_by]
    known = [(name, exercise.name) for exercise in bl.exercises.all() for name in exercise.mistakes if name != CHANGES]
    assert sorted(on_page) == sorted(known)


def test_a_row_says_the_number_that_changes():
    exercise = bl.exercises.get("tanh_slope")
    (changed,) = [row[2] for row in mistakes.rows() if row[0] == "slope upside down" and "tanh_slope" in row[3]]
    place, right, wrong = re.fullmatch(r"result\[(\d)\]:\u00a0([\d.]+)\u00a0→\u00a0([\d.]+)", changed).groups()
    assert float(right) == pytest.approx(exercise.solution(*exercise.small)[int(place)], rel=5e-3)
    assert float(wrong) == pytest.approx(1 / float(right), rel=5e-3) and np.isfinite(float(wrong))


def test_a_mistake_is_plain_text_below_its_exercise():
    lines = mistakes.written().splitlines()
    entries = [line for line in lines if line.startswith("- ")]
    assert len(entries) == len(mistakes.rows())
    assert not any(re.search(r"(?<!\\)[*_\[\]|<$`]", entry.replace("**", "", 2)) for entry in entries)
    row = next(row for row in mistakes.rows() if row[0] == "axes swapped")
    above = lines[: next(i for i, entry in enumerate(lines) if entry.startswith("- **axes swapped**"))]
    assert [line for line in above if line.startswith("### ")][-1].replace("\\", "") == f"### {row[3][0]}"
