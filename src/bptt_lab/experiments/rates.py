"""Was or were, trained at other learning rates: is a distance out of reach, or out of reach of this rate?

The map of rate × distance × cell, five seeds at each place. The rates in the middle, SGD .5 and Adam .005, are the recipe
"agreement", with the same sentences, budget and seeds; `places` puts both together.
"""

from collections.abc import Sequence

from ..basics.runs import values
from .agreement import ADAM, DISTANCES, SGD
from .agreement import CELLS as MEASURED
from .recipe import Recipe, Result, Settings, grid
from .training import train_until

CELLS = ("tanh", "tanh, orthogonal", *MEASURED[1:])
LIMIT = 1e-6
# The optimisers of the map: name -> fit at rate 1. Normalised: every gradient is longer than the limit, so each is clipped to
# it, and a step has the length of the rate. Its direction is all that is left of a gradient.
HOW: dict[str, dict] = {
    "SGD": {**SGD, "lr": 1.0},
    "normalised": {**SGD, "lr": 1.0 / LIMIT, "clip": LIMIT},
    "Adam": {**ADAM, "lr": 1.0},
}
AT = {"SGD": (0.05, 0.15, 0.5, 1.5), "normalised": (0.05, 0.15, 0.5), "Adam": (0.0005, 0.005, 0.05)}
BY_ADAM = ("tanh", "LSTM, open", "LSTM, closed")


def train_each(settings: Settings) -> Result:
    """`train_until` from each of so many "seeds": lists of "steps" and "score"."""
    found = [train_until({**settings, "seed": seed}) for seed in range(settings["seeds"])]
    return {what: [one[what] for one in found] for what in ("steps", "score")}


def fit_at(how: str, rate: float) -> dict:
    return {**HOW[how], "lr": round(HOW[how]["lr"] * rate, 12)}


def trainings(how: str, rate: float, cells: Sequence[str]) -> list[Settings]:
    tasks = [("Agreement", {"distance": d}) for d in DISTANCES]
    return grid(cell=cells, task=tasks, fit=[fit_at(how, rate)], reach=[0.99], seeds=[5])


RATES = Recipe(
    "rates",
    "steps to 99 % right in at most 2000, for each learning rate, distance and cell, five seeds at each place",
    train_each,
    trainings("normalised", 0.05, ["tanh"])
    + trainings("normalised", 0.15, ["tanh"])
    + trainings("normalised", 0.5, ["tanh"])
    + trainings("Adam", 0.0005, ["tanh"])
    + trainings("Adam", 0.05, ["tanh"])
    + trainings("SGD", 0.5, ["tanh, orthogonal"])
    + trainings("SGD", 0.05, CELLS)
    + trainings("SGD", 0.15, CELLS)
    + trainings("Adam", 0.0005, BY_ADAM[1:])
    + trainings("Adam", 0.05, BY_ADAM[1:])
    + trainings("SGD", 1.5, CELLS),
)
