"""Was or were, trained at other learning rates: is a distance out of reach, or out of reach of this rate?

The map of rate × distance × cell, five seeds at each place, with the sentences, the budget and the seeds of the recipe
"agreement". What that has already, SGD at .5 and Adam at .005, is not done again: `places` puts both together.
"""

from collections.abc import Sequence

from ..basics.runs import arrived, values
from .agreement import ADAM, DISTANCES, SGD
from .agreement import CELLS as MEASURED
from .recipe import Recipe, Result, Settings, grid
from .runner import load
from .training import train_until

CELLS = ("tanh", "tanh, orthogonal", *MEASURED[1:])
LIMIT = 1e-6
# The optimisers of the map, at rate 1. Normalised: every gradient is longer than the limit, so each is cut to it, and every
# step is as long as the rate. Of a gradient its direction alone is left.
HOW: dict[str, dict] = {
    "SGD": {**SGD, "lr": 1.0},
    "normalised": {**SGD, "lr": 1 / LIMIT, "clip": LIMIT},
    "Adam": {**ADAM, "lr": 1.0},
}
AT = {"SGD": (0.05, 0.15, 0.5, 1.5), "normalised": (0.05, 0.15, 0.5), "Adam": (0.0005, 0.005, 0.05)}
SEEDS = 5
Steps = list[int | None]


def train_farther(settings: Settings) -> Result:
    """Train at each of the distances "at", nearest first, from each of so many "seeds".

    Result: "steps", for each distance a list over seeds, None for a seed that did not get there. Once two distances running are
    learned by no seed, farther ones are not tried; their entry is None.
    """
    steps: list[Steps | None] = []
    for distance in settings["at"]:
        if len(steps) > 1 and not any(any(found or ()) for found in steps[-2:]):
            steps.append(None)
            continue
        task = ("Agreement", {"distance": distance})
        found = [train_until({**settings, "task": task, "seed": seed}) for seed in range(settings["seeds"])]
        steps.append([one["steps"] for one in found])
    return {"steps": steps}


def fit_at(how: str, rate: float) -> dict:
    return {**HOW[how], "lr": round(HOW[how]["lr"] * rate, 9)}


def rows(how: str, rates: Sequence[float], cells: Sequence[str]) -> list[Settings]:
    fits = [fit_at(how, rate) for rate in rates]
    return grid(fit=fits, cell=cells, at=[list(DISTANCES)], reach=[0.99], seeds=[SEEDS])


RATES = Recipe(
    "rates",
    "steps to 99 % right, for each learning rate, distance and cell, in the budget of the recipe agreement",
    train_farther,
    rows("normalised", (0.05, 0.15, 0.5), ["tanh"])
    + rows("Adam", (0.0005, 0.05), ["tanh"])
    + rows("SGD", (0.5,), ["tanh, orthogonal"])
    + rows("SGD", (0.05, 0.15), CELLS)
    + rows("Adam", (0.0005, 0.05), ["LSTM, open", "LSTM, closed"])
    + rows("SGD", (1.5,), CELLS),
)


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


def learned_by_all(by_distance: dict[int, Steps]) -> int:
    """The farthest distance that each seed learned, as all nearer ones; 0 if there is none."""
    farthest = 0
    for distance, steps in by_distance.items():
        if not steps or None in steps:
            break
        farthest = distance
    return farthest
