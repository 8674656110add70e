"""The site that `make site` built: its sliders move with no kernel, and it asks no other host."""

import re
import struct
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

import bptt_lab as bl
from bptt_lab import explore
from tests.browser.access import violations
from tests.browser.conftest import ROOT, WINDOW, Pages, needs, served
from tests.browser.waiting import frames, recoloured, settled
from tools.notebooks import ALL
from tools.site import dead_links

SITE = ROOT / "build" / "site"
pytestmark = [needs(SITE, "make site"), pytest.mark.usefixtures("address")]
PAGES = [f"{path.stem}.html" for path in sorted((ROOT / "site").glob("*.md"))]
PAGES += [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in sorted(ALL)]

TEXT_BOX = """node => { const range = document.createRange(); range.selectNodeContents(node);
    const { x, width } = range.getBoundingClientRect(); return { x, width }; }"""


DRAWN = """() => [...document.querySelectorAll('.bptt-living')].every(place => place.querySelector('section.bptt')?.bpttDrawn)
    && [...document.querySelectorAll('.bptt-figure')].every(figure => figure.querySelector('.main-svg'))
    && (!document.querySelector('.math') || document.querySelector('mjx-container[tabindex]'))"""

# How each kind of element within an explorer is laid out, by its name and classes.
STYLES = """root => { root.querySelectorAll('.more').forEach(more => { more.open = true; }); const found = {};
    for (const node of root.querySelectorAll('.bptt *:not(.spoken, svg *, math *, math)')) {
    const { display, textAlign, float, borderTopWidth, borderRightWidth, marginTop, marginBottom, backgroundColor }
        = getComputedStyle(node);
    const clear = backgroundColor === 'rgba(0, 0, 0, 0)';
    const style = [display, textAlign, float, borderTopWidth, borderRightWidth, marginTop, marginBottom, clear].join(' ');
    (found[`${node.localName}.${node.className}`] ??= []).push(style); } return found; }"""
LEAKS = {
    "quiz": ("00_start_here", lambda: explore.Quiz("00")),
    "predict": ("00_start_here", lambda: explore.Predict("presses")),
    "living_equation": ("03_four_words_four_terms", lambda: explore.LivingEquation(lit=1)),
    "gate_pad": ("07_gates", explore.GatePad),
    "cell_switch": ("08_gru_and_lstm", explore.CellSwitch),
    "wall": ("06_partial_cures", explore.Wall),
}


@pytest.fixture(scope="module")
def address():
    with served(SITE) as url:
        yield url


@pytest.fixture(scope="module")
def site_pages(chromium, address):
    pages = Pages(chromium, (address, "data:", "blob:"))
    yield pages
    pages.close()


@pytest.fixture(scope="module")
def standing_pages(chromium, address):
    pages = Pages(chromium, (address, "data:", "blob:"))
    yield pages
    pages.close()


def opened(pages, url, scheme=None, **options):
    page = pages.take(WINDOW["width"], **options)
    page.emulate_media(color_scheme=scheme)
    page.goto(url, wait_until="networkidle")
    page.wait_for_function(DRAWN)  # a busy machine may come to that a while after the network is idle
    return page


def answered(page):
    answer = """() => {
        const asked = document.querySelectorAll('.bptt[data-open] .play:last-of-type');
        asked.forEach((button) => button.click());
        return asked.length;
    }"""
    if page.evaluate(answer):
        page.wait_for_function("() => !document.querySelector('.bptt[data-open]')")


@pytest.fixture
def visit(site_pages, address):
    """Open a page of the site; the test fails if it asks another host, or reports an error."""
    yield lambda name, **options: opened(site_pages, address + name, **options)
    assert not site_pages.put_back()


@pytest.fixture
def page(standing_pages, address, name):
    """The page of that name, with nothing on it covered: each guess that is asked for was answered by "Show me".

    Tests that move something on it stand last in this file.
    """
    with standing_pages.standing(name, lambda: opened(standing_pages, address + name)) as page:
        answered(page)
        yield page


in_each_page = pytest.mark.parametrize("name", PAGES)


@in_each_page
def test_axe_finds_nothing_on_a_dark_page(standing_pages, address, name):
    """The first test of a page: it is opened dark, and is light for the others."""
    with standing_pages.standing(name, lambda: opened(standing_pages, address + name, "dark")) as page:
        recoloured(page, "dark")
        assert page.evaluate("() => document.documentElement.dataset.theme") == "dark"
        assert violations(page) == []


@in_each_page
def test_every_explorer_is_alive_and_every_figure_drawn(page):
    for place in page.locator(".bptt-living").all():
        expect(place.locator(".bptt .sentence")).not_to_be_empty()
    for figure in page.locator(".bptt-figure").all():
        expect(figure.locator(".main-svg").first).to_be_visible()


@in_each_page
def test_nothing_around_an_explorer_scrolls_for_then_its_sentence_would_not_stay_in_view(page):
    around = """node => {
        const found = [];
        for (let up = node.parentElement; up !== document.body; up = up.parentElement) {
            if (getComputedStyle(up).overflowY !== 'visible') found.push(up.className);
        }
        return found;
    }"""
    for sentence in page.locator(".bptt .sentence").all():
        assert sentence.evaluate(around) == []


