"""Notebook 07: the four terms of the gated cell's Jacobian, word by word, what they do to the gradient, and the state's size."""

import numpy as np

from .. import memory
from ..basics.overflow import quietly
from ..cells import GatedCell
from ..lessons import gates as free_gates
from ..lessons.vanishing_and_exploding import inputs
from . import sentence_net
from .base import Arrays, Bars, Explorer, Grid, Parts, Pointed, fixed, kept
from .sentence_net import BIASES

HIDDEN = 16
SCALES = sentence_net.SCALES[::3]
LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128)
WORDS = [k for k in range(1, LENGTHS[-1] + 1) if k <= 16 or k % 4 == 0]  # where the terms and curves are computed; counted from 1
ONE = 1.005  # from here on a number is written as 1.01, and called above 1


class FourTerms(Explorer):
    """‖dh_T/dh_k‖₂ of the gated cell, the largest entry of its state, and the norms of the four terms of J_k and of J_k.

    A net of 16 units, PyTorch's start, reads T Gaussian inputs of standard deviation 0.1. `gate_bias` is added to the bias of
    G1, `length` is T, `word` where the terms are read off, counted from 1; 0 is the last word.
    """

    name = "four_terms"
    facts = {"words_read": WORDS}
    gate_bias = Grid(BIASES, 0)
    weight_scale = Grid(SCALES, 1.0)
    length = Grid(LENGTHS, 64)
    word = Pointed((0, *WORDS))

    def parts(self) -> Parts:
        yield sweep()

    def at(self, name: str) -> np.ndarray:
        return self.look_up(name, "gate_bias", "weight_scale")

    def norms(self) -> dict[int, float]:
        """word k -> ‖dh_T/dh_k‖₂."""
        return dict(zip(WORDS, self.at(f"norms_{self.length}").tolist()))

    def read_off(self) -> int:
        """The word whose terms are shown, counted from 1."""
        return self.word if 1 <= self.word <= self.length else self.length

    def terms(self) -> dict[str, float]:
        """The norms of the four terms of J at the word that is read off, and of their sum "J"."""
        return dict(zip((*free_gates.TERMS, "J"), self.at("terms")[WORDS.index(self.read_off())].tolist()))

    def states(self) -> list[float]:
        """The largest |entry| of h_k, k = 1..T."""
        return self.at("states")[: self.length].tolist()

    def sentence(self) -> str:
        T, k, terms = self.length, self.read_off(), self.terms()
        f = free_gates.gate(self.gate_bias)
        text = [self.say("gate", bias=fixed(self.gate_bias, 0), f=f, half=float(memory.half_life(np.log(f))))]
        if T > 1:
            text.append(self.say("shows", far=self.norms()[1], lags=T - 1, alone=f ** (T - 1)))
        text += [self.say("state", T=T, state=self.states()[-1]), self.say("terms", k=k, **terms)]
        small = all(terms[name] < ONE for name in free_gates.TERMS)
        text.append(self.words["past_one" if small and terms["J"] >= ONE else "all_small" if small else "not_small"])
        return " ".join(text)

    def still(self) -> Bars:
        norms, last = self.norms(), self.length
        curve = [(self.say("bar", lag=last - k), norms[k]) for k in reversed(norms) if last - k in (0, 8, 16, 32, 64) or k == 1]
        return [*curve, *((self.words[f"bar_{name}"], norm) for name, norm in self.terms().items())]


@kept
def sweep() -> Arrays:
    """Every gate bias and weight scale: axes (biases, scales, …).

    norms (…, words) of each length; terms (…, words, 5): the four and J; states (…, 128): every word.
    """
    cell = GatedCell(HIDDEN, HIDDEN, init="uniform")
    x = inputs(0.1, (LENGTHS[-1], 1, HIDDEN), 0, 1)
    biases, scales = np.repeat(BIASES, len(SCALES)), np.tile(SCALES, len(BIASES))
    trace = cell.unroll(np.repeat(x, biases.size, axis=1), scales=scales, gate_biases=biases)
    terms = free_gates.step_norms(cell, trace, [k - 1 for k in WORDS])
    arrays = {"terms": np.stack(list(terms.values()), axis=-1).swapaxes(0, 1), "states": np.abs(trace.h).max(-1).T}
    for T in LENGTHS:
        with quietly():
            arrays[f"norms_{T}"] = 10.0 ** memory.norms_back(cell, trace, T - 1, [T - k for k in WORDS if k <= T])
    return {name: array.reshape(len(BIASES), len(SCALES), *array.shape[1:]) for name, array in arrays.items()}
