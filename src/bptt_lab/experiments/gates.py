"""Was or were once more: are gates enough, or do they have to start open? The answer hangs on the optimiser."""

from .agreement import ADAM, SGD
from .recipe import Recipe, grid
from .training import train_until

GATES = Recipe(
    "gates",
    "steps to 99 % right, for LSTMs whose forget gates start open and closed, under plain gradient descent and Adam",
    train_until,
    grid(
        fit=(ADAM, SGD),
        cell=("LSTM, open", "LSTM, closed"),
        task=[("Agreement", {"distance": d}) for d in (5, 10, 15, 20, 30, (1, 30))],
        reach=[0.99],
        seed=range(5),
    ),
)
