"""No one is left out: what axe-core checks, large text, no motion, words spoken at rest, and contrast in both themes."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from bptt_lab import explore
from tests.browser.access import CLASHES, violations
from tests.browser.conftest import SHOWN, Pages, explorer_page
from tests.browser.test_explorers import EXPLORERS, every_explorer, made
from tests.browser.waiting import colours_at_rest, recoloured, settled, stop_the_clock

QUIZZES = sorted(path.stem for path in (Path(explore.__file__).parent / "quizzes").glob("*.md"))
NAMED = {
    **{f"Quiz {name}": lambda name=name: explore.Quiz(name) for name in QUIZZES},
    "Predict a power": lambda: explore.Predict("first_term"),
    "Predict a number": lambda: explore.Predict("one_word", guess=70, committed=True),
}
EVERYTHING = {**{kind.__name__: kind for kind in EXPLORERS}, **NAMED}
everything = pytest.mark.parametrize("kind", EVERYTHING.values(), ids=EVERYTHING)
in_both_themes = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


@pytest.fixture(scope="module")
def standing_pages(chromium):
    pages = Pages(chromium, ("file:", "blob:"))
    yield pages
    pages.close()


@pytest.fixture
def standing(standing_pages, tmp_path, kind):
    """The page of an explorer or a quiz, opened once for all tests that leave it as it is."""

    def opened():
        explorer = kind()
        if explorer.name == "quiz":
            explorer.answers = [i % 2 for i in range(len(explorer.answers))]  # some are right and some wrong, and say why
        return explorer_page(standing_pages, explorer, tmp_path)

    with standing_pages.standing(kind, opened) as page:
        yield page


@everything
@in_both_themes
def test_axe_finds_nothing_in_an_explorer_or_a_quiz(dark, standing):
    recoloured(standing, "dark" if dark else "light")
    assert violations(standing) == []
    if dark:
        return  # the narrow layout has no colours of its own
    standing.set_viewport_size({"width": 390, "height": 900})
    standing.wait_for_function("() => document.querySelector('.bptt.narrow')")
    assert violations(standing) == []


@everything
def test_nothing_without_a_name_takes_the_focus(standing):
    """Chromium makes a Tab stop of each shape that listens for the focus."""
    nameless = """() => [...document.querySelectorAll('.bptt svg *')].filter(node => {
        node.focus?.();
        return document.activeElement === node && !node.getAttribute('aria-label');
    }).map(node => node.outerHTML)"""
    assert standing.evaluate(nameless) == []


@everything
def test_text_at_200_percent_neither_overlaps_nor_is_cut(kind, page_of):
    page = page_of(kind(), 1280)
    assert page.evaluate(CLASHES) == []
    height = "() => document.querySelector('.sentence').getBoundingClientRect().height"
    before = page.evaluate(height)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    page.wait_for_function(f"before => ({height})() >= 1.9 * before", arg=before)
    for width in (1280, 780):
        page.set_viewport_size({"width": width, "height": 900})
        settled(page, width)
        assert page.evaluate(CLASHES) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_a_picture_of_large_text_is_read_off_where_the_pointer_is(page_of):
    page = page_of(explore.GradientByLag(length=24), 1280)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    page.wait_for_function("() => document.querySelector('.bptt').style.zoom === '2'")
    settled(page)
    picture = page.get_by_role("slider", name="Read the curves")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 28, box["y"] + 100)
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('word 24, 0 back')")


@every_explorer
def test_a_sentence_is_announced_once_it_rests_and_not_at_each_frame(kind, page_of):
    page = page_of(made(kind, weight_scale=0.1), keep=False)
    spoken = page.locator(".spoken")
    assert spoken.text_content() == page.evaluate(SHOWN), "what stands there can be read before anything is moved"
    expect(spoken).to_have_attribute("aria-live", "polite")
    expect(spoken).to_have_attribute("role", "status")
    page.evaluate(
        """() => { window.announced = [];
            new MutationObserver(() => announced.push(document.querySelector('.spoken').textContent))
            .observe(document.querySelector('.spoken'), { childList: true, characterData: true, subtree: true }); }"""
    )
    slider = page.get_by_label("Step" if kind is explore.Wall else "Weight scale", exact=True)
    stop_the_clock(page)
    before = page.evaluate(SHOWN)
    for _ in range(12):
        slider.press("ArrowRight")
        page.clock.run_for(30)
    assert page.evaluate(SHOWN) != before and page.evaluate("() => announced") == [], "it is moving still"
    page.clock.run_for(2000)
    assert page.evaluate("() => announced") == [page.evaluate(SHOWN)]


def test_where_no_motion_is_wanted_the_wall_goes_step_by_step(page_of):
    page = page_of(explore.Wall(step=490), keep=False, reduced_motion="reduce")
    button, step = page.get_by_role("button", name="Next step"), page.get_by_label("Step", exact=True)
    stop_the_clock(page)
    for shown in ("500", "0", "1", "2"):  # at the end it begins anew
        button.press("Enter")
        page.clock.run_for(2000)
        assert page.locator(".bptt output").first.text_content() == shown, "it stays, or goes on by itself"
        assert step.get_attribute("aria-valuetext") == shown


@everything
def test_nothing_is_animated_where_no_motion_is_wanted(standing):
    standing.emulate_media(reduced_motion="reduce")
    moving = """() => [...document.querySelectorAll('.bptt, .bptt *')].filter(node => {
        const { transitionDuration, animationName } = getComputedStyle(node);
        return animationName !== 'none' || transitionDuration.split(',').some(part => parseFloat(part) > 0);
    }).map(node => node.outerHTML)"""
    assert standing.evaluate(moving) == []


# Luminance and contrast as WCAG 2 defines them; layers of colour lie one on the other.
CONTRAST = """
    const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const luminance = (...layers) => {
        for (const colour of layers) { pixel.fillStyle = colour; pixel.fillRect(0, 0, 1, 1); }
        const [r, g, b] = [...pixel.getImageData(0, 0, 1, 1).data].map((c) => linear(c / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (ink, ...layers) => {
        const [low, high] = [luminance(...layers, ink), luminance(...layers)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const root = document.querySelector('.bptt');
    const colourOf = (className, style) => {
        const word = root.appendChild(document.createElement('span'));
        Object.assign(word, { className, style });
        const { color } = getComputedStyle(word);
        word.remove();
        return color;
    };
"""


@in_both_themes
def test_every_text_on_a_colour_can_be_read(dark, page_of):
    sources = [(Path(explore.__file__).parent / name).read_text(encoding="utf-8") for name in ("draw.js", "ledger.js")]
    page = page_of(explore.Ledger(), color_scheme="dark" if dark else "light")
    unreadable = page.evaluate(
        f"""(code) => {{ {CONTRAST}
            const names = "{{ magnitudeColour, onMagnitude, shareColour, onShare, ageColour, onAge }}";
            const look = new Function(`${{code}}; return ${{names}};`)();
            const paper = getComputedStyle(root).backgroundColor, found = [];
            const check = (what, colour, ink) => {{ if (contrast(ink, paper, colour) < 4.5) found.push(what); }};
            const ink = (on) => colourOf(`word ${{on}}`, "");
            for (let e = -12.5; e < 7; e += 0.02)
                check(`10^${{e.toFixed(2)}}`, look.magnitudeColour(10 ** e), ink(look.onMagnitude(10 ** e)));
            for (let s = -1; s <= 1; s += 0.002) check(`share ${{s.toFixed(3)}}`, look.shareColour(s), ink(look.onShare(s)));
            for (let words = 1; words < 40; words++) for (let age = 0; age < words; age++)
                check(`age ${{age}} of ${{words}}`, look.ageColour(age, words), look.onAge(age, words));
            return found;
        }}""",
        "\n".join(sources),
    )
    assert unreadable == []


# Paper and ink of JupyterLab's themes are the browser's own, black and white; the site's are its own.
SITE = {False: ("#ffffff", "#222832"), True: ("#14181e", "#ced6dd")}


@in_both_themes
@pytest.mark.parametrize("on_the_site", [False, True])
def test_the_palette_has_the_contrast_of_aa_on_every_paper(on_the_site, dark, page_of):
    page = page_of(explore.Decay(), color_scheme="dark" if dark else "light")
    if on_the_site:
        paper, ink = SITE[dark]
        page.add_style_tag(content=f".bptt {{ --pst-color-background: {paper}; --pst-color-text-base: {ink}; }}")
    needed = {"--ink": 4.5, "--muted": 4.5, "--extreme": 4.5, "--accent": 3, "--wrong": 3}
    ratios = page.evaluate(
        f"""(names) => {{ {CONTRAST}
            const paper = getComputedStyle(root).backgroundColor;
            return Object.fromEntries(names.map((name) => [name, contrast(colourOf("", `color: var(${{name}})`), paper)]));
        }}""",
        list(needed),
    )
    assert {name: ratio for name, ratio in ratios.items() if ratio < needed[name]} == {}


def test_axe_finds_nothing_in_what_a_notebook_puts_out_in_both_themes(course):
    reports = [
        "bl.exercises.get('clip').check(lambda *_: 1.0)",
        "exercise = bl.exercises.get('sentence_loss'); exercise.check(exercise.solution)",
        "exercise.check(exercise.stub)",
        "bl.explore.LivingEquation()",
        "bl.explore.FourCells()",
        "bl.explore.Quiz('03')",
    ]
    course.write("access.ipynb", ["import bptt_lab as bl", *reports])
    course.open("access.ipynb")
    course.run_all()
    # Of no height: axe takes all in it for unseen.
    seen = course.page.add_style_tag(content="body { overflow: visible !important; }")
    course.page.evaluate("() => document.querySelectorAll('.jp-OutputArea details').forEach(more => { more.open = true; })")
    for dark in (True, False):
        course.theme(dark)
        colours_at_rest(course.page)
        for output, report in enumerate(reports, 1):
            course.cell(output)
            found = violations(course.page, f".jp-Cell[data-windowed-list-index='{output}'] .jp-OutputArea-output")
            assert found == [], f"{report}, dark: {dark}"
    seen.evaluate("style => style.remove()")
