"""What a page shows a telephone: printed tables become real ones whose values stay whole. And figures follow the window."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Pages, served
from tests.browser.test_site import DRAWN, SITE

pytestmark = pytest.mark.skipif(not (SITE / "index.html").exists(), reason="No site here: `make site` builds it.")
PHONE = {"width": 390, "height": 844}
# For each page: a head, and a line under it that stands next to a plain one, is covered, or begins another table.
TABLES = {
    "04_vanishing_and_exploding": ["statement", "one step"],
    "05_short_term_memory": ["tanh, trained at d =", "gradient"],
    "07_gates": ["half-life", "measured in five nets"],
    "09_long_memory_measured": ["SGD 0.1", "clipped at 1"],
    "10_networks_in_the_wild": ["network", "as time"],
    "deeper/04_eigenvalues_and_the_exponent": ["W_hh", "after 120"],
    "deeper/05_four_cases_and_counter_examples": ["twins at", "equally fast"],
    "deeper/09_parts_taken_away": ["cell", "median error at T = 100"],
}
ENDS = "all => all.map(row => [row.cells[0].textContent, [...row.cells].at(-1).textContent])"
# A value is broken if one of its pieces is: no line of a table may end or begin within a word.
BROKEN = "all => all.filter(piece => piece.getClientRects().length > 1).map(piece => piece.textContent)"


@pytest.fixture(scope="module")
def pages(chromium):
    with served(SITE) as address:
        pages = Pages(chromium, (address, "data:", "blob:"))
        yield lambda name, width: opened(pages.take(width), address + name)
        pages.close()
        assert not pages.problems


def opened(page, url):
    page.goto(url, wait_until="networkidle")
    page.wait_for_function(DRAWN)
    return page


@pytest.mark.parametrize("name", TABLES)
def test_a_printed_table_is_a_real_one_even_next_to_a_line_or_covered(name, pages):
    page = pages(f"notebooks/{name}.html", PHONE["width"])
    page.locator(".cell_output details").evaluate_all("all => all.forEach(more => { more.open = true; })")
    heads = page.locator(".printed tr:first-child").evaluate_all(ENDS)
    assert TABLES[name] in heads
    assert page.locator(".printed td span:visible").evaluate_all(BROKEN) == []
    for printed in page.locator(".printed:visible").all():
        whole = printed.locator("xpath=preceding-sibling::pre").text_content()
        shown = printed.locator("td, pre").all_text_contents()
        assert " ".join(shown).split() == whole.split()
        wider = printed.evaluate("node => node.scrollWidth > node.clientWidth")
        assert not wider or printed.get_attribute("tabindex") == "0" or printed.locator("xpath=ancestor::details").count()


def test_a_figure_follows_a_window_that_is_made_wider(pages):
    page = pages("notebooks/deeper/05_four_cases_and_counter_examples.html", 900)
    figure = page.locator(".bptt-figure").first
    page.set_viewport_size({"width": 1280, "height": 900})
    drawn = "node => Math.abs(node.querySelector('.main-svg').getBoundingClientRect().width - node.offsetWidth) < 1"
    page.wait_for_timeout(600)  # the sidebar slides in
    page.wait_for_function(f"node => ({drawn})(node)", arg=figure.element_handle())
    expect(figure).to_be_visible()
