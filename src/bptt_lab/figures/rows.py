"""Figures with a row for each start, cell or network: every seed a mark, and two series at most."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from ..basics.runs import arrived
from ..basics.text import say
from . import look

NEVER = 2.2  # where runs that did not get there stand, in budgets
LONGER = 3000.0  # where half-lives stand that no run was long enough to show
BESIDE = {
    "lyapunov": "predicted on other inputs",
    "ln σ_max": "ln σ<sub>max</sub>, the bound’s slope",
    "ln ρ": "ln ρ, the popular guess",
}
Steps = Mapping[str, Mapping[str, Sequence[int | None]]]
Half = Sequence[tuple[float | None, str]]


def ratios(measured: Mapping[str, Mapping[str, np.ndarray]], setting: str) -> look.Figure:
    """The first word's term over the last word's: every seed a dot, the median a large mark.

    measured: one or two series (an input scale) -> start -> ratios, one for each seed. setting: H, T, seeds and so on. A ratio
    past the axis stands at its end, as a triangle that points there; its number is read by pointing at it.
    """
    starts = list(next(iter(measured.values())))
    parts = [f"{start}: " + ", ".join(say(np.median(rows[start])) for rows in measured.values()) for start in starts]
    shown = look.rows(
        "First term’s norm over the last’s",
        f"Medians of the ratio, at {', then at '.join(measured)}. {'; '.join(parts)}.",
        (setting, "each dot a seed, large marks the medians"),
        starts, 64, 1, 0.29, ("◂ first word’s is smaller", "larger ▸"),
    )  # fmt: skip

    def dots(values, heights, what: str, marker: dict, **style) -> None:
        held, marker = look.within(values, 10.0**look.LOW, 10.0**look.HIGH, marker)
        look.marks(shown, held, heights, list(map(say, values)), what, marker=marker, **style)

    for (name, rows), (colour, symbol), shift in zip(measured.items(), look.SERIES, (0.0, 0.27)):
        marker = {"symbol": symbol, "color": colour}
        for i, start in enumerate(starts):
            values = np.asarray(rows[start], dtype=float)
            spread = i + shift + np.random.default_rng(i).uniform(-0.08, 0.08, len(values))
            small = {**marker, "size": 4, "opacity": 0.35}
            dots(values, spread, f"{start}, {name}, one seed", marker=small, legendgroup=name, showlegend=False)
        medians, large = [np.median(rows[start]) for start in starts], {"size": 11, "line": {"color": look.INK, "width": 2}}
        places = np.arange(len(starts)) + shift
        dots(medians, places, f"{name}, median", marker=marker | large, name=name, legendgroup=name)
    return shown.update_xaxes(look.magnitude_axis())


def exponents(measured: Mapping[str, Mapping[str, Mapping[str, np.ndarray]]], setting: str, low=-0.9, high=1.9) -> look.Figure:
    """Slope and prediction for many starts, and the bound beside them.

    measured: one or two series (an input scale) -> row (a start) -> "slope" and what is compared with it, each (seeds,). A
    filled mark is the slope. "lyapunov" is a ring around it, "ln σ_max" or "ln ρ" a bar. setting: H, lengths, seeds and so on.
    low, high: the axis, nats a step; what is past it stands at its end, as a triangle that points there.
    """
    rows, known = list(next(iter(measured.values()))), next(iter(next(iter(measured.values())).values()))
    beside = {name: what for name, what in BESIDE.items() if name in known}

    def signed(value: float, digits: int) -> str:
        return "vanished" if value == -np.inf else f"{value:+.{digits}f}".replace("-", "−")

    told = [f"{row}: " + ", ".join(signed(np.median(by[row]["slope"]), 2) for by in measured.values()) for row in rows]
    apart = [np.abs(f["slope"] - f["lyapunov"]).max() for by in measured.values() for f in by.values() if "lyapunov" in f]
    says = f"Median slopes at {', then at '.join(measured)}. {'; '.join(told)}."
    says += f" Predictions are at most {max(apart):.2f} off." if apart else ""
    ends = "◂ vanishes", "explodes ▸"
    drawn = [found[what] for by in measured.values() for found in by.values() for what in found if what in ("slope", *beside)]
    past = any((seeds < low).any() or (seeds > high).any() for seeds in drawn)
    notes = (setting, *["triangles: past the axis"] * past)
    height, bottom = 44 + 32 * len(measured), 60 + 28 * (len(measured) + len(beside))
    shown = look.rows("Slope, in nats a step", says, notes, rows, height, 0, 0.32, ends, bottom=bottom)
    shifts = np.linspace(-0.1, 0.5, len(measured) + 1)
    for (name, found), (colour, symbol), shift in zip(measured.items(), look.SERIES, shifts):
        styles = {"slope": {"symbol": symbol, "color": colour, "size": 6}}
        styles["lyapunov"] = {"symbol": f"{symbol}-open", "color": colour, "size": 12}
        if shift == shifts[0]:  # the same in every series
            bar = {"symbol": "line-ns-open", "color": look.INK, "size": 10, "line": {"color": look.INK, "width": 2}}
            styles |= {name: bar for name in beside if name != "lyapunov"}
        for i, row in enumerate(rows):
            at = i + shift + np.linspace(0, 0.8 * (shifts[1] - shifts[0]), len(found[row]["slope"]))  # a seed's side by side
            for what in filter(found[row].__contains__, styles):  # in this order, so that the picture is always the same
                values, marker = look.within(found[row][what], low, high, styles[what])
                texts = [signed(value, 3) for value in found[row][what]]
                look.marks(shown, values, at, texts, f"{row}, {name}: {what}", marker=marker, showlegend=False)
        for what, marker in styles.items():
            if what == "slope" or (what in beside and shift == shifts[0]):
                called, rank = beside.get(what) or (name if len(measured) > 1 else "slope"), 1000 + (what in beside)
                look.marks(shown, [None], [None], [""], "", marker=marker, name=called, legendrank=rank)
    return shown.update_xaxes(range=[low, high], dtick=0.5 if high - low < 4 else 1)


def steps(reached: Steps, budget: int, title: str, setting: str) -> look.Figure:
    """How many steps of training it took: those that did not get there stand beyond a line.

    reached: one or two series -> row (a cell, a length) -> steps of each seed, None for a run that did not get there.
    budget: the most steps a run was given. title: what was to be reached. setting: H, optimiser, seeds and so on.
    """

    def said(n: float) -> str:
        return f"{round(n)} steps" if n < np.inf else f"not in {budget} steps"

    rows, far = list(next(iter(reached.values()))), budget * NEVER
    counts = [[f"{arrived(found[row])}/{len(found[row])}" for found in reached.values()] for row in rows]
    parts = [f"{row}: {', '.join(series)}" for row, series in zip(rows, counts)]
    shown = look.rows(
        title,
        f"Seeds that got there within {budget} steps, {', then '.join(reached)}. {'; '.join(parts)}.",
        (setting, "small marks seeds, large marks medians"),
        rows, 28 + 22 * len(reached), budget * 1.35, 0.28, ("steps of training", f"not in {budget} ▸"),
    )  # fmt: skip
    shifts = np.linspace(0.02, 0.42, len(reached) + 1)
    for (name, found), (colour, symbol), shift in zip(reached.items(), look.SERIES, shifts):
        marker = {"symbol": symbol, "color": colour}
        took = {row: [np.inf if n is None else n for n in found[row]] for row in rows}
        for i, (row, seeds) in enumerate(took.items()):
            heights = i + shift + np.linspace(-0.09, 0.09, len(seeds))  # side by side, seed by seed
            texts = [f"seed {seed}: {said(n)}" for seed, n in enumerate(seeds)]
            style = {"marker": {**marker, "size": 6, "opacity": 0.9}, "legendgroup": name, "showlegend": False}
            look.marks(shown, np.minimum(seeds, far), heights, texts, f"{row}, {name}", **style)
        middles, places = [float(np.median(seeds)) for seeds in took.values()], np.arange(len(rows)) + shift
        large = {**marker, "size": 13, "line": {"color": look.INK, "width": 2}}
        texts = list(map(said, middles))
        look.marks(shown, np.minimum(middles, far), places, texts, f"{name}, median", marker=large, name=name, legendgroup=name)
    ticks = [tick for tick in (100, 300, 1000, 3000, 10_000) if tick <= budget]
    return shown.update_xaxes(look.log_axis(40, budget * 3.2, ticks)).update_layout(showlegend=len(reached) > 1)


def half_lives(found: Mapping[str, Mapping[str, Half]], title: str, setting: str) -> look.Figure:
    """Half-lives of many nets on one axis: every layer and input a mark, those longer than their run beyond a line.

    found: a series, such as "trained" -> row (a net) -> its half-lives in steps, each with the words that say of what. None is
    a half-life longer than its run. title: what is shown. setting: of what, and on what inputs.
    """

    def told(by_row: Mapping[str, Half]) -> str:  # from what to what, and which rows have some that are longer than their run
        short = {row: row.split(":")[0] for row in by_row}
        values = sorted((half, short[row]) for row, several in by_row.items() for half, _ in several if half is not None)
        longer = [short[row] for row, several in by_row.items() if any(half is None for half, _ in several)]
        ends = [f"{say(half)} ({row})" for half, row in values[:1] + values[1:][-1:]]
        said = [" to ".join(ends)] * bool(ends) + [f"longer than the run in {', '.join(longer)}"] * bool(longer)
        return ", ".join(said) or "none"

    rows = list(next(iter(found.values())))
    says = f"Half-lives in steps: {'; '.join(f'{name} {told(by_row)}' for name, by_row in found.items())}."
    names = [re.sub(": (.*)", r':<br><span style="font-size:12px">\1</span>', row) for row in rows]  # a telephone is narrow
    ends = "steps to halve", "longer than the run ▸"
    shown = look.rows(title, says, (setting,), names, 70, LONGER / 1.7, 0.25, ends, around=150)
    for (name, by_row), (colour, symbol), shift in zip(found.items(), look.SERIES, (0.17, 0.36)):
        values, heights, texts = [], [], []
        for i, row in enumerate(rows):
            several = by_row[row]
            values += [LONGER if half is None else half for half, _ in several]
            heights += (i + shift + np.linspace(-0.06, 0.06, len(several))).tolist()
            steps = ["longer than the run" if half is None else f"{say(half)} steps" for half, _ in several]
            texts += [f"{row}, {of}: {half}" for half, (_, of) in zip(steps, several)]
        style = {"symbol": symbol, "color": colour, "size": 8, "opacity": 0.9}
        look.marks(shown, values, heights, texts, name, marker=style, name=name)
    return shown.update_xaxes(look.log_axis(0.8, LONGER * 1.4, [1, 3, 10, 30, 100, 300, 1000]))
