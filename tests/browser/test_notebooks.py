"""Every notebook of the course, run from top to bottom as a learner runs it."""

import pytest

from tests.browser.conftest import ROOT

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_runs_all_cells_with_no_error_no_warning_and_no_request_that_leaves_the_machine(course, name):
    course.open(name)
    course.run_all()
