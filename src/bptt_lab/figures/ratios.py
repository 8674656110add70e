"""The first word's term over the last word's, for many starts: every seed a dot, the median a stroke."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from . import look


def ratios(measured: Mapping[str, Mapping[str, np.ndarray]], setting: str) -> look.Figure:
    """measured: series (an input scale) -> start -> ratios, one for each seed. setting: what the title says of H, T, seeds."""
    starts = list(next(iter(measured.values())))
    parts = [
        f"{start}: " + ", ".join(f"{look.say(float(np.median(rows[start])))} at {name}" for name, rows in measured.items())
        for start in starts
    ]
    title = (
        f"Norm of the first word’s term over the last word’s<br><sub>{setting}; each dot a seed, the stroke their median</sub>"
    )
    shown = look.figure(title, "Medians of the ratio. " + "; ".join(parts) + ".", 150 + 56 * len(starts))
    marks = zip(("circle", "diamond"), (look.CELL_COLOURS["tanh"], look.CELL_COLOURS["gated"]), (-0.18, 0.18))
    for (name, rows), (symbol, colour, shift) in zip(measured.items(), marks):
        for i, start in enumerate(starts):
            values = np.asarray(rows[start])
            spread = i + shift + np.random.default_rng(i).uniform(-0.1, 0.1, len(values))
            dots = go.Scatter(x=values, y=spread, mode="markers", name=name, legendgroup=name, showlegend=i == 0)
            shown.add_trace(dots.update(marker={"symbol": symbol, "size": 5, "opacity": 0.3, "color": colour}, hoverinfo="x"))
            line = go.Scatter(x=[np.median(values)] * 2, y=[i + shift - 0.16, i + shift + 0.16], mode="lines", showlegend=False)
            shown.add_trace(line.update(line={"color": look.INK, "width": 5}, hoverinfo="x"))
    shown.add_vline(x=1, line={"color": look.INK, "dash": "dot"})
    shown.update_xaxes(look.magnitude_axis(), title="ratio: left of 1 the first word weighs less, right of 1 more")
    shown.update_yaxes(tickvals=list(range(len(starts))), ticktext=starts, autorange="reversed")
    shown.update_yaxes(gridcolor=look.GRID, zeroline=False)
    return shown
