"""The adding problem, trained: which cells carry two numbers over 50 steps, and over 100?"""

from .recipe import Recipe, grid
from .training import train_until

CELLS = ("tanh", "identity ReLU", "gated, open", "gated, closed", "GRU, open", "LSTM, open")
FIT = {"steps": 2500, "batch_size": 32, "optimizer": "adam", "lr": 5e-3, "clip": 1.0}

ADDING = Recipe(
    "adding",
    "steps of Adam to a squared error under .01, for each cell and length",
    train_until,
    grid(task=[("Adding", {"length": T}) for T in (50, 100)], cell=CELLS, hidden=[48], fit=[FIT], reach=[0.01], seed=range(5)),
)
