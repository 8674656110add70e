"""How every Plotly figure looks: paper and ink of the page's theme, absolute axes, no upload button, a sentence in words."""

import html
import os
import re
import sys
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.io.base_renderers import PlotlyRenderer

from ..basics.text import say, unbroken

# Colour of a cell, the same in every picture; beside colour there is always a second mark.
CELL_COLOURS = {"tanh": "#0072B2", "relu": "#56B4E9", "gated": "#D55E00", "GRU": "#009E73", "LSTM": "#CC79A7"}
# Series that are not cells: a colour of no cell and a shape for each, seen on white and on dark paper.
SERIES = (("#8268D0", "circle"), ("#B87A00", "diamond"))
# Lines that cross one another: a dash of its own for each as well.
LINES = (
    *((*series, dash) for series, dash in zip(SERIES, ("longdash", "solid"))),
    ("#767676", "square", "dot"),
    ("#0E8577", "triangle-up", "dashdot"),
    ("#D0485A", "x", "dash"),
)
INK = "#767676"  # on white paper; a page with a theme gives its own ink, see CAPTION
GRID = "rgba(128,128,128,.25)"
LEGEND = {"x": 0, "y": 0, "yref": "container", "yanchor": "bottom"}  # at the lower edge
FLAT_LEGEND = {**LEGEND, "orientation": "h"}
FIXED_LEGEND = {**LEGEND, "itemclick": False, "itemdoubleclick": False}  # where a series alone would say nothing
LOW, HIGH = -12, 6  # the powers of ten between which a magnitude is drawn
# No logo, no button that would upload the learner's data, none that selects what nothing is done with, and none that would give
# the axes another range than the absolute one. Not "responsive": Lab resizes figures itself, and with that setting their height
# can fall to 0.
UNUSED = ["sendChartToCloud", "sendDataToCloud", "select2d", "lasso2d", "autoScale2d"]
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": UNUSED}
TOOLS = 26  # px above the title for Plotly's buttons, so that they lie on nothing

# Variables of those who show figures in a way of their own: Plotly knows which.
OWN_WAYS = {
    "PLOTLY_RENDERER", "COLAB_NOTEBOOK_ID", "KAGGLE_KERNEL_RUN_TYPE", "COCALC_PROJECT_ID", "DATABRICKS_RUNTIME_VERSION",
}  # fmt: skip

# What stands under a figure, in lines as long as the page is wide: Plotly breaks none. And what Plotly cannot say:
# the page's ink, at most 860 pixels, and that no line goes through a line's name.
CAPTION = """<style>
.jp-OutputArea-child:has(+ * .bptt-says) :is(.jp-RenderedPlotly, .js-plotly-plot) {{ max-width: 860px; }}
.jp-OutputArea-child:has(+ * .bptt-says) g:not(.hovertext) > text {{ fill: var(--jp-ui-font-color1, {ink}) !important; }}
.jp-OutputArea-child:has(+ * .bptt-says) .annotation-text {{
  paint-order: stroke; stroke: var(--jp-layout-color0, #fff); stroke-width: 5px; stroke-linejoin: round; }}
.bptt-says {{ max-width: 860px; margin: 12px 0 !important; font-size: .875em; line-height: 1.5; opacity: .8; }}
</style><p class="bptt-says">{notes}{sentence}</p>"""


class Figure(go.Figure):
    """A Plotly figure that says under itself what it shows, and is as wide as the page, up to 860 pixels."""

    def _ipython_display_(self):
        from IPython import get_ipython
        from IPython.display import display

        # In a kernel Plotly would show this bundle too. But to find that out it loads nbformat, for its version: 1.2 s.
        kernel = type(get_ipython()).__module__.startswith(("ipykernel.", "pyodide_kernel."))
        if kernel and "plotly.io._renderers" not in sys.modules and not OWN_WAYS & os.environ.keys():
            display(PlotlyRenderer(config=CONFIG).to_mimebundle(self.to_dict()), raw=True)
        else:
            self.show(config=CONFIG)
        notes = (self.layout.meta or {}).get("notes", "")
        caption = CAPTION.format(ink=INK, notes=typeset(notes) + "<br>" * bool(notes), sentence=typeset(sentence(self)))
        display({"text/html": caption, "text/plain": f"{notes} {sentence(self)}".strip()}, raw=True)


def typeset(text: str) -> str:
    """As HTML, what follows W_, σ_ or (h, c)_ below the line, and the power of ρ^lag above it. Names as g2p_en stay."""
    letter = r"((?<![A-Za-z0-9_])d?[A-Za-zα-ω]|\))"
    low = re.sub(letter + r"_(?:\{(.*?)\}|([^\W_]+))", r"\1<sub>\2\3</sub>", html.escape(unbroken(text)))
    return re.sub(r"\^([a-z]+)", r"<sup>\1</sup>", low)


