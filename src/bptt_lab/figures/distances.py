"""Three measurements against the distance between a word and the loss that needs it: every seed a dot, the medians a line."""

import textwrap
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from . import look
from .scores import DASHES

MARKS = {"tanh": "circle", "identity ReLU": "x-thin-open", "gated": "star-triangle-up", "GRU": "square", "LSTM": "diamond"}
BESIDE = 1.2  # words: marks of one distance stand side by side, so far to each side at most
PANELS = ("right at the verb, trained", "the message’s norm, untrained", "its signal to noise, untrained")
TOPS = (1.0, 0.61, 0.27)  # of the three panels, in shares of the height
BOTTOMS = (0.69, 0.35, 0.0)
Seeds = Mapping[str, np.ndarray]


def distances(at: list[int], right: Seeds, norm: Seeds, signal: Seeds, setting: str) -> look.Figure:
    """at: the distances. right, norm, signal: cell -> (seeds, distances). A cell called "…, closed" gets hollow marks.

    right: the share that is right after training. norm, signal: of the gradient at the subject, before training. setting: H,
    optimiser, budget, seeds.
    """
    lines = [*textwrap.wrap(setting, 40), "small marks seeds, lines medians;", "marks of one distance side by side"]
    shown = look.figure("Was or were, by distance", lines, _sentence(at, right, norm), 910, bottom=190)
    make_subplots(rows=3, cols=1, shared_xaxes=True, figure=shown)
    shifts = np.linspace(-BESIDE, BESIDE, len(right))
    for row, panel in enumerate((right, norm, signal), start=1):
        for (cell, seeds), shift in zip(panel.items(), shifts):
            for trace in _marks(cell, np.asarray(seeds, float), np.array(at) + shift, first=row == 1):
                shown.add_trace(trace, row=row, col=1)
        shown.add_annotation(text=PANELS[row - 1], x=0, xref="paper", xanchor="left", y=TOPS[row - 1], yref="paper",
                             yanchor="bottom", yshift=4, showarrow=False)  # fmt: skip
        shown.update_yaxes(domain=[BOTTOMS[row - 1], TOPS[row - 1]], row=row, col=1)
    shown.add_hline(y=0.5, line={"color": look.INK, "dash": "dot", "width": 1.5}, row=1, col=1)
    shown.add_annotation(text="guessing", x=0, xref="paper", xanchor="left", y=0.5, yshift=-9, showarrow=False)
    shown.update_yaxes(range=[0.4, 1.03], tickformat=".0%", dtick=0.1, row=1, col=1)
    shown.update_yaxes({**look.magnitude_axis(), "range": [look.LOW, 1]}, row=2, col=1)
    shown.update_yaxes(type="log", range=[-2, 2], tickvals=[0.01, 0.1, 1, 10, 100], ticktext=["0.01", "0.1", "1", "10", "100"],
                       row=3, col=1)  # fmt: skip
    ends = [min(at) - 2 * BESIDE, max(at) + 2 * BESIDE]
    shown.update_xaxes(gridcolor=look.GRID, zeroline=False, tickvals=at, range=ends)
    shown.update_yaxes(gridcolor=look.GRID, zeroline=False, automargin=True)
    # Not the axis' own title: where a legend of five lines leaves it little room, Plotly moves that onto the numbers.
    shown.add_annotation(text="words between subject and verb, d", x=0.5, xref="paper", y=0, yref="paper",
                         yanchor="top", yshift=-22, showarrow=False)  # fmt: skip
    legend = {**look.FIXED_LEGEND, "orientation": "h", "tracegroupgap": 0}  # on a telephone each cell has a line of its own
    return shown.update_layout(legend=legend)


def _marks(cell: str, seeds: np.ndarray, x: np.ndarray, first: bool) -> list[go.Scatter]:
    """The seeds of one cell, side by side, and the line of their medians."""
    kind = cell.split(",")[0]
    colour = look.CELL_COLOURS["relu" if "ReLU" in kind else kind]
    symbol = MARKS[kind] + ("-open" if "closed" in cell else "")
    beside = (x + np.linspace(-0.15, 0.15, len(seeds))[:, None]).ravel()
    hover = f"%{{text}}<extra>{cell}</extra>"
    texts = [f"seed {seed}: {look.say(value)}" for seed, row in enumerate(seeds) for value in row]
    dots = go.Scatter(x=beside, y=seeds.ravel(), mode="markers", text=texts, hovertemplate=hover, cliponaxis=False)
    dots.update(marker={"symbol": symbol, "color": colour, "size": 6, "opacity": 0.75}, legendgroup=cell, showlegend=False)
    medians = np.median(seeds, axis=0)
    line = go.Scatter(x=x, y=medians, mode="lines+markers", name=cell, legendgroup=cell, showlegend=first, cliponaxis=False)
    line.update(text=[f"median {look.say(value)}" for value in medians], hovertemplate=hover)
    dash = "dot" if "closed" in cell else DASHES.get(kind, "dashdot")
    line.update(line={"color": colour, "width": 2, "dash": dash}, marker={"symbol": symbol, "color": colour, "size": 9})
    return [dots, line]


def _sentence(at, right, norm) -> str:
    ends = "; ".join(
        f"{cell} {100 * np.median(seeds[:, 0]):.0f} % at {at[0]} words, {100 * np.median(seeds[:, -1]):.0f} % at {at[-1]}"
        for cell, seeds in right.items()
    )
    medians = {cell: np.median(seeds, axis=0) for cell, seeds in norm.items()}
    norms = "; ".join(f"{cell} from {look.say(m[0])} to {look.say(m[-1])}" for cell, m in medians.items())
    return f"Medians of what is right: {ends}. The message’s norm, over the same distances: {norms}."
