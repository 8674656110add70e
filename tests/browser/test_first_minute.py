"""The first picture of the course: true to scale, magnified by key until it shows, and only then on an axis of powers of ten."""

import pytest

from bptt_lab import explore


def first():
    return explore.LivingEquation(small=True, length=11, target=8, weight_scale=0.1, axis="true")


def test_the_cats_bar_is_thinner_than_a_pixel_until_it_is_magnified_as_often_as_measured(page_of):
    explorer = first()
    page, cats = page_of(explorer), ".equation .row:not([hidden]) >> nth=6"
    width = page.locator(cats).locator("rect.term-bar")
    assert float(width.get_attribute("width")) < 0.01 < 300 < float(page.locator("rect.term-bar").nth(4).get_attribute("width"))
    powers = page.get_by_label("powers of ten", exact=True)
    assert powers.is_disabled() and "cats" in powers.get_attribute("aria-description")
    assert page.locator(".reason").is_visible() and page.inner_text(".reason") == powers.get_attribute("aria-description")
    top = page.locator(".bptt-draw").bounding_box()["y"]
    for press in range(1, explorer.presses() + 1):
        page.get_by_role("button", name="Magnify").press("Enter")
        page.wait_for_function(f"() => document.querySelector('.spoken').textContent.includes('tenfold, {press} times')")
        shows = "There is the bar of “cats”" in page.inner_text(".sentence")
        assert shows == (press == explorer.presses())
    assert float(width.get_attribute("width")) > 1, "a pixel"
    assert page.locator(".reason").is_hidden() and page.locator(".bptt-draw").bounding_box()["y"] == top, "nothing moves"
    past = page.locator(".equation .row:not([hidden]) path.past")
    assert past.first.get_attribute("visibility") is None, "a bar that is cut says so"
    explorer.zoom = explorer.presses()
    assert page.inner_text(".sentence") == explorer.sentence()
    page.get_by_label("true to scale", exact=True).press("ArrowRight" if not powers.is_disabled() else "Tab")
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('is a sum of 8 terms')")
    assert float(width.get_attribute("width")) > 100


def test_the_message_travels_to_the_word_and_where_no_motion_is_wanted_its_steps_stand_still(page_of):
    sizes = """() => [...document.querySelectorAll('.net circle.message:not([opacity])')]
        .filter(dot => dot.getAttribute('display') !== 'none').map(dot => Number(dot.getAttribute('r')))"""
    running = "() => document.querySelector('.net circle.message[opacity]').getAnimations().length"
    for motion in ("no-preference", "reduce"):
        page = page_of(first(), reduced_motion=motion)
        page.locator(".equation .row:not([hidden])").nth(6).focus()
        page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('Lit: word 2')")
        assert page.evaluate(running) == (motion == "no-preference")
        found = page.evaluate(sizes)
        assert len(found) == 7 and found == sorted(set(found), reverse=True), "it shrinks at every edge"


@pytest.mark.parametrize("what", ["circle.state", "rect.age", "text:text-is('cats')", "text:text-is('h₂')"])
def test_a_word_is_pointed_at_in_the_net_too(what, page_of):
    page = page_of(first())
    node = page.locator(f".net {what}").nth(1 if "." in what else 0)
    node.hover(position={"x": 4, "y": node.bounding_box()["height"] / 2})  # in the middle of a circle stands its name
    page.wait_for_function("() => document.querySelector('.sentence').textContent.includes('Lit: word 2')")
    assert page.locator(".net .factor:visible").count() >= 6, "each edge of its path has its number"


def test_a_bar_that_a_magnified_axis_begins_behind_says_so_too(page_of):
    page = page_of(explore.LivingEquation(weight_scale=0.215))  # the first term's norm is about a hundredth
    past = "() => document.querySelectorAll('.equation .row:not([hidden]) path.past:not([visibility])').length"
    assert page.evaluate(past) == 0
    for _ in range(2):
        page.get_by_role("button", name="Magnify").press("Enter")
    page.wait_for_function(f"() => ({past})() > 0")
    row = page.locator(".equation .row:not([hidden])", has=page.locator("path.past:not([visibility])")).first
    assert float(row.locator("rect.term-bar").get_attribute("width")) == 0
