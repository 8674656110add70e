"""Notebook 07: the four terms of the gated cell's Jacobian, word by word, what they do to the gradient, and the state's size."""

import numpy as np

from .. import memory
from ..basics.overflow import quietly
from ..cells import GatedCell
from ..lessons import gates as free_gates
from . import sentence_net
from .base import Arrays, Bars, Grid, Magnified, Parts, Pointed, Said, fixed, kept
from .sentence_net import BIASES, HEARD, HIDDEN, PREFIXES, SUBJECT, TO_SUBJECT, WORDS, heard
from .sentence_net import PREFIX_LENGTHS as LENGTHS

SCALES = sentence_net.SCALES[::3]
ONE = 1.005  # from here on a number is written as 1.01, and called above 1


class FourTerms(Magnified):
    """‖dh_T/dh_k‖₂ of the gated cell, the largest entry of its state, and the norms of the four terms of J_k and of J_k.

    A net of 16 units, PyTorch's start, reads the cats' sentence up to its verb. `gate_bias` is added to the bias of G1, `length`
    is the words T, `word` where the terms are read off, counted from 1; 0 is the last word.
    """

    name = "four_terms"
    facts = HEARD
    gate_bias = Grid(BIASES, 0)
    weight_scale = Grid(SCALES, 1.0)
    length = Grid(LENGTHS, LENGTHS[-1])
    word = Pointed(range(LENGTHS[-1] + 1))

    def parts(self) -> Parts:
        yield sweep()

    def at(self, name: str) -> np.ndarray:
        """One of the arrays of `sweep` for the present settings."""
        return self.look_up(f"{name}_{self.length}", "gate_bias", "weight_scale")

    def norms(self) -> list[float]:
        """‖dh_T/dh_k‖₂, k = 1..T."""
        return self.at("norms").tolist()

    def at_cats(self) -> float:
        """What is left of the gradient at the subject."""
        return self.norms()[-1 - TO_SUBJECT[self.length]]

    def read_off(self) -> int:
        """The word whose terms are shown, counted from 1."""
        return self.word if 1 <= self.word <= self.length else self.length

    def terms(self) -> dict[str, float]:
        """The norms of the four terms of J at the word that is read off, and of their sum "J"."""
        return dict(zip((*free_gates.TERMS, "J"), self.at("terms")[self.read_off() - 1].tolist()))

    def said(self) -> Said:
        k, terms, words, lags = self.read_off(), self.terms(), PREFIXES[self.length], TO_SUBJECT[self.length]
        f = free_gates.gate(self.gate_bias)
        yield self.say("gate", bias=fixed(self.gate_bias, 0), f=f, half=float(memory.half_life(np.log(f))))
        if lags:
            yield self.say("shows", lags=lags, alone=f**lags, far=self.at_cats())
        yield self.say("state", word=words[-1], state=float(self.at("states")[-1]))
        yield self.say("terms", k=k, word=words[k - 1], **terms)
        small = all(terms[name] < ONE for name in free_gates.TERMS)
        yield self.words["past_one" if small and terms["J"] >= ONE else "all_small" if small else "not_small"]
        yield from self.said_of_axis()

    def still(self) -> Bars:
        words, norms = PREFIXES[self.length], self.norms()
        seen = [k for k in range(len(words), 0, -1) if (len(words) - k) % 5 == 0 or words[k - 1] == SUBJECT]
        curve = [(self.say("bar", lag=len(words) - k, word=words[k - 1]), norms[k - 1]) for k in seen]
        return [*curve, *((self.words[f"bar_{name}"], norm) for name, norm in self.terms().items())]


@kept
def sweep() -> Arrays:
    """Of the words of each length T, at every gate bias and weight scale: axes (biases, scales, T, …).

    norms_T; terms_T (…, 5): the four and J; states_T.
    """
    cell = GatedCell(WORDS, HIDDEN, init="uniform")
    biases, scales = np.repeat(BIASES, len(SCALES)), np.tile(SCALES, len(BIASES))
    arrays = {}
    for T in LENGTHS:
        trace = cell.unroll(heard(T, biases.size), scales=scales, gate_biases=biases)
        with quietly():
            norms = 10.0 ** memory.norms_back(cell, trace, T - 1, range(T - 1, -1, -1))
        terms = np.stack(list(free_gates.step_norms(cell, trace, range(T)).values()), axis=-1).swapaxes(0, 1)
        for name, array in (("norms", norms), ("terms", terms), ("states", np.abs(trace.h).max(-1).T)):
            arrays[f"{name}_{T}"] = array.reshape(len(BIASES), len(SCALES), *array.shape[1:])
    return arrays
