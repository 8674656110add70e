"""The roads from word 1 to the last word, in five kinds of net."""

import re

import plotly.colors

from . import look

WORDS = 6
# A net, what a message is multiplied by on each step of its road, and whether steps lie beside the road or jump over all of it.
NETS = {
    "plain net": ("diag(f′) W_hh, a full matrix", "steps"),
    "residual links": ("I + what the layer adds (the circles are layers)", "steps and links"),
    "linear recurrence": ("λ, one fixed number for each unit", "steps"),
    "minimal GRU": ("1 − z_t, set by word t alone", "steps"),
    "attention": ("one weight, and the way through its softmax", "jumps"),
}


def paths() -> look.Figure:
    """Five rows of states, oldest left. A step, an arrow or a jump, is one factor of the message that goes back."""
    lengths = {name: 1 if kind == "jumps" else WORDS - 1 for name, (_, kind) in NETS.items()}
    told = "; ".join(f"{name}, {lengths[name]}: {factor}" for name, (factor, _) in NETS.items())
    says = f"Factors between word {WORDS} and word 1, and what each is. {told}."
    note = "Each step is one factor; the arc of a residual link is its I"
    shown = look.figure("Back to word 1", [note], says, 78 + 116 * len(NETS), bottom=48)
    colours = plotly.colors.sample_colorscale("Cividis", [i / (WORDS - 1) for i in range(WORDS)])
    for row, (name, (factor, kind)) in enumerate(NETS.items()):
        marker = {"size": 18, "color": colours, "line": {"color": look.INK, "width": 1.5}}
        words = [f"word {i + 1}" for i in range(WORDS)]
        look.marks(shown, list(range(1, WORDS + 1)), [row] * WORDS, words, name, marker=marker, showlegend=False)
        length = f"{lengths[name]} factor{'s' if lengths[name] > 1 else ''}"
        shown.add_annotation(text=f"<b>{name}</b>, {length}", x=0.75, y=row - 0.62, xanchor="left", showarrow=False)
        typeset = re.sub(r"_(\w+)", "<sub>\\1</sub>\u2009", factor)  # what follows wears a halo, which would lie on an index
        shown.add_annotation(text=typeset, x=0.75, y=row - 0.42, xanchor="left", showarrow=False, font={"size": 12})
        for start in range(1, WORDS):
            if kind == "jumps":
                _arc(shown, start, WORDS, row, 0.07 + 0.055 * (WORDS - start), faint=start > 1)
                continue
            arrow = {"arrowhead": 2, "arrowwidth": 1.5, "arrowcolor": look.INK, "standoff": 11, "startstandoff": 11}
            shown.add_annotation(x=start, y=row, ax=start + 1, ay=row, axref="x", ayref="y", text="", showarrow=True, **arrow)
            if "links" in kind:
                _arc(shown, start, start + 1, row, 0.12)
    shown.update_xaxes(range=[0.6, WORDS + 0.4], tickvals=list(range(1, WORDS + 1)), title_text="word", showgrid=False)
    return shown.update_yaxes(range=[len(NETS) - 0.55, -0.8], showticklabels=False, showgrid=False)


def _arc(shown: look.Figure, start: int, end: int, row: int, depth: float, faint: bool = False) -> None:
    """A link that passes below the states between: depth in rows."""
    edge = row + 0.09
    path = f"M {start} {edge} Q {(start + end) / 2} {edge + 2 * depth} {end} {edge}"
    line = {"color": look.SERIES[0][0], "width": 1.2 if faint else 2.5}
    shown.add_shape(type="path", path=path, line=line, opacity=0.45 if faint else 1.0, layer="below")
