"""The browser harness itself: it runs a small notebook, and it sees what it is there to see."""

import re

import pytest

from tests.browser.conftest import WINDOW
from tests.browser.course import GONE, SOUGHT


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


PROBLEMS = [
    ("console.error('it broke')", "console", "console: it broke"),
    ("setTimeout(() => { throw new Error('nobody caught me') })", "pageerror", "uncaught: .*nobody caught me"),
    ("fetch('http://elsewhere.invalid/x').catch(() => {})", "console", "this machine: http://elsewhere.invalid/x"),
    ("void new WebSocket('ws://elsewhere.invalid/x')", "console", "this machine: ws://elsewhere.invalid/x"),
]


def test_sees_each_problem_of_the_page(course):
    course.write("quiet.ipynb", ["1"])
    course.open("quiet.ipynb")
    for script, event, problem in PROBLEMS:
        assert not course.problems
        with course.page.expect_event(event, lambda said: getattr(said, "text", "") != SOUGHT):
            course.page.evaluate(script)
        assert any(re.search(problem, found) for found in course.problems), course.problems
        course.problems.clear()


def test_sees_a_widget_that_cannot_draw(course):
    widget = "import anywidget\nclass W(anywidget.AnyWidget): _esm = \"export default {render() { throw new Error('no pen') }}\""
    course.write("widget.ipynb", [widget, "W()"])
    course.open("widget.ipynb")
    with course.page.expect_event("console", lambda message: "no pen" in message.text):
        course.run_all()
    assert any("no pen" in problem for problem in course.problems), course.problems
    course.problems.clear()


def test_a_widget_that_a_closed_notebook_still_seeks_is_none_of_the_next_notebooks_problems(course):
    gone = "display({'application/vnd.jupyter.widget-view+json': {'model_id': 'gone', 'version_major': 2}}, raw=True)"
    for name in ("first.ipynb", "next.ipynb"):
        course.write(name, [gone])
    for name, problems in (("first.ipynb", 0), ("next.ipynb", 1)):
        course.open(name)
        with course.page.expect_event("console", lambda message: GONE in message.text):
            course.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
            if not problems:
                assert course.close(WINDOW)
                course.begin()
        assert len(course.problems) == problems, course.problems
    course.problems.clear()


def test_switches_the_theme(course):
    course.write("theme.ipynb", ["1"])
    course.open("theme.ipynb")
    papers = []
    for dark in (True, False):
        course.theme(dark)
        papers.append(course.page.evaluate("() => getComputedStyle(document.body).getPropertyValue('--jp-layout-color0')"))
    assert papers[0] != papers[1]


def test_a_widget_that_writes_outside_its_folder_or_asks_another_host_is_noticed(course, lab):
    reaches = """
from ipywidgets import IntSlider
import socket

def reaches(_):
    for reach in (lambda: open("/elsewhere", "w"), lambda: socket.create_connection(("192.0.2.1", 80))):
        try:
            reach()
        except OSError:
            pass

slider = IntSlider()
slider.observe(reaches, "value")
slider.value = 5"""
    course.write("reaches.ipynb", [reaches])
    course.open("reaches.ipynb")
    course.run_all()
    wrote, asked = lab.breaches()
    assert wrote.startswith("writes outside its folder") and asked.startswith("asks the network")
