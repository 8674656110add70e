"""Where things stand in an explorer: in line with what belongs to them, clear of what does not, with no room left empty."""

import pytest

from bptt_lab import explore
from tests.browser.waiting import frames, settled

# Of an element: its box, or that of the first line of its text.
BOX = "node => { const { left, top, bottom } = node.getBoundingClientRect(); return { left, top, bottom }; }"
LINE = """node => { const range = document.createRange(); range.selectNodeContents(node);
    const { top, bottom } = range.getClientRects()[0]; return { top, bottom }; }"""
SPARE = """node => { const range = document.createRange(); range.selectNodeContents(node);
    return node.getBoundingClientRect().height - range.getBoundingClientRect().height; }"""


def middle(box):
    return (box["top"] + box["bottom"]) / 2


def test_a_quizs_circle_stands_beside_the_first_line_of_its_answer(page_of):
    page = page_of(explore.Quiz("00"), 390)
    for answer in page.locator(".answer").all():
        circle, line = answer.locator("input").evaluate(BOX), answer.locator("label").evaluate(LINE)
        assert middle(circle) == pytest.approx(middle(line), abs=1)


def test_opened_settings_stand_in_a_row_under_their_line(page_of):
    page = page_of(explore.Decay(), 900)
    line = page.locator(".more summary").evaluate(BOX)
    first, second = (control.evaluate(BOX) for control in page.locator(".more > .control").all())
    assert line["bottom"] < first["top"] == second["top"] and line["left"] == first["left"] < second["left"]


@pytest.mark.parametrize("width", [390, 900])
def test_the_losss_name_stands_clear_of_the_message(width, page_of):
    page = page_of(explore.LivingEquation(lit=1), width)
    dots = [dot.evaluate(BOX) for dot in page.locator(".net circle.message[r]:not([opacity])").all()]
    name = page.locator(".net text[font-weight=bold]").evaluate(BOX)
    assert len(dots) == 4 and name["bottom"] + 4 <= min(dot["top"] for dot in dots)


def test_after_show_me_the_buttons_are_pale_not_dashed(page_of):
    page = page_of(explore.Predict("first_term"))
    buttons = page.locator(".play")
    buttons.last.press("Enter")
    page.wait_for_function("() => !document.querySelector('.bptt[data-open]')")
    assert buttons.evaluate_all("all => all.map(node => getComputedStyle(node).borderStyle)") == ["solid", "solid"]


@pytest.mark.parametrize("explorer", [lambda: explore.Predict("first_term"), lambda: explore.Quiz("00")])
def test_a_question_leaves_no_empty_lines_under_its_sentence(explorer, page_of):
    page = page_of(explorer(), 390)
    assert page.locator(".sentence").evaluate(SPARE) < 16


def test_a_sentence_keeps_the_height_of_the_longest_that_it_was(page_of):
    page = page_of(explore.LivingEquation(), 390)
    height = "() => document.querySelector('.sentence').getBoundingClientRect().height"
    before = page.evaluate(height)
    page.locator(".row:not([hidden])").first.focus()
    page.wait_for_function(f"before => ({height})() > before", arg=before)
    longest = page.evaluate(height)
    page.mouse.move(200, 400)
    page.evaluate("() => document.querySelector('.bptt-draw').dispatchEvent(new PointerEvent('pointerleave'))")
    page.wait_for_function("() => !document.querySelector('.sentence').textContent.includes('Lit')")
    frames(page)
    assert page.evaluate(height) == longest


def test_a_sentence_gives_its_room_back_where_the_page_widens(page_of):
    page = page_of(explore.WordByWord(), 320)
    sentence = page.locator(".sentence")
    narrow = sentence.bounding_box()["height"]
    page.set_viewport_size({"width": 1280, "height": 900})
    settled(page, 1280)
    frames(page, 5)
    assert sentence.bounding_box()["height"] < narrow - 30


def test_in_a_low_window_the_sentence_lies_on_no_bar_until_the_explorer_is_used(page_of):
    page = page_of(explore.LivingEquation())
    page.set_viewport_size({"width": 700, "height": 500})
    position = "() => getComputedStyle(document.querySelector('.sentence')).position"
    assert page.evaluate(position) == "static"
    page.locator(".controls input").first.focus()
    assert page.evaluate(position) == "sticky"
