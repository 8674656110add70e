"""A visitor of the museum reads an exhibit before its answer: the code names no mistake, and what it found is covered."""

import nbformat

from tools.notebooks import FOLDED, NOTEBOOKS, tags

MUSEUM = nbformat.read(NOTEBOOKS / "museum.ipynb", as_version=4)


def test_what_an_exhibit_found_is_covered_and_its_guard_is_folded():
    covered = [i for i, cell in enumerate(MUSEUM.cells) if "Covered(" in cell.source]
    assert len(covered) == 8  # all but the two sentences about size, and the one to be mended
    for i in covered:
        cell, guard = MUSEUM.cells[i : i + 2]
        (output,) = cell.outputs
        assert output.data["text/html"].startswith("<details><summary>") and "open>" not in output.data["text/html"]
        assert "assert" not in cell.source and "cause" not in cell.source
        assert FOLDED in tags(guard) and "assert" in guard.source
    printed = "".join(output.get("text", "") for cell in MUSEUM.cells for output in cell.get("outputs", []))
    assert "Most likely" not in printed and "should be near" not in printed
