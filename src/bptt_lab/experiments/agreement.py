"""Was or were, trained: how far apart may subject and verb be, and does the answer hang on the optimiser?

One budget for all; no rate is tuned for any cell. Sentences are of one distance, or of all from 1 to 30.
"""

from ..memory import reach
from .recipe import Recipe, Result, Settings, grid
from .training import trained

CELLS = ("tanh", "identity ReLU", "gated, open", "gated, closed", "GRU, open", "LSTM, open", "LSTM, closed")
DISTANCES = (5, 10, 15, 20, 30)
SGD = {"steps": 2000, "batch_size": 32, "optimizer": "sgd", "lr": 0.5, "clip": 1.0}
ADAM = {**SGD, "optimizer": "adam", "lr": 5e-3}


def train_and_look(settings: Settings) -> Result:
    """`train_until`, and what the trained net has at its distance, the longest one of a range.

    "elsewhere": the share it gets right at each of DISTANCES, trained on or not. "ratio" and "snr": of the subject's gradient,
    and "held": what a line reads of it off the state, as in `reach`. What they were before training is the recipe "gradients".
    """
    model, result = trained(settings)
    distance = settings["task"][1]["distance"]
    at = distance if isinstance(distance, int) else distance[1]
    found = {**reach.gradient(model, at), "held": reach.held(model, at)}
    elsewhere = [round(reach.right(model, d, n=400), 3) for d in DISTANCES]
    return {**result, "elsewhere": elsewhere, **{what: round(found[what], 3) for what in ("ratio", "snr", "held")}}


def trainings(fit: dict, cells: tuple[str, ...]) -> list[Settings]:
    tasks = [("Agreement", {"distance": d}) for d in (*DISTANCES, (1, 30))]
    return grid(cell=cells, task=tasks, fit=[fit], reach=[0.99], seed=range(5))


AGREEMENT = Recipe(
    "agreement",
    "steps to 99 % right, for each cell and distance, under plain gradient descent and under Adam",
    train_and_look,
    trainings(SGD, CELLS) + trainings(ADAM, ("tanh", "GRU, open", "LSTM, open", "LSTM, closed")),
)
