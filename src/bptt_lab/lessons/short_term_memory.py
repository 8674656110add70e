"""What notebook 05 measures: trained for real on was/were, is a word that got no message forgotten?

Nets have 32 units and PyTorch's start, U(±1/√H), and are trained by plain gradient descent at 0.5, clipped at 1, on batches of
32 sentences. `seed` is that of the weights and of the sentences.

Then four cases, each with a net that reads was/were: a gradient vanishes or explodes, a word can be read or not. Four
measurements, at the last word before the verb, d words after the subject:

    "gradient"    backward: log10 ‖dh_verb/dh_subject‖₂, the median of 20 sentences
    "apart"       forward: ‖h_verb − h'_verb‖, where h' read the same sentence with a subject of the other number; the median.
                  0 but for rounding: *not there*
    "memory"      forward: the share of sentences whose subject's number a straight line reads off h_verb; chance is .5
    "curved"      the same, where the line reads 1000 random tanh features of h_verb. What is apart, and neither line nor curve
                  reads, is *there but folded*, for these readers

No loss comes in. Of a net that is sure and right the loss's gradient is about 0, whatever the product of Jacobians is.
"""

from collections.abc import Callable, Sequence

import numpy as np

from .. import memory, train
from ..basics import text
from ..basics.runs import values
from ..cells import Cell, RNNCell
from ..memory.reach import probe
from ..model import SequenceModel, losses
from ..tasks import Agreement
from ..tasks.agreement import SUBJECT, number_of_nouns
from ..tasks.task import Batch
from ..tasks.vocabulary import VOCABULARY
from .vanishing_and_exploding import by_hand

ASKED = (5, 10, 20, 30, 60, 100)  # the distances at which the nets of the recipe `distances` are asked

# Sentences of the recipe `distances`, by name.
SENTENCES: dict[str, dict] = {
    "all d, 0 to 30": {"distance": (0, 30), "targets": "verb"},
    "the same, every word": {"distance": (0, 30), "targets": "all"},
    "d = 10 alone": {"distance": 10},
}


class WithoutSubject(Agreement):
    """The same sentences with a blank for the subject: nobody can know the verb."""

    def _batch(self, size: int, rng: np.random.Generator) -> Batch:
        words, targets, mask = super()._batch(size, rng)
        x = np.asarray(words)
        x[SUBJECT] = 0.0
        return x, targets, mask


def nearest_noun(sentences: Sequence[str]) -> float:
    """The share of sentences whose verb agrees with the noun that stands nearest before it; they end in their verb."""
    verb_of = number_of_nouns()  # cat -> was, cats -> were, …
    nouns = ([word for word in sentence.split() if word in verb_of] for sentence in sentences)
    return float(np.mean([verb_of[those[-1]] == sentence.split()[-1] for sentence, those in zip(sentences, nouns)]))


def fresh(cell: type[Cell], seed: int, **start) -> SequenceModel:
    """An untrained model of `cell` for was/were."""
    return SequenceModel(cell(Agreement.input_size, 32, **{"init": "uniform", "seed": seed, **start}), 2, seed=seed)


def until_right(model: SequenceModel, task: Agreement) -> Callable[[int], bool]:
    """For `train.fit`: end once over 99 % of the verbs are right, looked at every 50 steps.

    A net that goes on after that may be thrown off again for a while, and the last bit of a weight decides when.
    """
    return lambda steps: steps % 50 == 0 and task.score(model, n=500, seed=1) > 0.99


def median_message(runs: Sequence[dict], cell: str) -> tuple[np.ndarray, ...]:
    """What arrives at the subject in an untrained net of recipe `gradients`, medians over seeds, each (distances,).

    log10 of the norm, and signal to noise. The distances are those of the recipe `agreement`; d = 0 is left out.
    """
    return tuple(np.median(values(runs, what, cell=cell), axis=0)[1:] for what in ("norm", "snr"))


def answers(runs: Sequence[dict], **wanted) -> tuple[np.ndarray, ...]:
    """Of tanh nets of recipe `distances`: "right", "held" and "left", each (seeds, distances asked); see `training.asked`."""
    return tuple(np.array(values(runs, what, cell="tanh", **wanted)) for what in ("right", "held", "left"))


def answer_rows(name: str, right: np.ndarray, held: np.ndarray, left: np.ndarray, asked: Sequence[int]) -> list[tuple]:
    """Rows for `text.table` of what `answers` gives: name, distance asked, medians of right and held, range of the gradient."""
    rows = []
    for distance in asked:
        k = ASKED.index(distance)
        gradient = text.between(left[:, k], text.order)
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


def beside(values: Sequence[float], marks: Sequence[float]) -> str:
    """Where all of the values lie, by one of the marks, from small to large: under the first that holds, else over the last."""
    under = [mark for mark in marks if max(values) < mark]
    over = [mark for mark in marks if min(values) > mark]
    return f"under {under[0]}" if under else f"over {over[-1]}" if over else text.between(values)


