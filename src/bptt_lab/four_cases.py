"""A gradient vanishes or explodes, a word is remembered or forgotten: four cases, each with a net that reads was/were.

Two measurements, at the last word before the verb, d words after the subject:

    "gradient"    backward: log10 ‖dh_verb/dh_subject‖₂, the median of 20 sentences
    "memory"      forward: the share of sentences whose subject's number a straight line reads off h_verb; chance is .5

No loss comes in. Of a net that is sure and right the loss's gradient is about 0, whatever the product of Jacobians is.
"""

from collections.abc import Callable

import numpy as np

from . import memory, probe
from .cells import RNNCell
from .cells.base import Cell
from .tasks import Agreement
from .tasks.agreement import SUBJECT
from .tasks.vocabulary import VOCABULARY


def measure(cell: Cell, distance: int, seed: int = 0, n: int = 600) -> dict[str, float]:
    """ "gradient" and "memory" of one net, over n fresh sentences; the probe is fitted to half of them."""
    x, targets, _ = Agreement(distance).batch(n, np.random.default_rng(seed))
    trace = cell.unroll(x[:, :20])
    gradient = memory.norms_back(cell, trace, trace.T - 1, [trace.T - 1 - SUBJECT])
    return {"gradient": float(np.median(gradient)), "memory": probe.accuracy(cell.unroll(x).h[-1], targets[-1])}


def latch() -> RNNCell:
    """One tanh unit made by hand that holds the first noun's number for ever: h_t = tanh(2 h_{t-1} ± ½ at a noun).

    From 0 the first noun decides the sign. Afterwards none turns it: that takes more than 2 · √½ − artanh √½ = .533.
    """
    return _by_hand("tanh", [0.5 * number()], 2.0)


def count() -> RNNCell:
    """Two ReLU units made by hand, one for each number: what they counted grows by half at each word.

    Nouns stand three words apart or more, so the first outweighs all later ones: 1 > 1.5⁻³ + 1.5⁻⁶ + … = .42.
    """
    return _by_hand("relu", [np.maximum(number(), 0.0), np.maximum(-number(), 0.0)], 1.5)


def number() -> np.ndarray:
    """(I,): 1 where the word is a plural noun, −1 where it is a singular one, else 0."""
    first, last = VOCABULARY.index("cat"), VOCABULARY.index("pictures")
    found = np.zeros(len(VOCABULARY))
    found[first : last + 1] = np.resize([-1.0, 1.0], last + 1 - first)  # cat cats dog dogs …
    return found


def _by_hand(activation: str, W_x: list[np.ndarray], w: float) -> RNNCell:
    cell = RNNCell(len(VOCABULARY), len(W_x), activation)
    cell.params["W_x"], cell.params["W_hh"], cell.params["b"] = np.array(W_x), w * np.eye(len(W_x)), np.zeros(len(W_x))
    return cell


# (gradient, word) -> the net's name, and the net of a seed. Those made by hand have no seed; their sentences have one.
CASES: dict[tuple[str, str], tuple[str, Callable[[int], RNNCell]]] = {
    ("vanished", "forgotten"): ("tanh, U(±1/√H), H = 32", lambda seed: RNNCell(len(VOCABULARY), 32, init="uniform", seed=seed)),
    ("vanished", "remembered"): ("latch: one tanh unit, w = 2", lambda seed: latch()),
    ("exploded", "forgotten"): (
        "tanh, N(0, 1), H = 32",
        lambda seed: RNNCell(len(VOCABULARY), 32, weight_scale=32**0.5, seed=seed),
    ),
    ("exploded", "remembered"): ("count: two ReLU units, w = 1.5", lambda seed: count()),
}


def all_four(distance: int = 100, seeds: int = 5) -> dict[tuple[str, str], dict[str, np.ndarray]]:
    """Of the net of each of CASES, "gradient" and "memory", each (seeds,)."""
    found = {}
    for case, (_, make) in CASES.items():
        each = [measure(make(seed), distance, seed) for seed in range(seeds)]
        found[case] = {what: np.array([one[what] for one in each]) for what in each[0]}
    return found
