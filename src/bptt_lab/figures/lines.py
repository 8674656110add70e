"""Figures with a line for each net, cell or gate, over words, steps or lags."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..basics.text import say, say_log10, spread
from . import look

Lines = Mapping[str, np.ndarray]  # the name of each, and its heights
OVER = 20  # steps that a point of the training's line is the mean of
DASHES = {"tanh": "solid", "gated": "dot", "GRU": "dash", "LSTM": "longdashdot"}
MARKS = {"tanh": "circle", "gated": "star", "GRU": "square", "LSTM": "diamond"}
BOUNDS = {
    "product of norms": (look.SERIES[0][0], "dash"),
    "(γσ_max)^lag": (look.SERIES[1][0], "dot"),
    "ρ^lag": (look.INK, "dashdot"),
}


def kept(words: Sequence[str], held: Mapping[float, np.ndarray], setting: str) -> look.Figure:
    """What one unit holds after each word, for several gates that keep.

    held: gate, from 0 to 1 -> the unit's state after each word, (words,).
    """
    lines = {f"gate {gate:g}": state for gate, state in held.items()}
    ends = "; ".join(f"{name}: {say(state[-1], vanished='0')}" for name, state in lines.items())
    says = f"After “{words[-1]}” the unit holds: {ends}."
    shown = look.figure("One unit, word by word", [setting], says, 360, bottom=116)
    labels = [f"{t + 1} {word}" for t, word in enumerate(words)]
    for (name, state), (colour, symbol, dash) in zip(lines.items(), look.LINES):
        style = {"line": {"color": colour, "dash": dash}, "marker": {"color": colour, "symbol": symbol, "size": 9}}
        texts = [say(value, vanished="0") for value in state]
        look.line(shown, labels, state, name, "%{x}: %{text}", text=texts, name=name, mode="lines+markers", **style)
    shown.update_yaxes(range=[-0.05, 1.1], title_text="state")
    return shown.update_xaxes(tickangle=-45).update_layout(legend=look.FLAT_LEGEND)


def moves(steps: np.ndarray, errors: Lines, allowed: float, setting: str) -> look.Figure:
    """How far a finite difference is off, against the step that was taken: a line for each net.

    errors: up to five lines -> the relative error at each step, which may be a median. allowed: what a check lets pass.
    """
    low, high = -12, 3  # the powers of ten between which an error is drawn
    best = {name: int(np.argmin(error)) for name, error in errors.items()}
    parts = [f"{name}: {say(errors[name][i], vanished='0')}, at {say(steps[i])}" for name, i in best.items()]
    says = f"The smallest error, and the step where it is. {'; '.join(parts)}."
    called = {name: name.replace(": ", ":<br>") if len(name) > 40 else name for name in errors}  # a phone is narrow
    folded = 18 * sum("<br>" in name for name in called.values())
    shown = look.figure("Error of a finite difference", [setting], says, 420 + folded, bottom=150 + folded)
    look.level(shown, allowed)
    for (name, error), (colour, symbol, dash) in zip(errors.items(), look.LINES):
        height, texts = np.clip(error, 10.0**low, 10.0**high), [say(e, vanished="0") for e in error]
        style = {"line": {"color": colour, "width": 2, "dash": dash}, "marker": {"symbol": symbol, "color": colour, "size": 8}}
        both = {"mode": "lines+markers", "cliponaxis": False, **style}
        look.line(shown, steps, height, name, "step %{x:.0e}: %{text}", text=texts, name=called[name], **both)
    ticks = look.magnitude_axis()
    shown.update_xaxes(ticks | {"range": np.log10([steps.min() / 2, steps.max() * 2])}, title_text="step")
    shown.update_yaxes(ticks | {"range": [low - 0.4, high + 0.4]})
    return shown.update_layout(legend=look.FIXED_LEGEND)


def scores(shown_words: list[int], right: Lines, baselines: Mapping[str, float], setting: str) -> look.Figure:
    """The share that is right, against how many words a net may see: every seed a thin line, the medians thick.

    shown_words (n,): how many words before the verb are shown. right: cell -> (seeds, n), shares. baselines: name -> share.
    """
    words, middle = (shown_words[0], shown_words[-1]), {name: np.median(seeds, axis=0) for name, seeds in right.items()}
    ends = [f"{name} {of[0]:.2f} with {words[0]} word, {of[-1]:.2f} with {words[1]}" for name, of in middle.items()]
    says = f"Medians: {'; '.join(ends)}. Without a net: "
    says += ", ".join(f"{name} {share:.2f}" for name, share in baselines.items()) + "."
    notes = (setting, "thin lines seeds, thick lines medians")
    shown = look.figure("Right in the test", notes, says, 420, bottom=116)
    at = list(range(len(shown_words)))
    for name, share in baselines.items():
        look.level(shown, share, f"{name}: {share:.2f}")
    for name, seeds in right.items():
        kind = name.split(",")[0]
        line = {"color": look.CELL_COLOURS[kind], "width": 1}
        for seed, row in enumerate(seeds):
            thin = {"line": line, "opacity": 0.35, "showlegend": False, "legendgroup": name}
            look.line(shown, at, row, f"{name}, seed {seed}", "%{y:.3f}", **thin)
        thick = {"line": {**line, "width": 3, "dash": DASHES[kind]}, "marker": {"symbol": MARKS[kind], "size": 9}}
        both = {"mode": "lines+markers", "name": name, "legendgroup": name, **thick}
        look.line(shown, at, middle[name], f"{name}, median", "%{y:.3f}", **both)
    shown.update_xaxes(title_text="words before the verb that are shown", tickvals=at, ticktext=[str(n) for n in shown_words])
    shown.update_xaxes(range=[-0.3, at[-1] + 0.3])
    shown.update_yaxes(range=[0.55, 0.95], tickvals=[0.6, 0.7, 0.8, 0.9], ticktext=["60 %", "70 %", "80 %", "90 %"])
    return shown.update_layout(legend=look.FLAT_LEGEND)


def states(measured: Mapping[str, tuple[str, np.ndarray]], setting: str) -> look.Figure:
    """How large a state grows: every seed a thin line, the median thick, and the bound beside them.

    measured: name -> (the cell, one of look.CELL_COLOURS, and the largest |entry| after each word, (seeds, words)).
    """
    low, high = -2, 3  # the powers of ten between which a state is drawn
    parts = [f"{name}: {spread(found[:, -1])}" for name, (_, found) in measured.items()]
    says = f"The state’s largest entry after the last word, median and range over the nets: {'; '.join(parts)}."
    shown = look.figure("The largest entry of the state", [setting], says, 440)
    most = max(found.shape[1] for _, found in measured.values())
    words = np.arange(1, most + 1)

    def draw(sizes: np.ndarray, name: str, opacity: float | None = None, **line) -> None:
        texts = [say(size) for size in sizes]
        look.line(shown, words, sizes, name, "word %{x}: %{text}", line=line, text=texts, opacity=opacity)

    draw(words, "bound", color=look.INK, dash="dash", width=1.5)
    ends = {"gated, bound: word’s number": (float(most), look.INK)}
    for name, (cell, found) in measured.items():
        colour, median = look.CELL_COLOURS[cell], np.median(found, axis=0)
        for seed, sizes in enumerate(found):
            draw(sizes, f"{name}, seed {seed}", 0.5, color=colour, width=0.8)
        draw(median, f"{name}, median", color=colour, width=3)
        ends[name] = float(median[-1]), colour
    for i, (name, (end, colour)) in enumerate(ends.items()):  # beside the picture, where no line crosses a name
        at = {"y": np.log10(np.clip(end, 10.0**low, 10.0**high)), "yshift": 14 if i == 0 else -6, "xshift": 4}
        style = {"xanchor": "left", "align": "left", "showarrow": False, "font": {"color": colour}}
        shown.add_annotation(text=name.replace(": ", ":<br>"), x=1, xref="paper", **style, **at)
    shown.update_xaxes(range=[0, most], title={"text": "words read"}, ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")
    shown.update_yaxes(look.log_axis(10.0**low, 10.0**high, [10.0**e for e in range(low, high + 1)]))
    return shown.update_layout(margin={"r": 112}, showlegend=False)


def training(losses: Lines, baseline: tuple[str, float], setting: str) -> look.Figure:
    """The loss of a training run, step by step, with what may be had without learning beside it.

    losses: cell -> (steps,) or several of them, one a seed. baseline: its name and its loss. setting: task, H, optimiser.
    """
    name, level = baseline
    ends = "; ".join(f"{cell} {say(np.median(np.atleast_2d(runs)[:, -100:].mean(axis=1)))}" for cell, runs in losses.items())
    says = f"Mean loss over the last 100 steps: {ends}. {name[0].upper()}{name[1:]}: {say(level)}."
    notes = (setting, f"each point the mean of {OVER} steps")
    shown = look.figure("Loss in training", notes, says, 400, bottom=116)
    shown.update_yaxes({**look.log_axis(0.001, 1, [0.001, 0.01, 0.1, 1]), "range": [-3, 0.2]})
    look.level(shown, level, name, x=0, xanchor="left", xshift=20)  # there no curve has fallen yet; clear of the tick 0.1
    for cell, runs in losses.items():
        kind = cell.split(",")[0]
        line = {"color": look.CELL_COLOURS[kind], "width": 3, "dash": DASHES[kind]}
        for seed, run in enumerate(np.atleast_2d(runs)):
            means = run[: len(run) // OVER * OVER].reshape(-1, OVER).mean(axis=1)
            style = {"line": line, "name": cell, "legendgroup": cell, "showlegend": seed == 0}
            look.line(shown, OVER * np.arange(1, len(means) + 1), means, cell, "%{y:.2g} at step %{x}", **style)
    return shown.update_xaxes(title_text="step", rangemode="tozero").update_layout(legend=look.FLAT_LEGEND)


def memory(
    norms: Lines, words: Mapping[str, str], shape: tuple[int, int, int], measured: str, cell: str, labels: Mapping[str, str]
) -> look.Figure:
    """The norms of a memory report against the lag, the bounds beside them, and the line at 1 %.

    norms: name -> log10 by lag, "true" first, then what bounds it. words: name -> what a number of the report says. shape: T, B
    and H of the run. measured: the formula of "true". cell: the kind that colours go by, as "tanh" or "GRU". labels: the
    names of `norms` that need more words.
    """
    T, B, H = shape
    run = ", ".join([f"T = {T}, H = {H}", *[f"geometric means of {B} sequences"] * (B > 1)])
    says = " ".join([f"{run}.", *(f"{name.capitalize()}: {value}." for name, value in words.items())])
    more = 14 * max(0, len(norms) - 2)  # below each other on a phone, names need more room
    shown = look.figure("What is left of the gradient", [f"{measured} by lag"], says, 424 + more, bottom=116 + more)
    shown.update_yaxes(look.magnitude_axis())
    look.level(shown, 0.01, "1 %", yanchor="bottom", yshift=0)
    own = look.CELL_COLOURS.get(cell, look.INK)  # none for sigmoid
    for name, logs in norms.items():
        colour, dash = BOUNDS.get(name, (own, "solid"))
        line = {"color": colour, "dash": dash, "width": 3 if name == "true" else 2}
        texts = [f"lag {lag}: {say_log10(log)}" for lag, log in enumerate(logs)]
        heights = 10.0 ** np.clip(logs, -300, 300)  # what is past the axis leaves the picture there; its number is in the text
        look.line(shown, None, heights, name, "%{text}", text=texts, line=line, name=look.typeset(labels.get(name, name)))
    return shown.update_xaxes(title_text="lag, steps", range=[0, max(T - 1, 1)]).update_layout(legend=look.FLAT_LEGEND)