def twins(distance: int, seed: int = 0, nets: int = 6, steps: int = 600) -> tuple[list[int | None], float]:
    """Train tanh nets alike whose W_hh differ by about 1e-10 an entry, each until it is right in 99 of 100.

    How many steps each took, looked at every 50, None if more than `steps`; and how far the weights of one were from those of
    the first at most, over the steps that all of them took.
    """

    def trained(twin: int) -> tuple[int | None, list[np.ndarray]]:
        net, task, kept = fresh(RNNCell, seed), Agreement(distance), list[np.ndarray]()
        net.cell.params["W_hh"] += 1e-10 * np.random.default_rng(twin).standard_normal(net.cell.params["W_hh"].shape)
        right = until_right(net, task)

        def done(step: int) -> bool:
            if step % 50 == 0:
                kept.append(np.concatenate([value.ravel() for value in net.params.values()]))
            return right(step)

        history = train.fit(net, task, steps, seed=seed, until=done, progress=False)
        return len(history) if history.stopped else None, kept

    took, weights = zip(*map(trained, range(nets)))
    common = np.array([kept[: min(map(len, weights))] for kept in weights])
    return list(took), float(np.linalg.norm(common - common[0], axis=2).max())


# ---- vanished or exploded, remembered or not ------------------------------------------------------------------------------


def measure(cell: Cell, distance: int, seed: int = 0, n: int = 2000) -> dict[str, float]:
    """ "gradient", "apart", "memory" and "curved" of one net, over n fresh sentences; the probes are fitted to half of them."""
    x, targets, _ = Agreement(distance).batch(n, np.random.default_rng(seed))
    trace = cell.unroll(x[:, :20])
    gradient = memory.norms_back(cell, trace, trace.T - 1, [trace.T - 1 - SUBJECT])
    h, other = cell.unroll(x).h[-1], cell.unroll(other_subject(x)).h[-1]
    return {
        "gradient": float(np.median(gradient)),
        "apart": float(np.median(np.linalg.norm(h - other, axis=1))),
        "memory": probe(h, targets[-1]),
        "curved": probe(curved(h), targets[-1]),
    }


def other_subject(x: np.ndarray) -> np.ndarray:
    """The same sentences with each subject's number turned: cat for cats, cats for cat. Nouns stand in pairs."""
    turned, first = x.copy(), VOCABULARY.index("cat")
    subject = x[SUBJECT].argmax(axis=1)
    turned[SUBJECT] = np.eye(x.shape[2])[first + (subject - first ^ 1)]
    return turned


def curved(h: np.ndarray, features: int = 1000) -> np.ndarray:
    """Random tanh features of states (n, H): a line through them is a curve through the states. (n, features)"""
    rng = np.random.default_rng(0)
    spread = h.std(axis=0)
    h = (h - h.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.tanh(h @ rng.standard_normal((h.shape[1], features)) / np.sqrt(h.shape[1]) + rng.standard_normal(features))


def latch() -> RNNCell:
    """One tanh unit made by hand that holds the first noun's number for ever: h_t = tanh(2 h_{t-1} ± ½ at a noun).

    From 0 the first noun decides the sign. Afterwards none turns it: that takes more than 2 · √½ − artanh √½ = .533.
    """
    return by_hand([[2.0]], "tanh", W_x=[0.5 * number()])


def count() -> RNNCell:
    """Two ReLU units made by hand, one for each number: what they counted grows by half at each word.

    Nouns stand three words apart or more, so the first outweighs all later ones: 1 > 1.5⁻³ + 1.5⁻⁶ + … = .42.
    """
    return by_hand(1.5 * np.eye(2), "relu", W_x=np.maximum([number(), -number()], 0.0))


def number() -> np.ndarray:
    """(I,): 1 where the word is a plural noun, −1 where it is a singular one, else 0."""
    verb_of = number_of_nouns()
    return np.array([{"were": 1.0, "was": -1.0}.get(verb_of.get(word, ""), 0.0) for word in VOCABULARY])


# (gradient, word) -> the net's name, and the net of a seed. Those made by hand have no seed; their sentences have one.
CASES: dict[tuple[str, str], tuple[str, Callable[[int], RNNCell]]] = {
    ("vanished", "not there"): ("tanh, U(±1/√H), H = 32", lambda seed: RNNCell(len(VOCABULARY), 32, init="uniform", seed=seed)),
    ("vanished", "remembered"): ("latch: one tanh unit, w = 2", lambda seed: latch()),
    ("exploded", "folded"): ("tanh, N(0, 1), H = 32", lambda seed: RNNCell(len(VOCABULARY), 32, weight_scale=32**0.5, seed=seed)),
    ("exploded", "remembered"): ("count: two ReLU units, w = 1.5", lambda seed: count()),
}


def all_four(distance: int = 100, seeds: int = 5) -> dict[tuple[str, str], dict[str, np.ndarray]]:
    """Of the net of each of CASES, what `measure` says, each (seeds,)."""
    found = {}
    for case, (_, make) in CASES.items():
        each = [measure(make(seed), distance, seed) for seed in range(seeds)]
        found[case] = {what: np.array([one[what] for one in each]) for what in each[0]}
    return found
