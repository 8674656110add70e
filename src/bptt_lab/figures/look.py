"""How every Plotly figure looks: paper and ink of the page's theme, absolute axes, no upload button, a sentence in words."""

import plotly.graph_objects as go

from ..text import say

# Colour of a cell, the same in every picture; beside colour there is always a second mark.
CELL_COLOURS = {"tanh": "#0072B2", "relu": "#56B4E9", "gated": "#D55E00", "GRU": "#009E73", "LSTM": "#CC79A7"}
INK = "#767676"  # readable on white and on dark paper alike
GRID = "rgba(128,128,128,.25)"
# What a figure needs from the page: no logo, and no button that would upload the learner's data.
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["sendChartToCloud", "sendDataToCloud"], "responsive": True}


class Figure(go.Figure):
    """A Plotly figure that brings its own mode bar settings and says in words what it shows."""

    def _repr_mimebundle_(self, *args, **kwargs):
        bundle = dict(super()._repr_mimebundle_(*args, **kwargs))
        for kind, content in bundle.items():
            if kind.startswith("application/vnd.plotly") and isinstance(content, dict):
                content["config"] = {**content.get("config", {}), **CONFIG}
        return {**bundle, "text/plain": sentence(self)}


def figure(title: str, in_words: str, height: int) -> Figure:
    """An empty figure, at most 860 pixels wide, with the course's look."""
    result = Figure()
    result.update_layout(
        title={"text": title, "font": {"size": 15}},
        height=height,
        width=860,
        margin={"l": 150, "r": 90, "t": 60, "b": 60},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": INK, "family": "system-ui, sans-serif", "size": 13},
        legend={"orientation": "h", "y": -0.18, "x": 0},
        meta={"sentence": in_words},
    )
    return result


def sentence(shown: go.Figure) -> str:
    """What a figure of this package shows, in words."""
    return (shown.layout.meta or {}).get("sentence", "")


def magnitude_axis(low: int = -12, high: int = 6) -> dict:
    """The absolute log axis of magnitudes, with powers of ten as people write them."""
    values = [10.0**e for e in range(low, high + 1, 3)]
    texts = ["1" if value == 1 else say(value).replace("1.00·", "") for value in values]
    return {"type": "log", "range": [low, high], "tickvals": values, "ticktext": texts, "gridcolor": GRID, "zeroline": False}
