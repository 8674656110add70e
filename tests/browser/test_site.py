"""The site that `make site` built: its sliders move with no kernel, and it asks no other host."""

import re
import struct
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.access import violations
from tests.browser.conftest import served
from tools.site import dead_links

SITE = Path(__file__).parents[2] / "build" / "site"
pytestmark = pytest.mark.skipif(not (SITE / "index.html").exists(), reason="No site here: `make site` builds it.")
PAGES = sorted(
    str(path.relative_to(SITE).as_posix()) for path in SITE.glob("[a-z]*.html") if path.stem not in ("genindex", "search")
)
PAGES += [path.relative_to(SITE).as_posix() for path in sorted((SITE / "notebooks").rglob("*.html"))]


DRAWN = """() => [...document.querySelectorAll('.bptt-living')].every(place => place.querySelector('section.bptt')?.bpttDrawn)
    && [...document.querySelectorAll('.bptt-figure')].every(figure => figure.querySelector('.main-svg'))"""


@pytest.fixture(scope="module")
def address():
    with served(SITE) as url:
        yield url


@pytest.fixture
def visit(chromium, address):
    """Open a page of the site; the test fails if it asks another host, or reports an error."""
    contexts, problems = [], []

    def open_page(name, **options):
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else problems.append(f"asks {r.url}"))
        page.on("response", lambda r: problems.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(address + name, wait_until="networkidle")
        page.wait_for_function(DRAWN)  # a busy machine may come to that a while after the network is idle
        return page

    yield open_page
    for context in contexts:
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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", [*PAGES, "search.html"])
def test_axe_finds_nothing_on_a_page(visit, name, dark):
    page = visit(name, color_scheme="dark" if dark else "light")
    assert page.evaluate("() => document.documentElement.dataset.theme") == ("dark" if dark else "light")
    assert violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_is_to_other_sites_and_how_to_cite_it(visit, name):
    page = visit(name)
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


def test_no_two_pages_have_the_same_card_or_description():
    cards = [path.read_bytes() for path in (SITE / "_static" / "cards").glob("*.png")]
    texts = [re.search('name="description" content="([^"]*)"', (SITE / name).read_text(encoding="utf-8"))[1] for name in PAGES]
    assert len(set(cards)) >= len(PAGES) and len(set(texts)) == len(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_place_that_needs_python_offers_it_right_there(visit, name):
    page = visit(name)
    grey = page.locator("div.cell:has(.bptt-living .control :disabled:visible)").all()
    for place in [*grey, *page.locator("div.cell.tag_learner, div.cell.tag_plain_way").all()]:
        after = place.locator("xpath=following::div[contains(@class, 'needs-python')][1]")
        hrefs = after.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert len(hrefs) == 2 and "mybinder.org" in hrefs[0] and "lite/lab/index.html" in hrefs[1]
        gap = after.bounding_box()["y"] - (place.bounding_box()["y"] + place.bounding_box()["height"])
        assert gap < 120, "the offer stands right below"


def test_on_paper_a_page_is_black_on_white_without_what_only_a_screen_can_do(visit):
    page = visit("notebooks/02_the_chain_rule_through_time.html", color_scheme="dark")
    page.emulate_media(media="print")
    for gone in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".needs-python", ".bd-header-article"):
        assert page.locator(f"{gone}:visible").count() == 0, gone
    for place in ("article p", "article pre", "article pre span", "article h2", "article a", ".bptt .sentence"):
        inks = page.locator(place).evaluate_all(
            "nodes => [...new Set(nodes.filter(n => n.checkVisibility()).map(n => getComputedStyle(n).color))]"
        )
        for ink in inks:
            assert max(map(float, re.findall(r"[\d.]+", ink)[:3])) < 110, f"{place}: {ink}"
    papers = page.evaluate("() => ['body', '.bptt'].map(of => getComputedStyle(document.querySelector(of)).backgroundColor)")
    assert set(papers) <= {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
    assert page.locator(".bptt .figure svg").first.is_visible() and page.locator(".bptt .sentence").first.is_visible()