@in_each_page
def test_axe_finds_nothing_on_a_page(page):
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"
    assert violations(page) == []


@in_each_page
def test_a_page_says_what_it_is_to_other_sites_and_how_to_cite_it(page, name):
    says = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('meta')].map(
            meta => [meta.getAttribute('property') ?? meta.name, meta.content]))"""
    )
    assert 80 < len(says["description"]) < 300 and says["og:description"] == says["description"]
    assert says["og:title"] in page.locator("article h1").first.inner_text()
    assert says["citation_title"] in page.locator("cite").inner_text() and says["citation_author"]
    assert urlsplit(says["og:url"]).path.endswith(name)
    card = SITE / "_static" / "cards" / Path(urlsplit(says["og:image"]).path).name
    header = card.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", header[16:]) == (1200, 630)


@in_each_page
def test_every_place_that_needs_python_offers_it_right_there(page):
    # Neither a guess that was answered nor what says why it is closed, as 00's axis, waits for Python.
    waits = ".bptt-living:not([data-explorer=predict]) .control :disabled:not([aria-description]):visible"
    grey = page.locator(f"div.cell:has({waits})").all()
    for place in [*grey, *page.locator("div.cell.tag_learner, div.cell.tag_plain_way").all()]:
        after = place.locator("xpath=following::div[contains(@class, 'needs-python')][1]")
        hrefs = after.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert len(hrefs) == 2 and "mybinder.org" in hrefs[0] and "lite/lab/index.html" in hrefs[1]
        gap = after.bounding_box()["y"] - (place.bounding_box()["y"] + place.bounding_box()["height"])
        assert gap < 120, "the offer stands right below"


@in_each_page
def test_the_offer_stands_only_where_something_needs_python(page):
    for note in page.locator(".needs-python").all():
        place = note.locator("xpath=preceding::div[contains(concat(' ', @class, ' '), ' cell ')][1]")
        written = place.evaluate(
            "node => node.matches('.tag_learner, .tag_plain_way') || node.textContent.includes('bl.my_progress()')"
        )
        assert written or place.locator(".bptt :disabled:visible").count(), note.inner_text()


@in_each_page
def test_no_formula_and_no_table_is_wider_than_its_page(page):
    wide = "() => [...document.querySelectorAll('article :is(mjx-container, table)')].filter({}).map(node => node.textContent)"
    cut = (
        "node => (node.parentElement.closest('div, section, td') ?? node).clientWidth + 1 < (node.firstChild ?? node).scrollWidth"
    )
    assert page.evaluate(wide.format(cut)) == []
    page.set_viewport_size({"width": 390, "height": 900})
    settled(page, 390)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    by_key = 'table:not(.printed [tabindex="0"] *)'  # what was printed may scroll by itself, and by key
    assert page.evaluate(wide.replace(":is(mjx-container, table)", by_key).format(cut)) == []


# The words of figures that are not whole in their picture, and those of a legend that lie on a row's or an axis' words.
HIDDEN = """() => [...document.querySelectorAll('.bptt-figure')].flatMap(figure => {
    const box = node => node.getBoundingClientRect(), all = box(figure.querySelector('.main-svg'));
    const words = [...figure.querySelectorAll('.main-svg text')].filter(node => node.textContent && box(node).width);
    const past = ({ left, right, bottom }) => right > all.right + 1 || left < all.left - 1 || bottom > all.bottom + 1;
    const cut = words.filter(node => past(box(node)));
    const legend = words.filter(node => node.closest('.legend')), others = words.filter(node => !node.closest('.legend'));
    const common = (a, b, from, to) => Math.min(a[to], b[to]) - Math.max(a[from], b[from]);
    const meets = (a, b) => common(a, b, 'left', 'right') > 1 && common(a, b, 'top', 'bottom') > 2;
    const titles = words.filter(node => node.matches('.xtitle, .ytitle')), apart = [...legend, ...titles];
    const lies = apart.filter(node => others.some(other => other !== node && meets(box(node), box(other))));
    return [...cut, ...lies].map(node => node.textContent);
})"""


@in_each_page
@pytest.mark.parametrize("width", [WINDOW["width"], 390])
def test_every_word_of_a_figure_is_whole_and_its_legend_lies_on_none(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    settled(page, width)
    frames(page, 5)
    assert page.evaluate(HIDDEN) == []


@pytest.mark.parametrize("width", [WINDOW["width"], 390, 320])
def test_no_formula_is_a_tab_stop_unless_it_has_to_be_scrolled(site_pages, visit, address, width):
    page = site_pages.take(width)
    page.goto(address + "notebooks/glossary.html")
    page.wait_for_function("() => document.querySelector('mjx-container[tabindex=\"-1\"]')")
    formulas = page.locator("mjx-container")
    stops = formulas.evaluate_all("nodes => nodes.filter(node => node.tabIndex >= 0).length")
    right = "getBoundingClientRect().right"
    wide = f"nodes => nodes.filter(node => node.firstChild.{right} > node.{right} + 1).length"
    assert formulas.count() > 100 and stops == formulas.evaluate_all(wide)
    assert (stops > 0) == (width == 320), "on a phone they go on below"


@in_each_page
def test_every_slider_that_needs_no_python_moves(page):
    for slider in page.locator(".bptt-living input[type=range]:enabled").all():
        section = slider.locator("xpath=ancestor::section[contains(@class, 'bptt')]")
        draws = section.evaluate("root => root.bpttDrawn.draws")
        for key in ("Home", "End"):
            slider.press(key)
        page.wait_for_function("([root, draws]) => root.bpttDrawn.draws > draws", arg=[section.element_handle(), draws])


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_the_search(visit, dark):
    page = visit("search.html?q=gradient", color_scheme="dark" if dark else "light")
    expect(page.locator("#search-results a .highlighted").first).to_be_visible()
    assert page.evaluate("() => document.documentElement.dataset.theme") == ("dark" if dark else "light")
    assert violations(page) == []


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


@pytest.mark.parametrize(
    "name, most", [("index", 3e6), ("notebooks/00_start_here", 3e6), ("notebooks/03_four_words_four_terms", 5e6)]
)
def test_a_page_and_all_that_it_fetches_is_small(chromium, address, name, most):
    context, sizes = chromium.new_context(), []
    page = context.new_page()
    page.on("response", lambda response: sizes.append(len(response.body())) if response.ok else None)
    page.goto(f"{address}{name}.html", wait_until="networkidle")
    expect(page.locator(".bptt .sentence").first).not_to_be_empty()
    context.close()
    assert sum(sizes) < most


def test_formulas_wait_for_the_first_explorer_and_come_without_it_too(chromium, address):
    context = chromium.new_context()
    page = context.new_page()
    asked, held = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/*.bin", lambda route: held.append(route))  # the explorers' tables
    page.goto(address + "notebooks/03_four_words_four_terms.html", wait_until="domcontentloaded")
    page.wait_for_function("() => document.readyState !== 'loading'")
    frames(page, 30)
    assert held and not any("mathjax/tex-chtml.js" in url for url in asked)
    for route in held:
        route.continue_()
    page.unroute("**/*.bin")
    expect(page.locator("article mjx-container").first).to_be_visible()
    page.route("**/explorers/*", lambda route: route.abort())
    page.reload()
    expect(page.locator("article mjx-container").first).to_be_visible()
    context.close()


def test_no_two_pages_have_the_same_card_or_description():
    cards = [path.read_bytes() for path in (SITE / "_static" / "cards").glob("*.png")]
    texts = [re.search('name="description" content="([^"]*)"', (SITE / name).read_text(encoding="utf-8"))[1] for name in PAGES]
    assert len(set(cards)) >= len(PAGES) and len(set(texts)) == len(PAGES)


@pytest.mark.parametrize("name, kind", LEAKS.items(), ids=LEAKS)
def test_the_theme_changes_nothing_within_an_explorer(visit, page_of, name, kind):
    """Its classes have everyday names, and the theme has rules for some of them."""
    site = visit(f"notebooks/{kind[0]}.html").locator(f".bptt-living[data-explorer={name}]").first.evaluate(STYLES)
    own = page_of(kind[1](), width=760).locator(".bptt").evaluate(STYLES)
    assert len(own) > 5 and own.keys() & site.keys()
    assert {key: (site[key], own[key]) for key in own.keys() & site.keys() if not set(site[key]) <= set(own[key])} == {}


def test_an_answer_stands_beside_its_button_and_a_question_at_the_edge(visit):
    quiz = visit("notebooks/00_start_here.html").locator(".bptt .quiz")
    edge = quiz.bounding_box()["x"]
    for legend in quiz.locator("legend").all():
        assert legend.evaluate(TEXT_BOX)["x"] - edge < 2
    for answer in quiz.locator(".answer").all():
        button, words = answer.locator("input").bounding_box(), answer.locator("label").evaluate(TEXT_BOX)
        assert 0 < words["x"] - (button["x"] + button["width"]) < 16


def test_the_next_page_fetches_again_nothing_that_the_first_one_had(chromium, address):
    """Over a server that says when a file was last changed, as GitHub's does too."""
    context = chromium.new_context()
    page, had = context.new_page(), {}
    for name in ("notebooks/03_four_words_four_terms.html", "notebooks/04_vanishing_and_exploding.html"):
        page.goto(address + name, wait_until="networkidle")
        page.wait_for_function("() => document.querySelector('.bptt-figure .main-svg')")
        fetched = dict(page.evaluate("() => performance.getEntriesByType('resource').map(one => [one.name, one.transferSize])"))
        assert any("plotly.min.js" in url for url in fetched)
        again = [url for url, size in fetched.items() if size > 1000 and url in had]  # asking whether it changed is less
        assert again == []
        had |= fetched
    context.close()
    assert len([url for url, size in had.items() if "plotly" in url]) == 1, "one copy for the whole site"


