"""What a page shows a telephone: printed tables become real ones whose values stay whole. And figures follow the window."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Pages, served
from tests.browser.test_site import DRAWN, SITE, answered
from tests.browser.waiting import settled

pytestmark = pytest.mark.skipif(not (SITE / "index.html").exists(), reason="No site here: `make site` builds it.")
PHONE = {"width": 390, "height": 844}
# For each page: a head, and a line under it that stands next to a plain one, is covered, or begins another table.
TABLES = {
    "04_vanishing_and_exploding": ["statement", "one step"],
    "05_short_term_memory": ["tanh, trained at d =", "gradient"],
    "06_partial_cures": ["word 1 over word 30", "cut every 10"],
    "07_gates": ["half-life", "measured in five nets"],
    "09_long_memory_measured": ["SGD 0.1", "clipped at 1"],
    "10_networks_in_the_wild": ["network", "as time"],
    "deeper/02_checks_you_can_trust": ["start", "word 1"],
    "deeper/04_eigenvalues_and_the_exponent": ["W_hh", "after 120"],
    "deeper/05_four_cases_and_counter_examples": ["twins at", "equally fast"],
    "deeper/09_parts_taken_away": ["cell", "median error at T = 100"],
}
ENDS = "all => all.map(row => [row.cells[0].textContent, [...row.cells].at(-1).textContent])"
# A value is broken if one of its pieces is, or if a bracket is in two: no line of a table may end or begin within a word.
BROKEN = """all => all.filter(piece => piece.getClientRects().length > 1 || (piece.closest('tr:not(:first-child)')
    && piece.textContent.split('(').length !== piece.textContent.split(')').length)).map(piece => piece.textContent)"""
WIDER = "all => all.filter(node => node.scrollWidth > node.clientWidth)"


@pytest.fixture(scope="module")
def pages(chromium):
    with served(SITE) as address:
        pages = Pages(chromium, (address, "data:", "blob:"))
        yield pages, lambda name, width: opened(pages.take(width), f"{address}notebooks/{name}.html")
        pages.close()
        assert not pages.problems


@pytest.fixture
def page(pages, name):
    """That page on a phone; it stays open for the next test of it, which finds open what was opened."""
    kept, opened_at = pages
    with kept.standing(name, lambda: opened_at(name, PHONE["width"])) as page:
        yield page


@pytest.fixture
def open_at(pages):
    """Opens a page in a window of that width."""
    return pages[1]


def opened(page, url):
    page.goto(url, wait_until="networkidle")
    page.wait_for_function(DRAWN)
    return page


@pytest.mark.parametrize("name", TABLES)
def test_a_printed_table_is_a_real_one_even_next_to_a_line_or_covered(name, page):
    page.locator(".cell_output details").evaluate_all("all => all.forEach(more => { more.open = true; })")
    answered(page)
    heads = page.locator(".printed tr:first-child").evaluate_all(ENDS)
    assert TABLES[name] in heads
    assert page.locator(".printed td span:visible").evaluate_all(BROKEN) == []
    for printed in page.locator(".printed:visible").all():
        whole = printed.locator("xpath=preceding-sibling::pre").text_content()
        shown = printed.locator("td, pre").all_text_contents()
        assert " ".join(shown).split() == whole.split()
        by_key = printed.locator("> div").evaluate_all(f"all => ({WIDER})(all).every(node => node.tabIndex === 0)")
        assert by_key or printed.locator("xpath=ancestor::details").count()
        assert printed.locator("pre").evaluate_all(f"{WIDER}.length") == 0


@pytest.mark.parametrize("name", ["10_networks_in_the_wild"])
def test_the_table_of_counters_shows_its_last_column_whole(page):
    counters = page.locator(".printed > div", has_text="h < 1 %")
    assert counters.evaluate_all(f"{WIDER}.length") == 0


@pytest.mark.parametrize("name", ["10_networks_in_the_wild"])
def test_a_printed_table_that_is_scrolled_keeps_its_rows_names_and_moves_no_line(page):
    page.set_viewport_size({"width": 300, "height": PHONE["height"]})
    settled(page, 300)
    box = page.locator(".printed > div", has_text="h in 8 bits")
    name, line = box.locator("td").first, box.locator("xpath=following-sibling::pre[1]")
    lefts = "all => all.map(node => node.getBoundingClientRect().left)"
    before = [place.evaluate_all(lefts)[0] for place in (name, line)]
    assert box.evaluate("node => { node.scrollLeft = 20; return node.scrollLeft; }") == 20
    assert [place.evaluate_all(lefts)[0] for place in (name, line)] == before
    assert name.evaluate("node => getComputedStyle(node).backgroundColor").startswith("rgb(")


@pytest.mark.parametrize("name", ["04_vanishing_and_exploding", "05_short_term_memory", "09_long_memory_measured", "museum"])
def test_on_a_phone_printed_sentences_go_on_below_and_code_is_scrolled(page):
    page.locator(".cell_output details").evaluate_all("all => all.forEach(more => { more.open = true; })")
    printed = page.locator(".cell_output pre").filter(visible=True)
    wider = printed.evaluate_all(f"all => ({WIDER})(all).map(node => node.textContent)")
    assert printed.count() and [text for text in wider if not text.startswith("def ")] == []


@pytest.mark.parametrize("width", [1280, PHONE["width"]])
def test_no_line_of_a_figure_goes_through_a_levels_name(width, open_at):
    page = open_at("09_long_memory_measured", width)
    paper = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    names = page.locator(".annotation-text", has_text=re.compile("commoner verb: |always saying 1"))
    looks = names.evaluate_all(
        """all => all.map(node => getComputedStyle(node)).map(style => [style.stroke, parseFloat(style.strokeWidth) >= 5,
            style.paintOrder.startsWith('stroke')])"""
    )
    assert looks == [[paper, True, True]] * names.count() and names.count() >= 2


def test_a_figure_follows_a_window_that_is_made_wider(open_at):
    page = open_at("deeper/05_four_cases_and_counter_examples", 900)
    figure = page.locator(".bptt-figure").first
    page.set_viewport_size({"width": 1280, "height": 900})
    drawn = "node => Math.abs(node.querySelector('.main-svg').getBoundingClientRect().width - node.offsetWidth) < 1"
    page.wait_for_timeout(600)  # the sidebar slides in
    page.wait_for_function(f"node => ({drawn})(node)", arg=figure.element_handle())
    expect(figure).to_be_visible()
