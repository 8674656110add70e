"""Of every explorer: a control, what it changes in the picture, and the sentence are in view together, on every screen."""

import pytest

from bptt_lab import explore
from tests.browser.test_explorers import EXPLORERS

SCREENS = [(1280, 900), (390, 844), (640, 450)]  # the last is 1280 × 900 at 200 %
LEAST = 100  # px of the picture

# What of the picture stands between the controls and the sentence, as [its height, its nodes as they are now].
SEEN = """control => {
    const box = node => node.getBoundingClientRect(), sentence = box(document.querySelector('.sentence'));
    const top = Math.max(0, box(control).bottom), bottom = Math.min(sentence.top, innerHeight);
    const figure = document.querySelector('.figure, .picture'), whole = box(figure), nodes = [];
    for (const node of figure.querySelectorAll('*')) {
        const { top: a, bottom: b, width, height } = box(node);
        if (a >= top - 1 && b <= bottom + 1 && (width || height) && getComputedStyle(node).visibility === 'visible')
            nodes.push(node.cloneNode(false).outerHTML + (node.childElementCount ? '' : node.textContent));
    }
    return { picture: Math.min(bottom, whole.bottom) - Math.max(top, whole.top), nodes,
        sentence: sentence.top >= 0 && sentence.bottom <= innerHeight + 1, text: document.querySelector('.sentence').textContent,
        control: box(control).top >= -1 && box(control).bottom <= sentence.top };
}"""
MADE = {explore.Decay: {"curve": "shown"}, explore.Wall: {"step": 30}}  # before that there is no curve, and no step back
KEYS = {"slider": "ArrowLeft", "choice": "ArrowRight", "switch": "Space", "menu": "ArrowDown"}


@pytest.mark.parametrize("kind", EXPLORERS, ids=lambda kind: kind.__name__)
def test_what_is_moved_what_it_changes_and_the_sentence_are_in_view_together(kind, page_of):
    explorer = kind(**MADE.get(kind, {}))
    page = page_of(explorer, 1280)
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(60)
        for trait, control_kind, values, asks in explorer.controls:
            if asks:
                continue
            named = f"[id^='bptt-{trait}-'], [name^='bptt-{trait}-']:checked"
            control = page.locator(".controls").locator(named).first
            control.evaluate("node => scrollTo(0, scrollY + node.getBoundingClientRect().top - 8)")
            before, where = control.evaluate(SEEN), (kind.__name__, trait, width, height)
            assert before["control"] and before["sentence"] and before["picture"] >= LEAST, (where, before["picture"])
            at = control.evaluate("node => node.type === 'range' ? node.value : node.selectedIndex ?? 0")
            key = KEYS[control_kind]
            if control_kind == "slider" and at == "0":
                key = "ArrowRight"
            control.press("Home" if control_kind == "menu" and int(at) == len(values) - 1 else key)
            page.wait_for_function("text => document.querySelector('.sentence').textContent !== text", arg=before["text"])
            after = page.locator(".controls").locator(named).first.evaluate(SEEN)
            assert set(after["nodes"]) - set(before["nodes"]), (where, "nothing that is in view changed")
            assert after["sentence"], where