def test_the_course_can_be_read_page_by_page(site_pages, visit, address):
    page = site_pages.take(WINDOW["width"], java_script_enabled=False)  # what stands in the pages themselves
    page.goto(address + "index.html", wait_until="domcontentloaded")
    read = []
    while (link := page.locator("a.right-next")).count() and len(read) < 99:
        page.goto(link.evaluate("link => link.href"), wait_until="domcontentloaded")
        read.append(Path(urlsplit(page.url).path).stem)
        assert page.locator("a.left-prev").count() == 1
    lessons = sorted(Path(name).stem for name in PAGES if re.match(r"notebooks/\d", name))
    assert read[: len(lessons)] == lessons
    translated = [name for name in PAGES if "/de/" in name]  # which are no lessons between two others
    assert len(read) == len(PAGES) - 1 - len(translated)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_words_in_a_figure_can_be_read_on_both_papers(visit, dark):
    def luminance(colour):
        parts = [float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))

    page = visit("notebooks/04_vanishing_and_exploding.html", color_scheme="dark" if dark else "light")
    answered(page)
    words = page.locator(".bptt-figure g:not(.hovertext) > text")
    expect(words.first).to_be_visible()
    inks = words.evaluate_all("nodes => [...new Set(nodes.map(node => getComputedStyle(node).fill))]")
    paper = luminance(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
    for ink in map(luminance, inks):
        assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 4.5


def test_search_finds_a_word_of_the_course(visit):
    page = visit("search.html?q=vanishing")
    found = page.locator("#search-results li a")
    expect(found.first).to_be_visible()
    assert any("04_vanishing_and_exploding" in href for href in found.evaluate_all("links => links.map(link => link.href)"))


def test_on_paper_a_page_is_black_on_white_without_what_only_a_screen_can_do(visit):
    page = visit("notebooks/02_the_chain_rule_through_time.html", color_scheme="dark")
    page.emulate_media(media="print")
    for gone in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".needs-python", ".bd-header-article", "#jb-print-docs-body"):
        assert page.locator(f"{gone}:visible").count() == 0, gone
    for place in ("article p", "article pre", "article pre span", "article h2", "article a", ".bptt .sentence"):
        inks = page.locator(place).evaluate_all(
            "nodes => [...new Set(nodes.filter(n => n.checkVisibility()).map(n => getComputedStyle(n).color))]"
        )
        for ink in inks:
            assert max(map(float, re.findall(r"[\d.]+", ink)[:3])) < 110, f"{place}: {ink}"
    papers = page.evaluate("() => ['body', '.bptt'].map(of => getComputedStyle(document.querySelector(of)).backgroundColor)")
    assert set(papers) <= {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
    assert page.locator(".bptt .bptt-draw svg").first.is_visible() and page.locator(".bptt .sentence").first.is_visible()


def test_the_first_page_shows_what_each_notebook_lets_you_do_in_the_courses_order(visit):
    page = visit("index.html")
    cards = page.locator(".stage li")
    hrefs = [
        href
        for card in cards.all()
        for href in card.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    ]
    course = sorted(name for name in PAGES if re.match(r"notebooks/(\d|museum)", name))
    beside = [name for part in ("/deeper/", "/de/") for name in PAGES if part in name]
    assert hrefs == [*course, "notebooks/glossary.html", *beside]
    for card in cards.all():
        card.scroll_into_view_if_needed()
        picture = card.locator("img:visible")
        expect(picture).to_have_count(1)
        page.wait_for_function("picture => picture.complete && picture.naturalWidth > 300", arg=picture.element_handle())
        assert len(card.locator("p").last.inner_text().split()) > 8
    ends = page.locator(".stage ol").evaluate_all(
        "lists => lists.map(list => [list, list.lastElementChild].map(node => Math.round(node.getBoundingClientRect().right)))"
    )
    assert all(whole == last for whole, last in ends), "a last card leaves a blank beside it"
    elsewhere = page.locator("article a[href^=notebooks]:not(.stage a)")
    expect(elsewhere).to_have_count(1)  # "start here"; the rest of the course stands in the sidebar


def test_the_glass_of_the_search_lies_on_none_of_its_words(visit):
    page = visit("search.html")
    glass = page.locator(".bd-search:visible .fa-magnifying-glass").first.bounding_box()
    field = page.locator(".bd-search:visible input").first
    begins = field.evaluate("node => node.getBoundingClientRect().left + parseFloat(getComputedStyle(node).paddingLeft)")
    assert glass["x"] + glass["width"] + 4 <= begins


PHONE = {"width": 390, "height": 844}
RANGES = "figure => JSON.stringify(['xaxis', 'yaxis'].map(axis => figure._fullLayout[axis].range))"


# What an open prediction covers is to be seen.
ANSWERED = "() => document.querySelectorAll('.bptt[data-open] .play:last-of-type').forEach(button => button.click())"


def swipe(page, x, y, across, down):
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for i in range(1, 11):
        point = {"x": x + across * i / 10, "y": y + down * i / 10}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_on_a_figure_scrolls_the_page_and_zooms_only_by_the_figures_button(visit):
    page = visit("notebooks/04_vanishing_and_exploding.html", has_touch=True, is_mobile=True)
    page.set_viewport_size(PHONE)
    settled(page)
    page.evaluate(ANSWERED)
    figure = page.locator(".bptt-figure").first
    figure.evaluate("node => node.scrollIntoView({ block: 'center' })")
    box, ranges, start = figure.bounding_box(), figure.evaluate(RANGES), page.evaluate("scrollY")
    swipe(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, 0, -150)
    page.wait_for_function("start => scrollY > start + 80", arg=start)
    assert figure.evaluate(RANGES) == ranges
    figure.tap()  # its buttons come
    buttons, title = figure.locator(".modebar").bounding_box(), figure.locator(".gtitle").bounding_box()
    assert buttons["y"] + buttons["height"] <= title["y"] + 1, "they lie on the title"
    figure.locator(".modebar-btn[data-title=Zoom]").tap()
    box, start = figure.bounding_box(), page.evaluate("scrollY")
    swipe(page, box["x"] + 120, box["y"] + box["height"] / 2, 90, 90)
    page.wait_for_function(f"([figure, before]) => ({RANGES})(figure) !== before", arg=[figure.element_handle(), ranges])
    assert page.evaluate("scrollY") == start


OUTSIDE = """() => [...document.querySelectorAll('article td')].filter(cell => {
    const { left, right, width } = cell.getBoundingClientRect();
    return width && (left < 0 || right > innerWidth);
}).map(cell => cell.textContent)"""
BROKEN = """() => [...document.querySelectorAll('article .cards .label')].filter(label => label.checkVisibility()
    && label.scrollWidth > label.clientWidth + 1).map(label => label.textContent)"""


@pytest.mark.parametrize("name", ["notebooks/glossary.html", "teachers.html", "where_it_works.html"])
def test_on_a_phone_each_row_of_a_table_is_a_card_whose_cells_name_their_columns(page):
    page.set_viewport_size(PHONE)
    assert page.evaluate(OUTSIDE) == [] and page.evaluate(BROKEN) == []
    first = page.locator("article table tbody tr").first
    heads = page.locator("article table").first.locator("thead th").all_text_contents()
    assert first.locator(".label:visible").all_text_contents() == heads
    heights = first.locator("td").evaluate_all("cells => cells.map(cell => cell.getBoundingClientRect().height)")
    assert max(heights) < 200
    page.set_viewport_size(WINDOW)
    expect(page.locator("article .cards .label:visible")).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["notebooks/00_start_here", "notebooks/glossary", "where_it_works", "own_cell"])
