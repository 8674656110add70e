"""Where things stand in an explorer: in line with what belongs to them, clear of what does not, with no room left empty."""

import re

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
    frames(page)  # until then its height is not kept
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


@pytest.mark.parametrize("height", [500, 900])
def test_the_sentence_lies_on_nothing_until_the_explorer_is_used(height, page_of):
    page = page_of(explore.LivingEquation())
    page.set_viewport_size({"width": 700, "height": height})
    position = "() => getComputedStyle(document.querySelector('.sentence')).position"
    assert page.evaluate(position) == "static"
    page.locator(".controls input").first.focus()
    assert page.evaluate(position) == "sticky"


# The boxes of what is drawn and says something.
DRAWN = """names => [...document.querySelectorAll(names)].map(node => [node, node.getBoundingClientRect()])
    .filter(([node, { width }]) => width && (node.tagName !== 'text' || node.textContent))
    .map(([node, { left, top, right, bottom }]) => [node.textContent || node.getAttribute('class'), left, top, right, bottom])"""


@pytest.mark.parametrize("width", [262, 360, 900])
@pytest.mark.parametrize("setting", [{}, {"gates": "held", "G1": 1.0, "G2": 1.0}, {"G1": 0.881, "G2": 0.0}], ids=str)
def test_on_the_pad_no_pin_number_or_mark_lies_on_another(setting, width, page_of):
    page = page_of(explore.GatePad(**setting), width)
    boxes = page.evaluate(DRAWN, ".pad :is(.pin, .mean, .cell-text, .axis text)")
    assert len(boxes) >= 6 + 2 + 12
    for i, (name, *a) in enumerate(boxes):
        for other, *b in boxes[:i]:
            across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
            assert min(across, down) < 1, f"{other} and {name}"


def test_the_four_curves_of_the_switch_are_told_apart_as_it_opens(page_of):
    explorer = explore.CellSwitch()
    page = page_of(explorer)
    assert "magnified ×9: it goes from 0.0300 to 3.00." in explorer.sentence() == page.inner_text(".sentence")
    assert page.locator(".magnifier .number").inner_text() == "×9"
    dots = page.locator("path.dot:visible").evaluate_all("all => all.map(node => node.getBoundingClientRect().top)")
    gru, gru_direct, lstm, lstm_direct = dots
    assert lstm_direct - lstm > 80 and gru_direct - gru > 10


@pytest.mark.parametrize("width", [390, 680, 740, 800, 900])
def test_no_switch_is_left_alone_in_a_row_that_has_room_for_all(width, page_of):
    page = page_of(explore.Decay(), width)
    tops = page.locator(".switch").evaluate_all("all => all.map(node => node.getBoundingClientRect().top)")
    assert len(tops) == 3 and len(set(tops)) == (3 if width == 390 else 1)


def test_options_that_do_not_fit_beside_their_name_stand_together_below_it(page_of):
    page = page_of(explore.Starts(), 390)
    tops = page.locator(".choice").first.locator("label").evaluate_all("all => all.map(node => node.getBoundingClientRect().top)")
    assert len(tops) == 3 and len(set(tops)) == 1


@pytest.mark.parametrize("kind", [explore.CellSwitch, explore.FourTerms, explore.FourCells])
def test_of_23_words_each_has_a_colour_and_the_ages_under_a_curve_lie_on_no_number(kind, page_of):
    page = page_of(kind(length=23), 900)
    ages = page.locator("rect.age:visible").evaluate_all(
        "all => all.map(node => [node.getBoundingClientRect(), node.attributes.fill.value])"
    )
    along, up = page.locator(".axis").all()[:2]
    lags, levels = (each.locator("text:not(.axis-title):visible") for each in (along, up))
    boxes = [box for box, _ in ages[:23]]
    assert len({colour for _, colour in ages}) == 23
    assert max(box["bottom"] for box in boxes) <= lags.first.bounding_box()["y"]
    right = max(box["x"] + box["width"] for box in (level.bounding_box() for level in levels.all()))
    assert right + 3 <= min(box["left"] for box in boxes)


@pytest.mark.parametrize(
    "kind", [explore.FourCells, explore.GatePad, explore.FourTerms, explore.CellSwitch, explore.LivingEquation]
)
def test_of_a_sentence_that_gets_shorter_no_word_is_left(kind, page_of):
    page = page_of(kind(), 900)
    words, length = page.locator(".words").first.locator(".word:visible"), page.get_by_label("Length").first
    for key in ("End", "Home"):
        length.press(key)
        frames(page, 3)
        assert words.count() == int(page.locator(".control", has=length).locator("output").inner_text())


