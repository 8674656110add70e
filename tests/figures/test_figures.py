"""Figures: what they draw, and that they say it in words."""

import sys

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import bptt_lab as bl
from bptt_lab.figures import look
from tools.notebooks import client


def test_token_losses_has_a_bar_for_each_token_and_says_their_sum():
    figure = bl.figures.token_losses(["the", "cats"], [4.5, 2.0])
    (bars,) = figure.data
    assert list(bars.x) == [4.5, 2.0] and list(bars.y) == ["1 the", "2 cats"] and list(bars.text) == ["4.50", "2.00"]
    said = "2 guesses cost 6.50 nats together. Most, 4.50, after “the”; least, 2.00, after “cats”."
    assert bl.figures.sentence(figure) == said


def test_one_token_and_a_token_that_costs_nothing_are_said_as_such():
    assert bl.figures.sentence(bl.figures.token_losses(["the"], [0.0])) == "The guess after “the” costs 0 nats."
    assert bl.figures.token_losses(["the", "cats"], [0.0, 1.0]).data[0].text[0] == "0"


def test_an_exploded_loss_is_drawn_at_the_edge_and_named():
    figure = bl.figures.token_losses(["the"], [np.inf])
    (bar,) = figure.data
    assert "exploded" in bl.figures.sentence(figure) and bar.text[0] == "▸ exploded"
    assert bar.x[0] < figure.layout.xaxis.range[1], "there must be room for the word"


def test_a_loss_for_each_word_is_asked_for():
    with pytest.raises(ValueError, match=r"losses.*\(3,\).*\(2,\)"):
        bl.figures.token_losses(["the", "cats"], [1.0, 2.0, 3.0])


def test_kept_draws_a_line_for_each_gate_and_says_what_is_left():
    figure = bl.figures.kept(["cats", "were"], {0.5: np.array([1.0, 0.5]), 1: np.array([1.0, 0.0])}, "a setting")
    half, whole = figure.data
    assert list(half.x) == ["1 cats", "2 were"] and list(half.y) == [1.0, 0.5] and half.line.dash != whole.line.dash
    assert [line.name for line in figure.data] == ["gate 0.5", "gate 1"]
    assert bl.figures.sentence(figure) == "After “were” the unit holds: gate 0.5: 0.500; gate 1: 0."


def test_moves_draws_a_line_for_each_net_and_says_its_best_step():
    steps = np.array([1e-1, 1e-5, 1e-9])
    figure = bl.figures.moves(
        steps, {"edge": np.array([1e-2, 1e-8, 0.0]), "steep": np.array([np.inf, 1.0, 2.0])}, 1e-5, "a setting"
    )
    edge, steep = figure.data
    assert list(edge.x) == list(steps) and list(edge.y) == [1e-2, 1e-8, 1e-12] and steep.y[0] == 1e3
    assert edge.text[2] == "0" and steep.text[0] == "exploded" and edge.marker.symbol != steep.marker.symbol
    several = bl.figures.moves(steps, dict.fromkeys("abcde", np.ones(3)), 1e-5, "a setting").data
    for own in ("line.color", "line.dash", "marker.symbol"):
        assert len({line[own] for line in several}) == 5
    said = "edge: 0, at 1.00·10⁻⁹; steep: 1.00, at 1.00·10⁻⁵."
    assert bl.figures.sentence(figure) == f"The smallest error, and the step where it is. {said}"
    assert figure.layout.meta["notes"] == "a setting." and figure.layout.shapes[0].y0 == 1e-5


def test_ratios_shows_every_seed_and_the_median():
    measured = {"small": {"a": np.array([0.1, 0.2, 0.4]), "b": np.array([1.0, 2.0, 3.0])}}
    figure = bl.figures.ratios(measured, "a setting")
    *dots, medians = figure.data
    assert [list(trace.x) for trace in dots] == [[0.1, 0.2, 0.4], [1.0, 2.0, 3.0]]
    assert list(medians.x) == [0.2, 2.0] and list(medians.y) == [0, 1] and medians.name == "small"
    assert medians.marker.size > 2 * dots[0].marker.size
    assert bl.figures.sentence(figure) == "Medians of the ratio, at small. a: 0.200; b: 2.00."
    assert figure.layout.meta["notes"] == "a setting; each dot a seed, large marks the medians."
    texts = [note.text for note in figure.layout.annotations]
    assert texts[:2] == ["a", "b"] and "smaller" in texts[2] and "larger" in texts[3]


