"""How much of the gradient is left, by lag, with what bounds it."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from ..basics.text import say_log10
from . import look

BOUNDS = {
    "product of norms": (look.SERIES[0][0], "dash"),
    "(γσ_max)^lag": (look.SERIES[1][0], "dot"),
    "ρ^lag": (look.INK, "dashdot"),
}


def memory(
    norms: Mapping[str, np.ndarray], words: Mapping[str, str], shape: tuple[int, int, int], cell: str, labels: Mapping[str, str]
) -> look.Figure:
    """The norms of a memory report against the lag, the bounds beside them, and the line at 1 %.

    norms: name -> log10 by lag, "true" first, then what bounds it. words: name -> what a number of the report says. shape: T, B
    and H of the run. cell: the kind that colours go by, as "tanh" or "GRU". labels: the names of `norms` that need more words.
    """
    T, B, H = shape
    over = [f"geometric means of {B} sequences"] * (B > 1)
    setting = ", ".join([f"T={T}, H={H}", *over])
    lines = [f"‖dh_T/dh_{{T−lag}}‖₂ by lag, T={T}, H={H}", *over, f"horizon: {words['horizon']}"]
    says = " ".join([f"{setting}.", *(f"{name.capitalize()}: {value}." for name, value in words.items())])
    shown = look.figure("What is left of the gradient", lines, says, 424, bottom=116)
    shown.update_yaxes(look.magnitude_axis())
    look.level(shown, 0.01, "1 %", yanchor="bottom", yshift=0)
    own = look.CELL_COLOURS.get(cell, look.INK)  # none for sigmoid
    for name, logs in norms.items():
        colour, dash = BOUNDS.get(name, (own, "solid"))
        line = {"color": colour, "dash": dash, "width": 3 if name == "true" else 2}
        texts = [f"lag {lag}: {say_log10(log)}" for lag, log in enumerate(logs)]
        heights = 10.0 ** np.clip(logs, -300, 300)  # what is past the axis leaves the picture there; its number is in the text
        hover = f"%{{text}}<extra>{name}</extra>"
        label = labels.get(name, name)
        shown.add_trace(go.Scatter(y=heights, mode="lines", line=line, name=label, text=texts, hovertemplate=hover))
    shown.update_xaxes(title_text="lag, steps", range=[0, max(T - 1, 1)])
    return shown.update_layout(legend=look.FLAT_LEGEND)