def test_a_link_in_a_table_looks_as_one_beside_it(visit, name, dark):
    page = visit(f"{name}.html", color_scheme="dark" if dark else "light")
    settled(page)
    links = page.locator("article a:is(.reference, table a):not(.headerlink, .bptt a, h1 a, h2 a, h3 a, .needs-python a):visible")
    inks = links.evaluate_all("all => all.map(node => [Boolean(node.closest('table')), getComputedStyle(node).color])")
    assert {inside for inside, _ in inks} == {True, False} and len({ink for _, ink in inks}) == 1


def test_the_page_of_mistakes_is_short_until_one_is_asked_for_and_has_contents(visit):
    page = visit("mistakes.html")
    named = page.locator("article h3").evaluate_all("all => all.map(node => node.firstChild.textContent)")
    assert named == [exercise.name for exercise in bl.exercises.all()]
    assert set(named) <= set(page.locator(".bd-sidebar-secondary a").all_inner_texts())
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.body.scrollHeight") < 12_000  # px; all that is folded is 70 000 more


def test_a_picture_that_is_not_loaded_yet_has_its_room_so_that_a_link_to_what_stands_below_lands_there(visit):
    page = visit("index.html", keep=False)
    rooms = "all => all.filter(picture => !picture.complete && picture.checkVisibility()).map(({ offsetHeight }) => offsetHeight)"
    waiting = page.locator(".stage img").evaluate_all(rooms)
    assert waiting and min(waiting) > 200


