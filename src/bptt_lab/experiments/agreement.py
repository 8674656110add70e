"""Was or were, trained: how far apart may subject and verb be?

One budget for all, no rate tuned for any cell. Plain gradient descent for every cell; Adam, in the same budget, for the plain
cell and for LSTMs with open and closed gates. Sentences of one distance, or of all from 1 to 30.
"""

from .. import short_term
from .recipe import Recipe, Result, Settings, grid
from .training import trained

CELLS = ("tanh", "identity ReLU", "gated, open", "gated, closed", "GRU, open", "LSTM, open", "LSTM, closed")
DISTANCES = (5, 10, 15, 20, 30)
SGD = {"steps": 2000, "batch_size": 32, "optimizer": "sgd", "lr": 0.5, "clip": 1.0}
ADAM = {**SGD, "optimizer": "adam", "lr": 5e-3}


def train_and_look(settings: Settings) -> Result:
    """`train_until`, and what the trained net has at its distance, the longest one of a range.

    "elsewhere": the share it gets right at each of DISTANCES, trained on or not. "norm", "ratio", "snr": of the subject's
    gradient, and "probe": what a line reads of it, as in `short_term`; untrained, they are in the recipe "gradients".
    """
    model, result = trained(settings)
    distance = settings["task"][1]["distance"]
    at = distance if isinstance(distance, int) else distance[1]
    elsewhere = [round(short_term.right(model, d, n=400), 3) for d in DISTANCES]
    return {**result, "elsewhere": elsewhere, **short_term.look(model, at)}


def _runs(cells, fit, **task) -> list[Settings]:
    tasks = [("Agreement", {"distance": d, **task}) for d in (*DISTANCES, (1, 30))]
    return grid(cell=cells, task=tasks, fit=[fit], reach=[0.99], seed=range(5))


AGREEMENT = Recipe(
    "agreement",
    "steps to 99 % right, for each cell and distance, under plain gradient descent and under Adam",
    train_and_look,
    _runs(CELLS, SGD) + _runs(("tanh", "LSTM, open", "LSTM, closed"), ADAM),
)

LANGUAGE_MODEL = Recipe(
    "language_model",
    "the same, for a plain net that is to say every next word, at one distance and at all from 1 to 30",
    train_and_look,
    grid(
        cell=["tanh"],
        task=[("Agreement", {"distance": d, "targets": "all"}) for d in (20, 30, (1, 30))],
        fit=[SGD],
        reach=[0.99],
        seed=range(5),
    ),
)
