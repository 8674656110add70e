"""Was or were, trained: how far apart may subject and verb be?"""

from .recipe import Recipe, grid
from .training import train_until

CELLS = ("tanh", "gated, open", "LSTM, open", "gated, closed", "LSTM, closed", "GRU, open")
FIT = {"steps": 2000, "batch_size": 32, "optimizer": "sgd", "lr": 0.5, "clip": 1.0}

AGREEMENT = Recipe(
    "agreement",
    "steps of plain gradient descent to 99 % right, for each cell and distance",
    train_until,
    grid(
        cell=CELLS,
        task=[("Agreement", {"distance": d}) for d in (5, 10, 15, 20, 30)],
        fit=[FIT],
        reach=[0.99],
        seed=range(5),
    ),
)