def test_a_translation_is_no_lesson_between_two_others(visit):
    ways = ".prev-next-area a"
    assert visit("notebooks/de/01_the_loss_is_a_sum.html").locator(ways).count() == 0
    expect(visit("notebooks/deeper/09_parts_taken_away.html").locator(ways)).to_have_text(re.compile("Deeper 08"))


def test_in_the_dark_too_the_focus_on_a_figures_buttons_is_seen(visit):
    page = visit("notebooks/03_four_words_four_terms.html", color_scheme="dark")
    answered(page)
    button = page.locator(".bptt-figure .modebar-btn").first
    button.press("Shift")  # by key, as the focus comes
    ring, accent = "getComputedStyle(node).outline", "getComputedStyle(document.body).getPropertyValue('--pst-color-accent')"
    assert button.evaluate("node => document.activeElement === node && node.matches(':focus-visible')")
    colour = button.evaluate(
        f"node => {{ const probe = document.createElement('i'); probe.style.color = {accent}; "
        "node.append(probe); const { color } = getComputedStyle(probe); probe.remove(); return color; }"
    )
    assert button.evaluate(f"node => {ring}") == f"{colour} solid 3px"


@pytest.mark.parametrize("name", ["notebooks/07_gates.html"])
@pytest.mark.parametrize("width", [800, 1240])
def test_the_sign_behind_a_heading_takes_no_line(width, page):
    page.set_viewport_size({"width": width, "height": 900})
    taller = """all => all.filter(({ parentElement: heading, style }) => {
        const before = heading.offsetHeight;
        style.display = 'none';
        const less = heading.offsetHeight < before;
        style.removeProperty('display');
        return less;
    }).map(link => link.parentElement.textContent)"""
    assert page.locator("article h2 .headerlink").evaluate_all(taller) == []


