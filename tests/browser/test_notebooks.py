"""Every notebook of the course, run from top to bottom as a learner runs it, and every control of it moved by keyboard."""

import nbformat
import pytest
from playwright.sync_api import TimeoutError

from tests.browser.test_languages import german_to_a_screen_reader
from tools.notebooks import ALL, NOTEBOOKS, differ, strict

NAMES = [path.relative_to(NOTEBOOKS).as_posix() for path in ALL]

# Moves away from where the slider, the radio button or the menu stands, whichever end that is.
KEYS = {"range": ["ArrowLeft", "ArrowRight"], "radio": ["ArrowRight", "ArrowLeft"], "select": ["ArrowDown", "ArrowUp"]}
KEYS["checkbox"] = ["Space", "Space"]
# What an explorer shows, and where a control stands.
SHOWN = "root => [root.bpttDrawn.text, root.querySelector('.bptt-draw').innerHTML]"
STANDS = "control => [...control.querySelectorAll('input, select')].map(node => [node.value, node.checked])"
WITHOUT_EXPLORERS = (
    "09_long_memory_measured.ipynb",
    "10_networks_in_the_wild.ipynb",
    "glossary.ipynb",
    "museum.ipynb",
    "deeper/",
)


@pytest.mark.parametrize("name", NAMES)
def test_all_cells_run_with_no_error_no_warning_and_no_request_that_leaves_the_machine_and_every_control_moves(course, name):
    """What it prints is what it kept, and the sentence and the picture of an explorer move with each of its controls.

    One run is for all of that: it takes the time. Where there is no browser, tests/notebooks/test_kept.py compares.
    """
    course.open(name)
    course.run_all()
    if strict():
        assert differ(nbformat.read(NOTEBOOKS / name, as_version=4), course.outputs()) == []
    if name == "de/01_the_loss_is_a_sum.ipynb":
        german_to_a_screen_reader(course)
    moved = 0
    for index, cell in enumerate(course.outputs()):  # what a question covers can be moved once it is answered
        if any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in cell):
            for _ in range(course.cell(index).locator("[data-open]").count()):
                course.cell(index).locator("[data-open] button.play").last.press("Enter")
                course.wait("index => !document.querySelector(`[data-windowed-list-index='${index}'] [data-open]`)", index)
    for index, outputs in enumerate(course.outputs()):
        if not any("image/svg+xml" in output.get("data", {}) for output in outputs):
            continue
        explorer = course.cell(index).locator(".bptt").first
        explorer.evaluate("root => root.querySelectorAll('.more').forEach((more) => (more.open = true))")
        controls = explorer.locator(".controls .control")
        for i in range(controls.count()):
            control = controls.nth(i)
            found = control.locator("input:checked, input[type=range], input[type=checkbox], select").first
            if found.is_disabled():  # such as 00's axis of powers of ten, before the bar was found
                assert control.get_attribute("title"), f"{name}, cell {index}: what is closed says why"
                continue
            kind = found.evaluate("node => node.tagName === 'SELECT' ? 'select' : node.type")
            shown, standing = explorer.evaluate(SHOWN), control.evaluate(STANDS)
            for key in KEYS[kind]:
                found.press(key)
                explorer.locator(".asking").wait_for(state="hidden")  # what asks Python moves when it has answered
                if control.evaluate(STANDS) != standing:  # it was not at its end on that side
                    break
            what = f"{name}, cell {index}: {control.inner_text()!r} by {KEYS[kind]}"
            assert control.evaluate(STANDS) != standing, f"the control stays: {what}"
            stays = [explorer.element_handle(), shown]
            moves = "([root, shown]) => ({SHOWN})(root)[{part}] !== shown[{part}]"
            try:
                course.wait(moves.format(SHOWN=SHOWN, part=1), stays)
                if (
                    kind == "range" and explorer.evaluate(SHOWN)[0] == shown[0]
                ):  # its numbers are rounded, and may stay for one step
                    found.press(key)
                course.wait(moves.format(SHOWN=SHOWN, part=0), stays)
            except TimeoutError:
                pytest.fail(f"the sentence or the picture stays: {what}")
            moved += 1
    if not name.startswith(WITHOUT_EXPLORERS):
        assert moved >= 3, "the notebook has an explorer with at least three controls"


def test_a_fresh_clone_shows_its_stills_before_anything_is_run_or_trusted(course):
    course.open("03_four_words_four_terms.ipynb")
    assert not course.page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.every(cell => cell.model.trusted)")
    stills = [
        index
        for index, outputs in enumerate(course.outputs())
        if any("<img" in o.get("data", {}).get("text/html", "") for o in outputs)
    ]
    assert stills
    for index in stills:
        picture = course.cell(index).locator(".jp-OutputArea-output img")
        course.wait("image => image.complete && image.naturalWidth >= 700", picture.element_handle())
        assert "norm" in picture.get_attribute("alt")
