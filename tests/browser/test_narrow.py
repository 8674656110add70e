"""What Lab leaves a figure on a phone: 262 px, of a window of 390. Nothing is cut and nothing lies on something else."""

import pytest

import bptt_lab as bl
from bptt_lab import explore
from bptt_lab.tasks import Agreement
from tests.browser.test_explorers import every_explorer, made

PAGE = 294  # px of an exported page whose figure is as wide as that
CROWDED = {"length": 12, "lit": 3, "cell": [9, 3], "weight_scale": 0.316, "lag": 3}

# Given how far a text's box may reach into another's, and beyond its picture, in px: a box is higher than its letters.
FOUND = """([deep, far]) => {
    const box = (node) => node.getBoundingClientRect(), says = (node) => node.textContent.trim() || 'a picture';
    const all = document.querySelectorAll('.bptt :is(svg text, .number, .row svg, label, legend, output, .chip, math)');
    const seen = [...all].filter((node) => {
        const drawn = box(node).width && getComputedStyle(node).visibility !== 'hidden' && !node.closest('.spoken');
        return drawn && !node.matches('[transform*=rotate], .factor') && (node.tagName === 'svg' || node.textContent.trim());
    });
    const found = [];
    seen.forEach((a, i) => seen.slice(0, i).forEach((b) => {
        if (a.contains(b) || b.contains(a)) return;
        const [p, q] = [box(a), box(b)];
        const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
        const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
        if (across > 1.5 && down > deep) found.push(`${says(b)} and ${says(a)} overlap`);
    }));
    for (const text of document.querySelectorAll('.bptt svg text:not([transform])')) {
        const [p, q] = [box(text), box(text.closest('svg'))];
        if (p.width && (p.left < q.left - far || p.right > q.right + far)) found.push(`${says(text)} is cut`);
    }
    for (const formula of document.querySelectorAll('.bptt math')) {
        const [p, q] = [box(formula), box(formula.closest('.bptt'))];
        if (p.right > q.right + 1) found.push(`${says(formula)} runs out of the page`);
    }
    return found;
}"""


@every_explorer
@pytest.mark.parametrize("settings", [{}, CROWDED], ids=["at first", "crowded"])
def test_beside_labs_columns_on_a_phone_nothing_overlaps_or_is_cut(kind, settings, page_of):
    more = {"step": 400} if settings and kind is explore.Wall else {}
    page = page_of(made(kind, **settings, **more), PAGE)
    assert page.evaluate(FOUND, [3.5, 1]) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PAGE


SITE = 376  # px of an exported page whose figure is as wide as on a phone's page of the site
LINES = """() => [...document.querySelectorAll('.net-head > span:nth-child(2)')].map(node => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const ends = range.getBoundingClientRect().right, column = node.parentElement.getBoundingClientRect().right;
    return [range.getClientRects().length, ends < column + 2];
})"""


VERBS = "all => all.slice(0, 8).map(node => node.getBoundingClientRect().top)"


def test_on_a_phone_what_four_nets_were_trained_on_is_not_broken_in_two(page_of):
    task = Agreement(distance=3)
    names = "tanh, d = 0–5", "tanh, d = 15–25", "gated, d = 15–25", "LSTM, d = 0–5"
    net = bl.SequenceModel(bl.RNNCell(task.input_size, 4), task.output_size)
    page = page_of(explore.WordByWord(dict.fromkeys(names, net)), SITE)
    assert page.evaluate(LINES) == [[1, True]] * 4
    assert len(set(page.locator(".nets + svg text.axis-title").evaluate_all(VERBS))) == 1, "was and were stand on one line"


def test_four_cells_differ_by_dash_and_their_legend_has_the_same(page_of):
    page = page_of(explore.FourCells(), 900)
    dash = "all => all.map(node => getComputedStyle(node).strokeDasharray)"
    curves = page.locator(".cells ~ svg path.curve").evaluate_all(dash)
    assert len(set(curves)) == 4 and page.locator(".cell-head .curve").evaluate_all(dash) == curves


