"""Slope and prediction for many starts: every seed a pair of marks, and the bound beside them."""

import textwrap
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from . import look


def exponents(measured: Mapping[str, Mapping[str, Mapping[str, np.ndarray]]], setting: str) -> look.Figure:
    """measured: one or two series (an input scale) -> start -> "slope", "lyapunov" and "ln σ_max", each (seeds,).

    A filled mark is the slope, the ring around it the prediction. setting: H, lengths, seeds and so on.
    """
    starts = list(next(iter(measured.values())))
    lines = [*textwrap.wrap(setting, 46), "filled: slope; ring: predicted on other inputs", "bar: ln σ_max, the bound’s slope"]
    title = "<br>".join(["Nats a step", *(f"<sub>{line}</sub>" for line in lines)])
    shown = look.figure(title, _sentence(starts, measured), 164 + 18 * len(lines) + 84 * len(starts))
    shown.add_vline(x=0, line={"color": look.INK, "dash": "dot", "width": 1.5})
    for (name, rows), (colour, symbol), shift in zip(measured.items(), look.SERIES, (-0.12, 0.24)):
        for i, start in enumerate(starts):
            found = rows[start]
            heights = i + shift + 0.05 * np.arange(len(found["slope"]))
            first = {"name": name, "legendgroup": name, "showlegend": i == 0}
            slope = _marks(found["slope"], heights, f"{start}, {name}: slope", symbol=symbol, color=colour, size=6)
            ring = {"symbol": f"{symbol}-open", "color": colour, "size": 12}
            shown.add_trace(slope.update(first))
            shown.add_trace(_marks(found["lyapunov"], heights, f"{start}, {name}: λ₁", **ring).update(first, showlegend=False))
            bar = {"symbol": "line-ns-open", "color": look.INK, "size": 10, "opacity": 0.7}
            shown.add_trace(_marks(found["ln σ_max"], heights, f"{start}: ln σ_max", **bar).update(showlegend=False))
    for i, start in enumerate(starts):  # above its row, where a narrow page has room for it
        shown.add_annotation(text=start, x=0, xref="paper", y=i - 0.34, xanchor="left", showarrow=False)
    for text, x, side in (("◂ vanishes", 0, "left"), ("explodes ▸", 1, "right")):
        shown.add_annotation(text=text, x=x, xanchor=side, y=0, yshift=-44, xref="paper", yref="paper", showarrow=False)
    shown.update_xaxes(range=[-0.9, 1.9], dtick=0.5)
    edges = [i - 0.5 for i in range(len(starts) + 1)]
    shown.update_yaxes(range=[edges[-1], edges[0]], tickvals=edges, showticklabels=False)
    legend = {"x": 0, "y": 0, "yref": "container", "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False}
    return shown.update_layout(margin={"t": 48 + 18 * len(lines), "b": 116}, legend=legend)


def _marks(values, heights, what: str, **marker) -> go.Scatter:
    texts = [f"{value:+.3f}".replace("-", "−") for value in values]
    hover = f"%{{text}}<extra>{what}</extra>"
    return go.Scatter(x=values, y=heights, mode="markers", text=texts, hovertemplate=hover, marker=marker, cliponaxis=False)


def _sentence(starts: list[str], measured) -> str:
    def middle(rows, start, what):
        return f"{np.median(rows[start][what]):+.2f}".replace("-", "−")

    parts = [f"{start}: " + ", ".join(middle(rows, start, "slope") for rows in measured.values()) for start in starts]
    apart = max(np.abs(found["slope"] - found["lyapunov"]).max() for rows in measured.values() for found in rows.values())
    return f"Median slopes at {', then at '.join(measured)}. {'; '.join(parts)}. Predictions are at most {apart:.2f} off."
