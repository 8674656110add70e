"""The site that `make site` built: its sliders move with no kernel, and it asks no other host."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import served
from tools.site import dead_links

SITE = Path(__file__).parents[2] / "build" / "site"
pytestmark = pytest.mark.skipif(not (SITE / "index.html").exists(), reason="No site here: `make site` builds it.")
PAGES = ["index.html", *(f"notebooks/{path.stem}.html" for path in sorted((SITE / "notebooks").glob("*.html")))]


@pytest.fixture(scope="module")
def address():
    with served(SITE) as url:
        yield url


@pytest.fixture
def visit(chromium, address):
    """Open a page of the site; the test fails if it asks another host, or reports an error."""
    context, problems = chromium.new_context(viewport={"width": 1280, "height": 900}), []

    def open_page(name):
        page = context.new_page()
        page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else problems.append(f"asks {r.url}"))
        page.on("response", lambda r: problems.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(address + name, wait_until="networkidle")
        return page

    yield open_page
    context.close()
    assert not problems


@pytest.mark.parametrize("name", PAGES)
def test_every_explorer_is_alive_and_every_figure_drawn(visit, name):
    page = visit(name)
    for place in page.locator(".bptt-living").all():
        expect(place.locator(".bptt .sentence")).not_to_be_empty()
    for figure in page.locator(".bptt-figure").all():
        expect(figure.locator(".main-svg").first).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_every_slider_that_needs_no_python_moves(visit, name):
    page = visit(name)
    for slider in page.locator(".bptt-living input[type=range]:enabled").all():
        section = slider.locator("xpath=ancestor::section[contains(@class, 'bptt')]")
        draws = section.evaluate("root => root.bpttDrawn.draws")
        for key in ("Home", "End"):
            slider.press(key)
        page.wait_for_function("([root, draws]) => root.bpttDrawn.draws > draws", arg=[section.element_handle(), draws])


def test_a_key_on_the_first_page_changes_the_sentence(visit):
    page = visit("index.html")
    sentence = page.locator(".bptt .sentence")
    before = sentence.text_content()
    page.get_by_label("Weight scale").press("End")
    expect(sentence).not_to_have_text(before)


def test_what_needs_python_says_so_and_where_to_find_it(visit):
    page = visit("notebooks/01_the_loss_is_a_sum.html")
    note = page.locator(".needs-python").first
    expect(note.get_by_role("link", name="on Binder")).to_have_attribute(
        "href", re.compile("mybinder.*01_the_loss_is_a_sum.ipynb")
    )


def test_no_link_inside_the_site_is_dead():
    assert dead_links(SITE) == []


@pytest.mark.parametrize("name", ["index.html", "notebooks/00_start_here.html"])
def test_the_first_slider_needs_less_than_eight_megabytes(chromium, address, name):
    context, sizes = chromium.new_context(), []
    page = context.new_page()
    page.on("response", lambda response: sizes.append(len(response.body())) if response.ok else None)
    page.goto(address + name, wait_until="networkidle")
    expect(page.locator(".bptt .sentence").first).not_to_be_empty()
    context.close()
    assert sum(sizes) < 8e6
