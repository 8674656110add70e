"""Notebook 07: the four terms of the gated cell's Jacobian, word by word, what they do to the gradient, and the state's size."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import traitlets

from .. import memory
from ..basics.overflow import quietly
from ..basics.text import say
from ..cells import GatedCell
from ..lessons import gates as free_gates
from ..lessons.vanishing_and_exploding import inputs
from . import sentence_net
from .base import Control, Count, Explorer, Grid, as_sent, fixed

HIDDEN = 16
SCALES = sentence_net.SCALES[::3]
BIASES = (-2, -1, 0, 1, 2, 3, 4, 5)
LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128)
WORDS = [k for k in range(1, LENGTHS[-1] + 1) if k <= 16 or k % 4 == 0]  # where the terms and curves are computed; counted from 1
ENDS = [WORDS.index(T) + 1 for T in LENGTHS]  # how many of them a sequence of T words has
ONE = 1.005  # from here on a number is written as 1.01, and called above 1
OFFSETS = tuple(sum(ENDS[:i]) for i in range(len(ENDS)))  # where each curve begins in a row


class FourTerms(Explorer):
    """‖dh_T/dh_k‖₂ of the gated cell, the largest entry of its state, and the norms of the four terms of J_k and of J_k.

    A net of 16 units, PyTorch's start, reads T Gaussian inputs of standard deviation 0.1. Settings: `gate_bias` (−2 to 5) is
    added to the bias of G1, `weight_scale` (0.1 to 10), `length` (T: 1, 2, 4, … 128), `word`, where the terms are read off,
    counted from 1; 0 is the last word.
    """

    name = "four_terms"
    gate_bias = Count(BIASES[0], BIASES[-1], 0).tag(sync=True)
    weight_scale = Grid(SCALES, 1.0).tag(sync=True)
    length = Count(1, LENGTHS[-1], 64, LENGTHS).tag(sync=True)
    word = Count(0, LENGTHS[-1], 0, (0, *WORDS)).tag(sync=True)
    words_read = traitlets.List(WORDS, read_only=True).tag(sync=True)
    controls = (
        Control("gate_bias", "slider", BIASES),
        Control("weight_scale", "slider", SCALES),
        Control("length", "slider", LENGTHS),
    )

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        yield sweep()

    def _row(self, name: str) -> np.ndarray:
        return self._arrays[name][BIASES.index(self.gate_bias), SCALES.index(self.weight_scale)].astype(float)

    def norms(self) -> dict[int, float]:
        """word k -> ‖dh_T/dh_k‖₂."""
        place = LENGTHS.index(self.length)
        values = self._row("norms")[OFFSETS[place] :][: ENDS[place]]
        return dict(zip(WORDS, values.tolist()))

    def read_off(self) -> int:
        """The word whose terms are shown, counted from 1."""
        return self.word if 1 <= self.word <= self.length else self.length

    def terms(self) -> dict[str, float]:
        """The norms of the four terms of J at the word that is read off, and of their sum "J"."""
        values = self._row("terms")[WORDS.index(self.read_off())]
        return dict(zip((*free_gates.TERMS, "J"), values.tolist()))

    def states(self) -> list[float]:
        """The largest |entry| of h_k, k = 1..T."""
        return self._row("states")[: self.length].tolist()

    def sentence(self) -> str:
        T, k, terms = self.length, self.read_off(), self.terms()
        f = free_gates.gate(self.gate_bias)
        text = [self.say("gate", bias=fixed(self.gate_bias, 0), f=say(f), half=say(memory.half_life(np.log(f))))]
        if T > 1:
            text.append(self.say("shows", far=say(self.norms()[1]), lags=T - 1, alone=say(f ** (T - 1))))
        text.append(self.say("state", T=T, state=say(self.states()[-1])))
        text.append(self.say("terms", k=k, **{name: say(norm) for name, norm in terms.items()}))
        small = all(terms[name] < ONE for name in free_gates.TERMS)
        text.append(self.words["past_one" if small and terms["J"] >= ONE else "all_small" if small else "not_small"])
        return " ".join(text)

    def still(self) -> list[tuple[str, float]]:
        norms, last = self.norms(), self.length
        curve = [(self.say("bar", lag=last - k), norms[k]) for k in reversed(norms) if last - k in (0, 8, 16, 32, 64) or k == 1]
        terms = self.terms()
        return [*curve, *((self.words[f"bar_{name}"], terms[name]) for name in (*free_gates.TERMS, "J"))]


@lru_cache(maxsize=1)
def sweep() -> dict[str, np.ndarray]:
    """Every gate bias and weight scale: axes (biases, scales, …).

    norms (…, words of all lengths, one after the other), terms (…, words, 5): the four and J. states (…, 128): every word.
    """
    shape = len(BIASES), len(SCALES)
    cell = GatedCell(HIDDEN, HIDDEN, init="uniform")
    x = inputs(0.1, (LENGTHS[-1], 1, HIDDEN), 0, 1)
    biases, scales = np.repeat(BIASES, len(SCALES)), np.tile(SCALES, len(BIASES))
    trace = cell.unroll(np.repeat(x, biases.size, axis=1), scales=scales, gate_biases=biases)
    logs = [memory.norms_back(cell, trace, T - 1, [T - k for k in WORDS[:end]]) for T, end in zip(LENGTHS, ENDS)]
    terms = free_gates.step_norms(cell, trace, [k - 1 for k in WORDS])
    with quietly():
        norms = 10.0 ** np.concatenate(logs, axis=1)
    arrays = {
        "norms": norms,
        "terms": np.stack(list(terms.values()), axis=-1).swapaxes(0, 1),
        "states": np.abs(trace.h).max(-1).T,
    }
    return {name: as_sent(array.reshape(*shape, *array.shape[1:])) for name, array in arrays.items()}
