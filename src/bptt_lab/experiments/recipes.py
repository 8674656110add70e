"""The recipes: of each the question that it answers, what a run does, and the settings of its runs.

One budget for all cells; no rate is tuned for any of them. A net that did not learn did not learn *so*: the controls change one
thing of a line in another recipe, the rate, the budget or the gate.
"""

from collections.abc import Callable

from . import wild
from .rates import ADAM, CELLS, SGD, WAS_OR_WERE, row
from .runner import Recipe, Settings, grid
from .training import DISTANCES, look, train_and_ask, train_and_look, train_english, train_farther, train_until

ADDERS = WAS_OR_WERE[:-1]
OTHER_RATES = (0.003, 0.01, 0.03, 0.3)  # of temporal order, beside its own .1
ENGLISH = ("tanh", "GRU, open", "LSTM, open")
SEEDS = range(5)
THIRTY = (*DISTANCES, (1, 30))
FRESH = (*WAS_OR_WERE, "tanh, orthogonal", "tanh, N(0, 1/H)", "tanh, N(0, 1)")


def adding(lengths, cells) -> list[Settings]:
    tasks, fit = [("Adding", {"length": T}) for T in lengths], {**ADAM, "steps": 2500}
    return grid(task=tasks, cell=cells, hidden=[48], fit=[fit], reach=[0.01], seed=SEEDS)


def agreement(cells, distances, fit: dict, seeds=SEEDS) -> list[Settings]:
    tasks = [("Agreement", {"distance": d}) for d in distances]
    return grid(cell=cells, task=tasks, fit=[fit], reach=[0.99], seed=seeds)


def temporal_order(lengths, cells, lr: float, clips) -> list[Settings]:
    tasks = [("TemporalOrder", {"length": T}) for T in lengths]
    fits = [{"steps": 10_000, "batch_size": 20, "optimizer": "sgd", "lr": lr, "clip": clip} for clip in clips]
    return grid(task=tasks, cell=cells, hidden=[50], fit=fits, reach=[0.99], seed=SEEDS)


def sentences(distance, fit: dict | None = SGD, **targets: str) -> Settings:
    return {"task": ("Agreement", {"distance": distance, **targets}), "fit": fit}


def seeded(cells, *nets: Settings) -> list[Settings]:
    return [{**each, "cell": cell, "seed": seed} for cell in cells for seed in SEEDS for each in nets]


SHORT, LONG, TEN = sentences((0, 5), {**SGD, "steps": 1000}), sentences((15, 25)), sentences(10)
UNTRAINED, EVERY_WORD, MIXED = sentences((0, 5), None), sentences((0, 30), targets="all"), sentences((0, 30), targets="verb")

# What is asked, what does a run, and the settings of all runs.
_ALL: dict[str, tuple[str, Callable, list[Settings]]] = {
    "agreement": (
        "steps to 99 % right, for each cell and distance, under plain gradient descent and under Adam",
        train_and_look,
        agreement(WAS_OR_WERE, THIRTY, SGD) + agreement(("tanh", "GRU, open", "LSTM, open", "LSTM, closed"), THIRTY, ADAM),
    ),
    "gradients": (
        "what of the verb's gradient reaches the subject, and what the state holds of the subject, before training",
        look,
        grid(cell=FRESH, task=[("Agreement", {})], at=[[0, *DISTANCES]], seed=SEEDS),
    ),
    "distances": (
        "what nets trained on some distances say, hold and could still learn at others",
        train_and_ask,
        seeded(("tanh", "LSTM, open"), UNTRAINED, SHORT, LONG, TEN, EVERY_WORD) + seeded(["tanh"], MIXED),
    ),
    # All distances from 0 to 30 are in "distances", beside nets that are asked for the verb alone.
    "language_model": (
        "what plain nets say, hold and could learn if they are to say every word, of short sentences or of one distance",
        train_and_ask,
        [run for distance in ((0, 5), 5, 20) for run in seeded(["tanh"], sentences(distance, targets="all"))],
    ),
    # SGD at .5 and Adam at .005 are in "agreement", and not done again: `rates.places` puts both together.
    "rates": (
        "steps to 99 % right, for each learning rate, distance and cell, in the budget of the recipe agreement",
        train_farther,
        row("normalised", (0.05, 0.15, 0.5), ["tanh"])
        + row("Adam", (0.0005, 0.05), ["tanh"])
        + row("SGD", (0.5,), ["tanh, orthogonal"])
        + row("SGD", (0.05, 0.15), CELLS)
        + row("Adam", (0.0005, 0.05), ["LSTM, open", "LSTM, closed"])
        + row("SGD", (1.5,), CELLS),
    ),
    "adding": ("steps of Adam to a squared error under .01, for each cell and length", train_until, adding((50, 100), ADDERS)),
    "temporal_order": (
        "updates of plain gradient descent to 99 % right, with the gradient clipped at 1 and without, "
        "for each length and two starts",
        train_until,
        temporal_order((10, 20, 30), ("tanh", "tanh, N(0, 1/H)"), 0.1, (None, 1.0)),
    ),
    "english": (
        "share of the test sentences with the right verb, for three cells; also if they are shown only the last words",
        train_english,
        grid(cell=ENGLISH, task=[("English", {})], hidden=[48], fit=[{**ADAM, "steps": 600}], seed=range(10)),
    ),
    "controls": (
        "what becomes of trainings of other recipes at another rate, in a larger budget, or from other gates",
        train_until,
        temporal_order([30], ["tanh, N(0, 1/H)"], 0.01, [None])
        + [run for rate in OTHER_RATES for run in temporal_order([20], ["tanh, N(0, 1/H)"], rate, (None, 1.0))]
        + adding([50], ("GRU, closed", "gated, bias 1", "LSTM, closed"))
        + agreement(["LSTM, closed"], [10], {**SGD, "steps": 10_000}, range(3)),
    ),
    "wild": (
        "how far back the recurrent layers of networks that others trained and ship reach, on real inputs",
        wild.measure,
        [wild.settings_of(name) for name in wild.NETWORKS],
    ),
}
RECIPES = {name: Recipe(name, *about) for name, about in _ALL.items()}
