"""A lesson is short, its guards are folded, and what goes deeper is one line away from it and back."""

import re

import nbformat
import pytest

from tools.notebooks import COURSE, DEEPER

LESSONS = [path for path in COURSE if path.stem[0].isdigit()]
MOST_WORDS, MOST_TABLES = 1800, 5
NO_WORDS = re.compile(r"```.*?```|\$\$.*?\$\$|\$[^$]+\$|(?<=\])\([^)]*\)", re.S)  # drawings, formulas, addresses


def words(text: str) -> int:
    """How many words of prose there are: formulas, code blocks and addresses of links are none."""
    return sum(bool(re.search(r"\w", word)) for word in NO_WORDS.sub(" ", text).split())


def tables(notebook) -> int:
    """How many cells print three lines or more."""
    return sum(
        any(output.output_type == "stream" and len(output.text.strip().splitlines()) > 2 for output in cell.get("outputs", []))
        for cell in notebook.cells
    )


def test_formulas_drawings_and_addresses_are_no_words():
    assert words("The *sum* over $t$: [see 01](01_x.ipynb) – $$\na b c\n$$\n```\na → b\n```\n| one | `two` |") == 7


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_short(path):
    notebook = read(path)
    prose = sum(words(cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    assert prose <= MOST_WORDS and tables(notebook) <= MOST_TABLES, f"{prose} words, {tables(notebook)} printed tables"


def test_each_one_that_goes_deeper_is_linked_from_its_lesson_and_leads_back():
    assert DEEPER
    for path in DEEPER:
        (lesson,) = [one for one in LESSONS if one.stem[:2] == path.stem[:2]]
        lines = [line for cell in read(lesson).cells for line in cell.source.splitlines() if f"](deeper/{path.name})" in line]
        assert len(lines) == 1 and lines[0].startswith("**Deeper:** "), f"{lesson.stem} names {path.name} in one line"
        assert f"**Back:** [{path.stem[:2]}" in (last := read(path).cells[-1].source) and f"](../{lesson.name})" in last
