"""Does the verb's gradient reach the subject of was/were, is it a signal there, and does the state still hold the subject?

The gradient is backward, and says what arrives for training to use. The state is forward, and what is still *there* of a word a
probe reads off it. They are two measurements. Both are taken over sentences of
`Agreement(distance)`, the same ones for every net, so that nets can be compared before training and after it.
"""

import numpy as np

from ..basics import checks, overflow
from ..model import SequenceModel
from ..tasks import Agreement, vocabulary
from ..tasks.agreement import SUBJECT
from . import scaled


def sentences(distance: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """x (T, n, I) up to the last word before the verb, and (n,): 1 where the subject is plural."""
    x, targets, _ = Agreement(distance).batch(n, np.random.default_rng(0))
    return x, targets[-1]


def gradient(model: SequenceModel, distance: int, n: int = 200) -> dict[str, float]:
    """The gradient of the verb's loss at the subject, dL/dx_subject of each of n sentences.

    "norm"   log10 of its norm, the median over sentences. After training it is small also because the loss is
    "ratio"  log10 of its norm over that at the last word before the verb, the median: what the way between has cost
    "snr"    ‖mean‖ over the root mean square of ‖deviation from it‖, the sign turned where the subject is singular: how far
             the sentences agree on what would help. It does not change if all gradients shrink alike

    −inf stands for a gradient that vanished exactly, as where every ReLU on the way is off.
    """
    x, plural = sentences(distance, n)
    was, were = (0, 1) if model.output_size == 2 else map(vocabulary.VOCABULARY.index, ("was", "were"))
    targets = np.broadcast_to(np.where(plural, were, was), x.shape[:2])
    mask = np.broadcast_to((np.arange(len(x)) == len(x) - 1)[:, None], x.shape[:2])
    dx = model.backward(model.forward(x, targets, mask))["x"] * n  # without the mean over B
    subject, last = log10_norms(dx[SUBJECT]), log10_norms(dx[-1])
    there = np.isfinite(last)
    ratio = np.median(subject[there] - last[there]) if there.any() else -np.inf
    return {"norm": float(np.median(subject)), "ratio": float(ratio), "snr": signal_to_noise(dx[SUBJECT], 2 * plural - 1)}


def signal_to_noise(gradients: np.ndarray, signs: np.ndarray) -> float:
    """`norm_and_signal` of the rows signs · gradients, (n, D), also where they are tiny or huge."""
    rows = signs[:, None] * np.clip(gradients, -scaled.LARGEST, scaled.LARGEST)
    rows = rows / (np.abs(rows).max() or 1.0)  # first, since squares of tiny and of huge numbers leave float64
    return float(norm_and_signal(rows)[1])


def norm_and_signal(g: np.ndarray) -> tuple[float, float]:
    """Two sizes of the gradients g (sequences, H): the root mean square of ‖g‖, and ‖mean of g‖ over that of ‖g − mean‖.

    Where nothing arrives the second is said to be 0. Where all rows are the same, and not 0, there is no spread: the ratio is
    undefined, and inf is returned, or a huge number that rounding makes.
    """
    mean = g.mean(axis=0)
    norm, noise = (np.sqrt(np.square(rows).sum(axis=1).mean()) for rows in (g, g - mean))
    signal = np.linalg.norm(mean)
    with overflow.quietly():
        return norm, signal / noise if signal > 0 else 0.0


def log10_norms(rows: np.ndarray) -> np.ndarray:
    """(n,): log10 of each row’s Euclidean norm; −inf for a row of zeros. Past float64’s end counts as its largest number."""
    return scaled.log10_norms(*scaled.rescaled(rows[:, None].copy()))  # of matrices of one row


def held(model: SequenceModel, distance: int, n: int = 1000) -> float:
    """The share of sentences whose subject's number a straight line reads off the last state before the verb; chance is .5."""
    x, plural = sentences(distance, n)
    return probe(model.cell.unroll(x).h[-1], plural)


def right(model: SequenceModel, distance: int, n: int = 1000) -> float:
    """The share of fresh sentences of that distance where the net finds the right one of *was* and *were* likelier."""
    return Agreement(distance, targets="verb" if model.output_size == 2 else "all").score(model, n, seed=1)


def probe(states, labels, ridge: float = 1e-3) -> float:
    """The share of the second half of `states`, (N, D), whose label, (N,) class numbers, a line fitted to the first half says.

    A linear classifier by least squares, one output for each class. What it reads is in the state; what it cannot read may
    still be there, folded up. ridge: how much large coefficients cost, beside states of variance 1. N is at least 4. Chance is
    the share of the most frequent label.
    """
    states, labels = checks.array("states", states), np.asarray(labels)
    if states.ndim != 2 or len(states) < 4:
        raise checks.error("states", f"shape {states.shape}", "(N, D) with N of at least 4")
    if labels.shape != states.shape[:1]:
        raise checks.error("labels", f"shape {labels.shape}", f"shape {states.shape[:1]}, a label for each state")
    ridge = checks.positive("ridge", ridge)
    half = len(states) // 2
    classes, numbers = np.unique(labels, return_inverse=True)
    states = states / (np.abs(states).max() or 1.0)  # first, since squares of huge or tiny states leave float64
    states = states - states[:half].mean(axis=0)
    size = states[:half].std(axis=0)
    states = states / np.where(size > 0, size, 1.0)
    fitted, wanted = states[:half], np.eye(len(classes))[numbers[:half]]
    square = fitted.T @ fitted + half * ridge * np.eye(states.shape[1])
    weights = np.linalg.solve(square, fitted.T @ (wanted - wanted.mean(axis=0)))
    return float((np.argmax(states[half:] @ weights + wanted.mean(axis=0), axis=1) == numbers[half:]).mean())
