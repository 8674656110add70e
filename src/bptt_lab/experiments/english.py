"""Was or were in real English: what three cells gain on the last word alone."""

from ..tasks import English
from .recipe import Recipe, Result, Settings, grid
from .training import fit, make

SHOWN = (1, 2, 3, 5, 10, 20)
FIT = {"steps": 600, "batch_size": 32, "optimizer": "adam", "lr": 5e-3, "clip": 1.0}


def train_english(settings: Settings) -> Result:
    """Train for all steps. Result: the share of the test sentences that are right, for so many "shown" words before the verb.

    "score": with all 20 words. "misled": the same, among the test sentences where the last word alone misleads.
    """
    task, model = English(), make(settings)[1]
    fit(model, task, settings)
    shown = [round(float(task.right(model, words).mean()), 4) for words in SHOWN]
    misled = task.right(model)[~task.last_word_right()].mean()
    return {"score": shown[-1], "misled": round(float(misled), 4), "shown": shown}


ENGLISH = Recipe(
    "english",
    "share of the test sentences with the right verb, for three cells; also if they are shown only the last words",
    train_english,
    grid(cell=("tanh", "GRU, open", "LSTM, open"), task=[("English", {})], hidden=[48], fit=[FIT], seed=range(10)),
)