@pytest.mark.parametrize("settings", [{"weight_scale": 0.215}, {"weight_scale": 10.0, "target": 4}, {"length": 8}])
def test_on_a_phone_numbers_of_a_long_path_touch_neither_its_dots_nor_each_other(page_of, settings):
    page = page_of(explore.LivingEquation(**{"length": 12, "lit": 2, **settings}), width=390)
    touching = page.evaluate(
        """() => {
            const boxes = [...document.querySelectorAll('.net .factor, .net .message:not([opacity])')]
                .filter(node => node.getAttribute('display') !== 'none').map(node => node.getBoundingClientRect())
                .filter(box => box.width);
            const meet = (a, b) => a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom;
            return [boxes.length, boxes.filter((a, i) => boxes.some((b, j) => j < i && meet(a, b))).length];
        }"""
    )
    assert touching[0] > 4 and touching[1] == 0


@pytest.mark.parametrize("length", [8, 12])
def test_on_a_phone_the_number_before_the_loss_stands_clear_of_its_arrow(length, page_of):
    page = page_of(explore.LivingEquation(length=length, lit=2, weight_scale=0.215), SITE)
    apart = page.evaluate(
        """() => { const arrow = document.querySelector('.net > path').getBoundingClientRect();
            return [...document.querySelectorAll('.net .factor.tiny:not([display])')]
                .map(node => node.getBoundingClientRect())
                .map(({ right, top }) => Math.max(arrow.left - right, top - arrow.bottom)); }"""
    )
    assert len(apart) == length - 2 and min(apart) >= 4


def test_heads_of_a_long_ledger_do_not_touch_and_its_numbers_keep_clear_of_their_squares_edges(page_of):
    apart = r"""all => { // across the letters, which all lean alike
        const [, lean, first] = all[0].getAttribute('transform').match(/rotate\(-(\d+) ([\d.]+)/).map(Number);
        const [, , second] = all[1].getAttribute('transform').match(/rotate\(-(\d+) ([\d.]+)/).map(Number);
        return (second - first) * Math.sin(lean * Math.PI / 180) / parseFloat(getComputedStyle(all[0]).fontSize);
    }"""
    for width in (SITE, 746):
        page = page_of(explore.Ledger(length=12, weight_scale=10.0), width)
        named = page.locator(".bptt-draw svg text[transform]").filter(visible=True)
        assert named.count() == 12 and named.evaluate_all(apart) >= 1.1
    widths = "all => all.map(node => node.getBoundingClientRect().width)"
    squares, numbers = (page.locator(f"{name}:not([display=none])").evaluate_all(widths) for name in ("rect.cell", ".cell-text"))
    assert len(numbers) == 78 and min(squares) - max(numbers) >= 5


def test_curves_end_where_their_plot_ends_and_marks_at_its_edge_are_whole(page_of):
    page = page_of(explore.GradientByLag(weight_scale=10.0), 900)
    beyond = """(node) => { // how far what is drawn with it may lie above the plot
        const frame = node.closest('g[clip-path]').getAttribute('clip-path').match(/#([^"')]+)/)[1];
        const grid = [...node.closest('svg').querySelectorAll('.axis line')].map(line => Number(line.getAttribute('y1')));
        return Math.min(...grid) - Number(document.getElementById(frame).firstChild.getAttribute('y'));
    }"""
    curve, ring = (
        page.locator(f".bptt-draw g[clip-path] {name}").first.evaluate(beyond) for name in ("path.solid", "circle.ring")
    )
    assert curve <= 3 and ring >= 7


def test_a_negative_setting_has_a_minus(page_of):
    page = page_of(explore.FourCells(gate_bias=-2), 900)
    assert page.locator(".controls output").filter(has_text="2").first.inner_text() == "−2"


@pytest.mark.parametrize("width", [361, 900])
@pytest.mark.parametrize("view", ["norms", "shares"])
def test_each_square_of_a_short_ledger_has_its_number_within_it(view, width, page_of):
    page = page_of(explore.Ledger(length=4, view=view), width)
    boxes = "all => all.map(node => node.getBoundingClientRect()).map(({ left, right }) => [left, right])"
    squares, numbers = (page.locator(f"{name}:not([display=none])").evaluate_all(boxes) for name in ("rect.cell", ".cell-text"))
    assert len(squares) == len(numbers) == 10
    for (left, right), (begins, ends) in zip(squares, numbers):
        assert left <= begins and ends <= right