def figure(title: str, notes: Sequence[str], in_words: str, height: int, bottom: int = 56) -> Figure:
    """An empty figure with the course's look. notes: the setting and what the marks are. in_words: what it shows."""
    result = Figure()
    result.update_layout(
        template="none",
        title={"text": title, "font": {"size": 15}, "x": 0, "xref": "paper", "y": 1, "yref": "container", "yanchor": "top"},
        title_pad_t=TOOLS + 16,
        height=height + TOOLS,
        margin={"l": 24, "r": 24, "t": 56 + TOOLS, "b": bottom},
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": INK, "activecolor": SERIES[0][0]},  # else a grey box, where nothing hovers
        dragmode=False,  # a finger that moves over a figure scrolls the page; "Zoom" in its buttons lets it zoom
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": INK, "family": "system-ui, sans-serif", "size": 13},
        meta={"sentence": in_words, "notes": f"{'; '.join(notes)}." if any(notes) else ""},
    )
    result.update_xaxes(
        gridcolor=GRID, zeroline=False, title={"font": {"size": 13}, "standoff": 8}, tickangle=0, ticklabelstandoff=6
    )
    result.update_yaxes(gridcolor=GRID, zeroline=False, title={"font": {"size": 13}}, automargin=True)
    return result


def level(shown: go.Figure, y: float, text: str = "", **at) -> None:
    """A dotted line across, with its name at its right end."""
    shown.add_hline(y=y, line={"color": INK, "dash": "dot", "width": 1.5})
    if text:
        height = np.log10(y) if shown.layout.yaxis.type == "log" else y
        place = {"x": 1, "xanchor": "right", "y": height, "yshift": -10, **at}
        shown.add_annotation(text=text, xref="paper", showarrow=False, **place)


def marks(shown: go.Figure, values, heights, texts: Sequence[str], what: str, **look) -> None:
    """Draw marks without a line. Pointing at one shows its text, and what it is."""
    line(shown, values, heights, what, "%{text}", text=texts, **{"mode": "markers", "cliponaxis": False, **look})


def within(values, low: float, high: float, marker: dict) -> tuple[np.ndarray, dict]:
    """Values on an axis from low to high, and their marks: what lies past it is a triangle at its end, which points there."""
    held = np.clip(values, low, high)
    sides = np.sign(np.asarray(values) - held)
    if sides.any():
        symbols = [{-1: "triangle-left", 1: "triangle-right"}.get(side, marker["symbol"]) for side in sides]
        sizes = [12 if side else marker["size"] for side in sides]
        marker = {"line": {"width": 0}, "opacity": 1, **marker, "symbol": symbols, "size": sizes}
    return held, marker


def line(shown: go.Figure, x, y, what: str, hover: str, **look) -> None:
    """Draw a line. Pointing at it shows what `hover` says of the place, and what it is."""
    shown.add_trace(go.Scatter(x=x, y=y, hovertemplate=f"{hover}<extra>{what}</extra>", **{"mode": "lines", **look}))


def rows(title: str, in_words: str, notes: Sequence[str], names: Sequence[str], row: int, dotted: float, above: float,
         ends: tuple[str, str], around: int = 172, bottom: int = 116) -> Figure:  # fmt: skip
    """An empty figure with rows 0, 1, … from the top, and a dotted line down through them at x = `dotted`.

    Each row, so many px high, has its name, of one line or two, above its marks, where a narrow page has room for it. ends:
    what it means to stand further left, and further right; it is said under the axis. around: px beside the rows. For the
    rest see `figure`.
    """
    shown = figure(title, notes, in_words, around + row * len(names), bottom)
    shown.add_vline(x=dotted, line={"color": INK, "dash": "dot", "width": 1.5})
    for i, name in enumerate(names):
        shown.add_annotation(text=name, x=0, xref="paper", y=i - above, xanchor="left", align="left", showarrow=False)
    for text, x, side in zip(ends, (0, 1), ("left", "right")):
        shown.add_annotation(text=text, x=x, xanchor=side, y=0, yshift=-44, xref="paper", yref="paper", showarrow=False)
    edges = [i - 0.5 for i in range(len(names) + 1)]
    shown.update_yaxes(range=[edges[-1], edges[0]], tickvals=edges, showticklabels=False)
    return shown.update_layout(legend=FIXED_LEGEND)


def sentence(shown: go.Figure) -> str:
    """What a figure of this package shows, in words."""
    return (shown.layout.meta or {}).get("sentence", "")


def log_axis(low: float, high: float, ticks: Sequence[float]) -> dict:
    """A log axis from low to high, with these numbers as they are."""
    return {"type": "log", "range": np.log10([low, high]), "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}


def magnitude_axis() -> dict:
    """The absolute log axis of magnitudes, with powers of ten as people write them."""
    values = [10.0**e for e in range(LOW, HIGH + 1, 3)]
    texts = ["1" if value == 1 else say(value).replace("1.00·", "") for value in values]
    return {"type": "log", "range": [LOW, HIGH], "tickvals": values, "ticktext": texts}
