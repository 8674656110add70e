"""Notebook 01: the loss of a sentence, token by token."""

import math

from ..tasks import vocabulary
from ..tasks.english import VERBS
from . import sentence_net
from .base import Bars, Choice, Parts, Said


class TokenLosses(sentence_net.SentenceExplorer):
    """Bars of L_t for a sentence of 1 to 12 words, as a sum or a mean, over every token or the verb alone."""

    name = "token_losses"
    still_axis = "nats"
    facts = sentence_net.SentenceExplorer.facts | {"guess": math.log(len(vocabulary.VOCABULARY))}
    combine = Choice(("sum", "mean"))
    counted = Choice(("all", "verb"))

    def parts(self) -> Parts:
        for n, sentence in vocabulary.SENTENCES.items():
            yield {f"losses{n}": sentence_net.read(sentence)["losses"]}

    def token_losses(self) -> list[tuple[str, str, float]]:
        """(word just read, next word, loss) of each token that counts."""
        words = self.sentences[self.length - 1]
        found = zip(words, [*words[1:], "."], self.at("losses").tolist())
        return [token for token in found if self.counted == "all" or token[1] in VERBS]

    def said(self) -> Said:
        tokens = self.token_losses()
        if not tokens:
            yield self.say("shows_none")
            return
        total = sum(loss for _, _, loss in tokens) / (len(tokens) if self.combine == "mean" else 1)
        word, _, most = max(tokens, key=lambda token: token[2])
        yield self.say(f"shows_{self.combine}", n=len(tokens), total=total, word=word, most=most)

    def still(self) -> Bars:
        return [(self.say("after", word=word, next=following), loss) for word, following, loss in self.token_losses()]
