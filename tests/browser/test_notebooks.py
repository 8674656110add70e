"""Every notebook of the course, run from top to bottom as a learner runs it."""

import pytest

from tools.notebooks import ALL, NOTEBOOKS

NAMES = [path.relative_to(NOTEBOOKS).as_posix() for path in ALL]


@pytest.mark.parametrize("name", NAMES)
def test_runs_all_cells_with_no_error_no_warning_and_no_request_that_leaves_the_machine(course, name):
    course.open(name)
    course.run_all()


def test_a_fresh_clone_shows_its_stills_before_anything_is_run_or_trusted(course):
    course.open("03_four_words_four_terms.ipynb")
    assert not course.page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.every(cell => cell.model.trusted)")
    stills = [
        index for index, outputs in enumerate(course.outputs()) if any("image/svg+xml" in o.get("data", {}) for o in outputs)
    ]
    assert stills
    for index in stills:
        picture = course.cell(index).locator(".jp-OutputArea-output img")
        course.wait("image => image.complete && image.naturalWidth >= 700", picture.element_handle())
        assert "norm" in picture.get_attribute("alt")
