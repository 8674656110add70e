"""What notebook 05 measures: trained for real on was/were, is a word that got no message forgotten?

Nets have 32 units and PyTorch's start, U(±1/√H), and are trained by plain gradient descent at 0.5, clipped at 1, on batches of
32 sentences. `seed` is that of the weights and of the sentences.
"""

from collections.abc import Sequence

import numpy as np

from . import losses, train
from .cells import RNNCell
from .cells.base import Cell
from .experiments import values
from .experiments.distances import SUBJECT
from .model import SequenceModel
from .tasks import Agreement
from .tasks.task import Batch

LEARNED = 0.97  # so many of the verbs right

# Sentences of the recipe `distances`, by name.
SENTENCES: dict[str, dict] = {
    "all d, 0 to 30": {"distance": (0, 30), "targets": "verb"},
    "the same, every word": {"distance": (0, 30), "targets": "all"},
    "d = 10 alone": {"distance": 10},
}


class WithoutSubject(Agreement):
    """The same sentences with a blank for the subject: nobody can know the verb."""

    def _batch(self, size: int, rng: np.random.Generator) -> Batch:
        x, targets, mask = super()._batch(size, rng)
        x[SUBJECT] = 0.0
        return x, targets, mask


def fresh(cell: type[Cell], seed: int, **start) -> SequenceModel:
    """An untrained model of `cell` for was/were."""
    return SequenceModel(cell(Agreement.input_size, 32, **{"init": "uniform", "seed": seed, **start}), 2, seed=seed)


def learned(runs: Sequence[dict], **wanted) -> int:
    """How many of the runs with these settings learned it, as `LEARNED` says."""
    return sum(score > LEARNED for score in values(runs, "score", **wanted))


def as_if_absent(distance: int, seed: int, steps: int = 150) -> float:
    """Train two tanh nets alike, one with the subject and one with a blank there. How far apart do they guess in the end?

    The largest difference of a probability, over 500 fresh sentences that both read with their subjects.
    """
    nets = [fresh(RNNCell, seed) for _ in range(2)]
    for net, task in zip(nets, (Agreement(distance), WithoutSubject(distance))):
        train.fit(net, task, steps, seed=seed, progress=False)
    batch = Agreement(distance).batch(500, np.random.default_rng([seed, 1]))
    with_subject, without = (losses.probabilities(net.forward(*batch).y[-1]) for net in nets)
    return float(np.abs(with_subject - without).max())
