"""Notebook 03: the norms of all terms of all token losses at once."""

from collections.abc import Iterator

import numpy as np
import traitlets

from ..basics.text import say
from ..tasks import vocabulary
from . import sentence_net
from .base import Control, Count, Explorer, Grid, Place, fixed


class Ledger(Explorer):
    """A cell for each token t (row) and each word k (column): the norm of term k in dL_t/dW, or its signed share.

    Settings: `weight_scale` (0.1 to 10), `activation`, `length` (1 to 12), `wrt` ("W_x", "W_hh"), `view` ("norms",
    "shares"), `cell` ([t, k] of the cell that is read out, counted from 1; [0, 0] for none).
    """

    name = "ledger"
    weight_scale = Grid(sentence_net.SCALES, 1.0).tag(sync=True)
    activation = traitlets.Enum(sentence_net.ACTIVATIONS, "tanh").tag(sync=True)
    length = Count(1, 12, 11).tag(sync=True)
    wrt = traitlets.Enum(("W_x", "W_hh"), "W_x").tag(sync=True)
    view = traitlets.Enum(("norms", "shares"), "norms").tag(sync=True)
    cell = Place(12).tag(sync=True)
    sentences = traitlets.List(read_only=True).tag(sync=True)
    controls = (
        Control("length", "slider", sentence_net.LENGTHS),
        Control("weight_scale", "slider", sentence_net.SCALES),
        Control("activation", "choice", sentence_net.ACTIVATIONS),
        Control("wrt", "choice", ("W_x", "W_hh")),
        Control("view", "choice", ("norms", "shares")),
    )

    @traitlets.default("sentences")
    def _fresh_sentences(self):
        return sentence_net.sentences()

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        for n, sentence in vocabulary.SENTENCES.items():
            for wrt in ("W_x", "W_hh"):
                arrays = sentence_net.read(sentence, wrt)
                yield {f"{name}_{wrt}{n}": arrays[name] for name in ("ledger", "shares", "whole")}

    def _at(self, name: str) -> np.ndarray:
        row = sentence_net.row(self.activation, self.weight_scale)
        return self._arrays[f"{name}_{self.wrt}{self.length}"][row].astype(float)

    def sentence(self) -> str:
        n, words = self.length, self.sentences[self.length - 1]
        norms, shares, whole = self._at("ledger"), self._at("shares"), self._at("whole")
        cells, against = n * (n + 1) // 2, int((shares < 0).sum())
        ends = {"first_share": _percent(shares[-1, 0]), "last_share": _percent(shares[-1, -1])}
        if self.view == "shares":
            text = self.say("shows_shares", cells=cells, against=against, **ends)
        else:
            ends |= {"first": say(norms[-1, 0]), "last": say(norms[-1, -1])}
            text = self.say("shows", cells=cells, norms=say(norms[-1].sum()), whole=say(whole[-1]), **ends)
        t, k = self.cell
        if 1 <= k <= t <= n:
            values = {"norm": say(norms[t - 1, k - 1]), "share": _percent(shares[t - 1, k - 1])}
            text += " " + self.say("cell", t=t, target=words[t - 1], k=k, word=words[k - 1], **values)
        return text

    def still(self) -> list[tuple[str, float]]:
        words = self.sentences[self.length - 1]
        return [(self.say("bar", word=word), float(norm)) for word, norm in zip(words, self._at("ledger")[-1])]


def _percent(share: float) -> str:
    return fixed(100 * share, 1)
