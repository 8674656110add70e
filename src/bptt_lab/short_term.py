"""What notebook 05 measures on was/were: does the verb's gradient reach the subject, and does the state still hold it?

    untrainable    backward: dL_verb/dx_subject is too small, or too noisy, for training to find the subject
    forgotten      forward: no straight line reads the subject's number off the state at the verb

They are two measurements, and all four cases of them exist, see `four_cases`. All but `scalar` is taken over sentences of
`Agreement(distance)`, n of them, the same ones for every net.
"""

from collections.abc import Callable

import numpy as np

from . import memory, overflow, probe
from .cells import RNNCell
from .cells.base import Cell
from .model import SequenceModel
from .tasks import Agreement
from .tasks.vocabulary import VOCABULARY

SUBJECT = 1  # the step that reads the subject: word 2, after "the"


def sentences(distance: int, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """x (T, n, I) up to the last word before the verb, and (n,): 1 where the subject is plural."""
    x, targets, _ = Agreement(distance).batch(n, np.random.default_rng(seed))
    return x, targets[-1]


def gradient(model: SequenceModel, distance: int, n: int = 200) -> dict[str, float]:
    """The gradient of the verb's loss at the subject, dL/dx_subject of each sentence.

    "norm"   log10 of its norm, the median over sentences
    "ratio"  log10 of its norm over that at the last word before the verb, the median: what the way between has cost
    "snr"    ‖mean‖ over the root mean square of ‖deviation from it‖, the sign turned where the subject is singular: how far
             the sentences agree on what would help. It does not change if all gradients shrink alike
    """
    x, plural = sentences(distance, n)
    names = (0, 1) if model.output_size == 2 else tuple(map(VOCABULARY.index, ("was", "were")))
    T = len(x)
    targets, mask = np.broadcast_to(np.where(plural, names[1], names[0]), (T, n)), np.arange(T) == T - 1
    dx = model.backward(model.forward(x, targets, np.broadcast_to(mask[:, None], (T, n))))["x"] * n  # without the mean over B
    subject, last = log10_norms(dx[SUBJECT]), log10_norms(dx[-1])
    there = np.isfinite(last)
    ratio = np.median((subject - last)[there]) if there.any() else -np.inf
    return {"norm": float(np.median(subject)), "ratio": float(ratio), "snr": signal_to_noise(dx[SUBJECT], 2 * plural - 1)}


def signal_to_noise(gradients: np.ndarray, signs: np.ndarray) -> float:
    """‖mean‖ / √(mean ‖deviation‖²) of the rows signs · gradients, (n, D); 0 where all are 0."""
    rows = signs[:, None] * gradients
    rows = rows / (np.abs(rows).max() or 1.0)  # first, since squares of tiny numbers leave float64
    mean = rows.mean(axis=0)
    noise = np.sqrt(np.square(rows - mean).sum(axis=1).mean())
    return float(np.linalg.norm(mean) / noise) if noise else 0.0


def log10_norms(rows: np.ndarray) -> np.ndarray:
    """(n,): log10 of each row's Euclidean norm; −inf for a row of zeros. Squares neither overflow nor vanish."""
    largest = np.abs(rows).max(axis=-1)
    with overflow.quietly():
        return np.log10(largest) + np.log10(np.linalg.norm(rows / np.where(largest > 0, largest, 1.0)[..., None], axis=-1))


def remembered(cell: Cell, distance: int, n: int = 1000, seed: int = 0) -> float:
    """The share of sentences whose subject's number a straight line reads off the last state before the verb; chance is .5."""
    x, plural = sentences(distance, n, seed)
    return probe.accuracy(cell.unroll(x).h[-1], plural)


def reach(cell: Cell, distance: int, n: int = 20, seed: int = 0) -> float:
    """log10 ‖dh_verb/dh_subject‖₂, the median over sentences; the lag is the distance.

    No readout and no loss comes in: of a net that is right, the loss's own gradient is small anyway.
    """
    trace = cell.unroll(sentences(distance, n, seed)[0])
    return float(np.median(memory.norms_back(cell, trace, trace.T - 1, [trace.T - 1 - SUBJECT])))


def right(model: SequenceModel, distance: int, n: int = 1000, seed: int = 1) -> float:
    """The share of fresh sentences of that distance where the net finds the right one of *was* and *were* likelier."""
    return Agreement(distance, targets="verb" if model.output_size == 2 else "all").score(model, n, seed)


def look(model: SequenceModel, distance: int) -> dict[str, float]:
    """`gradient` and, as "probe", `remembered`: two measurements of one net at one distance, rounded."""
    found = {**gradient(model, distance), "probe": remembered(model.cell, distance)}
    return {name: round(value, 3) for name, value in found.items()}


# ---- the four cases -----------------------------------------------------------------------------------------------------


def latch(seed: int = 0) -> RNNCell:
    """One tanh unit made by hand that holds the first noun's number for ever: h_t = tanh(2 h_{t-1} ± ½ at a noun).

    From 0 the first noun decides the sign. Afterwards none turns it: it takes more than √½ · 2 − artanh √½ = .533.
    """
    cell = RNNCell(len(VOCABULARY), 1)
    return _by_hand(cell, [0.5 * nouns()], 2.0)


def count(seed: int = 0) -> RNNCell:
    """Two ReLU units made by hand, one for each number: all that is counted grows by half at each word.

    Nouns stand three words apart or more, so the first outweighs all others: 1 > 1.5⁻³ + 1.5⁻⁶ + … = .42.
    """
    cell = RNNCell(len(VOCABULARY), 2, activation="relu")
    return _by_hand(cell, [np.maximum(nouns(), 0.0), np.maximum(-nouns(), 0.0)], 1.5)


def nouns() -> np.ndarray:
    """(I,): 1 where the word is a plural noun, −1 where it is a singular one, else 0."""
    first, last = VOCABULARY.index("cat"), VOCABULARY.index("pictures")
    number = np.zeros(len(VOCABULARY))
    number[first : last + 1] = np.resize([-1.0, 1.0], last + 1 - first)  # cat cats dog dogs …
    return number


def _by_hand(cell: RNNCell, W_x, w: float) -> RNNCell:
    cell.params["W_x"], cell.params["W_hh"] = np.array(W_x), w * np.eye(cell.hidden_size)
    cell.params["b"] = np.zeros(cell.hidden_size)
    return cell


# Two of them fresh from their start, 32 units of tanh; two made by hand, for whom only the sentences differ by seed.
CASES: dict[tuple[str, str], tuple[str, Callable[[int], RNNCell]]] = {
    ("vanished", "forgotten"): ("tanh, U(±1/√H)", lambda seed: RNNCell(len(VOCABULARY), 32, init="uniform", seed=seed)),
    ("vanished", "remembered"): ("a latch: one tanh unit, w = 2", latch),
    ("exploded", "forgotten"): ("tanh, N(0, 1)", lambda seed: RNNCell(len(VOCABULARY), 32, weight_scale=32**0.5, seed=seed)),
    ("exploded", "remembered"): ("a count: two ReLU units, w = 1.5", count),
}


def four_cases(distance: int = 100, seeds: int = 5) -> dict[tuple[str, str], dict[str, np.ndarray]]:
    """Of the net of each of CASES: "gradient", log10 ‖dh_verb/dh_subject‖₂, and "memory", what a line reads; each (seeds,)."""
    found = {}
    for case, (_, make) in CASES.items():
        nets = [(make(seed), distance, seed) for seed in range(seeds)]
        found[case] = {
            "gradient": np.array([reach(cell, d, seed=seed) for cell, d, seed in nets]),
            "memory": np.array([remembered(cell, d, 600, seed) for cell, d, seed in nets]),
        }
    return found


def scalar(w: float, steps: int = 100, first: float = 1.0) -> tuple[float, float]:
    """h_t = tanh(w h_{t-1} + x_t), told first ±`first` and then nothing, for so many steps more.

    (how far the two states are apart, log10 |dh_T/dh_1|): the forward and the backward measurement.
    """
    cell = _by_hand(RNNCell(1, 1), [[1.0]], w)
    x = np.zeros((steps + 1, 2, 1))
    x[0, :, 0] = first, -first
    trace = cell.unroll(x)
    return float(abs(trace.h[-1, 0, 0] - trace.h[-1, 1, 0])), float(memory.norms_back(cell, trace, steps, [steps])[0, 0])
