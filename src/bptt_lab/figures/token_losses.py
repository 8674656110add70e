"""One bar for each token's loss."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ..basics import checks
from . import look

LONGEST = 10.0  # nats; a bar past this is cut, and its number says so


def token_losses(words: Sequence[str], losses) -> look.Figure:
    """words: what was read; losses: (T,), nats. Raises `ValueError` if their numbers differ.

    With two sliders of ipywidgets, for a model and its vocabulary:

        @interact(scale=(0.1, 4.0), length=(1, 12))
        def losses(scale=1.0, length=4):
            words = vocabulary.SENTENCES[length]
            net = bl.SequenceModel(bl.RNNCell(98, 16, weight_scale=scale), 98)
            run = net.forward(vocabulary.encode(words), vocabulary.next_words(words))
            return bl.figures.token_losses(words.split(), run.losses)
    """
    losses = checks.array("losses", losses, (len(words),), allow_inf=True)
    total, *texts = [look.say(loss, vanished="0") for loss in (losses.sum(), *losses)]
    most, least = int(losses.argmax()), int(losses.argmin())
    ends = f"Most, {texts[most]}, after “{words[most]}”; least, {texts[least]}, after “{words[least]}”."
    one, several = f"The guess after “{words[0]}” costs {total} nats.", f"{len(words)} guesses cost {total} nats together. {ends}"
    says = one if len(words) == 1 else several
    shown = look.figure(f"Σ L<sub>t</sub> = {total} nats", (), says, 112 + 32 * len(words))
    labels = [f"{t + 1} {word}" for t, word in enumerate(words)]
    marks = [text if loss <= LONGEST else f"▸ {text}" for text, loss in zip(texts, losses)]
    bar = go.Bar(x=np.minimum(losses, LONGEST), y=labels, text=marks, orientation="h", marker_color=look.CELL_COLOURS["tanh"])
    shown.add_trace(bar.update(textposition="outside", hoverinfo="y+text", cliponaxis=False))
    shown.update_xaxes(title_text="loss of the token, nats", range=[0, 1.2 * LONGEST], dtick=2)
    shown.update_yaxes(autorange="reversed", showgrid=False)
    return shown.update_layout(margin_l=96)  # wide enough for the course's words: nothing moves when another sentence comes
