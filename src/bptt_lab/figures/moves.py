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
    shown = look.figure("Error of a finite difference", lines, _sentence(steps, errors), 420, bottom=150)
    look.level(shown, allowed)
    for (name, error), (colour, symbol, dash) in zip(errors.items(), look.LINES):
        hover = f"step %{{x:.0e}}: %{{text}}<extra>{name}</extra>"
        height, texts = np.clip(error, 10.0**LOW, 10.0**HIGH), [look.say(e, vanished="0") for e in error]
        line = go.Scatter(x=steps, y=height, text=texts, hovertemplate=hover, mode="lines+markers", name=name, cliponaxis=False)
        style = {"symbol": symbol, "color": colour, "size": 8}
        shown.add_trace(line.update(line={"color": colour, "width": 2, "dash": dash}, marker=style))
    ticks = look.magnitude_axis()
    shown.update_xaxes(ticks | {"range": np.log10([steps.min() / 2, steps.max() * 2])}, title="step")
    shown.update_yaxes(ticks | {"range": [LOW - 0.4, HIGH + 0.4]})
    return shown.update_layout(legend=look.FIXED_LEGEND)


def _sentence(steps: np.ndarray, errors: Mapping[str, np.ndarray]) -> str:
    best = {name: int(np.argmin(error)) for name, error in errors.items()}
    parts = [f"{name}: {look.say(errors[name][i], vanished='0')}, at {look.say(steps[i])}" for name, i in best.items()]
    return f"The smallest error, and the step where it is. {'; '.join(parts)}."
