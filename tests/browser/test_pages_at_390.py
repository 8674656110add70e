"""What a page shows a telephone: printed tables become real ones whose values stay whole. And figures follow the window."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Pages, needs, served
from tests.browser.test_site import DRAWN, SITE, answered
from tests.browser.waiting import settled

pytestmark = needs(SITE, "make site")
PHONE = {"width": 390, "height": 844}
# For each page: a head, and a line under it that stands next to a plain one, is covered, or begins another table.
TABLES = {
    "02_the_chain_rule_through_time": ["token", "word 1 back"],
    "04_vanishing_and_exploding": ["statement", "a step"],
    "05_short_term_memory": ["tanh, trained at d =", "gradient"],
    "06_partial_cures": ["word 1 over word 30", "cut every 10"],
    "07_gates": ["half-life", "measured in five nets"],
    "08_gru_and_lstm": ["road", "largest"],  # no line of it is too long for a phone
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
# Values that seem to be one, and columns in which one value goes on below and another like it does not.
MEET = """rows => rows.flatMap(row => {
    const box = piece => piece.getBoundingClientRect(), pieces = [...row.cells].map(cell => [...cell.querySelectorAll('span')]);
    const full = pieces.filter(of => of.some(piece => piece.textContent));
    const left = of => Math.min(...of.map(piece => box(piece).left));
    const right = of => Math.max(...of.map(piece => box(piece).right));
    const near = (of, k) => k && left(of) - right(full[k - 1]) < 8;
    return full.filter(near).map(of => row.textContent);
})"""
UNEVEN = """tables => tables.flatMap(table => [...table.rows[0].cells].slice(1).filter((_, k) => {
    const values = [...table.rows].slice(1).map(row => [...row.cells[k + 1].querySelectorAll('span')]);
    const lines = of => new Set(of.map(piece => Math.round(piece.getBoundingClientRect().top))).size;
    const looks = values.filter(of => of.length === 2 && /^(\\(|to )/.test(of[1].textContent)).map(lines);
    return new Set(looks).size > 1;
}).map(cell => cell.textContent))"""
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
    assert page.locator(".printed tr:visible").evaluate_all(MEET) == []
    assert page.locator(".printed table:visible").evaluate_all(UNEVEN) == []
    for printed in page.locator(".printed:visible").all():
        whole = printed.locator("xpath=preceding-sibling::pre").text_content()
        shown = printed.locator("td, pre").all_text_contents()
        assert " ".join(shown).split() == whole.split()
        by_key = printed.locator("> div").evaluate_all(f"all => ({WIDER})(all).every(node => node.tabIndex === 0)")
        assert by_key or printed.locator("xpath=ancestor::details").count()
        assert printed.locator("pre").evaluate_all(f"{WIDER}.length") == 0


@pytest.mark.parametrize("name", ["10_networks_in_the_wild"])
def test_a_guess_and_what_was_measured_do_not_seem_one_number(page):
    page.locator(".cell_output details").evaluate_all("all => all.forEach(more => { more.open = true; })")
    answered(page)
    row = page.locator(".printed tr", has_text="metapredict V3").first
    guessed, measured = (row.locator("td").nth(k).locator("span").first.bounding_box() for k in (1, 2))
    assert measured["x"] - (guessed["x"] + guessed["width"]) >= 12  # px; a thousand's blank is 6.6


LOOK = """node => { const { padding, border, borderRadius, font, color } = getComputedStyle(node);
    return [padding, border, borderRadius, font, color].join('; '); }"""


@pytest.mark.parametrize("name", ["glossary", "04_vanishing_and_exploding", "07_gates"])
def test_on_a_phone_all_that_was_printed_has_one_look(page):
    page.locator(".cell_output details").evaluate_all("all => all.forEach(more => { more.open = true; })")
    answered(page)
    boxes = page.locator(".cell_output :is(.stream pre, .text_plain pre, details > pre):not(.printed pre), .printed")
    assert len(set(boxes.filter(visible=True).evaluate_all(f"all => all.map({LOOK})"))) == 1
    colours = "all => all.map(node => getComputedStyle(node).color)"
    inks = page.locator(".printed, .printed td, .printed pre").evaluate_all(colours)
    assert len(set(inks)) == 1
    below = """all => all.map(node => [node, node.lastElementChild].map(one => one.getBoundingClientRect().bottom))
        .map(([box, last]) => Math.round(box - last))"""
    blanks = page.locator(".printed:visible").evaluate_all(below)
    assert set(blanks) == {9}, "its padding and border, and no blank"


@pytest.mark.parametrize("name", ["04_vanishing_and_exploding"])
def test_the_words_of_a_printed_table_begin_where_their_head_does_and_its_numbers_end_there(page):
    rows = page.locator(".printed table", has_text="verdict").locator("tr")
    boxes = "all => all.map(row => [...row.cells].slice(1).map(cell => cell.querySelector('span').getBoundingClientRect()))"
    verdicts, nets, steps = zip(*rows.evaluate_all(boxes))
    assert {len({box["left"] for box in words}) for words in (verdicts, nets)} == {1}
    assert len({round(box["right"]) for box in steps[1:]}) == 1


@pytest.mark.parametrize("name", ["04_vanishing_and_exploding", "deeper/05_four_cases_and_counter_examples"])
def test_on_a_narrower_phone_too_a_printed_table_fits_or_plainly_goes_on(name, open_at):
    page = open_at(name, 375)
    page.evaluate("() => { for (const covered of document.querySelectorAll('details')) covered.open = true; }")
    past = page.locator(".printed > div").evaluate_all("all => all.map(node => node.scrollWidth - node.clientWidth)")
    assert past and [px for px in past if 0 < px < 16] == []


@pytest.mark.parametrize("name", ["glossary"])
def test_words_with_a_formula_stay_beside_the_name_of_their_column_if_they_fit(page):
    cells = page.locator("table.cards td", has_text="at its start")
    wide = cells.evaluate_all("all => all.filter(cell => cell.matches('.wide')).length")
    assert (cells.count(), wide) == (4, 1)


@pytest.mark.parametrize("width", [PHONE["width"], 360, 320])
@pytest.mark.parametrize("name", ["10_networks_in_the_wild", "../mistakes", "glossary"])
def test_no_name_in_a_sentence_makes_a_page_wider_than_the_window(name, width, open_at):
    page = open_at(name, width)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    cut = """all => all.filter(code => code.getBoundingClientRect().right > innerWidth - 8).map(code => code.textContent)"""
    assert page.locator("article :is(p, li) code:visible").evaluate_all(cut) == []


@pytest.mark.parametrize("width", [1280, PHONE["width"]])
@pytest.mark.parametrize("name", ["00_start_here", "glossary", "../own_cell", "../teachers", "../classroom"])
def test_a_short_piece_of_code_stays_on_one_line(name, width, open_at):
    codes = open_at(name, width).locator("article :is(p, li, td) code").filter(visible=True)
    torn = """all => all.filter(code => code.textContent.length <= 20)
        .filter(code => new Set([...code.getClientRects()].map(box => Math.round(box.top))).size > 1)
        .map(code => code.textContent)"""
    assert codes.count() and codes.evaluate_all(torn) == []


@pytest.mark.parametrize("name", ["05_short_term_memory", "06_partial_cures", "07_gates", "10_networks_in_the_wild"])
def test_no_short_formula_in_words_is_torn_at_a_lines_end(name, page):
    """In prose, captions, hints and what explorers say: "T = 20" and "N(0, 1/H)" are whole, and 95 % has its sign beside it."""
    found = page.locator("article").first.evaluate(
        r"""article => {
            const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT), found = { whole: 0, torn: [] };
            const formula = /[\p{L}\d_)]+ ?[=≈<≤≥] ?[−\d]\S*|\d\)? − \S+|[NU]\(\S+ ?\S+\)|\d ?%/gu;
            const other = "script, style, pre, code, mjx-container, svg, .spoken, .net-head, h1, h2, h3";
            for (let node; (node = texts.nextNode());) if (!node.parentElement.closest(other)) {
                for (const { 0: text, index } of node.data.replaceAll("\u00a0", " ").matchAll(formula)) {
                    const range = document.createRange();
                    range.setStart(node, index);
                    range.setEnd(node, index + text.length);
                    const tops = [...range.getClientRects()].filter(({ width }) => width > 1).map(({ top }) => top);
                    if (Math.max(...tops) - Math.min(...tops) > 10) found.torn.push(text);
                    else if (tops.length) found.whole += 1;
                }
            }
            return found;
        }"""
    )
    assert found["torn"] == [] and found["whole"] > 1


@pytest.mark.parametrize("name", ["04_vanishing_and_exploding"])
def test_an_empty_line_that_was_printed_stays(page):
    head = page.locator(".printed > div", has_text="inputs of std")
    gap = "table => table.getBoundingClientRect().top - table.previousElementSibling.getBoundingClientRect().bottom"
    assert head.first.evaluate(gap) >= 10


@pytest.mark.parametrize("name, width", [("08_gru_and_lstm", PHONE["width"]), ("01_the_loss_is_a_sum", 412)])
def test_no_formula_is_broken_within_a_short_bracket(name, width, open_at):
    """A bracket that a telephone has room for opens and closes in one piece."""
    parts = open_at(name, width).locator("article mjx-math .part")
    unclosed = """all => all.filter(part => {
        const signs = [...part.querySelectorAll('mjx-c')].map(sign => sign.className).filter(name => !name.includes('TEX-S'));
        const of = code => signs.filter(name => name.startsWith(`mjx-c${code}`)).length;
        return (of(28) !== of(29) || of(`5B`) !== of(`5D`)) && part.getBoundingClientRect().width < 180;
    }).length"""
    assert parts.count() and parts.evaluate_all(unclosed) == 0


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


@pytest.mark.parametrize("width", [1280, PHONE["width"]])
@pytest.mark.parametrize("name", ["07_gates", "09_long_memory_measured", "museum"])
def test_a_legend_stands_near_its_axis_in_however_many_rows(name, width, open_at):
    apart = """all => all.map(place => [place.querySelector('.legend'), place.querySelector('.nsewdrag')]
        .concat([...place.querySelectorAll('.xtitle, .xaxislayer-above text, .annotation-text')]))
        .filter(([legend]) => legend).map(all => all.map(node => node.getBoundingClientRect()))
        .map(([legend, plot, ...texts]) => legend.top - Math.max(plot.bottom, ...texts.map(text => text.bottom)))"""
    found = open_at(name, width).locator(".bptt-figure").evaluate_all(apart)
    assert found and all(8 <= px <= 24 for px in found)


def test_a_figure_follows_a_window_that_is_made_wider(open_at):
    page = open_at("deeper/05_four_cases_and_counter_examples", 900)
    figure = page.locator(".bptt-figure").first
    page.set_viewport_size({"width": 1280, "height": 900})
    drawn = "node => Math.abs(node.querySelector('.main-svg').getBoundingClientRect().width - node.offsetWidth) < 1"
    page.wait_for_timeout(600)  # the sidebar slides in
    page.wait_for_function(f"node => ({drawn})(node)", arg=figure.element_handle())
    expect(figure).to_be_visible()
