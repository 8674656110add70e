"""What notebook 05 measures: trained for real on was/were, is a word that got no message forgotten?

Nets have 32 units and PyTorch's start, U(±1/√H), and are trained by plain gradient descent at 0.5, clipped at 1, on batches of
32 sentences. `seed` is that of the weights and of the sentences.
"""

import numpy as np

from . import memory, probe, train
from .cells import RNNCell
from .cells.base import Cell
from .model import SequenceModel
from .tasks import Agreement
from .tasks.task import Batch

SUBJECT = 1  # code counts from 0: the subject is word 2
Distance = int | tuple[int, int]


class WithoutSubject(Agreement):
    """The same sentences with a blank for the subject: nobody can know the verb."""

    def _batch(self, size: int, rng: np.random.Generator) -> Batch:
        x, targets, mask = super()._batch(size, rng)
        x[SUBJECT] = 0.0
        return x, targets, mask


def fresh(cell: type[Cell], seed: int, **start) -> SequenceModel:
    """An untrained model of `cell` for was/were."""
    return SequenceModel(cell(Agreement.input_size, 32, **{"init": "uniform", "seed": seed, **start}), 2, seed=seed)


def as_if_absent(distance: int, seed: int, steps: int = 300) -> float:
    """Train two tanh nets alike, one with the subject and one with a blank there. How far apart do they guess in the end?

    The largest difference of the probability of *were*, over 500 fresh sentences that both read with their subjects.
    """
    nets = [fresh(RNNCell, seed) for _ in range(2)]
    for net, task in zip(nets, (Agreement(distance), WithoutSubject(distance))):
        train.fit(net, task, steps, seed=seed, progress=False)
    batch = Agreement(distance).batch(500, np.random.default_rng([seed, 1]))
    with_subject, without = (net.forward(*batch).probabilities[-1, :, 1] for net in nets)
    return float(np.abs(with_subject - without).max())


def forgotten_or_untrainable(net: SequenceModel, distance: int, seed: int = 0) -> dict[str, float]:
    """The measurements of one net, `distance` words behind the subject, over 1000 fresh sentences.

    "right": the share of the verbs that the net says right. "held": how well a line reads the subject's number off the last
    state; one half is guessing. "left": log10 ‖dh_T/dh_k‖₂ with k the subject, the mean over 16 sentences.
    """
    task = Agreement(distance)
    x, targets, _ = task.batch(1000, np.random.default_rng([seed, 2]))
    held = probe.accuracy(net.cell.unroll(x).h[-1], targets[-1])
    trace = net.cell.unroll(x[:, :16])
    left = memory.norms_back(net.cell, trace, trace.T - 1, [trace.T - 1 - SUBJECT])
    return {"right": task.score(net, seed=seed), "held": held, "left": float(np.mean(left))}
