"""Notebooks 00 and 03: the gradient of one token's loss as a sum of one term for each word."""

import math
from collections.abc import Iterator

import numpy as np
import traitlets

from ..basics import checks
from ..basics.text import say
from ..tasks import vocabulary
from . import sentence_net
from .base import Control, Count, Explorer, Grid, fixed

_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class LivingEquation(Explorer):
    """dL_t/dW_x = Σ_k dL_t/dy_t · dy_t/dh_t · dh_t/dh_{t-1} ⋯ dh_{k+1}/dh_k · ∂⁺h_k/∂W_x, drawn over the unrolled net.

    Settings: `weight_scale` (0.1 to 10), `activation`, `length` (1 to 12), `target` (the token t whose loss it is; at most
    the last word), `start` of the weights, `step` of the derivation, `lit` (the word whose term is lit, 0 for none),
    `lit_edge` (the edge from h_k back to h_{k-1} that is lit, 0 for none), `sentences` (the words of each length).
    Words are counted from 1. `small=True` shows the sentence, the net and the bars alone.
    """

    name = "living_equation"
    weight_scale = Grid(sentence_net.SCALES, 1.0).tag(sync=True)
    activation = traitlets.Enum(sentence_net.ACTIVATIONS, "tanh").tag(sync=True)
    length = Count(1, 12, 4).tag(sync=True)
    target = Count(1, 12, 12).tag(sync=True)
    start = traitlets.Enum(sentence_net.STARTS, "normal").tag(sync=True)
    step = Count(0, 13, 13).tag(sync=True)
    lit = Count(0, 12, 0).tag(sync=True)
    lit_edge = Count(0, 12, 0).tag(sync=True)
    small = traitlets.Bool(False).tag(sync=True)
    sentences = traitlets.List().tag(sync=True)
    vocabulary = traitlets.List(default_value=list(vocabulary.VOCABULARY), read_only=True).tag(sync=True)
    controls: tuple[Control, ...] = (
        Control("length", "slider", sentence_net.LENGTHS),
        Control("weight_scale", "slider", sentence_net.SCALES),
        Control("activation", "choice", sentence_net.ACTIVATIONS),
        Control("target", "slider", sentence_net.LENGTHS),
        Control("step", "slider", tuple(range(14))),
        Control("start", "menu", sentence_net.STARTS, asks_python=True),
    )

    @traitlets.default("sentences")
    def _fresh_sentences(self):
        return sentence_net.sentences()

    def __init__(self, **settings):
        if settings.get("small"):
            self.controls = type(self).controls[:3]
        super().__init__(**settings)
        self.observe(lambda _: self.refresh(), "sentences")

    @traitlets.validate("sentences")
    def _check_sentences(self, proposal):
        given = proposal["value"]
        if len(given) != len(sentence_net.LENGTHS):
            raise traitlets.TraitError(f"sentences: got {len(given)} sentences, expected one for each of the lengths 1 to 12.")
        for n, words in enumerate(given, start=1):
            if not isinstance(words, list | tuple) or len(words) != n or not all(map(_is_word, words)):
                raise traitlets.TraitError(f"sentences: got {words!r} for length {n}, expected {n} words of the vocabulary.")
        return [[vocabulary.VOCABULARY[vocabulary.indices(word)[0]] for word in words] for words in given]

    def replace(self, k: int, word: str) -> None:
        """Put `word` in the place of word k (counted from 1) of the sentence on show. `ValueError` for any other word or k."""
        k = checks.index("k", k, self.length + 1, lowest=1)
        if not _is_word(word):
            vocabulary.indices(word)  # says which word is unknown, and what is near it
            raise checks.error("word", repr(word), "one word of the vocabulary")
        sentences = [list(words) for words in self.sentences]
        sentences[self.length - 1][k - 1] = word
        self.sentences = sentences

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        lengths = [self.length, *(n for n in sentence_net.LENGTHS if n != self.length)]
        if not self._arrays:
            lengths.sort()  # the order of the table is settled once
        for n in lengths:
            arrays = sentence_net.read(" ".join(self.sentences[n - 1]), start=self.start)
            yield {f"{name}{n}": array for name, array in arrays.items() if name != "losses"}

    def _at(self, name: str) -> np.ndarray:
        row = sentence_net.row(self.activation, self.weight_scale)
        return self._arrays[f"{name}{self.length}"][row].astype(float)

    def norms(self) -> list[float]:
        """The norm of each term of dL_t/dW_x, word 1 first."""
        t = min(self.target, self.length)
        return self._at("ledger")[t - 1, :t].tolist()

    def sentence(self) -> str:
        words, t, norms = self.sentences[self.length - 1], min(self.target, self.length), self.norms()
        first, last = norms[0], norms[-1]
        key = "shows_one" if t == 1 else "shows" if min(first, last) > 0 and math.isfinite(max(first, last)) else "shows_plain"
        ratio = say(float(np.float64(first) / last)) if key == "shows" else ""
        text = self.say(
            key, t=str(t).translate(_DIGITS), count=t, first_word=words[0], first=say(first), last_word=words[t - 1],
            last=say(last), ratio=ratio, whole=say(self._at("whole")[t - 1]),
        )  # fmt: skip
        if self.step <= t and not self.small:  # not yet all terms
            key, digits = f"written_{self.step if self.step < 2 else 'n'}", str(t).translate(_DIGITS)
            text += " " + self.say(key, step=self.step, steps=t + 1, t=digits, written=self.step - 1, count=t)
        k = self.lit_edge
        if 1 < k <= t:
            norm = say(self._at("jacobians")[k - 1])
            text += " " + self.say("lit_edge_one" if k == 2 else "lit_edge", k=k, before=k - 1, norm=norm)
        elif 1 <= self.lit <= t:
            k = self.lit
            share = fixed(100 * self._at("shares")[t - 1, k - 1], 1)
            text += " " + self.say("lit", k=k, word=words[k - 1], jacobians=t - k, norm=say(norms[k - 1]), share=share)
        return text

    def still(self) -> list[tuple[str, float]]:
        words = self.sentences[self.length - 1]
        bars = [(self.say("bar", k=k, word=words[k - 1]), norm) for k, norm in enumerate(self.norms(), start=1)]
        return bars[::-1]  # newest first, as in the equation


def _is_word(word) -> bool:
    """Whether it is one word of the vocabulary."""
    try:
        return len(vocabulary.indices(word)) == 1
    except ValueError:
        return False
