"""Which distance is learned at which rate: a panel for each cell, a place for each rate and distance, every seed a dot."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..basics.runs import learned_by_all
from . import look

Places = Mapping[float, Mapping[int, Sequence[int | None]]]  # rate -> distance -> steps of each seed
DIE = np.array([(-1, -1), (1, -1), (0, 0), (-1, 1), (1, 1)])  # five dots as on a die: they are counted at a glance
ROW, ABOVE, BELOW = 30, 30, 56  # pixels: the height of a rate's row, and what stands above and below a panel's rows

LEGEND = (
    "● learned, ○ not in this budget; – not tried",
    "five seeds a place; rate: of learning",
    "words: how many between subject and verb",
    "below: how many powers of ten below 1 the message’s norm lies",
)


def rates(reached: Mapping[str, Places], left: Mapping[str, Sequence[float]], setting: str, columns: int = 2) -> look.Figure:
    """reached: panel -> rate -> distance -> steps of each of five seeds, None for one that did not get there, [] if not tried.

    A panel's name begins with its cell's. left: cell -> log10 of the message's norm at each distance before training, which
    stands under the distances, without its minus. setting: H, optimiser, budget.
    """
    names = list(reached)
    rows = [names[i : i + columns] for i in range(0, len(names), columns)]
    heights = [ABOVE + ROW * max(len(reached[name]) for name in row) + BELOW for row in rows]
    learned = {name: [learned_by_all(places[rate]) or "none" for rate in sorted(places)] for name, places in reached.items()}
    told = "; ".join(f"{name}: {', '.join(map(str, by_rate))}" for name, by_rate in learned.items())
    says = f"Words between that all five seeds learned, from the lowest rate to the highest. {told}."
    shown = look.figure("Was or were, by learning rate", (setting, *LEGEND), says, 48 + sum(heights))
    beside = 0.5 + 0.2 * max(len(f"{rate:g}") for places in reached.values() for rate in places)  # in places, for the rates
    width = 0.0
    for i, row in enumerate(rows):
        for j, name in enumerate(row):
            wide = beside + len(next(iter(reached[name].values())))
            cell = max((cell for cell in left if name.startswith(cell)), key=len)
            start = j * (wide + 0.4)
            _panel(shown, name, reached[name], left[cell], start + beside, sum(heights[:i]) + ABOVE)
            width = max(width, start + wide)
    hidden = {"visible": False, "fixedrange": True}
    shown.update_xaxes(range=[0, width + 0.02], **hidden).update_yaxes(range=[sum(heights), 0], **hidden)
    return shown.update_layout(margin={"t": shown.layout.margin.t - 16, "b": 8, "l": 8, "r": 8}, showlegend=False)


def _panel(shown: look.Figure, name: str, places: Places, left: Sequence[float], x0: float, y0: float) -> None:
    """One cell's panel, its places to the right of x0 and below y0; the highest rate on top."""
    kind = name.split(",")[0]
    colour = look.CELL_COLOURS["relu" if "ReLU" in kind else kind]
    at = list(next(iter(places.values())))
    bottom = y0 + ROW * len(places)
    _write(shown, f"<b>{name}</b>", x0, y0 - 14, "left", xshift=-12)  # a long one just fits a telephone
    dots: dict[bool, list[tuple[float, float, str]]] = {True: [], False: []}
    for i, (rate, by_distance) in enumerate(sorted(places.items(), reverse=True)):
        y = y0 + ROW * (i + 0.5)
        _write(shown, f"{rate:g}", x0 - 0.1, y, "right")
        shown.add_shape(
            type="rect", x0=x0, x1=x0 + len(at), y0=y - ROW / 2, y1=y + ROW / 2, line={"color": look.GRID, "width": 1}
        )
        for k, steps in enumerate(by_distance.values()):
            if not steps:
                _write(shown, "–", x0 + k + 0.5, y, "center")
            for seed, ((beside, above), n) in enumerate(zip(DIE, steps)):
                said = "not in the budget" if n is None else f"{n} steps"
                text = f"rate {rate:g}, d = {at[k]}, seed {seed}: {said}"
                dots[n is not None].append((x0 + k + 0.5 + 0.21 * beside, y + 0.25 * ROW * above, text))
    for learned in filter(dots.get, dots):
        along, down, texts = zip(*dots[learned])
        ring = {"symbol": "circle-open", "size": 5, "line": {"width": 1.8}}  # a thinner one is lost on dark paper
        style = {"color": colour, **({"symbol": "circle", "size": 7} if learned else ring)}
        look.marks(shown, along, down, texts, name, marker=style)
    for k, (distance, power) in enumerate(zip(at, left)):
        _write(shown, f"{distance}", x0 + k + 0.5, bottom + 11, "center")
        _write(shown, f"{-power:z.1f}".replace("-", "−"), x0 + k + 0.5, bottom + 28, "center", 11)  # no room for a minus
    _write(shown, "rate", x0 - 0.1, y0 - 14, "right", 11, xshift=-10)  # left of the panel's own name
    for text, y in (("words", bottom + 11), ("below", bottom + 28)):
        _write(shown, text, x0 - 0.1, y, "right", 11)


def _write(shown: look.Figure, text: str, x: float, y: float, side: str, size: int = 12, **shift) -> None:
    at = {"x": x, "y": y, "xanchor": side, "yanchor": "middle", **shift}
    shown.add_annotation(text=text, showarrow=False, font={"size": size}, **at)
