"""Was or were, trained: how far apart may subject and verb be, and does the answer hang on the optimiser?"""

from .recipe import Recipe, grid
from .training import train_until

DISTANCES = (5, 10, 15, 20, 30)
SGD = {"steps": 2000, "batch_size": 32, "optimizer": "sgd", "lr": 0.5, "clip": 1.0}
ADAM = {**SGD, "optimizer": "adam", "lr": 5e-3}


def trainings(fit: dict, cells: tuple[str, ...], distances: tuple) -> list[dict]:
    tasks = [("Agreement", {"distance": d}) for d in distances]
    return grid(fit=[fit], cell=cells, task=tasks, reach=[0.99], seed=range(5))


AGREEMENT = Recipe(
    "agreement",
    "steps to 99 % right, for each cell and distance, under plain gradient descent and under Adam",
    train_until,
    trainings(SGD, ("tanh", "gated, open", "LSTM, open", "gated, closed", "LSTM, closed", "GRU, open"), DISTANCES)
    + trainings(SGD, ("LSTM, open", "LSTM, closed"), ((1, 30),))
    + trainings(ADAM, ("tanh", "GRU, open"), DISTANCES)
    + trainings(ADAM, ("LSTM, open", "LSTM, closed"), (*DISTANCES, (1, 30))),
)
