"""The course's one small net, read over one sentence at every activation and weight scale of a grid.

All explorers of notebooks 00, 01 and 03 look at this net: H = 16 hidden units, one-hot words of the vocabulary, and
after each word a guess at the next one. Nothing is trained. One batched call per activation computes the whole grid.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from .. import chain_rule
from ..basics import activations, overflow
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

    sentences: Any = property(lambda self: [list(words) for words in SENTENCES])  # the words of the sentence of each length

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
    losses, h, dh, slope, jacobians = _words(start, sentence)
    W_hh, before = _net(start).cell.params["W_hh"], np.concatenate([np.zeros_like(h[:, :, :1]), h[:, :, :-1]], axis=2)
    da = carried_back(np.moveaxis(dh, 2, 0), np.moveaxis(slope, 2, 0), W_hh).transpose(2, 3, 0, 1, 4)
    v = vocabulary.encode(sentence) if wrt == "W_x" else before  # what W multiplies
    sizes, (shares, whole) = chain_rule.norm(v), chain_rule.shares_of([da], [v])
    return {
        "losses": losses,
        "whole": whole,
        "ledger": chain_rule.norm(da) * sizes[..., None, :],
        "shares": shares,
        "jacobians": jacobians,
        "readout": chain_rule.norm(dh),
        "immediate": np.abs(slope).max(axis=-1) * sizes,
    }


_WORDS: dict[tuple, tuple[np.ndarray, ...]] = {}  # what `_words` found for a word, by all before it and the one to be said next


def _words(start: str, sentence: str) -> list[np.ndarray]:
    """L_t, h_t, dL_t/dh_t, f'(a_t), and ‖J_t‖₂, 0 for the first word, with the axes of `read`.

    Sentences begin alike, and go on from what is known: the table of the first explorer takes three quarters of the time.
    """
    words, targets, net = vocabulary.indices(sentence).tolist(), vocabulary.next_words(sentence), _net(start)
    places = [(start, *words[: k + 1], target) for k, target in enumerate(targets.tolist())]
    found = [_WORDS[place] for place in places if place in _WORDS]
    if n := len(places) - len(found):
        if len(_WORDS) > 1000:  # 30 KB each
            _WORDS.clear()
        h0 = found[-1][1].reshape(-1, HIDDEN) if found else None
        run, *more = at_every_scale(net, vocabulary.encode(sentence)[-n:], targets[-n:], len(ACTIVATIONS), h0)
        losses, *more = (array.reshape(n, len(ACTIVATIONS), len(SCALES), -1) for array in (run.losses, run.trace.h, *more))
        stretches = _stretches(more[2], net.cell.params["W_hh"])
        stretches[: not found] = 0.0
        found += zip(losses[..., 0], *more, stretches)
        _WORDS.update(zip(places, found))
    return [np.stack(arrays, axis=2) for arrays in zip(*found)]


@lru_cache(maxsize=len(STARTS))
def _net(start: str) -> SequenceModel:
    """The net with every activation at once, each for its part of a batch: a run takes two thirds of the time of three runs."""
    cell = RNNCell(WORDS, HIDDEN, init=start)
    cell.activation = activations.Activation("each", _in_parts("value"), _in_parts("slope"), np.nan)
    return SequenceModel(cell, WORDS)


def _in_parts(kind: str) -> Callable[..., np.ndarray]:
    functions = [getattr(activations.get(name), kind) for name in ACTIVATIONS]

    def of_all(a):
        parts = a.reshape(*a.shape[:-2], len(functions), -1, a.shape[-1])
        return np.stack([function(parts[..., i, :, :]) for i, function in enumerate(functions)], axis=-3).reshape(a.shape)

    return of_all


@overflow.silent
def _stretches(slope: np.ndarray, W_hh: np.ndarray) -> np.ndarray:
    """‖J_t‖₂ for every scale, (…, S), from f'(a_t), (…, S, H)."""
    from ..memory import scaled  # only where a net is computed: an explorer that is named loads no such thing

    steepest = np.abs(slope).max(axis=-1)
    D = slope / np.where(steepest > 0, steepest, 1.0)[..., None]
    G = D[..., None] * (W_hh @ W_hh.T)
    G *= D[..., None, :]  # J Jᵀ
    return np.sqrt(np.maximum(scaled.largest_eigenvalues(G), 0.0)) * steepest * SCALES


def at_every_scale(model, x, targets, nets: int = 1, h0=None) -> tuple:
    """The run of a plain net over one sentence with W_hh times each of SCALES; each one's dL_t/dh_t and f'(a_t), (T, S, H)."""
    scales = np.tile(SCALES, nets)
    S = len(scales)
    run = model.forward(np.repeat(x[:, None], S, axis=1), np.repeat(targets[:, None], S, axis=1), h0=h0, scales=scales)
    return run, run.dh * S, model.cell.activation.slope(run.trace.h)  # the mean over the batch divided by S


def carried_back(dh, slope, W_hh) -> np.ndarray:
    """dL_t/da_k of such a run as [t, k], (t, T, S, H); 0 where k > t."""
    rows, found = dh.copy(), np.zeros((len(dh), *dh.shape))
    for k in reversed(range(len(dh))):
        found[k:, k] = rows[k:] * slope[k]
        rows[k:] = found[k:, k] @ W_hh * np.array(SCALES)[:, None]
    return found
