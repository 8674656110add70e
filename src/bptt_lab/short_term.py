"""What notebook 05 measures: trained for real on was/were, is a word that got no message forgotten?

Nets have 32 units and PyTorch's start, U(±1/√H), and are trained by plain gradient descent at 0.5, clipped at 1, on batches of
32 sentences. `seed` is that of the weights and of the sentences.
"""

from collections.abc import Callable, Sequence

import numpy as np

from . import losses, text, train
from .cells import RNNCell
from .cells.base import Cell
from .experiments import values
from .experiments.distances import ASKED
from .model import SequenceModel
from .tasks import Agreement
from .tasks.agreement import SUBJECT, number_of_nouns
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


def nearest_noun(sentences: Sequence[str]) -> float:
    """The share of sentences whose verb agrees with the noun that stands nearest before it; they end in their verb."""
    verb_of = number_of_nouns()  # cat -> was, cats -> were, …
    right = []
    for sentence in sentences:
        *words, verb = sentence.split()
        nouns = [word for word in words if word in verb_of]
        right.append(verb_of[nouns[-1]] == verb)
    return float(np.mean(right))


def fresh(cell: type[Cell], seed: int, **start) -> SequenceModel:
    """An untrained model of `cell` for was/were."""
    return SequenceModel(cell(Agreement.input_size, 32, **{"init": "uniform", "seed": seed, **start}), 2, seed=seed)


def until_right(model: SequenceModel, task: Agreement) -> Callable[[int], bool]:
    """For `train.fit`: end once over 99 % of the verbs are right, looked at every 50 steps.

    A net that goes on after that may be thrown off again for a while, and the last bit of a weight decides when.
    """
    return lambda steps: steps % 50 == 0 and task.score(model, n=500, seed=1) > 0.99


def learned(runs: Sequence[dict], distances: Sequence[int], **wanted) -> np.ndarray:
    """(distances,): how many of the runs with these settings learned their distance, as `LEARNED` says."""
    return (at_each(runs, "score", distances, **wanted) > LEARNED).sum(axis=0)


def at_each(runs: Sequence[dict], what: str, distances: Sequence[int], **wanted) -> np.ndarray:
    """(seeds, distances): `what` of the runs that were trained at each of the distances, among those with the wanted settings."""
    return np.array([values(runs, what, distance=d, **wanted) for d in distances]).T


def message(runs: Sequence[dict], cell: str) -> tuple[np.ndarray, np.ndarray]:
    """What arrives at the subject in an untrained net: norm and signal to noise, each (seeds, distances), of recipe `gradients`.

    The distances are those of `experiments.agreement`; the recipe's d = 0 is left out.
    """
    norm, signal = (np.array(values(runs, what, cell=cell))[:, 1:] for what in ("norm", "snr"))
    return 10**norm, signal


def median_message(runs: Sequence[dict], cell: str) -> tuple[np.ndarray, np.ndarray]:
    """The medians of `message` over seeds, each (distances,): log10 of the norm, and signal to noise."""
    norm, signal = (np.median(found, axis=0) for found in message(runs, cell))
    return np.log10(norm), signal


def answers(runs: Sequence[dict], **wanted) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of tanh nets of recipe `distances`: "right", "held" and "left", each (seeds, distances asked); see `distances.asked`."""
    right, held, left = (np.array(values(runs, what, cell="tanh", **wanted)) for what in ("right", "held", "left"))
    return right, held, left


def answer_rows(
    name: str, right: np.ndarray, held: np.ndarray, left: np.ndarray, asked: Sequence[int]
) -> list[tuple[object, ...]]:
    """Rows for `text.table` of what `answers` gives: name, distance asked, medians of right and held, range of the gradient."""
    rows: list[tuple[object, ...]] = []
    for distance in asked:
        k = ASKED.index(distance)
        gradient = text.between(left[:, k], lambda power: f"10^{power:z.0f}")
        rows.append((name, distance, f"{np.median(right[:, k]):.2f}", f"{np.median(held[:, k]):.2f}", gradient))
    return rows


def by_sentences(runs: Sequence[dict]) -> tuple[list[tuple[str, ...]], list[np.ndarray]]:
    """What tanh nets trained on each of SENTENCES say right: rows for `text.table`, and shares, each (seeds, distances asked).

    A row has the name, lowest-highest of each distance asked, and the lowest that is held.
    """
    rows, shares = [], []
    for name, how in SENTENCES.items():
        right, held, _ = answers(runs, **how)
        ranges = [f"{low:.1f}-{high:.1f}" for low, high in zip(right.min(axis=0), right.max(axis=0))]
        rows.append((name, *ranges, f"{held.min():.1f}"))
        shares.append(right)
    return rows, shares


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
