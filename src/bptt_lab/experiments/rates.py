"""Was or were, trained at other learning rates: is a distance out of reach, or out of reach of this rate?

The map of rate × distance × cell, five seeds at each place, with the sentences, the budget and the seeds of the recipe
"agreement".
"""

from collections.abc import Sequence

from ..basics.runs import arrived, values
from ..basics.runs import learned_by_all as learned_by_all
from .runner import Settings, grid, load
from .training import DISTANCES

WAS_OR_WERE = ("tanh", "identity ReLU", "gated, open", "gated, closed", "GRU, open", "LSTM, open", "LSTM, closed")
CELLS = ("tanh", "tanh, orthogonal", *WAS_OR_WERE[1:])
SGD = {"steps": 2000, "batch_size": 32, "optimizer": "sgd", "lr": 0.5, "clip": 1.0}
ADAM = {**SGD, "optimizer": "adam", "lr": 5e-3}
LIMIT = 1e-6
# The optimisers of the map, at rate 1. Normalised: every gradient is longer than the limit, so each is cut to it, and every
# step is as long as the rate. Of a gradient its direction alone is left.
HOW: dict[str, dict] = {
    "SGD": {**SGD, "lr": 1.0},
    "normalised": {**SGD, "lr": 1 / LIMIT, "clip": LIMIT},
    "Adam": {**ADAM, "lr": 1.0},
}
AT = {"SGD": (0.05, 0.15, 0.5, 1.5), "normalised": (0.05, 0.15, 0.5), "Adam": (0.0005, 0.005, 0.05)}
Steps = list[int | None]


def fit_at(how: str, rate: float) -> dict:
    return {**HOW[how], "lr": round(HOW[how]["lr"] * rate, 9)}


def row(how: str, rates: Sequence[float], cells: Sequence[str]) -> list[Settings]:
    fits = [fit_at(how, rate) for rate in rates]
    return grid(fit=fits, cell=cells, at=[list(DISTANCES)], reach=[0.99], seeds=[5])


def places(how: str, cell: str) -> dict[float, dict[int, Steps]]:
    """The map of one cell and one of HOW: rate -> distance -> steps of each seed; of a distance that was not tried []."""
    found: dict[float, dict[int, Steps]] = {}
    for run in load("rates"):
        for rate in AT[how]:
            if run["cell"] == cell and run["fit"] == fit_at(how, rate):
                found[rate] = {d: steps or [] for d, steps in zip(run["at"], run["steps"])}
    known = {"SGD": 0.5, "Adam": 0.005}.get(how)
    if known and known not in found:
        wanted = {"cell": cell, "optimizer": how.lower()}
        found[known] = {d: values(load("agreement"), "steps", distance=d, **wanted) for d in DISTANCES}
    return dict(sorted(found.items()))


def counts(by_distance: dict[int, Steps]) -> list[int]:
    """How many seeds learned each distance; 0 where it was not tried."""
    return [arrived(steps) for steps in by_distance.values()]
