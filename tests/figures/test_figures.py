"""Figures: what they draw, and that they say it in words."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.figures import look


def test_token_losses_has_a_bar_for_each_token_and_says_their_sum():
    figure = bl.figures.token_losses(["the", "cats"], [4.5, 2.0])
    (bars,) = figure.data
    assert list(bars.x) == [4.5, 2.0] and list(bars.y) == ["1 the", "2 cats"] and list(bars.text) == ["4.50", "2.00"]
    assert bl.figures.sentence(figure) == "2 tokens, together 6.50 nats."


def test_an_exploded_loss_is_drawn_at_the_edge_and_named():
    figure = bl.figures.token_losses(["the"], [np.inf])
    assert "exploded" in bl.figures.sentence(figure) and np.isfinite(figure.data[0].x).all()


def test_a_loss_for_each_word_is_asked_for():
    with pytest.raises(ValueError, match=r"losses.*\(3,\).*\(2,\)"):
        bl.figures.token_losses(["the", "cats"], [1.0, 2.0, 3.0])


def test_ratios_shows_every_seed_and_the_median():
    measured = {"small": {"a": np.array([0.1, 0.2, 0.4]), "b": np.array([1.0, 2.0, 3.0])}}
    figure = bl.figures.ratios(measured, "a setting")
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    strokes = [trace for trace in figure.data if trace.mode == "lines"]
    assert [list(trace.x) for trace in dots] == [[0.1, 0.2, 0.4], [1.0, 2.0, 3.0]]
    assert [trace.x[0] for trace in strokes] == [0.2, 2.0]
    assert bl.figures.sentence(figure) == "Medians of the ratio. a: 0.200 at small; b: 2.00 at small."
    assert "a setting" in figure.layout.title.text


def test_the_axis_of_magnitude_is_absolute():
    figure = bl.figures.ratios({"small": {"a": np.array([0.1])}}, "")
    assert list(figure.layout.xaxis.range) == [-12, 6] and figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis.ticktext[0] == "10⁻¹²" and "1" in figure.layout.xaxis.ticktext


def test_no_figure_is_wider_than_the_page_or_hides_the_page_s_colour():
    layout = look.figure("title", "words", 300).layout
    assert layout.width <= 860 and layout.paper_bgcolor == "rgba(0,0,0,0)"


def test_in_a_notebook_a_figure_offers_no_upload_and_says_itself_in_words():
    import plotly.io

    before, plotly.io.renderers.default = plotly.io.renderers.default, "plotly_mimetype"
    try:
        bundle = bl.figures.token_losses(["the"], [1.0])._repr_mimebundle_()
    finally:
        plotly.io.renderers.default = before
    config = bundle["application/vnd.plotly.v1+json"]["config"]
    assert config["displaylogo"] is False and "sendChartToCloud" in config["modeBarButtonsToRemove"]
    assert bundle["text/plain"] == "1 tokens, together 1.00 nats."
