"""Slope and prediction for many starts: every seed a pair of marks, and the bound beside them."""

import textwrap
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from . import look

BARS = {"ln σ_max": "ln σ_max, the bound’s slope", "ln ρ": "ln ρ, the popular guess"}


def exponents(measured: Mapping[str, Mapping[str, Mapping[str, np.ndarray]]], setting: str, low=-0.9, high=1.9) -> look.Figure:
    """measured: one or two series (an input scale) -> row (a start) -> "slope" and what is compared with it, each (seeds,).

    A filled mark is the slope. "lyapunov" is a ring around it, "ln σ_max" or "ln ρ" a bar. setting: H, lengths, seeds and so
    on. low, high: the axis, nats a step; what is past it stands at its end.
    """
    rows = list(next(iter(measured.values())))
    known = next(iter(measured.values()))[rows[0]]
    marks = ["filled: the slope"] + ["ring: predicted on other inputs"] * ("lyapunov" in known)
    marks += [f"bar: {what}" for name, what in BARS.items() if name in known]
    lines = [*textwrap.wrap(setting, 46), *marks]
    several = len(measured) > 1
    height, bottom = 172 + (44 + 32 * len(measured)) * len(rows), 116 if several else 60
    shown = look.figure("Slope, in nats a step", lines, _sentence(rows, measured), height, bottom)
    shown.add_vline(x=0, line={"color": look.INK, "dash": "dot", "width": 1.5})
    shifts = np.linspace(-0.1, 0.5, len(measured) + 1)
    for (name, found), (colour, symbol), shift in zip(measured.items(), look.SERIES, shifts):
        for i, row in enumerate(rows):
            seeds = len(found[row]["slope"])
            at = i + shift + np.linspace(0, 0.8 * (shifts[1] - shifts[0]), seeds)  # a seed's marks stand side by side
            styles = {"slope": {"symbol": symbol, "color": colour, "size": 6}}
            styles["lyapunov"] = {"symbol": f"{symbol}-open", "color": colour, "size": 12}
            if shift == shifts[0]:  # the same in every series
                styles |= {bar: {"symbol": "line-ns-open", "color": look.INK, "size": 8} for bar in BARS}
            for what in filter(found[row].__contains__, styles):  # in this order, so that the picture is always the same
                trace = _marks(found[row][what], at, f"{row}, {name}: {what}", low, high, styles[what])
                shown.add_trace(trace.update(name=name, legendgroup=name, showlegend=i == 0 and what == "slope"))
    look.name_rows(shown, rows, above=0.32)
    look.name_ends(shown, "◂ vanishes", "explodes ▸")
    shown.update_xaxes(range=[low, high], dtick=0.5 if high - low < 4 else 1)
    return shown.update_layout(legend=look.FIXED_LEGEND, showlegend=several)


def _marks(values, heights, what: str, low: float, high: float, marker: dict) -> go.Scatter:
    texts = [_signed(value, 3) for value in values]
    return look.marks(np.clip(values, low, high), heights, texts, what, marker=marker)


def _sentence(rows: list[str], measured) -> str:
    def middle(found):
        return _signed(np.median(found["slope"]), 2)

    parts = [f"{row}: " + ", ".join(middle(found[row]) for found in measured.values()) for row in rows]
    apart = [np.abs(f["slope"] - f["lyapunov"]).max() for found in measured.values() for f in found.values() if "lyapunov" in f]
    text = f"Median slopes at {', then at '.join(measured)}. {'; '.join(parts)}."
    return text + (f" Predictions are at most {max(apart):.2f} off." if apart else "")


def _signed(value: float, digits: int) -> str:
    return "vanished" if value == -np.inf else f"{value:+.{digits}f}".replace("-", "−")
