"""Notebooks 00 and 03: the gradient of one token's loss as a sum of one term for each word."""

import math

import traitlets

from ..basics import checks
from ..tasks import vocabulary
from . import sentence_net
from .base import Axis, Bars, Choice, Grid, Magnified, Parts, Pointed, Said, fixed
from .still import true_to_scale

ZOOMS = 12
SEEN = 0.002  # of the row: a bar that shows is then about a pixel long
SMALL = ("length", "weight_scale", "activation", "axis")


class LivingEquation(sentence_net.SentenceExplorer, Magnified):
    """dL_t/dW_x = Σ_k dL_t/dy_t · dy_t/dh_t · dh_t/dh_{t-1} ⋯ dh_{k+1}/dh_k · ∂⁺h_k/∂W_x, drawn over the unrolled net.

    `target` is the token t whose loss it is, at most the last word; `start` is of the weights, `step` of the derivation.
    `lit` is the word whose term is lit, `lit_edge` k the edge from h_k back to h_{k-1}; 0 is none. Words are counted from 1.
    `sentences` holds the words of each length. `small=True` shows the sentence, the net and the bars alone. There `axis` "true"
    draws bars at their true lengths, 1 as long as the row; `zoom` says how often they were magnified tenfold.
    """

    name = "living_equation"
    facts = {"vocabulary": list(vocabulary.VOCABULARY)}
    target = Grid(range(1, 13), 12)
    step = Grid(range(14), 13)
    start = Choice(sentence_net.STARTS, kind="menu", asks_python=True)
    axis = Choice(("true", "powers"), "powers")
    zoom = Pointed(range(ZOOMS + 1))
    lit = Pointed(range(13))
    lit_edge = Pointed(range(13))
    small = traitlets.Bool(False).tag(sync=True)
    sentences: traitlets.List = traitlets.List().tag(sync=True, asks_python=True)

    @traitlets.default("sentences")
    def _fresh_sentences(self):
        return [list(words) for words in sentence_net.SENTENCES]

    def __init__(self, **settings):
        small = settings.get("small")
        self.controls = tuple(c for c in type(self).controls if (c.name in SMALL if small else c.name != "axis"))
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

    def presses(self) -> int:
        """How often the bars must be magnified tenfold until that of word 2 shows."""
        return next((n for n in range(ZOOMS) if self.norms()[min(2, self.target, self.length) - 1] * 10.0**n >= SEEN), ZOOMS)

    def _is_true(self) -> bool:
        """Whether the bars stand at their true lengths."""
        return self.small and self.axis == "true"

    def said(self) -> Said:
        words, t, norms = self.sentences[self.length - 1], min(self.target, self.length), self.norms()
        first, last, whole = norms[0], norms[-1], self.at("whole")[t - 1]
        told = {"t": t, "count": t, "first_word": words[0], "first": first, "last_word": words[t - 1], "last": last}
        if self._is_true():
            k, zoom = min(2, t), self.zoom
            norm = norms[k - 1]
            key = "true_shows" if norm * 10.0**zoom >= SEEN else "true_hidden"
            yield self.say(key, zoom=zoom, word=words[k - 1], norm=norm, ratio=last / norm if norm else math.inf, **told)
            if SEEN <= norm * 10.0**zoom <= 1 < last * 10.0**zoom:
                yield self.words["true_past"]
        else:
            compared = min(first, last) > 0 and math.isfinite(max(first, last))
            key = "shows_one" if t == 1 else "shows" if compared else "shows_plain"
            yield self.say(key, ratio=first / last if compared else 0.0, whole=whole, **told)
        if self.step <= t and not self.small:  # not yet all terms
            key = f"written_{self.step if self.step < 2 else 'n'}"
            yield self.say(key, step=self.step, steps=t + 1, written=self.step - 1, **told)
        if 1 < (k := self.lit_edge) <= t:
            yield self.say("lit_edge_one" if k == 2 else "lit_edge", k=k, before=k - 1, norm=self.at("jacobians")[k - 1])
        elif 1 <= (k := self.lit) <= t and self.small:  # what a Jacobian and a share are is said later
            yield self.say("lit_small", k=k, word=words[k - 1], norm=norms[k - 1])
        elif max(1, t - self.step + 2) <= k <= t:  # its row is written out
            share = fixed(100 * self.at("shares")[t - 1, k - 1], 1)
            factors = self.say("factors_none" if k == t else "factors_one" if k == t - 1 else "factors_n", n=t - k)
            yield self.say("lit", k=k, word=words[k - 1], factors=factors, norm=norms[k - 1], share=share)
        if not self.small:
            yield from self.said_of_axis()

    def axis_of_still(self) -> Axis:
        return true_to_scale(-self.zoom) if self._is_true() else super().axis_of_still()

    def still(self) -> Bars:
        words = self.sentences[self.length - 1]
        bars = [(self.say("bar", k=k, word=words[k - 1]), norm) for k, norm in enumerate(self.norms(), start=1)]
        return bars[::-1]  # newest first, as in the equation
