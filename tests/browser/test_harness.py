"""The browser harness itself: it runs a small notebook, and it sees what it is there to see."""

import re

import pytest


def test_runs_a_notebook_and_reads_its_outputs(course):
    course.write("small.ipynb", ["import bptt_lab as bl", "print(bl.text.say(0.5))", "6 * 7"])
    course.open("small.ipynb")
    course.run_all()
    outputs = course.outputs()
    assert outputs[1][0]["name"] == "stdout"
    assert outputs[2][0]["data"]["text/plain"] == "42"


def test_sees_an_error_in_a_cell(course):
    course.write("raises.ipynb", ["1 / 0"])
    course.open("raises.ipynb")
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        course.run_all()


def test_sees_a_warning_that_a_learner_would_see(course):
    course.write("warns.ipynb", ["import numpy as np; np.float64(1e308) * 10"])
    course.open("warns.ipynb")
    with pytest.raises(AssertionError, match="overflow"):
        course.run_all()


@pytest.mark.parametrize(
    "script, problem",
    [
        ("console.error('something broke')", "console: something broke"),
        ("setTimeout(() => { throw new Error('nobody caught me') })", "uncaught: .*nobody caught me"),
        ("fetch('http://example.invalid/x').catch(() => {})", "leaves this machine: http://example.invalid/x"),
        ("new WebSocket('ws://example.invalid/x')", "leaves this machine: ws://example.invalid/x"),
    ],
)
def test_sees_a_problem_of_the_page(course, script, problem):
    code = f"from IPython.display import Javascript, display\ndisplay(Javascript({script!r}))"
    course.write("problem.ipynb", [code])
    course.open("problem.ipynb")
    with course.page.expect_event("console") if "console" in script else course.page.expect_event("pageerror") if "throw" in script else course.page.expect_event("websocket") if "WebSocket" in script else course.page.expect_event("requestfailed"):
        course.run_all()
    assert any(re.search(problem, found) for found in course.problems), course.problems
    course.problems.clear()


def test_switches_the_theme(course):
    course.write("theme.ipynb", ["1"])
    course.open("theme.ipynb")
    course.theme(dark=True)
    course.theme(dark=False)
