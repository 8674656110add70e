"""The life of a notebook with explorers: an open question covers its answer, Ctrl+S saves, the day after a still is left."""

import re
import subprocess
import sys

import nbformat
from playwright.sync_api import expect

from bptt_lab import explore

CELLS = [
    "import bptt_lab as bl",
    "bl.explore.Predict('half_open')",
    "w = bl.explore.FourTerms()\nw",
    "print('5.44')",
    "bl.explore.TokenLosses()",
    "from IPython.display import HTML\nHTML('<b style=\"visibility: visible\">a label</b>')",  # as in Plotly's figures
]
# Whether something is there, and nothing of it is seen, whatever it says of itself.
UNSEEN = """cells => { const all = cells.flatMap(cell => [...cell.querySelectorAll('.jp-OutputArea *')]);
    return all.length > 1 && all.every(node => getComputedStyle(node).visibility !== 'visible'); }"""


def test_covered_then_saved_by_key_then_reopened_without_its_kernel(course):
    course.write("day.ipynb", CELLS)
    course.open("day.ipynb")
    course.run_all()
    page = course.page
    for covered in (2, 3, 5):  # explorers, numbers that are printed, and what says of itself that it is seen
        assert course.cell(covered).evaluate_all(UNSEEN)
        cover = course.cell(covered).locator(".jp-OutputArea").first
        assert cover.evaluate("node => getComputedStyle(node, '::before').content") == '"?"'
    course.cell(1).get_by_role("button", name="Show me").press("Enter")
    slider = course.cell(2).get_by_label("Gate bias", exact=True)
    expect(slider).to_be_visible()
    assert page.locator(".bptt-still:visible").count() == 0, "one picture, not two"
    # The sentence stays in view where the picture is taller than the window, in Lab too.
    page.set_viewport_size({"width": 700, "height": 500})
    slider.focus()
    box, sentence = slider.bounding_box(), course.cell(2).locator(".sentence").bounding_box()
    assert 0 <= box["y"] < sentence["y"] and sentence["y"] + sentence["height"] <= 501
    page.set_viewport_size({"width": 1280, "height": 900})
    slider.press("ArrowRight")
    course.wait("() => window.jupyterapp.shell.currentWidget.context.model.dirty")
    slider.press("Control+s")
    course.wait("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")

    course.spoiled = True  # Lab goes on asking for widgets of a kernel that is gone, and says so whenever it gives up
    course._lab.end_sessions()
    course.problems.clear()  # what Lab says of a kernel that is gone
    course.open("day.ipynb")
    assert course.cell(2).evaluate_all(UNSEEN)
    course.cell(1).locator("summary").click()  # the question opens, and the cells after it with it
    expect(course.cell(2).locator(".bptt-still img")).to_be_visible()
    still = course.cell(4).locator(".bptt-still")
    expect(still.locator("p")).to_have_text("This is a still picture. Run all cells to move it and to ask Python.")
    assert explore.TokenLosses().sentence() in still.locator("img").get_attribute("alt")
    assert page.get_by_text("model not found").locator("visible=true").count() == 0
    course.problems.clear()  # "model not found", in the console alone


def test_an_exported_notebook_shows_stills_and_sentences_and_asks_for_nothing(tmp_path, chromium):
    source = tmp_path / "day.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS]), source)
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    context = chromium.new_context(viewport={"width": 900, "height": 900}, offline=True)
    try:
        page = context.new_page()
        page.goto(source.with_suffix(".html").as_uri(), wait_until="domcontentloaded")
        stills = page.locator(".bptt-still img")
        assert stills.count() == 2
        assert re.sub("&quot;", '"', stills.nth(1).get_attribute("alt")) == explore.TokenLosses().sentence()
        assert not stills.nth(0).is_visible(), "the answer of an open question"
        page.locator("summary").first.click()
        for still in stills.all():
            expect(still).to_be_visible()
        assert page.get_by_text("5.44", exact=True).is_visible()
    finally:
        context.close()
