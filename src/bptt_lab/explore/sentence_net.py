"""The course's one small net, read over one sentence at every weight scale and activation of a grid.

All explorers of notebooks 00, 01 and 03 look at this net: H = 16 hidden units, one-hot words of the vocabulary, and
after each word a guess at the next one. Nothing is trained. One batched call per activation computes the whole grid.
"""

from functools import lru_cache

import numpy as np

from .. import chain_rule
from ..cells import RNNCell
from ..model import SequenceModel
from ..tasks import vocabulary
from .base import as_sent

HIDDEN = 16
SCALES = tuple(float(f"{scale:.3g}") for scale in np.geomspace(0.1, 10.0, 25))  # the middle one is 1
ACTIVATIONS = ("tanh", "relu", "sigmoid")
STARTS = ("normal", "uniform", "orthogonal", "identity")
LENGTHS = tuple(vocabulary.SENTENCES)


class SentenceNet:
    """The net read over `sentence` at every setting: S = activations × scales rows, activation by activation.

    `arrays` by name, float32 as the browser gets them:

    losses    (S, T)        L_t, nats
    whole     (S, T)        ‖dL_t/dW‖, Frobenius
    ledger    (S, T, T)     [t, k]: the norm of term k of dL_t/dW
    shares    (S, T, T)     [t, k]: the signed share of term k in dL_t/dW
    jacobians (S, T)        ‖dh_t/dh_{t-1}‖₂, the largest stretch; 0 for the first word
    readout   (S, T)        ‖dL_t/dh_t‖
    immediate (S, T)        ‖∂⁺h_t/∂W‖
    """

    def __init__(self, sentence: str, wrt: str = "W_x", start: str = "normal", seed: int = 0):
        self.sentence = sentence
        x, targets = vocabulary.encode(sentence), vocabulary.next_words(sentence)
        parts = [_read(activation, x, targets, wrt, start, seed) for activation in ACTIVATIONS]
        self.arrays = {name: as_sent(np.concatenate([part[name] for part in parts])) for name in parts[0]}


def sentences() -> list[list[str]]:
    """The words of the sentence of each length, in lists of the caller's own."""
    return [sentence.split() for sentence in vocabulary.SENTENCES.values()]


@lru_cache(maxsize=256)
def read(sentence: str, wrt: str = "W_x", start: str = "normal") -> dict[str, np.ndarray]:
    """The arrays of `SentenceNet`, kept: explorers on one page look at the same net."""
    return SentenceNet(sentence, wrt, start).arrays


def row(activation: str, weight_scale: float) -> int:
    """The row of a setting."""
    return ACTIVATIONS.index(activation) * len(SCALES) + SCALES.index(weight_scale)


@lru_cache(maxsize=32)
def _net(activation: str, start: str, seed: int) -> tuple[RNNCell, SequenceModel]:
    words = len(vocabulary.VOCABULARY)
    cell = RNNCell(words, HIDDEN, activation=activation, init=start, seed=seed)
    return cell, SequenceModel(cell, words, seed=seed)


def _read(activation, x, targets, wrt, start, seed) -> dict[str, np.ndarray]:
    (cell, model), S = _net(activation, start, seed), len(SCALES)
    run = model.forward(np.repeat(x[:, None], S, axis=1), np.repeat(targets[:, None], S, axis=1), scales=np.array(SCALES))
    trace, dh = run.trace, run.dh * S  # the mean over the batch divided by S
    T = trace.T
    jacobians = np.zeros((S, T))
    for t in range(1, T):
        jacobians[:, t] = spectral_norm(cell.jacobian(trace, t))
    [(slope, v)] = trace.cell.all_pairs(trace, slice(0, T), cell.activation.slope(trace.states[1:]))[wrt]
    immediate = chain_rule.norm(slope) * chain_rule.norm(v)
    # The core differentiates by the cell's own W_hh, which each row scales: the row's net has scale · W_hh for its weights.
    by = np.array(SCALES) if wrt == "W_hh" else np.ones(S)
    ledger = chain_rule.sequence_ledgers(cell, trace, dh, wrt) / by
    shares = chain_rule.sequence_shares(cell, trace, dh, wrt)
    return {
        "losses": run.losses.T,
        "whole": (chain_rule.sequence_norms(cell, trace, dh, wrt) / by).T,
        "ledger": ledger.transpose(2, 0, 1),
        "shares": shares.transpose(2, 0, 1),
        "jacobians": jacobians,
        "readout": chain_rule.norm(dh).T,
        "immediate": (immediate / by).T,
    }


def spectral_norm(matrices: np.ndarray) -> np.ndarray:
    """The largest singular value of each, (…, H, H) -> (…,); ∞ where an entry has exploded."""
    finite = np.isfinite(matrices).all(axis=(-2, -1))
    safe = np.where(finite[..., None, None], matrices, 0.0)
    return np.where(finite, np.linalg.norm(safe, ord=2, axis=(-2, -1)), np.inf)
