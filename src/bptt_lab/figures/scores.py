"""The share that is right, against how many words a net may see: every seed a thin line, the medians thick, baselines beside."""

import textwrap
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from . import look

DASHES = {"tanh": "solid", "gated": "dot", "GRU": "dash", "LSTM": "longdashdot"}
MARKS = {"tanh": "circle", "gated": "star", "GRU": "square", "LSTM": "diamond"}


def scores(shown_words: list[int], right: Mapping[str, np.ndarray], baselines: Mapping[str, float], setting: str) -> look.Figure:
    """shown_words (n,): how many words before the verb are shown. right: cell -> (seeds, n), shares. baselines: name -> share."""
    lines = [*textwrap.wrap(setting, 36), "thin lines seeds, thick lines medians"]
    shown = look.figure("Right in the test", lines, _sentence(shown_words, right, baselines), 420, bottom=116)
    at = list(range(len(shown_words)))
    for name, share in baselines.items():
        look.level(shown, share, f"{name}: {share:.2f}")
    for name, seeds in right.items():
        kind = name.split(",")[0]
        colour = look.CELL_COLOURS[kind]
        for seed, row in enumerate(seeds):
            line = go.Scatter(x=at, y=row, mode="lines", line={"color": colour, "width": 1}, opacity=0.35, showlegend=False)
            shown.add_trace(line.update(legendgroup=name, hovertemplate=f"%{{y:.3f}}<extra>{name}, seed {seed}</extra>"))
        style = {"line": {"color": colour, "width": 3, "dash": DASHES[kind]}, "marker": {"symbol": MARKS[kind], "size": 9}}
        median = go.Scatter(x=at, y=np.median(seeds, axis=0), mode="lines+markers", name=name, legendgroup=name, **style)
        shown.add_trace(median.update(hovertemplate=f"%{{y:.3f}}<extra>{name}, median</extra>"))
    shown.update_xaxes(title_text="words before the verb that are shown", tickvals=at, ticktext=[str(n) for n in shown_words])
    shown.update_xaxes(range=[-0.3, at[-1] + 0.3])
    shown.update_yaxes(range=[0.55, 0.95], tickformat=".0%", dtick=0.1)
    return shown.update_layout(legend=look.FLAT_LEGEND)


def _sentence(words, right, baselines) -> str:
    ends = "; ".join(
        f"{name} {np.median(seeds[:, 0]):.2f} with {words[0]} word, {np.median(seeds[:, -1]):.2f} with {words[-1]}"
        for name, seeds in right.items()
    )
    return f"Medians: {ends}. Without a net: " + ", ".join(f"{name} {share:.2f}" for name, share in baselines.items()) + "."
