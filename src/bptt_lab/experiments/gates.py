"""Was or were once more, with Adam: do gates that start closed learn now?"""

from .recipe import Recipe, grid
from .training import train_until

GATES_ADAM = Recipe(
    "gates_adam",
    "steps of Adam to 99 % right, for gates that start open and closed, at each distance",
    train_until,
    grid(
        cell=("LSTM, open", "LSTM, closed", "gated, open", "gated, closed"),
        task=[("Agreement", {"distance": d}) for d in (5, 10, 20, 30)],
        fit=[{"steps": 2000, "batch_size": 32, "optimizer": "adam", "lr": 5e-3, "clip": 1.0}],
        reach=[0.99],
        seed=range(5),
    ),
)