def test_two_series_differ_in_shape_and_place_not_in_colour_alone_and_wear_no_cell_s_colour():
    rows = {"a": np.array([0.1])}
    first, second = bl.figures.ratios({"small": rows, "large": rows}, "").data[1::2]
    assert first.marker.symbol != second.marker.symbol and first.y[0] != second.y[0]
    assert not {first.marker.color, second.marker.color} & set(look.CELL_COLOURS.values())


def test_a_ratio_past_the_axis_stands_at_its_end_and_its_word_is_read_there():
    dots = bl.figures.ratios({"small": {"a": np.array([0.0, 1.0, np.inf])}}, "").data[0]
    assert list(dots.x) == [1e-12, 1.0, 1e6] and list(dots.text) == ["vanished", "1.00", "exploded"]


def test_the_axis_of_magnitude_is_absolute():
    axis = bl.figures.ratios({"small": {"a": np.array([0.1])}}, "").layout.xaxis
    assert list(axis.range) == [-12, 6] and axis.type == "log"
    assert axis.ticktext == ("10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "1", "10³", "10⁶")


def test_a_notebook_gets_the_figure_without_upload_and_its_sentence_under_it(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    monkeypatch.setattr("plotly.io._renderers.ipython_display.display", lambda data, **_: shown.append(data))
    monkeypatch.setattr("plotly.io.renderers.default", "plotly_mimetype")
    bl.figures.token_losses(["<the>"], [1.0])._ipython_display_()
    figure, caption = shown
    config = figure["application/vnd.plotly.v1+json"]["config"]
    assert config["displaylogo"] is False and "sendChartToCloud" in config["modeBarButtonsToRemove"]
    assert caption["text/plain"] == "The guess after “<the>” costs 1.00 nats." and "“&lt;the&gt;” costs" in caption["text/html"]
    shown.clear()
    bl.figures.kept(["cats"], {1: np.array([1.0])}, "one unit, b < 0")._ipython_display_()
    assert '<p class="bptt-says">one unit, b\xa0&lt;\xa00.<br>After “cats”' in shown[1]["text/html"]
    assert shown[1]["text/plain"].startswith("one unit, b < 0. After “cats”")


def test_a_kernel_in_a_browser_shows_a_figure_though_it_has_no_nbformat(monkeypatch):
    shell = type("Interpreter", (), {"__module__": "pyodide_kernel.interpreter"})()  # as JupyterLite's
    shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(set(bundle)))
    monkeypatch.delitem(sys.modules, "plotly.io._renderers", raising=False)
    bl.figures.token_losses(["a"], [1.0])._ipython_display_()
    assert shown == [{"application/vnd.plotly.v1+json"}, {"text/html", "text/plain"}]


def test_the_first_figure_of_a_kernel_is_what_plotly_would_show_and_loads_no_nbformat():
    cells = [
        "import sys\nimport bptt_lab as bl\nfrom bptt_lab.figures.look import CONFIG",
        "figure = bl.figures.token_losses(['the'], [1.0])\nfigure",
        "print('nbformat' in sys.modules)",
        "figure.show(config=CONFIG)\nprint('nbformat' in sys.modules)",
        "figure",
    ]
    notebook = new_notebook(cells=[new_code_cell(code) for code in cells])
    client(notebook, timeout=60).execute()
    first, before, plotly, again = (cell.outputs for cell in notebook.cells[1:])
    mime = "application/vnd.plotly.v1+json"
    assert before[0].text == "False\n" and plotly[-1].text == "True\n"
    assert first[0].data[mime] == plotly[0].data[mime] == again[0].data[mime] and first[1].data == again[1].data


def test_a_memory_report_is_drawn_with_its_bounds_and_no_two_lines_look_alike():
    cell = bl.RNNCell(3, 4, "relu", init="identity", weight_scale=0.5)
    report = bl.memory.report(cell, np.ones((40, 3)))
    figure = report.figure()
    assert [line.name for line in figure.data] == [
        *map(look.typeset, list(report.bounds)[:3]), "ρ<sup>lag</sup>, a popular guess and no bound",
    ]  # fmt: skip
    assert len({line.line.dash for line in figure.data}) == 4
    for line, logs in zip(figure.data, report.bounds.values()):
        assert len(line.y) == 40 and np.isfinite(line.y).all()
        assert line.y[3] == pytest.approx(10 ** logs[3]) or logs[3] == -np.inf
    assert report.in_words()["slope"] in bl.figures.sentence(figure) and "T = 40, H = 4" in bl.figures.sentence(figure)
    assert list(figure.layout.yaxis.range) == [look.LOW, look.HIGH]


def test_a_memory_report_that_vanished_says_so_at_each_point():
    cell = bl.RNNCell(3, 4, weight_scale=0.0)
    line = bl.memory.report(cell, np.ones((3, 3))).figure().data[0]
    assert line.text[0] == "lag 0: 1.00" and line.text[1] == "lag 1: vanished"


def test_a_cell_of_one_s_own_is_drawn_in_the_colour_of_the_cell_that_it_is_made_from():
    class Mine(bl.GRUCell):
        pass

    for cell in (Mine(2, 3), Mine(2, 3, reset_after=False)):
        assert bl.memory.report(cell, np.ones((5, 2))).figure().data[0].line.color == look.CELL_COLOURS["GRU"]


def test_exponents_mark_every_seed_its_prediction_and_the_bound():
    found = {"slope": np.array([-0.5, 0.1]), "lyapunov": np.array([-0.48, 0.12]), "ln σ_max": np.array([0.7, 0.8])}
    shown = bl.figures.exponents({"std 0.1": {"wide": found}, "std 1": {"wide": found}}, "H = 64")
    by = [trace for trace in shown.data if "slope" in trace.hovertemplate]
    rings = [trace for trace in shown.data if "lyapunov" in trace.hovertemplate]
    assert [list(trace.x) for trace in by] == [[-0.5, 0.1]] * 2 and [list(trace.x) for trace in rings] == [[-0.48, 0.12]] * 2
    assert [list(a.y) for a in by] == [list(b.y) for b in rings], "a seed's marks stand side by side"
    assert sum("ln σ_max" in trace.hovertemplate for trace in shown.data) == 1
    assert bl.figures.sentence(shown) == (
        "Median slopes at std 0.1, then at std 1. wide: −0.20, −0.20. Predictions are at most 0.02 off."
    )


def test_exponents_that_vanished_stand_at_the_end_and_say_so():
    shown = bl.figures.exponents(
        {"tanh": {"H = 4": {"slope": np.array([-np.inf, 0.5]), "ln ρ": np.array([0.1, 0.2])}}}, "x", -2, 2
    )
    slope = next(trace for trace in shown.data if "slope" in trace.hovertemplate)
    assert list(slope.x) == [-2, 0.5] and slope.text == ("vanished", "+0.500")
    assert "Predictions" not in bl.figures.sentence(shown)


def test_exponents_past_the_axis_are_triangles_that_point_there_and_a_legend_names_all_marks():
    found = {"slope": np.array([-3, 0.5, 9]), "ln ρ": np.array([0.1, 0.2, 2.5])}
    shown = bl.figures.exponents({"tanh": {"H = 4": found}}, "x", -2, 2)
    slope, bar, *legend = shown.data
    assert slope.marker.symbol == ("triangle-left", "circle", "triangle-right") and list(slope.x) == [-2, 0.5, 2]
    assert bar.marker.symbol == ("line-ns-open", "line-ns-open", "triangle-right")
    assert bar.marker.line.width == 2, "thinner it is not seen on dark paper"
    assert shown.layout.meta["notes"] == "x; triangles: past the axis."
    assert [trace.name for trace in legend] == ["slope", "ln ρ, the popular guess"]
    assert slope.showlegend is False and bar.showlegend is False
    whole = bl.figures.exponents({"tanh": {"H = 4": found}, "relu": {"H = 4": found}}, "x", -9, 9)
    assert whole.layout.meta["notes"] == "x."
    assert [trace.name for trace in whole.data if trace.name] == ["tanh", "ln ρ, the popular guess", "relu"]


def test_ratios_past_the_axis_are_triangles_that_point_there():
    shown = bl.figures.ratios({"std 1": {"N(0, 1)": np.array([1e-20, 0.1, 1e20])}}, "x")
    assert shown.data[0].marker.symbol == ("triangle-left", "circle", "triangle-right")


def test_a_caption_sets_indices_below_the_line_and_leaves_names_of_files():
    said = look.typeset("W_hh; ‖d(h, c)_T/d(h, c)_{T−lag}‖; 1 − z_t; dL_t; ln σ_max; g2p_en < 3; ρ^lag")
    low = "W<sub>hh</sub>; ‖d(h,\xa0c)<sub>T</sub>/d(h,\xa0c)<sub>T−lag</sub>‖; 1\xa0−\xa0z<sub>t</sub>; dL<sub>t</sub>"
    assert said == f"{low}; ln σ<sub>max</sub>; g2p_en\xa0&lt;\xa03; ρ<sup>lag</sup>"


def test_steps_shows_every_seed_and_puts_who_did_not_get_there_beyond_the_line():
    found = {"SGD": {"a": [100, None, 300], "b": [None, None]}, "Adam": {"a": [50, 50, 70], "b": [200, 400]}}
    shown = bl.figures.steps(found, 2000, "Steps to 99 %", "H = 4")
    line = shown.layout.shapes[0].x0
    sgd_a, sgd_b, sgd_medians, *_ = shown.data
    assert sgd_a.x[0] == 100 and sgd_a.x[2] == 300 and sgd_a.x[1] > line > 2000 and min(sgd_b.x) > line
    assert sgd_medians.x[0] == 300 and sgd_medians.x[1] > line, "a median over a seed that did not get there counts it as last"
    assert sgd_a.text[1] == "seed 1: not in 2000 steps"
    symbols = {trace.marker.symbol for trace in shown.data}
    assert len(symbols) == 2, "the two series differ in shape"
    assert bl.figures.sentence(shown) == ("Seeds that got there within 2000 steps, SGD, then Adam. a: 2/3, 3/3; b: 0/2, 2/2.")


def test_scores_shows_seeds_medians_and_baselines_and_no_two_cells_look_alike():
    right = {"tanh": np.array([[0.7, 0.8], [0.6, 0.9]]), "GRU, open": np.array([[0.7, 0.9]] * 2)}
    shown = bl.figures.scores([1, 20], right, {"last word": 0.8}, "H = 4")
    thick = [trace for trace in shown.data if trace.line.width == 3]
    assert len(shown.data) == 4 + 2 and np.allclose(thick[0].y, [0.65, 0.85])
    assert len({(trace.line.dash, trace.marker.symbol) for trace in thick}) == 2
    assert [shape.y0 for shape in shown.layout.shapes] == [0.8]
    assert bl.figures.sentence(shown) == (
        "Medians: tanh 0.65 with 1 word, 0.85 with 20; GRU, open 0.70 with 1 word, 0.90 with 20. Without a net: last word 0.80."
    )


def brightness(colour):
    """Relative luminance of (red, green, blue), each from 0 to 1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("paper", ["#ffffff", "#14181e"])
def test_a_seeds_mark_is_seen_on_light_and_on_dark_paper(paper):
    one, two = {"tanh": [300, 400]}, {"tanh": [(3.0, "unit 1"), (None, "unit 2")]}
    shown = [bl.figures.steps({"SGD": one, "Adam": one}, 1000, "x", "y"), bl.figures.half_lives({"a": two, "b": two}, "x", "y")]
    marks = [trace.marker for figure in shown for trace in figure.data if trace.marker.opacity]
    for mark in marks:
        colour, under = (np.array(list(bytes.fromhex(name[1:]))) / 255 for name in (mark.color, paper))
        seen = mark.opacity * colour + (1 - mark.opacity) * under
        dark, light = sorted([brightness(seen), brightness(under)])
        assert (light + 0.05) / (dark + 0.05) >= 3
    assert len(marks) >= 4


def test_training_draws_means_of_steps_beside_the_baseline():
    shown = bl.figures.training({"tanh": np.full(50, 0.5)}, ("always saying 1", 1 / 6), "T = 50")
    (line,) = shown.data
    assert list(line.x) == [20, 40] and list(line.y) == [0.5, 0.5] and shown.layout.shapes[0].y0 == 1 / 6
    assert bl.figures.sentence(shown) == "Mean loss over the last 100 steps: tanh 0.500. Always saying 1: 0.167."


def test_paths_has_one_arrow_for_each_factor():
    shown = bl.figures.paths()
    arrows = [note for note in shown.layout.annotations if note.showarrow]
    assert len(shown.data) == 5 and len(arrows) == 4 * 5 and len(shown.layout.shapes) == 5 + 5
    assert any("W<sub>hh</sub>\u2009, a full" in note.text for note in shown.layout.annotations), (
        "the comma's halo lies on no index"
    )
    assert "attention, 1: " in bl.figures.sentence(shown) and "plain net, 5: " in bl.figures.sentence(shown)


def test_states_show_every_seed_the_median_and_the_bound_on_an_absolute_axis():
    sizes = np.array([[0.5, 1.0, 2.0], [0.5, 1.5, 3.0], [0.1, 0.2, 0.4]])
    shown = bl.figures.states({"gated, bias 2": ("gated", sizes), "GRU, bias 2": ("GRU", sizes / 10)}, "H = 8")
    assert len(shown.data) == 1 + 2 * 4 and list(shown.data[0].y) == [1, 2, 3]
    assert list(shown.data[4].y) == [0.5, 1.0, 2.0] and shown.data[4].line.width > shown.data[1].line.width
    assert list(shown.layout.yaxis.range) == [-2, 3] and shown.layout.yaxis.type == "log"
    assert bl.figures.sentence(shown) == (
        "The state’s largest entry after the last word, median and range over the nets: gated, bias 2: 2.00 (0.400 to 3.00); "
        "GRU, bias 2: 0.200 (0.0400 to 0.300)."
    )


def test_rates_has_a_dot_for_each_seed_of_each_place_and_says_how_many_learned():
    steps = {0.5: {5: 5 * [50], 30: 5 * [None]}, 0.05: {5: [100, 100, None, 50, 50], 30: []}}
    shown = bl.figures.rates(
        {"tanh, Adam": steps, "LSTM, closed": steps}, {"tanh": [-1, -7], "LSTM, closed": [0, -0.01]}, "H = 4"
    )
    learned, failed, other, _ = shown.data
    assert (
        len(learned.x) == 9 and len(failed.x) == 6 and (learned.marker.symbol, failed.marker.symbol) == ("circle", "circle-open")
    )
    assert learned.marker.size > failed.marker.size and learned.marker.color != other.marker.color
    assert len({*zip(learned.x, learned.y)} | {*zip(failed.x, failed.y)}) == 15 and max(learned.x) < min(other.x)
    assert "rate 0.05, d = 5, seed 2: not in the budget" in failed.text and "rate 0.5, d = 5, seed 0: 50 steps" in learned.text
    assert min(failed.y) < max(learned.y), "the higher rate stands above"
    texts = [note.text for note in shown.layout.annotations]
    assert texts.count("–") == 2 and {"7.0", "1.0", "0.0", "0.5", "30", "<b>tanh, Adam</b>"} <= set(texts)
    assert [texts.count(what) for what in ("rate", "words", "below")] == [2, 2, 2], "each panel says what its numbers are"
    (row,) = {note.y for note in shown.layout.annotations if note.text in ("7.0", "1.0", "below")}
    assert row > max(learned.y) + 20, "the norms stand in one line"
    assert min(note.font.size for note in shown.layout.annotations) >= 11
    assert "highest. tanh, Adam: none, 5; LSTM, closed" in bl.figures.sentence(shown)


def test_rates_draws_a_panel_for_each_name_in_as_many_columns_as_asked():
    steps = {0.5: {5: [50], 30: [None]}}
    one, two = (bl.figures.rates(dict.fromkeys(("tanh", "GRU"), steps), {"tanh": [0, 0], "GRU": [0, 0]}, "", n) for n in (1, 2))
    assert one.layout.height > two.layout.height and one.data[0].x == one.data[2].x and one.data[0].y != one.data[2].y


def test_half_lives_longer_than_the_run_stand_beyond_the_line_and_are_named_so():
    found = {"trained": {"net": [(10.0, "layer 1"), (None, "layer 2")]}, "untrained": {"net": [(2.0, "layer 1")]}}
    shown = bl.figures.half_lives(found, "Half-lives", "on noise")
    said = "Half-lives in steps: trained 10.0 (net), longer than the run in net; untrained 2.00 (net)."
    assert bl.figures.sentence(shown) == said
    named = bl.figures.half_lives({"trained": {"net: what it does": [(1.0, "")]}}, "", "").layout.annotations[0]
    assert named.text.startswith("net:<br>") and named.align == "left", "a telephone has no room for it in one line"
    trained, untrained = shown.data
    line = shown.layout.shapes[0].x0
    assert trained.x[0] == 10 < line < trained.x[1] and trained.text[1] == "net, layer 2: longer than the run"
    assert untrained.y[0] > max(trained.y) and trained.marker.symbol != untrained.marker.symbol
