"""Notebook 01: the loss of a sentence, token by token."""

import math
from collections.abc import Iterator

import numpy as np
import traitlets

from ..basics.text import say
from ..tasks import vocabulary
from . import sentence_net
from .base import Control, Count, Explorer, Grid

VERBS = ("was", "were")


class TokenLosses(Explorer):
    """Bars of L_t for a sentence of 1 to 12 words, as a sum or a mean, over every token or the verb alone.

    Settings: `weight_scale` (0.1 to 10), `activation`, `length` (1 to 12), `combine` ("sum", "mean"), `counted`
    ("all", "verb").
    """

    name = "token_losses"
    still_axis = "nats"
    weight_scale = Grid(sentence_net.SCALES, 1.0).tag(sync=True)
    activation = traitlets.Enum(sentence_net.ACTIVATIONS, "tanh").tag(sync=True)
    length = Count(1, 12, 4).tag(sync=True)
    combine = traitlets.Enum(("sum", "mean"), "sum").tag(sync=True)
    counted = traitlets.Enum(("all", "verb"), "all").tag(sync=True)
    sentences = traitlets.List(read_only=True).tag(sync=True)
    guess = traitlets.Float(math.log(len(vocabulary.VOCABULARY)), read_only=True).tag(sync=True)
    controls = (
        Control("length", "slider", sentence_net.LENGTHS),
        Control("weight_scale", "slider", sentence_net.SCALES),
        Control("activation", "choice", sentence_net.ACTIVATIONS),
        Control("combine", "choice", ("sum", "mean")),
        Control("counted", "choice", ("all", "verb")),
    )

    @traitlets.default("sentences")
    def _fresh_sentences(self):
        return sentence_net.sentences()

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        for n, sentence in vocabulary.SENTENCES.items():
            yield {f"losses{n}": sentence_net.read(sentence)["losses"]}

    def targets(self) -> list[str]:
        """The word that should come next, after each word."""
        return [*self.sentences[self.length - 1][1:], "."]

    def token_losses(self) -> list[tuple[str, str, float]]:
        """(word just read, next word, loss) of each token that counts."""
        losses = self._arrays[f"losses{self.length}"][sentence_net.row(self.activation, self.weight_scale)]
        words = self.sentences[self.length - 1]
        found = zip(words, self.targets(), losses.tolist())
        return [token for token in found if self.counted == "all" or token[1] in VERBS]

    def sentence(self) -> str:
        tokens = self.token_losses()
        if not tokens:
            return self.say("shows_none")
        total = sum(loss for _, _, loss in tokens) / (len(tokens) if self.combine == "mean" else 1)
        word, _, most = max(tokens, key=lambda token: token[2])
        return self.say(f"shows_{self.combine}", n=len(tokens), total=say(total), word=word, most=say(most))

    def still(self) -> list[tuple[str, float]]:
        return [(self.say("after", word=word, next=following), loss) for word, following, loss in self.token_losses()]
