"""What one unit holds after each word, for several gates that keep: one line a gate."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from . import look


def kept(words: Sequence[str], held: Mapping[float, np.ndarray], setting: str) -> look.Figure:
    """held: gate, from 0 to 1 -> the unit's state after each word, (words,)."""
    lines = [f"gate {gate:g}" for gate in held]
    ends = "; ".join(f"{name} {look.say(state[-1], vanished='0')}" for name, state in zip(lines, held.values()))
    shown = look.figure("One unit, word by word", [setting], f"After “{words[-1]}” the unit holds: {ends}.", 360, bottom=116)
    labels = [f"{t + 1} {word}" for t, word in enumerate(words)]
    for name, state, (colour, symbol, dash) in zip(lines, held.values(), look.LINES):
        style = {"line": {"color": colour, "dash": dash}, "marker": {"color": colour, "symbol": symbol, "size": 9}}
        texts = [look.say(value, vanished="0") for value in state]
        hover = f"%{{x}}: %{{text}}<extra>{name}</extra>"
        shown.add_trace(go.Scatter(x=labels, y=state, mode="lines+markers", name=name, text=texts, hovertemplate=hover, **style))
    shown.update_yaxes(range=[-0.05, 1.1], title_text="state")
    shown.update_xaxes(tickangle=-45)
    return shown.update_layout(legend=look.FLAT_LEGEND)
