"""One bar for each token's loss."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from .. import checks
from . import look


def token_losses(words: Sequence[str], losses) -> look.Figure:
    """words: what was read; losses: (T,), nats. Raises `ValueError` if their numbers differ."""
    losses = checks.array("losses", losses, (len(words),), allow_inf=True)
    total = look.say(float(losses.sum()))
    shown = look.figure(f"Σ L_t = {total} nats", f"{len(words)} tokens, together {total} nats.", 120 + 32 * len(words))
    labels = [f"{t + 1} {word}" for t, word in enumerate(words)]
    texts = [look.say(loss) for loss in losses]
    bar = go.Bar(x=np.minimum(losses, 1e6), y=labels, text=texts, orientation="h", marker_color=look.CELL_COLOURS["tanh"])
    shown.add_trace(bar.update(textposition="outside", hoverinfo="y+text", cliponaxis=False))
    shown.update_xaxes(title="loss of the token, nats", range=[0, 12], gridcolor=look.GRID)
    shown.update_yaxes(autorange="reversed")
    return shown
