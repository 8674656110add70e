"""Half-lives of many nets on one axis: every layer and input a mark, those longer than their run beyond a line."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..basics.text import say
from . import look

LONGER = 3000.0  # where half-lives stand that no run was long enough to show
Half = Sequence[tuple[float | None, str]]


def half_lives(found: Mapping[str, Mapping[str, Half]], title: str, setting: str) -> look.Figure:
    """found: a series, such as "trained" -> row (a net) -> its half-lives in steps, each with the words that say of what.

    None is a half-life longer than its run. title: what is shown. setting: of what, and on what inputs.
    """
    rows = list(next(iter(found.values())))
    told = "; ".join(f"{name} {_told(by_row)}" for name, by_row in found.items())
    shown = look.figure(title, [setting], f"Half-lives in steps: {told}.", 150 + 52 * len(rows), bottom=116)
    shown.add_vline(x=LONGER / 1.7, line={"color": look.INK, "dash": "dot", "width": 1.5})
    for (name, by_row), (colour, symbol), shift in zip(found.items(), look.SERIES, (0.08, 0.3)):
        values, heights, texts = [], [], []
        for i, row in enumerate(rows):
            several = by_row[row]
            values += [LONGER if half is None else half for half, _ in several]
            heights += (i + shift + np.linspace(-0.06, 0.06, len(several))).tolist()
            texts += [f"{row}, {of}: {_steps(half)}" for half, of in several]
        style = {"symbol": symbol, "color": colour, "size": 8, "opacity": 0.6}
        shown.add_trace(look.marks(values, heights, texts, name, marker=style).update(name=name))
    look.name_rows(shown, rows, above=0.3)
    look.name_ends(shown, "steps in which the gradient halves", "longer than the run ▸")
    ticks = [1, 3, 10, 30, 100, 300, 1000]
    shown.update_xaxes(type="log", range=np.log10([0.8, LONGER * 1.4]), tickvals=ticks, ticktext=[f"{tick}" for tick in ticks])
    return shown.update_layout(legend=look.FIXED_LEGEND)


def _steps(half: float | None) -> str:
    return "longer than the run" if half is None else f"{say(half)} steps"


def _told(by_row: Mapping[str, Half]) -> str:
    """From what to what, and which rows have some that are longer than their run."""
    values = sorted((half, row.split(":")[0]) for row, several in by_row.items() for half, _ in several if half is not None)
    longer = [row.split(":")[0] for row, several in by_row.items() if any(half is None for half, _ in several)]
    ends = [f"{say(half)} ({row})" for half, row in values[:1] + values[1:][-1:]]
    said = [" to ".join(ends)] * bool(ends) + [f"longer than the run in {', '.join(longer)}"] * bool(longer)
    return ", ".join(said) or "none"
