"""Notebooks 00 and 03: the gradient of one token's loss as a sum of one term for each word."""

import math

import traitlets

from ..basics import checks
from ..tasks import vocabulary
from . import sentence_net
from .base import Bars, Choice, Grid, Parts, Pointed, fixed

_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class LivingEquation(sentence_net.SentenceExplorer):
    """dL_t/dW_x = Σ_k dL_t/dy_t · dy_t/dh_t · dh_t/dh_{t-1} ⋯ dh_{k+1}/dh_k · ∂⁺h_k/∂W_x, drawn over the unrolled net.

    `target` is the token t whose loss it is, at most the last word; `start` is of the weights, `step` of the derivation.
    `lit` is the word whose term is lit, `lit_edge` k the edge from h_k back to h_{k-1}; 0 is none. Words are counted from 1.
    `sentences` holds the words of each length. `small=True` shows the sentence, the net and the bars alone.
    """

    name = "living_equation"
    facts = {"vocabulary": list(vocabulary.VOCABULARY)}
    target = Grid(range(1, 13), 12)
    step = Grid(range(14), 13)
    start = Choice(sentence_net.STARTS, control="menu", asks_python=True)
    lit = Pointed(range(13))
    lit_edge = Pointed(range(13))
    small = traitlets.Bool(False).tag(sync=True)
    sentences = traitlets.List().tag(sync=True, asks_python=True)

    @traitlets.default("sentences")
    def _fresh_sentences(self):
        return [list(words) for words in sentence_net.SENTENCES]

    def __init__(self, **settings):
        if settings.get("small"):
            self.controls = type(self).controls[:3]
        super().__init__(**settings)

    @traitlets.validate("sentences")
    def _check_sentences(self, proposal):
        given = proposal["value"]
        if len(given) != len(sentence_net.LENGTHS):
            raise traitlets.TraitError(f"sentences: got {len(given)} sentences, expected one for each of the lengths 1 to 12.")
        for n, words in enumerate(given, start=1):
            try:
                found = [vocabulary.VOCABULARY[i] for word in words for i in vocabulary.indices(word)]
            except (TypeError, ValueError):
                found = []
            if isinstance(words, str) or not n == len(words) == len(found):
                raise traitlets.TraitError(f"sentences: got {words!r} for length {n}, expected {n} words of the vocabulary.")
            given[n - 1] = found
        return given

    def replace(self, k: int, word: str) -> None:
        """Put `word` in the place of word k (counted from 1) of the sentence on show. `ValueError` for any other word or k."""
        k = checks.index("k", k, self.length + 1, lowest=1)
        if len(vocabulary.indices(word)) != 1:  # if it is unknown, this says what is near it
            raise checks.error("word", repr(word), "one word of the vocabulary")
        sentences = [list(words) for words in self.sentences]
        sentences[self.length - 1][k - 1] = word
        self.sentences = sentences

    def parts(self, sentences, start, length) -> Parts:
        for n in sorted(sentence_net.LENGTHS, key=lambda n: n != length):
            arrays = sentence_net.read(" ".join(sentences[n - 1]), "W_x", start)
            yield {f"{name}{n}": array for name, array in arrays.items() if name != "losses"}

    def norms(self) -> list[float]:
        """The norm of each term of dL_t/dW_x, word 1 first."""
        t = min(self.target, self.length)
        return self.at("ledger")[t - 1, :t].tolist()

    def sentence(self) -> str:
        words, t, norms = self.sentences[self.length - 1], min(self.target, self.length), self.norms()
        first, last, whole = norms[0], norms[-1], self.at("whole")[t - 1]
        ends = {"first_word": words[0], "first": first, "last_word": words[t - 1], "last": last}
        told = {"t": str(t).translate(_DIGITS), "count": t, **ends, "whole": whole}
        if t == 1:
            text = self.say("shows_one", **told)
        elif min(first, last) > 0 and math.isfinite(max(first, last)):
            text = self.say("shows", ratio=first / last, **told)
        else:
            text = self.say("shows_plain", **told)
        if self.step <= t and not self.small:  # not yet all terms
            key = f"written_{self.step if self.step < 2 else 'n'}"
            text += " " + self.say(key, step=self.step, steps=t + 1, written=self.step - 1, **told)
        if 1 < (k := self.lit_edge) <= t:
            norm = self.at("jacobians")[k - 1]
            text += " " + self.say("lit_edge_one" if k == 2 else "lit_edge", k=k, before=k - 1, norm=norm)
        elif 1 <= (k := self.lit) <= t:
            share = fixed(100 * self.at("shares")[t - 1, k - 1], 1)
            text += " " + self.say("lit", k=k, word=words[k - 1], jacobians=t - k, norm=norms[k - 1], share=share)
        return text

    def still(self) -> Bars:
        words = self.sentences[self.length - 1]
        bars = [(self.say("bar", k=k, word=words[k - 1]), norm) for k, norm in enumerate(self.norms(), start=1)]
        return bars[::-1]  # newest first, as in the equation