# Of each formula: the tops of all indices "t", or of an index below the line in its fractions.
INDICES = """([formulas, index, text]) => [...document.querySelectorAll(formulas)].map(formula =>
    [...formula.querySelectorAll(index)].filter(node => node.textContent === text && node.getBoundingClientRect().width)
        .map(node => node.getBoundingClientRect().top))"""


@pytest.mark.parametrize(
    "made, of",
    [
        (explore.CellSwitch, [".card .formula", "msub > mi:last-child", "t"]),
        (explore.LivingEquation, [".row .formula", "mfrac > msub:last-child > mn", "4"]),
    ],
)
def test_the_indices_of_a_formula_stand_at_one_height(made, of, page_of):
    found = [tops for tops in page_of(made()).evaluate(INDICES, of) if len(tops) > 1]
    assert len(found) >= 3 and all(max(tops) - min(tops) < 0.6 for tops in found)


def test_what_the_switch_marks_has_a_box_of_one_height_that_holds_it(page_of):
    boxes = page_of(explore.CellSwitch()).evaluate(
        """() => [...document.querySelectorAll('.switched')].map(node => {
            const box = node.getBoundingClientRect();
            const inside = [...node.querySelectorAll('mi, mn, mo')].map(node => node.getBoundingClientRect());
            return [box.height, ...['top', 'left'].map(side => Math.min(...inside.map(part => part[side])) - box[side]),
                ...['bottom', 'right'].map(side => box[side] - Math.max(...inside.map(part => part[side])))];
        })"""
    )
    assert len(boxes) == 7 and max(box[0] for box in boxes) - min(box[0] for box in boxes) < 0.6
    assert all(min(box[1:]) >= 0 for box in boxes)


@pytest.mark.parametrize("width", [294, 390, 900])
def test_the_letters_of_twelve_words_formulas_can_be_read(width, page_of):
    page = page_of(explore.LivingEquation(length=12), width)
    size = page.locator(".row math").first.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
    assert size >= 13


def test_the_frame_of_a_lit_row_stays_clear_of_its_neighbours_formulas(page_of):
    page = page_of(explore.LivingEquation(lit=2))
    apart = page.evaluate(
        """() => {
            const box = node => node.getBoundingClientRect(), formula = row => box(row.querySelector('math'));
            const lit = document.querySelector('.row.lit'), { outlineWidth, outlineOffset } = getComputedStyle(lit);
            const frame = parseFloat(outlineWidth) + parseFloat(outlineOffset);
            const above = formula(lit.previousElementSibling), below = formula(lit.nextElementSibling);
            return [box(lit).top - above.bottom - frame, below.top - box(lit).bottom - frame];
        }"""
    )
    assert min(apart) >= 4.9


def test_on_a_phone_a_formula_stands_nearer_to_its_own_bar_than_to_the_one_above(page_of):
    page = page_of(explore.LivingEquation(), 390)
    rows = page.evaluate(
        """() => [...document.querySelectorAll('.equation .row:not(.ticks):not([hidden])')].map(row =>
            ['math', '.chip'].map(name => row.querySelector(name).getBoundingClientRect())
                .flatMap(({ top, bottom }) => [top, bottom]))"""
    )
    own = [chip - bottom for _, bottom, chip, _ in rows]
    above = [lower[0] - upper[3] for upper, lower in zip(rows, rows[1:])]
    assert len(rows) == 4 and max(own) + 6 < min(above)


def test_the_lower_panels_title_stands_clear_of_the_upper_panels_numbers(page_of):
    page = page_of(explore.FourTerms(), 900)
    numbers = page.locator(".axis").first.locator("text:not(.axis-title):visible").first.bounding_box()
    title = page.locator(".axis").nth(3).locator(".axis-title").bounding_box()
    assert title["y"] - numbers["y"] - numbers["height"] >= 12