def test_on_a_phone_a_printed_table_shows_all_its_columns(visit):
    page = visit("notebooks/05_short_term_memory.html")
    answered(page)
    expect(page.locator(".printed:visible")).to_have_count(0)
    page.set_viewport_size(PHONE)
    tables = page.locator(".printed").filter(has=page.locator("table"))
    assert tables.count()
    for shown in tables.all():
        assert shown.locator("> div").evaluate_all("all => all.every(node => node.scrollWidth <= node.clientWidth)")
        printed = shown.locator("xpath=preceding-sibling::pre").text_content()
        assert " ".join(shown.locator("td, pre").all_text_contents()).split() == printed.split()


# On a narrow page: formulas whose signs stand above the box that cuts them, code wider than its cell, and formulas whose comma or
# stop has gone on to the next line.
TORN = """() => [
    ...[...document.querySelectorAll('mjx-container[display="true"]')].filter(formula => [...formula.querySelectorAll('mjx-c')]
        .some(sign => sign.getBoundingClientRect().top < formula.getBoundingClientRect().top - 1)),
    ...[...document.querySelectorAll('article td code')].filter(code =>
        code.getBoundingClientRect().right > code.closest('td').getBoundingClientRect().right),
    ...[...document.querySelectorAll('article span.math')].filter(formula => {
        const next = formula.nextSibling, range = document.createRange();
        if (!/^[.,;:]/.test(next?.data ?? '')) return false;
        range.setStart(next, 0);
        range.setEnd(next, 1);
        return range.getBoundingClientRect().top > formula.getBoundingClientRect().bottom - 6;
    }),
].map(node => node.textContent)"""


WIDE = """() => [...document.querySelectorAll('article mjx-container[display="true"]')].filter(formula =>
    formula.scrollWidth > formula.clientWidth + 1).map(formula => formula.textContent)"""
WITH_FORMULAS = ["01_the_loss_is_a_sum", "02_the_chain_rule_through_time", "07_gates", "08_gru_and_lstm", "glossary"]
WITH_FORMULAS += ["deeper/06_walls_starts_and_windows"]


@pytest.mark.parametrize("name", [*(f"notebooks/{name}.html" for name in WITH_FORMULAS), "own_cell.html"])
def test_on_a_phone_no_formula_and_no_code_is_torn_and_a_long_formula_goes_on_below(page):
    page.set_viewport_size(PHONE)
    settled(page, 390)
    page.wait_for_function("() => document.querySelector('mjx-container[tabindex]')")
    assert page.evaluate(TORN) == [] and page.evaluate(WIDE) == []


LINES = """all => all.filter(formula => formula.querySelector('mjx-mtd .part')).map(formula => {
    const rows = [...formula.querySelectorAll('mjx-mtd:nth-child(odd)')].filter(cell => !cell.querySelector('mjx-mtd'));
    const first = rows.map(cell => [...cell.querySelectorAll('mjx-c')].at(0)).filter(Boolean).map(sign => sign.closest('.part'));
    const box = node => node.getBoundingClientRect(), parts = first.map(part => box(part).left);
    const signs = [...formula.querySelectorAll('.part')].filter(part => !part.querySelector('.part'));
    return [Math.max(...parts) - Math.min(...parts), box(formula).bottom - Math.max(...signs.map(part => box(part).bottom))];
})"""


def test_on_a_phone_the_lines_of_an_aligned_formula_begin_below_each_other_with_no_blank_below(visit):
    page = visit("notebooks/02_the_chain_rule_through_time.html")
    page.set_viewport_size(PHONE)
    settled(page, 390)
    lines = page.locator("article mjx-container[display='true']").evaluate_all(LINES)
    assert len(lines) == 2 and max(apart for apart, _ in lines) < 2 and max(blank for _, blank in lines) < 25


def test_on_a_phone_a_factor_after_a_bracket_stands_on_its_brackets_line(visit):
    page = visit("notebooks/08_gru_and_lstm.html")
    page.set_viewport_size(PHONE)
    settled(page, 390)
    formula = page.locator("article mjx-container[display='true']").filter(has=page.locator("mjx-munder")).last
    bracket = formula.locator("mjx-c[class*='c5D TEX-S']").last
    assert bracket.count() == 1
    behind = bracket.evaluate(
        """node => { const after = [...node.closest('mjx-math').querySelectorAll('mjx-c')];
            const box = sign => sign.getBoundingClientRect();
            const { top, bottom } = box(node), rest = after.slice(after.indexOf(node) + 1, after.indexOf(node) + 9).map(box);
            return [rest.length, rest.filter(sign => sign.bottom < top || sign.top > bottom).length]; }"""
    )
    assert behind[0] == 8 and behind[1] == 0


