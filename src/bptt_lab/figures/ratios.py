"""The first word's term over the last word's, for many starts: every seed a dot, the median a large mark."""

import textwrap
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from . import look


def ratios(measured: Mapping[str, Mapping[str, np.ndarray]], setting: str) -> look.Figure:
    """measured: one or two series (an input scale) -> start -> ratios, one for each seed. setting: H, T, seeds and so on."""
    starts = list(next(iter(measured.values())))
    lines = [*textwrap.wrap(setting, 46), "each dot a seed, large marks the medians"]  # so much fits on a telephone
    height = 172 + 64 * len(starts)
    shown = look.figure("First term’s norm over the last’s", lines, _sentence(starts, measured), height, bottom=116)
    shown.add_vline(x=1, line={"color": look.INK, "dash": "dot", "width": 1.5})
    for (name, rows), (colour, symbol), shift in zip(measured.items(), look.SERIES, (0.0, 0.27)):
        marker = {"symbol": symbol, "color": colour}
        for i, start in enumerate(starts):
            values = np.asarray(rows[start], dtype=float)
            spread = i + shift + np.random.default_rng(i).uniform(-0.08, 0.08, len(values))
            dots = _dots(values, spread, f"{start}, {name}, one seed")
            shown.add_trace(dots.update(marker={**marker, "size": 4, "opacity": 0.35}, legendgroup=name, showlegend=False))
        medians = _dots([np.median(rows[start]) for start in starts], np.arange(len(starts)) + shift, f"{name}, median")
        outline = {"color": look.INK, "width": 2}
        shown.add_trace(medians.update(marker={**marker, "size": 11, "line": outline}, name=name, legendgroup=name))
    look.name_rows(shown, starts, above=0.29)
    look.name_ends(shown, "◂ first word’s is smaller", "larger ▸")
    shown.update_xaxes(look.magnitude_axis())
    return shown.update_layout(legend=look.FIXED_LEGEND)


def _dots(values, heights, what: str) -> go.Scatter:
    """A ratio past the axis stands at its end; its number is read by pointing at it."""
    texts = [look.say(value) for value in values]
    return look.marks(np.clip(values, 10.0**look.LOW, 10.0**look.HIGH), heights, texts, what)


def _sentence(starts: list[str], measured) -> str:
    parts = [f"{start}: " + ", ".join(look.say(np.median(rows[start])) for rows in measured.values()) for start in starts]
    return f"Medians of the ratio, at {', then at '.join(measured)}. {'; '.join(parts)}."
