"""Trainings that failed, or worked, done again with one thing changed: the rate, the budget, or the gate.

A net that did not learn did not learn *so*. Each line here is the control of a line in another recipe.
"""

from .adding import FIT
from .agreement import SGD
from .recipe import Recipe, Settings, grid
from .training import train_until

RATES = (0.003, 0.01, 0.03, 0.3)  # of temporal order; .1 is the recipe `temporal_order`
GATES = "GRU, closed", "gated, bias 1", "LSTM, closed"
LONG = {**SGD, "steps": 10_000}


def temporal_order(length: int, lr: float, clip: float | None) -> list[Settings]:
    """Those of the recipe `temporal_order`, from N(0, 1/H), at another rate."""
    fit = {"steps": 10_000, "batch_size": 20, "optimizer": "sgd", "lr": lr, "clip": clip}
    task = ("TemporalOrder", {"length": length})
    return grid(task=[task], cell=["tanh, N(0, 1/H)"], hidden=[50], fit=[fit], reach=[0.99], seed=range(5))


CONTROLS = Recipe(
    "controls",
    "what becomes of trainings of other recipes at another rate, in a larger budget, or from other gates",
    train_until,
    temporal_order(30, 0.01, None)
    + [run for rate in RATES for clip in (None, 1.0) for run in temporal_order(20, rate, clip)]
    + grid(task=[("Adding", {"length": 50})], cell=GATES, hidden=[48], fit=[FIT], reach=[0.01], seed=range(5))
    + grid(task=[("Agreement", {"distance": 10})], cell=["LSTM, closed"], fit=[LONG], reach=[0.99], seed=range(3)),
)