@pytest.mark.parametrize("width", [650, 1200])
def test_no_formula_of_the_glossary_is_cut_between_a_phone_and_a_wide_page(visit, width):
    page = visit("notebooks/glossary.html")
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_timeout(500)  # what a change of width is answered with
    cut = """all => all.filter(node => { const { right } = node.getBoundingClientRect();
        return node.querySelector('mjx-container').getBoundingClientRect().right > right + 1
            && getComputedStyle(node).overflowX === 'hidden'; }).map(node => node.textContent)"""
    assert page.locator("article .math:has(mjx-container)").evaluate_all(cut) == []
    over = """all => all.filter(code => code.getBoundingClientRect().right > code.closest('td').getBoundingClientRect().right + 1)
        .map(code => code.textContent)"""
    assert page.locator("#symbols td code:visible").evaluate_all(over) == []


@pytest.mark.parametrize("name", ["notebooks/glossary", "own_cell"])
def test_on_a_wide_page_a_table_breaks_no_short_name_no_shape_and_no_notebooks_name(visit, name):
    page = visit(f"{name}.html")
    broken = """all => all.filter(node => !node.childElementCount || node.querySelector('wbr')).flatMap(node => {
        const range = document.createRange(), texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), tops = [];
        let text = '';
        while (texts.nextNode()) {
            range.selectNodeContents(texts.currentNode);
            tops.push(...[...range.getClientRects()].map(box => Math.round(box.top)));
            text += texts.currentNode.data;
        }
        return /^\\S{1,27}$|^\\d\\d,.deeper$|^\\(\\w(,.\\w)+\\)$/.test(text) && new Set(tops).size > 1 ? [text] : [];
    })"""
    assert page.locator("article table.cards td :is(code, code .pre, a, a *):visible").evaluate_all(broken) == []


def test_a_folded_cells_title_stays_where_it_is_when_it_is_opened(visit):
    page = visit("notebooks/05_short_term_memory.html")
    title = page.locator("details.hide p.admonition-title:visible").first
    closed = title.bounding_box()
    title.click()
    opened_title = page.locator("details.hide[open] p.admonition-title:visible")
    assert opened_title.bounding_box()["x"] == closed["x"]


# What a printer must not break and is higher than that leaves half a page empty before it: so much of an A4 page, in px.
MOST = 480
WHOLE = """most => [...document.querySelectorAll('article *')].filter(node => {
    const { breakInside, overflowX } = getComputedStyle(node), { height } = node.getBoundingClientRect();
    return node.checkVisibility() && height > most && !node.closest('svg svg, mjx-container')
        && (breakInside === 'avoid' || /auto|scroll|hidden/.test(overflowX));
}).map(node => `${node.localName}.${node.className}: ${node.getBoundingClientRect().height}`)"""


@pytest.mark.parametrize("name", ["00_start_here", "03_four_words_four_terms", "09_long_memory_measured"])
def test_paper_shows_colours_as_seen_and_no_half_empty_pages(visit, name):
    page = visit(f"notebooks/{name}.html")
    page.set_viewport_size({"width": 718, "height": 1047})
    page.emulate_media(media="print")
    settled(page)
    for coloured in (".bptt .word", ".bptt .choice input:checked + span", ".bptt .ramp"):
        kept = "nodes => nodes.map(node => getComputedStyle(node).printColorAdjust)"
        assert set(page.locator(coloured).evaluate_all(kept)) <= {"exact"}
    assert page.evaluate(WHOLE, MOST) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 718


def test_after_a_guess_is_committed_the_page_lists_it_and_asks_no_one_to_run_a_cell(visit):
    for name, committed in (("00_start_here", "You guessed"), ("de/01_the_loss_is_a_sum", "Geschätzt")):
        page = visit(f"notebooks/{name}.html")
        made = page.locator(".my-predictions li")
        expect(made).to_have_count(0)
        question = page.locator(".bptt:has(.question)").first
        question.locator("input[type=range]").press("Home")
        expect(made).to_have_count(0)
        question.locator("button.play").first.click()
        expect(made).to_have_count(1)
        assert committed in made.inner_text()
        assert not re.search("run this cell again|führe diese Zelle", page.locator("article").inner_text())


def test_what_cannot_work_here_is_not_shown(visit):
    page = visit("notebooks/09_long_memory_measured.html")
    expect(page.locator("article")).not_to_contain_text("○ not tried")
    expect(page.locator(".needs-python:has-text('What you have solved')")).to_have_count(1)
    page = visit("notebooks/05_short_term_memory.html")
    expect(page.locator(".bptt .nets")).to_be_visible()
    expect(page.locator(".bptt .brick:visible, .bptt .build:visible")).to_have_count(0)
    expect(page.locator("#pst-back-to-top")).to_have_count(0)


