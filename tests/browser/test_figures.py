"""Plotly figures in a real JupyterLab: what a learner sees of them, and what they must not offer."""

from playwright.sync_api import expect

from bptt_lab.basics.text import unbroken
from tests.browser.conftest import WINDOW

CELLS = [
    "import bptt_lab as bl",
    "rows = {'N(0, 1)': [0.1, 2.0]}\nbl.figures.ratios({'inputs of std 0.1': rows, 'inputs of std 1': rows}, 'H = 64')",
    "from ipywidgets import interact\n\n@interact(n=(1, 4))\ndef losses(n=2):\n"
    "    return bl.figures.token_losses(list('abcd'[:n]), [1.5] * n)",
]

HALO = """all => all.map(node => getComputedStyle(node)).map(style =>
    style.paintOrder.startsWith('stroke') && parseFloat(style.strokeWidth) >= 5 && style.stroke)"""
PAPER = "() => getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor"


def test_a_figure_offers_no_upload_says_itself_in_words_and_wears_the_theme(course):
    course.write("figures.ipynb", CELLS)
    course.open("figures.ipynb")
    course.run_all()
    page = course.page
    figures, captions = page.locator(".jp-RenderedPlotly"), page.locator(".bptt-says")
    expect(figures.locator(".modebar").first).to_be_attached()
    expect(page.locator(".modebar-btn[data-title^='Share'], .modebar-btn--logo")).to_have_count(0)
    expect(captions).to_have_count(2)
    for dark, ink in ((True, "255, 255, 255"), (False, "0, 0, 0")):
        course.theme(dark)
        for index in range(2):
            course.cell(index + 1)
            expect(figures.nth(index).locator(".gtitle")).to_be_visible()
            assert figures.nth(index).bounding_box()["height"] > 100, "a figure must not collapse"
            colour = figures.nth(index).locator(".gtitle").evaluate("text => getComputedStyle(text).fill")
            assert ink in colour, f"{colour} is not the theme's ink"
        around = figures.locator(".annotation-text").evaluate_all(HALO)
        assert around and set(around) == {page.evaluate(PAPER)}, "a line goes through a line's name"


# How many lines the first text of a caption takes, and how much of its page's width the first of them.
LINES = """caption => {
    const range = document.createRange();
    range.selectNodeContents(caption.firstChild);
    const lines = range.getClientRects();
    return [caption.firstChild.data, lines.length, lines[0].width / caption.clientWidth];
}"""


def test_a_figure_is_as_wide_as_the_page_and_at_most_860_pixels_and_so_are_its_notes(course):
    setting = "four words, H = 64, inputs of std 0.1 and 1, 200 nets from each start"
    course.write("figures.ipynb", [CELLS[0], CELLS[1].replace("H = 64", setting)])
    for width in (390, 1800):
        course.page.set_viewport_size({"width": width, "height": 900})
        course.open("figures.ipynb")
        course.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")  # on a telephone it leaves no room for a notebook
        course.run_all()
        picture = course.cell(1).locator(".jp-RenderedPlotly .main-svg").first
        expect(picture).to_be_visible()
        course.wait(
            "svg => svg.getBoundingClientRect().width <= svg.closest('.jp-OutputArea').clientWidth", picture.element_handle()
        )
        assert picture.bounding_box()["width"] <= 860
        note, lines, share = course.cell(1).locator(".bptt-says").evaluate(LINES)
        assert note == unbroken(f"{setting}; each dot a seed, large marks the medians.")
        assert lines == 1 if width == 1800 else share > 0.7
        assert course.close(WINDOW)
        course.begin()


def test_the_plain_way_a_slider_of_ipywidgets_moves_figure_and_sentence(course):
    course.write("figures.ipynb", CELLS)
    course.open("figures.ipynb")
    course.run_all()
    cell = course.cell(2)
    expect(cell.locator(".bptt-says")).to_contain_text("2 guesses cost 3.00 nats")
    cell.locator(".noUi-handle").focus()
    course.page.keyboard.press("ArrowRight")
    expect(cell.locator(".bptt-says")).to_contain_text("3 guesses cost 4.50 nats")
    expect(cell.locator(".gtitle")).to_have_text("Σ Lt = 4.50 nats")
