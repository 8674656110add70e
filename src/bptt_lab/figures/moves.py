"""How far a finite difference is off, against the step that was taken: a line for each net."""

import textwrap
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from . import look

LOW, HIGH = -12, 3  # the powers of ten between which an error is drawn


def moves(steps: np.ndarray, errors: Mapping[str, np.ndarray], allowed: float, setting: str) -> look.Figure:
    """errors: up to five lines -> the relative error at each step, which may be a median. allowed: what a check lets pass."""
    lines = textwrap.wrap(setting, 46)
    shown = look.figure(look.heading("Error of a finite difference", lines), _sentence(steps, errors), 420 + 18 * len(lines))
    shown.add_hline(y=allowed, line={"color": look.INK, "dash": "dot", "width": 1.5})
    for (name, error), (colour, symbol, dash) in zip(errors.items(), look.LINES):
        hover = f"step %{{x:.0e}}: %{{text}}<extra>{name}</extra>"
        height, texts = np.clip(error, 10.0**LOW, 10.0**HIGH), [look.say(e, vanished="0") for e in error]
        line = go.Scatter(x=steps, y=height, text=texts, hovertemplate=hover, mode="lines+markers", name=name, cliponaxis=False)
        style = {"symbol": symbol, "color": colour, "size": 8}
        shown.add_trace(line.update(line={"color": colour, "width": 2, "dash": dash}, marker=style))
    ticks = look.magnitude_axis()
    shown.update_xaxes(ticks | {"range": np.log10([steps.min() / 2, steps.max() * 2])}, title="step")
    shown.update_yaxes(ticks | {"range": [LOW - 0.4, HIGH + 0.4]})
    return shown.update_layout(margin={"t": 56 + 18 * len(lines), "b": 150}, legend=look.FIXED_LEGEND)


def _sentence(steps: np.ndarray, errors: Mapping[str, np.ndarray]) -> str:
    parts = [
        f"{name}: {look.say(np.min(error), vanished='0')}, at {look.say(steps[np.argmin(error)])}"
        for name, error in errors.items()
    ]
    return f"The smallest error, and the step where it is. {'; '.join(parts)}."
