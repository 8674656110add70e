"""Notebook 05: was or were, word by word, as trained nets read a sentence that the learner builds."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import traitlets

from .. import train
from ..basics import checks, overflow
from ..cells import GatedCell, GRUCell, LSTMCell, RNNCell
from ..model import SequenceModel, losses
from ..tasks import Agreement, agreement, vocabulary
from .base import Bars, Explorer, Grid, Parts, Said, Text, as_sent, fixed
from .sentence_net import HALF_THE_SCALES as SCALES

MOST_WORDS, MOST_NETS = 40, 4
VOCABULARY = vocabulary.VOCABULARY
NUMBER_OF = agreement.number_of_nouns()  # noun -> the verb that agrees with it
VERBS = ("was", "were")
KINDS: dict[type, str] = {LSTMCell: "lstm", GRUCell: "gru", GatedCell: "gated"}  # the names of their colours
EXAMPLES = tuple(vocabulary.WORDS["examples"])


class WordByWord(Explorer):
    """How likely trained nets hold *was* and *were* to be next, after each word of a sentence of up to 40 words.

    nets: up to four models by name, trained on `tasks.Agreement`, with a class for each verb or for every word; without any,
    three small ones are trained on the spot. `text` is the sentence, in the words of `tasks.vocabulary`; `read` how many of its
    words are read; `weight_scale` multiplies W_hh of the trained nets. A text that cannot be read leaves the last sentence on
    show, and `complaint` says why.
    """

    name = "word_by_word"
    still_axis = "shares"
    asks_python = True
    text = Text(EXAMPLES).tag(asks_python=True)
    read = Grid(range(1, MOST_WORDS + 1), MOST_WORDS)
    weight_scale = Grid(SCALES, 1.0)
    complaint = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(self, nets: Mapping[str, SequenceModel] | None = None, **settings):
        self._nets = _checked(trained() if nets is None else nets)
        sentences = [example.split() for example in EXAMPLES]
        self._examples = as_sent(np.stack([probabilities(net, sentences) for net in self._nets.values()], axis=1))
        kinds = [KINDS.get(type(net.cell), "plain") for net in self._nets.values()]
        self.facts = {"vocabulary": list(VOCABULARY), "number_of": NUMBER_OF, "names": list(self._nets), "kinds": kinds}
        super().__init__(**settings)

    def words_on_show(self) -> list[str]:
        """The words of the last text that could be read."""
        return [VOCABULARY[int(i)] for i in self.arrays["typed_words"] if i >= 0]

    def parts(self, text) -> Parts:
        readable = EXAMPLES[0] if self._complaint(text) and not self._arrays else text
        if not self._complaint(readable):
            numbers = np.array(vocabulary.indices(readable), dtype=float)
            words = [VOCABULARY[int(i)] for i in numbers]
            typed = [probabilities(net, [words])[0] for net in self._nets.values()]
            padded = np.pad(numbers, (0, MOST_WORDS - len(words)), constant_values=-1.0)
            yield {"typed": np.stack(typed), "typed_words": padded, "examples": self._examples}

    def _send_table(self, arrays, of) -> None:
        with self.hold_sync():  # why a text was not read belongs to what is shown
            self.set_trait("complaint", self._complaint(of["text"]))
            super()._send_table(arrays, of)

    def _complaint(self, text: str) -> str:
        """Why the text cannot be read, in words; "" if it can."""
        if not text.split():
            return self.say("empty")
        if unknown := vocabulary.unknown(text):
            word, near = unknown
            hint = self.say("near", near=" or ".join(f"“{other}”" for other in near)) if near else self.say("see_words")
            return self.say("unknown", word=word[:30], hint=hint)
        n = len(vocabulary.indices(text))
        return self.say("too_long", n=n, most=MOST_WORDS) if n > MOST_WORDS else ""

    def says(self) -> dict[str, tuple[str, float]]:
        """What each net holds for likelier after the words that are read, and how likely: name -> (verb, probability)."""
        word, (s,) = min(self.read, len(self.words_on_show())) - 1, self.places("weight_scale")
        pairs = self.look_up("typed")[:, s, word].tolist()
        return {name: (VERBS[int(were > was)], max(was, were)) for name, (was, were) in zip(self._nets, pairs)}

    def said(self) -> Said:
        if self.complaint:
            yield self.complaint
        words = self.words_on_show()
        r = min(self.read, len(words))
        says = [{"name": name, "verb": verb, "chance": fixed(100 * share, 0)} for name, (verb, share) in self.says().items()]
        told = "; ".join(self.say("says", **one) for one in says)
        yield self.say("shows", r=r, T=len(words), word=words[r - 1], told=told)
        k = next((i for i, word in enumerate(words[:r]) if word in NUMBER_OF), None)
        if k is None:
            yield self.say("no_noun")
        else:
            yield self.say("right", noun=words[k], lag=r - 1 - k, verb=NUMBER_OF[words[k]])

    def still(self) -> Bars:
        return [(self.say("bar", name=name, verb=verb), share) for name, (verb, share) in self.says().items()]


def probabilities(net: SequenceModel, sentences: list[list[str]]) -> np.ndarray:
    """(N, scales, MOST_WORDS, 2): the probabilities of *was* and *were* after each word, W_hh times each of SCALES."""
    N, S, T = len(sentences), len(SCALES), max(map(len, sentences))
    texts = [" ".join(words + ["."] * (T - len(words))) for words in sentences]
    x = np.repeat(np.stack([vocabulary.encode(text) for text in texts], axis=1), S, axis=1)
    with overflow.quietly():
        y = net.forward(x, np.zeros((T, N * S), np.intp), scales=np.tile(SCALES, N)).y
    verbs = (0, 1) if net.output_size == len(VERBS) else vocabulary.indices(" ".join(VERBS))
    found = np.zeros((N, S, MOST_WORDS, 2))
    found[:, :, :T] = losses.probabilities(y)[:, :, verbs].reshape(T, N, S, 2).transpose(1, 2, 0, 3)
    return found


@lru_cache(maxsize=1)
def trained() -> dict[str, SequenceModel]:
    """Three nets of 32 units, trained now, in a second or two, by plain gradient descent at 0.5 with PyTorch's start."""
    short, long = Agreement(distance=(0, 5)), Agreement(distance=(15, 25))
    start, size = {"init": "uniform", "seed": 0}, (len(VOCABULARY), 32)
    nets = {}
    for name, cell, task, steps in (
        ("tanh, d ≤ 5", RNNCell(*size, **start), short, 600),
        ("tanh, d = 15–25", RNNCell(*size, **start), long, 600),
        ("LSTM, d ≤ 5", LSTMCell(*size, gate_bias=2.0, **start), short, 500),
    ):
        nets[name] = SequenceModel(cell, task.output_size)
        train.fit(nets[name], task, steps, progress=False)
    return nets


def _checked(nets) -> dict[str, SequenceModel]:
    if not isinstance(nets, Mapping) or not 1 <= len(nets) <= MOST_NETS:
        raise checks.error("nets", repr(nets), f"a dict of one to {MOST_NETS} models by name")
    for name, net in nets.items():
        sizes = (net.cell.input_size, net.output_size) if isinstance(net, SequenceModel) else None
        V = len(VOCABULARY)
        if sizes not in ((V, len(VERBS)), (V, V)) or net.loss != "cross_entropy":
            raise checks.error(f"nets[{name!r}]", sizes or type(net).__name__, "a model trained on `tasks.Agreement`")
    return {str(name): net for name, net in nets.items()}
