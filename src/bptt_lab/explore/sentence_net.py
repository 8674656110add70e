"""The course's one small net, read over one sentence at every activation and weight scale of a grid.

All explorers of notebooks 00, 01 and 03 look at this net: H = 16 hidden units, one-hot words of the vocabulary, and
after each word a guess at the next one. Nothing is trained. One batched call per activation computes the whole grid.
"""

from functools import lru_cache

import numpy as np

from .. import chain_rule
from ..basics import activations
from ..cells import RNNCell
from ..model import SequenceModel
from ..tasks import vocabulary
from .base import Arrays, Choice, Explorer, Grid, kept

HIDDEN = 16
SCALES = tuple(float(f"{scale:.3g}") for scale in np.geomspace(0.1, 10.0, 25))  # the middle one is 1
ACTIVATIONS = tuple(activations.ACTIVATIONS)
STARTS = ("normal", "uniform", "orthogonal", "identity")
HALF_THE_SCALES = SCALES[::2]  # every second, where the table would grow too large
WORDS = len(vocabulary.VOCABULARY)
LENGTHS = tuple(vocabulary.SENTENCES)
SENTENCES = [sentence.split() for sentence in vocabulary.SENTENCES.values()]  # the words of the sentence of each length
SUBJECT = "cats"
PREFIXES = {len(words): words for words in map(str.split, vocabulary.WORDS["up_to_the_verb"])}
PREFIX_LENGTHS = tuple(PREFIXES)
TO_SUBJECT = {T: T - 1 - words.index(SUBJECT) for T, words in PREFIXES.items()}  # steps back from the last word
HEARD = {"prefixes": list(PREFIXES.values()), "subject": SUBJECT}  # what the browser knows of them
BIASES = tuple(range(-2, 6))  # of the gate that keeps, in the explorers of cells with gates


class SentenceExplorer(Explorer):
    """What the explorers of this net have in common."""

    facts = {"sentences": SENTENCES}
    length = Grid(LENGTHS, 4)
    weight_scale = Grid(SCALES, 1.0)
    activation = Choice(ACTIVATIONS)

    @property
    def sentences(self) -> list[list[str]]:
        """The words of the sentence of each length."""
        return [list(words) for words in SENTENCES]

    def at(self, name: str) -> np.ndarray:
        """One of the arrays of `read` for the present settings."""
        return self.look_up(f"{name}{self.length}", "activation", "weight_scale")


def heard(T: int, n: int) -> np.ndarray:
    """T words up to the verb, n times side by side: (T, n, vocabulary)."""
    return np.repeat(vocabulary.encode(" ".join(PREFIXES[T]))[:, None], n, axis=1)


@kept
def read(sentence: str, wrt: str = "W_x", start: str = "normal") -> Arrays:
    """The net read over `sentence` at every setting. Axes (activations, scales, …), in these of T words:

    losses    (…, T)        L_t, nats
    whole     (…, T)        ‖dL_t/dW‖, Frobenius
    ledger    (…, T, T)     [t, k]: the norm of term k of dL_t/dW
    shares    (…, T, T)     [t, k]: the signed share of term k in dL_t/dW, ⟨term, dL_t/dW⟩ / ‖dL_t/dW‖²
    jacobians (…, T)        ‖dh_t/dh_{t-1}‖₂, the largest stretch; 0 for the first word
    readout   (…, T)        ‖dL_t/dh_t‖
    immediate (…, T)        ‖∂⁺h_t/∂W‖₂, the largest stretch: row i of W feeds unit i alone
    """
    parts = [_read(activation, sentence, wrt, start) for activation in ACTIVATIONS]
    return {name: np.stack([part[name] for part in parts]) for name in parts[0]}


@lru_cache(maxsize=32)
def _net(activation: str, start: str) -> SequenceModel:
    return SequenceModel(RNNCell(WORDS, HIDDEN, activation=activation, init=start), WORDS)


def _read(activation: str, sentence: str, wrt: str, start: str) -> Arrays:
    x, model = vocabulary.encode(sentence), _net(activation, start)
    cell, (run, dh, slope) = model.cell, at_every_scale(model, x, vocabulary.next_words(sentence))
    trace, T = run.trace, len(x)
    v, scale = (trace.inputs, 1.0) if wrt == "W_x" else (trace.states[:-1], np.array(SCALES))  # dL/d(s W_hh) is 1/s of dL/dW_hh
    shares, whole = chain_rule.sequence_shares(cell, trace, dh, wrt)
    J = cell.jacobians(trace, slice(1, T))
    squares = np.linalg.eigvalsh(J @ J.swapaxes(-1, -2))[..., -1]  # half the time of the singular values of J
    return {
        "losses": run.losses.T,
        "whole": (whole / scale).T,
        "ledger": (chain_rule.sequence_ledgers(cell, trace, dh, wrt) / scale).transpose(2, 0, 1),
        "shares": shares.transpose(2, 0, 1),
        "jacobians": np.stack([np.zeros(len(SCALES)), *np.sqrt(np.maximum(squares, 0.0))], axis=1),
        "readout": chain_rule.norm(dh).T,
        "immediate": (np.abs(slope).max(axis=-1) * chain_rule.norm(v)).T,
    }


def at_every_scale(model, x, targets) -> tuple:
    """The run of a plain net over one sentence with W_hh times each of SCALES; each one's dL_t/dh_t and f'(a_t), (T, S, H)."""
    S = len(SCALES)
    run = model.forward(np.repeat(x[:, None], S, axis=1), np.repeat(targets[:, None], S, axis=1), scales=np.array(SCALES))
    return run, run.dh * S, model.cell.activation.slope(run.trace.h)  # the mean over the batch divided by S


def carried_back(dh, slope, W_hh) -> np.ndarray:
    """dL_t/da_k of such a run as [t, k], (t, T, S, H); 0 where k > t."""
    rows, found = dh.copy(), np.zeros((len(dh), *dh.shape))
    for k in reversed(range(len(dh))):
        found[k:, k] = rows[k:] * slope[k]
        rows[k:] = found[k:, k] @ W_hh * np.array(SCALES)[:, None]
    return found
