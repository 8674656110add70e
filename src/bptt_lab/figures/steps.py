"""How many steps of training it took: every seed a mark, those that did not get there beyond a line."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np

from . import look

NEVER = 2.2  # where runs that did not get there stand, in budgets
Steps = Mapping[str, Mapping[str, Sequence[int | None]]]


def steps(reached: Steps, budget: int, title: str, setting: str) -> look.Figure:
    """reached: one or two series -> row (a cell, a length) -> steps of each seed, None for a run that did not get there.

    budget: the most steps a run was given. title: what was to be reached. setting: H, optimiser, seeds and so on.
    """
    rows = list(next(iter(reached.values())))
    lines = [*textwrap.wrap(setting, 36), "small marks seeds, large marks medians"]
    height = 172 + (28 + 22 * len(reached)) * len(rows)
    shown = look.figure(title, lines, _sentence(rows, reached, budget), height, bottom=116)
    shown.add_vline(x=budget * 1.35, line={"color": look.INK, "dash": "dot", "width": 1.5})
    shifts = np.linspace(0.02, 0.42, len(reached) + 1)
    for (name, found), (colour, symbol), shift in zip(reached.items(), look.SERIES, shifts):
        middles = []
        for i, row in enumerate(rows):
            values = [budget * NEVER if n is None else n for n in found[row]]
            heights = i + shift + np.linspace(-0.09, 0.09, len(values))  # side by side, seed by seed
            texts = [f"seed {seed}: {_steps(n, budget)}" for seed, n in enumerate(found[row])]
            style = {"symbol": symbol, "color": colour, "size": 6, "opacity": 0.6}
            marks = look.marks(values, heights, texts, f"{row}, {name}", marker=style)
            shown.add_trace(marks.update(legendgroup=name, showlegend=False))
            middles.append(float(np.median([np.inf if n is None else n for n in found[row]])))
        style = {"symbol": symbol, "color": colour, "size": 13, "line": {"color": look.INK, "width": 2}}
        texts = [_steps(None if middle == np.inf else round(middle), budget) for middle in middles]
        at = np.minimum(middles, budget * NEVER)
        medians = look.marks(at, np.arange(len(rows)) + shift, texts, f"{name}, median", marker=style)
        shown.add_trace(medians.update(name=name, legendgroup=name))
    look.name_rows(shown, rows, above=0.28)
    look.name_ends(shown, "steps of training", f"not in {budget} ▸")
    ticks = [tick for tick in (100, 300, 1000, 3000, 10_000) if tick <= budget]
    shown.update_xaxes(type="log", range=np.log10([40, budget * 3.2]), tickvals=ticks, ticktext=[f"{tick}" for tick in ticks])
    return shown.update_layout(legend=look.FIXED_LEGEND, showlegend=len(reached) > 1)


def _steps(n: int | None, budget: int) -> str:
    return f"not in {budget} steps" if n is None else f"{n} steps"


def _sentence(rows: list[str], reached: Steps, budget: int) -> str:
    def told(seeds: Sequence[int | None]) -> str:
        return f"{sum(n is not None for n in seeds)}/{len(seeds)}"

    parts = [f"{row}: {', '.join(told(found[row]) for found in reached.values())}" for row in rows]
    return f"Seeds that got there within {budget} steps, {', then '.join(reached)}. {'; '.join(parts)}."
