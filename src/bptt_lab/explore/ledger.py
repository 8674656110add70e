"""Notebook 03: the norms of all terms of all token losses at once."""

from ..tasks import vocabulary
from . import sentence_net
from .base import Bars, Choice, Grid, Parts, PointedCell, Said, fixed


class Ledger(sentence_net.SentenceExplorer):
    """A cell for each token t (row) and each word k (column): the norm of term k in dL_t/dW, or its signed share.

    `cell` is the [t, k] of the cell that is read out, counted from 1; [0, 0] for none.
    """

    name = "ledger"
    length = Grid(sentence_net.LENGTHS, 11)
    wrt = Choice(("W_x", "W_hh"))
    view = Choice(("norms", "shares"))
    cell = PointedCell(range(13), [0, 0])

    def parts(self) -> Parts:
        for n, sentence in vocabulary.SENTENCES.items():
            for wrt in ("W_x", "W_hh"):
                arrays = sentence_net.read(sentence, wrt)
                yield {f"{name}_{wrt}{n}": arrays[name] for name in ("ledger", "shares", "whole")}

    def said(self) -> Said:
        n, words = self.length, self.sentences[self.length - 1]
        norms, shares, whole = (self.at(f"{name}_{self.wrt}") for name in ("ledger", "shares", "whole"))
        percent = [[fixed(100 * share, 1) for share in row] for row in shares]
        shown = {"cells": n * (n + 1) // 2, "first_share": percent[-1][0], "last_share": percent[-1][-1]}
        if self.view == "shares":
            yield self.say("shows_shares", against=int((shares < 0).sum()), **shown)
        else:
            yield self.say("shows", first=norms[-1, 0], last=norms[-1, -1], norms=norms[-1].sum(), whole=whole[-1], **shown)
        t, k = self.cell
        if 1 <= k <= t <= n:
            values = {"norm": norms[t - 1, k - 1], "share": percent[t - 1][k - 1]}
            yield self.say("cell", t=t, target=words[t - 1], k=k, word=words[k - 1], **values)

    def still(self) -> Bars:
        last = self.at(f"ledger_{self.wrt}")[-1].tolist()
        return [(self.say("bar", word=word), norm) for word, norm in zip(self.sentences[self.length - 1], last)]
