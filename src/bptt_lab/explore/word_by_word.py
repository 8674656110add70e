"""Notebook 05: was or were, word by word, as trained nets read a sentence that the learner builds."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
import traitlets

from .. import train
from ..basics import checks, overflow
from ..cells import GatedCell, GRUCell, LSTMCell, RNNCell
from ..model import SequenceModel, losses
from ..tasks import Agreement, agreement, vocabulary
from . import sentence_net
from .base import Control, Count, Explorer, Grid, as_sent, fixed

SCALES = sentence_net.SCALES[::2]
MOST_WORDS, MOST_NETS = 40, 4
VOCABULARY = vocabulary.VOCABULARY
NUMBER_OF = agreement.number_of_nouns()  # noun -> the verb that agrees with it
VERBS = ("was", "were")
EXAMPLES = (
    "the cats that I saw earlier this morning",
    "the cat that I saw earlier this morning",
    "the cats",
    "the cats near the old house",
    "the cat near the old houses",
    "the cats that I saw near the old house that the bird liked beside the quiet river with the friend earlier this morning",
    "the cat that I saw near the old houses that the birds liked beside the quiet rivers with the friends earlier this morning",
)


class WordByWord(Explorer):
    """How likely trained nets hold *was* and *were* to be next, after each word of a sentence of up to 40 words.

    nets: up to four models by name, trained on `tasks.Agreement`, with a class for each verb or for every word; without any,
    three small ones are trained on the spot. Settings: `text`, the sentence, in the words of `tasks.vocabulary`; `read`, how
    many of its words are read; `weight_scale` (0.1 to 10), which multiplies W_hh of the trained nets. A text that cannot be
    read leaves the last sentence on show, and `complaint` says why.
    """

    name = "word_by_word"
    still_axis = "shares"
    asks_python = True
    text = traitlets.Unicode(EXAMPLES[0]).tag(sync=True)
    read = Count(1, MOST_WORDS, MOST_WORDS).tag(sync=True)
    weight_scale = Grid(SCALES, 1.0).tag(sync=True)
    complaint = traitlets.Unicode(read_only=True).tag(sync=True)
    names = traitlets.List(read_only=True).tag(sync=True)
    kinds = traitlets.List(read_only=True).tag(sync=True)
    vocabulary = traitlets.List(list(VOCABULARY), read_only=True).tag(sync=True)
    number_of = traitlets.Dict(NUMBER_OF, read_only=True).tag(sync=True)
    controls = (
        Control("text", "menu", EXAMPLES),
        Control("read", "slider", tuple(range(1, MOST_WORDS + 1))),
        Control("weight_scale", "slider", SCALES),
    )

    def __init__(self, nets: Mapping[str, SequenceModel] | None = None, **settings):
        self._nets = _checked(trained() if nets is None else nets)
        self._words = EXAMPLES[0].split()
        self._examples: np.ndarray | None = None
        super().__init__(**settings)
        self.set_trait("names", list(self._nets))
        self.set_trait("kinds", [_kind(net.cell) for net in self._nets.values()])
        self.observe(lambda _: self.refresh(), "text")

    def words_on_show(self) -> list[str]:
        """The words of the last text that could be read."""
        return list(self._words)

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        complaint = self._complaint()
        self.set_trait("complaint", complaint)
        if not complaint:
            self._words = [VOCABULARY[i] for i in vocabulary.indices(self.text)]
        numbers = np.full(MOST_WORDS, -1.0)
        numbers[: len(self._words)] = vocabulary.indices(" ".join(self._words))
        own = np.stack([probabilities(net, [self._words])[0] for net in self._nets.values()])
        yield {"own": own, "own_words": numbers}
        if self._examples is None:
            sentences = [text.split() for text in EXAMPLES]
            self._examples = as_sent(np.stack([probabilities(net, sentences) for net in self._nets.values()], axis=1))
        yield {"examples": self._examples}

    def _complaint(self) -> str:
        """Why the text cannot be read, in words; "" if it can."""
        if not self.text.split():
            return self.say("empty")
        if unknown := vocabulary.unknown(self.text):
            word, near = unknown
            hint = self.say("near", near=" or ".join(f"“{other}”" for other in near)) if near else self.say("see_words")
            return self.say("unknown", word=word[:30], hint=hint)
        n = len(vocabulary.indices(self.text))
        return self.say("too_long", n=n, most=MOST_WORDS) if n > MOST_WORDS else ""

    def says(self) -> dict[str, tuple[str, float]]:
        """What each net holds for likelier after the words that are read, and how likely: name -> (verb, probability)."""
        at = SCALES.index(self.weight_scale), min(self.read, len(self._words)) - 1
        own = self._arrays["own"].astype(float)
        pairs = [own[(i, *at)] for i in range(len(self._nets))]
        return {name: (VERBS[int(were > was)], float(max(was, were))) for name, (was, were) in zip(self._nets, pairs)}

    def sentence(self) -> str:
        words, r = self._words, min(self.read, len(self._words))
        told = "; ".join(
            self.say("says", name=name, verb=verb, chance=fixed(100 * share, 0)) for name, (verb, share) in self.says().items()
        )
        text = self.say("shows", r=r, T=len(words), word=words[r - 1], told=told)
        k = next((i for i, word in enumerate(words[:r]) if word in NUMBER_OF), None)
        if k is None:
            text += " " + self.say("no_noun")
        else:
            text += " " + self.say("right", noun=words[k], lag=r - 1 - k, verb=NUMBER_OF[words[k]])
        return f"{self.complaint} {text}" if self.complaint else text

    def still(self) -> list[tuple[str, float]]:
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


def _kind(cell) -> str:
    """The name of the colour of a cell."""
    return {LSTMCell: "lstm", GRUCell: "gru", GatedCell: "gated"}.get(type(cell), "plain")


def _checked(nets) -> dict[str, SequenceModel]:
    if not isinstance(nets, Mapping) or not 1 <= len(nets) <= MOST_NETS:
        raise checks.error("nets", repr(nets), f"a dict of one to {MOST_NETS} models by name")
    for name, net in nets.items():
        sizes = (net.cell.input_size, net.output_size) if isinstance(net, SequenceModel) else None
        V = len(VOCABULARY)
        if sizes not in ((V, len(VERBS)), (V, V)) or net.loss != "cross_entropy":
            raise checks.error(f"nets[{name!r}]", sizes or type(net).__name__, "a model trained on `tasks.Agreement`")
    return {str(name): net for name, net in nets.items()}
