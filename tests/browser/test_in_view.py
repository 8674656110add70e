"""Of every explorer: a control, what it changes in the picture, and the sentence are in view together, on every screen."""

import pytest

from bptt_lab import explore
from tests.browser.test_explorers import EXPLORERS
from tests.browser.waiting import frames, settled

SCREENS = [(1280, 900), (390, 844), (640, 450)]  # the last is 1280 × 900 at 200 %: there one may have to scroll
MADE = {explore.Decay: {"curve": "shown", "guess": 0}, explore.Wall: {"step": 30}}  # before that hardly anything is drawn
KEYS = {
    "slider": ("ArrowLeft", "ArrowRight"),
    "choice": ("ArrowLeft", "ArrowRight"),
    "switch": ("Space", "Space"),
    "menu": ("ArrowDown", "ArrowUp"),
}  # there, and back

LOOK = """() => {
    window.looked = () => [...document.querySelectorAll('.bptt .controls ~ :not(.sentence, .spoken) *')]
        .map(node => [node, node.cloneNode(false).outerHTML + (node.childElementCount ? '' : node.textContent)]);
    window.before = looked();
}"""
# Whether the control, the sentence, and most of a changed node (or a good piece of a tall one) are in view.
TOGETHER = """scroll => {
    const box = node => node.getBoundingClientRect(), of = name => box(document.querySelector(`.bptt .${name}`));
    const drawn = node => box(node).height > 1 && getComputedStyle(node).visibility === 'visible' && !node.closest('.legend');
    const changed = looked().filter(([node, text], i) => text !== before[i]?.[1] && drawn(node)).map(([node]) => node);
    const together = node => {
        const top = Math.max(0, of('controls').bottom), bottom = Math.min(of('sentence').top, innerHeight);
        const { top: a, bottom: b } = box(node), control = box(document.activeElement);
        return Math.min(b, bottom) - Math.max(a, top) >= Math.min(80, 0.6 * (b - a))
            && control.top >= -1 && control.bottom <= top + 1
            && of('sentence').top > top && of('sentence').bottom <= innerHeight + 1;
    };
    const here = scrollY, found = changed.some(node => {
        if (scroll && !together(node)) scrollTo(0, scrollY + box(node).top - of('controls').bottom - 4);
        return together(node);
    });
    scrollTo(0, here);
    return [found, changed.length];
}"""


@pytest.mark.parametrize("kind", EXPLORERS, ids=lambda kind: kind.__name__)
def test_what_is_moved_what_it_changes_and_the_sentence_are_in_view_together(kind, page_of):
    explorer = kind(**MADE.get(kind, {}))
    page = page_of(explorer, 1280)
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        settled(page, width)
        for control_of in explorer.controls:
            if control_of.asks_python:
                continue
            trait = control_of.name
            named = f".controls [id^='bptt-{trait}-'], .controls [name^='bptt-{trait}-']:checked"
            control = page.locator(named).first
            control.evaluate("node => scrollTo(0, scrollY + node.getBoundingClientRect().top - 8)")
            at = control.evaluate("node => node.type === 'range' ? node.valueAsNumber : 1")
            there, back = KEYS[control_of.kind] if at else reversed(KEYS[control_of.kind])
            control.focus()
            page.evaluate(LOOK)
            control.press(there)
            page.wait_for_function("() => looked().some(([, text], i) => text !== before[i]?.[1])")
            found, changed = page.evaluate(TOGETHER, (width, height) != SCREENS[0])
            assert found, f"{kind.__name__}, {trait}, {width} × {height}: {changed} nodes changed"
            page.locator(named).first.press(back)
            frames(page)


@pytest.mark.parametrize("kind", EXPLORERS, ids=lambda kind: kind.__name__)
def test_the_sentence_lies_on_no_control_that_is_pointed_at_or_has_the_focus(kind, page_of):
    page = page_of(kind(**MADE.get(kind, {})))
    reach = "([x, y]) => document.elementFromPoint(x, y).closest('.sentence')?.textContent ?? null"
    for width, height in SCREENS[:2]:
        page.set_viewport_size({"width": width, "height": height})
        settled(page, width)
        page.evaluate("() => { document.querySelector('.bptt').style.marginTop = '900px'; }")  # low in the window
        controls = page.locator(".bptt :is(input[type=range], .words > *, .play):enabled >> visible=true").all()
        for i, control in enumerate(controls[:5]):
            page.mouse.move(2, 2)
            page.evaluate("() => document.activeElement.blur()")
            control.evaluate(
                "(node, above) => scrollTo(0, scrollY + node.getBoundingClientRect().bottom - innerHeight + above)",
                15 + 30 * (i % 2),
            )
            box = control.bounding_box()
            middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
            page.mouse.move(*middle, steps=2)
            assert page.evaluate(reach, middle) is None
            page.mouse.move(2, 2)
            control.focus()
            box = control.bounding_box()
            assert page.evaluate(reach, [box["x"] + box["width"] / 2, box["y"] + box["height"] + 10]) is None


# What sphinx-book-theme, Bootstrap and others say of a class name that explorers had.
THEME = ".figure, .bd-content div.figure { padding: .5em; margin: .5em; } svg, canvas { max-width: 100%; }"


@pytest.mark.parametrize("width", [390, 700, 1280])
def test_the_walls_maps_lie_in_their_frames_to_the_pixel_whatever_the_theme(width, page_of):
    page = page_of(explore.Wall(), width)
    page.add_style_tag(content=THEME)
    settled(page)
    boxes = page.evaluate(
        """() => ['canvas', '.map-frame'].map(name => [...document.querySelectorAll(`.bptt ${name}`)]
            .map(node => node.getBoundingClientRect()).map(({ left, top, width, height }) => [left, top, width, height]))"""
    )
    for canvas, frame in zip(*boxes):
        assert canvas == pytest.approx(frame, abs=0.01)
    assert len(boxes[0]) == 2


# In a page that is narrower than the picture was drawn for, as paper is, which draws nothing anew.
ASIDE = """names => { const root = document.querySelector('.bptt'), wide = root.cloneNode(true);
    wide.style.width = '500px';
    root.after(wide);
    wide.querySelectorAll('canvas').forEach(node => { node.width = node.height = 9; });
    const places = names.map(name => [...wide.querySelectorAll(name)].map(node => node.getBoundingClientRect()));
    const found = places.map(boxes => boxes.map(({ left, top, width, height }) => [left, top, width, height]));
    wide.remove();
    return found; }"""


def test_on_narrower_paper_the_walls_maps_stay_in_their_frames(page_of):
    page = page_of(explore.Wall(), 900)
    canvases, frames_of = page.evaluate(ASIDE, ["canvas", ".map-frame"])
    for canvas, frame in zip(canvases, frames_of):
        assert canvas == pytest.approx(frame, abs=0.6) and canvas[2] < 250


def test_on_narrower_paper_a_nets_name_stands_over_its_bars(page_of):
    page = page_of(explore.WordByWord(), 900)
    heads, chances = page.evaluate(ASIDE, [".net-head", "svg .chance"])
    each = len(chances) // len(heads)
    for i, (left, _, width, _) in enumerate(heads):
        bars = [bar for bar in chances[i * each : (i + 1) * each] if bar[2]]
        assert left - 8 < min(bar[0] for bar in bars) and max(bar[0] + bar[2] for bar in bars) < left + width + 8