@pytest.mark.parametrize("width", [294, 900])
@pytest.mark.parametrize("cut", [8, 16])
def test_no_text_lies_on_the_line_of_the_cut_or_hides_a_curve(cut, width, page_of):
    page = page_of(explore.Truncation(cut=cut), width)
    found = page.evaluate(
        """() => [...document.querySelectorAll('.hair, svg path.dashed')].map(node => {
            const a = node.getBoundingClientRect(), texts = [...node.closest('svg').querySelectorAll('text')];
            return texts.filter(text => {
                const b = text.getBoundingClientRect();
                return b.left < a.right && b.right > a.left && b.top + 3 < a.bottom && b.bottom - 3 > a.top;
            }).length;
        })"""
    )
    assert len(found) == 3 and not any(found)


@pytest.mark.parametrize("length", [4, 12])
def test_the_bars_of_a_sentence_fill_their_room(length, page_of):
    page = page_of(explore.TokenLosses(length=length))
    total = page.locator("text[font-weight=bold]").first.bounding_box()
    zero = page.locator(".axis text:not(.axis-title):visible").first.bounding_box()
    assert 0 <= zero["y"] - total["y"] - total["height"] < 40


@pytest.mark.parametrize("width", [390, 900])
def test_what_stands_where_the_hidden_curve_will_be_lies_on_no_grid_line(width, page_of):
    page = page_of(explore.Decay(), width)
    middles = page.locator("text.prompt:visible").evaluate_all(
        "all => all.map(node => node.getBoundingClientRect()).map(({ top, bottom }) => (top + bottom) / 2)"
    )
    lines = page.locator(".axis").nth(1).locator("line:not([display])")
    grid = lines.evaluate_all("all => all.map(node => node.getBoundingClientRect().top)")
    assert len(middles) >= 2 and min(abs(middle - line) for middle in middles for line in grid) >= 7


@pytest.mark.parametrize("width", [390, 900])
def test_a_bar_that_is_cut_has_the_arrow_of_the_other_explorers_before_its_number(width, page_of):
    page = page_of(explore.TokenLosses(length=12, activation="relu", weight_scale=10.0), width)
    cut, bars = page.locator("path.past:visible"), page.locator("rect.bar:visible")
    ends = bars.evaluate_all("all => all.map(node => node.getBoundingClientRect().right)")
    marks = cut.evaluate_all("all => all.map(node => node.getBoundingClientRect()).map(({ left, right }) => [left, right])")
    numbers = page.locator("text", has_text=re.compile("·10|^[0-9]+")).evaluate_all(
        "all => all.map(node => node.getBoundingClientRect().left)"
    )
    assert 0 < len(marks) == sum(end > max(ends) - 0.5 for end in ends) < 12
    assert all(abs(left - max(ends)) < 1 for left, _ in marks)
    assert sum(begins >= marks[0][1] + 3 for begins in numbers) == 12 + 1, "their sum stands in the same column"
    page.get_by_label("Weight scale").press("Home")
    page.wait_for_function("() => !document.querySelector('path.past:not([display=none])')")


def test_a_comma_of_the_switchs_formulas_is_followed_by_a_space(page_of):
    page = page_of(explore.CellSwitch())
    apart = page.locator(".card .formula").evaluate_all(
        """all => all.flatMap(line => [...line.querySelectorAll('math')].slice(1).map(formula =>
            [formula.previousElementSibling, formula.firstElementChild.firstElementChild]).filter(([before]) =>
            before.textContent.endsWith(',')).map(([before, next]) => {
                const range = document.createRange();
                range.selectNodeContents([...before.querySelectorAll('mo')].at(-1));
                return next.getBoundingClientRect().left - range.getBoundingClientRect().right;
            }))"""
    )
    assert len(apart) == 2 and min(apart) >= 4


def test_a_rings_name_lies_over_the_circles_and_under_the_eigenvalues(page_of):
    page = page_of(explore.Decay(weight_scale=10.0))
    above = page.locator(".plane text.small").evaluate_all(
        """all => all.map(name => [...document.querySelectorAll('.plane circle')].every(mark =>
            mark.compareDocumentPosition(name) & Node.DOCUMENT_POSITION_FOLLOWING ? !mark.matches('.eigenvalue') :
            mark.matches('.eigenvalue')))"""
    )
    assert above == [True] * 3


def test_in_a_legend_each_icon_stands_next_to_its_words(page_of):
    page = page_of(explore.Wall(), 390)
    apart = page.locator(".legend > span").evaluate_all(
        """all => all.map(item => [item.firstChild.firstChild, item.lastChild].map(node => node.getBoundingClientRect()))
            .map(([icon, words]) => words.left - icon.right)"""
    )
    assert len(apart) == 3 and max(apart) < 16
