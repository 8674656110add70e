"""How large a state grows: every seed a thin line, the median thick, and the bound beside them."""

import textwrap
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from ..basics.text import spread
from . import look

LOW, HIGH = -2, 3  # the powers of ten between which a state is drawn


def states(measured: Mapping[str, tuple[str, np.ndarray]], setting: str) -> look.Figure:
    """measured: name -> (the cell, one of look.CELL_COLOURS, and the largest |entry| after each word, (seeds, words))."""
    lines = textwrap.wrap(setting, 46)
    shown = look.figure("The largest entry of the state", lines, _sentence(measured), 440 - 18 * len(lines))
    most = max(found.shape[1] for _, found in measured.values())
    words = np.arange(1, most + 1)
    shown.add_trace(_line(words, words, "bound", {"color": look.INK, "dash": "dash", "width": 1.5}))
    ends = {"gated, bound: word’s number": (float(most), look.INK)}
    for name, (cell, found) in measured.items():
        colour = look.CELL_COLOURS[cell]
        for seed, sizes in enumerate(found):
            shown.add_trace(_line(words, sizes, f"{name}, seed {seed}", {"color": colour, "width": 0.8}).update(opacity=0.5))
        median = np.median(found, axis=0)
        shown.add_trace(_line(words, median, f"{name}, median", {"color": colour, "width": 3}))
        ends[name] = float(median[-1]), colour
    for i, (name, (end, colour)) in enumerate(ends.items()):  # beside the picture, where no line crosses a name
        at = {"y": np.log10(np.clip(end, 10.0**LOW, 10.0**HIGH)), "yshift": 14 if i == 0 else -6, "xshift": 4}
        text = name.replace(": ", ":<br>")
        shown.add_annotation(
            text=text, x=1, xref="paper", xanchor="left", align="left", showarrow=False, font={"color": colour}, **at
        )
    shown.update_layout(margin={"r": 112})
    shown.update_xaxes(range=[0, most], title={"text": "words read"}, ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")
    values = [10.0**e for e in range(LOW, HIGH + 1)]
    shown.update_yaxes(type="log", range=[LOW, HIGH], tickvals=values, ticktext=[f"{value:g}" for value in values])
    return shown.update_layout(showlegend=False)


def _line(words, sizes, name: str, style: dict) -> go.Scatter:
    texts = [look.say(size) for size in sizes]
    hover = f"word %{{x}}: %{{text}}<extra>{name}</extra>"
    return go.Scatter(x=words, y=sizes, mode="lines", line=style, text=texts, hovertemplate=hover)


def _sentence(measured) -> str:
    parts = [f"{name} {spread(found[:, -1])}" for name, (_, found) in measured.items()]
    return f"The state’s largest entry after the last word, median and range over the nets: {'; '.join(parts)}."
