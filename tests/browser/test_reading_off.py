"""Pictures that are read off: a key moves by one from what is announced, and a finger leaves what it read."""

import pytest

from bptt_lab import explore

READERS = {
    "02": lambda: explore.GradientByLag(length=24),
    "04": lambda: explore.Decay(length=16, curve="shown"),
    "06 starts": explore.Starts,
    "06 wall": explore.Wall,
    "07": lambda: explore.FourTerms(length=16),
    "08 cells": explore.FourCells,
    "08 switch": explore.CellSwitch,
}
SAYS = (
    "() => [document.querySelector('svg.reader').getAttribute('aria-valuenow'), document.querySelector('.sentence').textContent]"
)


@pytest.mark.parametrize("made", READERS.values(), ids=READERS)
def test_a_key_moves_by_one_from_what_is_announced_and_a_finger_leaves_what_it_read(made, page_of):
    page = page_of(made(), 390, has_touch=True)
    page.set_default_timeout(10_000)
    picture, (place, before) = page.locator("svg.reader"), page.evaluate(SAYS)
    most = int(picture.get_attribute("aria-valuemax"))
    key, to = ("ArrowLeft", int(place) - 1) if int(place) == most else ("ArrowRight", int(place) + 1)
    picture.press(key)
    page.wait_for_function(f"text => ({SAYS})()[1] !== text", arg=before)
    assert page.evaluate(SAYS)[0] == str(to)
    picture.press("Escape")
    page.wait_for_function(f"text => ({SAYS})()[1] === text", arg=before)
    if made is explore.Wall:
        target = picture.locator("circle.descent").nth(40)
    else:
        target = picture
    target.evaluate("node => scrollTo(0, scrollY + node.getBoundingClientRect().top - 200)")  # not under the sentence
    box = target.bounding_box()
    right, down = (4, 4) if made is explore.Wall else (box["width"] - 70, 60)  # a few lags back
    page.touchscreen.tap(box["x"] + right, box["y"] + down)
    page.wait_for_function(f"text => ({SAYS})()[1] !== text", arg=before)
    page.wait_for_timeout(200)
    assert page.evaluate(SAYS)[1] != before


def test_what_is_hidden_is_no_slider(page_of):
    page = page_of(explore.Decay())
    assert page.locator("svg.reader").get_attribute("role") == "img" and page.get_by_role("slider", name="Read").count() == 0
    before = page.inner_html(".bptt-draw")
    page.locator("svg.reader").dispatch_event("keydown", {"key": "ArrowLeft"})
    assert page.inner_html(".bptt-draw") == before