def test_an_excerpt_of_a_search_is_the_articles_own_words_without_raw_formulas(visit):
    page = visit("search.html?q=hidden")
    excerpt = page.locator("#search-results .context")
    expect(excerpt.first).to_be_visible()
    assert not [text for text in excerpt.all_inner_texts() if "..." in text]  # words stay whole
    read = "async names => Promise.all(names.map(async name => Search.htmlToText(await (await fetch(name)).text(), '')))"
    for name, text in zip(PAGES, page.evaluate(read, PAGES)):
        title = re.search("<h1>(.*?)<", (SITE / name).read_text(encoding="utf-8"))[1]
        assert len(text) > 200 and not text.startswith(title), name
        assert not re.search(r"\\[(\[]\w|\\(mathrm|frac|partial|odot|sum)|Open this notebook|measured: \d", text), name


def test_going_back_finds_the_sliders_where_they_were_left(visit):
    page = visit("index.html")
    slider, sentence = page.get_by_label("Weight scale"), page.locator(".bptt .sentence")
    opened = sentence.text_content()
    slider.press("End")
    expect(sentence).not_to_have_text(opened)
    left = sentence.text_content()
    page.wait_for_function("() => history.state?.explorers")
    page.get_by_role("link", name="Start here", exact=True).click()
    page.wait_for_url("**/00_start_here.html")
    page.go_back()
    page.wait_for_function(DRAWN)
    expect(sentence).to_have_text(left)
    assert slider.input_value() == slider.get_attribute("max")
    page.goto(page.url.replace("index.html", "teachers.html"))
    page.goto(page.url.replace("teachers.html", "index.html"))
    page.wait_for_function(DRAWN)
    expect(sentence).to_have_text(opened)  # who comes anew begins anew


# A letter alone before the "=" that could begin the next line.
LONELY = """() => [...document.querySelectorAll('td.wide .part')].filter(part => part.offsetWidth < 40
    && part.nextElementSibling?.querySelector('mjx-c')?.matches('.mjx-c3D')).map(part => part.innerHTML)"""


def test_on_a_phone_a_formula_in_a_table_has_the_whole_width_and_goes_on_below(visit):
    page = visit("notebooks/glossary.html")
    page.set_viewport_size(PHONE)
    page.wait_for_function("() => document.querySelector('table.cards mjx-container')")
    settled(page, 390)
    cut = """all => all.filter(formula => formula.scrollWidth > formula.clientWidth + 1
        || formula.getBoundingClientRect().right > formula.closest('td').getBoundingClientRect().right + 1).length"""
    assert page.locator("table.cards td.wide").count() >= 5
    assert page.locator("table.cards td > :not(.label) mjx-container").evaluate_all(cut) == 0
    assert page.evaluate(LONELY) == []
    second = page.locator("td.wide .clause").first.evaluate(
        "node => node.getBoundingClientRect().top - node.previousElementSibling.getBoundingClientRect().bottom"
    )
    assert second > -4, "LSTM's second formula begins a line"
    stop = (
        page.locator("td.wide .part")
        .filter(has_text=".")
        .last.evaluate(
            """part => {
            const range = document.createRange(), sign = [...part.querySelectorAll('mjx-c')].at(-1).getBoundingClientRect();
            range.selectNodeContents(part.lastChild);
            const { left, bottom } = range.getBoundingClientRect();
            return [left - sign.right, bottom - sign.bottom];
        }"""
        )
    )
    assert all(abs(apart) < 12 for apart in stop), "the full stop stands at the formula's end"


def test_on_a_phone_formulas_beside_each_other_stand_on_one_line(visit):
    page = visit("notebooks/glossary.html")
    page.set_viewport_size(PHONE)
    page.wait_for_function("() => document.querySelector('mjx-container[tabindex]')")
    settled(page, 390)
    apart = page.locator(".formulas p").evaluate_all(
        """all => all.flatMap(line => {
            const formulas = [...line.querySelectorAll('mjx-math:has(.mjx-c3D)')], box = node => node.getBoundingClientRect();
            const equals = formula => box(formula.querySelector('.mjx-c3D')).top;
            const pairs = formulas.slice(1).map((formula, i) => [formulas[i], formula]);
            const beside = pairs.filter(([a, b]) => box(b).left >= box(a).right);
            return beside.map(([a, b]) => Math.abs(equals(a) - equals(b)));
        })"""
    )
    assert len(apart) >= 2 and max(apart) < 1


def test_on_paper_a_figure_that_is_not_high_is_as_wide_as_the_page(visit):
    page = visit("notebooks/09_long_memory_measured.html")
    page.emulate_media(media="print")
    widths = page.locator(".bptt-figure .main-svg:first-child").evaluate_all(
        "all => all.map(n => n.getBoundingClientRect().width)"
    )
    assert 640 < max(widths) <= 718


def test_on_paper_what_a_question_covers_is_hatched_and_no_blank(visit):
    page = visit("notebooks/05_short_term_memory.html")
    page.emulate_media(media="print")
    covered = (
        page.locator(".cell_output")
        .filter(visible=True)
        .evaluate_all(
            """cells => cells.filter(cell => getComputedStyle(cell).backgroundImage.startsWith('repeating')).flatMap(cell =>
                [cell, ...cell.querySelectorAll('*')].map(node => getComputedStyle(node)).map((style, i) =>
                    i ? style.visibility : style.printColorAdjust))"""
        )
    )
    assert set(covered) == {"exact", "hidden"}, "a sheet with a hatch, and nothing on it is seen"
