"""Was or were in real English: the verbs of a book, to be guessed from the words before them.

    where is he who was        the kings who were        when the sun was

The text is `data/english.txt.gz`; what it is and whose stands in `data/README.md`. The last word alone says much. `baselines`
says how much. Sentences are cut at . ! ? ; and :, and verbs with more than LONGEST words before them are left out.
"""

import gzip
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from ..basics import checks
from ..model import SequenceModel, check_fits
from .task import Batch, Task, one_hot

VERBS = ("was", "were")
LONGEST = 20  # words before the verb
OFTEN = 20  # a word that training sentences have less often is known by its ending alone
NOTHING, OTHER, ENDING_IN_S = ".", "-", "-s"  # what fills the steps after a shorter sentence, and rarer words
EVERY = 5  # every fifth sentence is kept for the test


class Prefixes(NamedTuple):
    """Words before a verb, and the verb. words (n, LONGEST) are numbers of `vocabulary`, length (n,), were (n,) 0 or 1."""

    words: np.ndarray
    length: np.ndarray
    were: np.ndarray

    @property
    def last(self) -> np.ndarray:
        """The number of the word right before the verb, (n,)."""
        return self.words[np.arange(len(self.length)), self.length - 1]

    def cut(self, words: int) -> "Prefixes":
        """The same with only the last so many words before each verb."""
        length = np.minimum(self.length, words)
        steps = np.arange(LONGEST)[None] + (self.length - length)[:, None]
        kept = np.take_along_axis(self.words, np.minimum(steps, LONGEST - 1), axis=1)
        return Prefixes(np.where(np.arange(LONGEST) < length[:, None], kept, 0), length, self.were)


class English(Task):
    """Guess *was* or *were* from the 1 to 20 words before it, in sentences that people wrote.

    Four of five sentences are for training, and batches are drawn from them. Every fifth is for the test: `score` looks at
    those alone. x is one-hot over `vocabulary`, with one entry for all rare words that end in s and one for the other rare
    words. Shorter sentences of a batch are followed by full stops, without a loss.
    """

    outputs, output_size, loss, length = VERBS, len(VERBS), "cross_entropy", LONGEST

    def __init__(self):
        self.vocabulary, self.train, self.test = _read()
        self.input_size = len(self.vocabulary)

    def __repr__(self) -> str:
        return "English()"

    def _batch(self, size: int, rng: np.random.Generator) -> Batch:
        return self._sequences(self.train, rng.integers(len(self.train.were), size=size))

    def _judged(self, size: int, rng: np.random.Generator) -> Batch:
        return self._sequences(self.test, rng.integers(len(self.test.were), size=size))

    def _sequences(self, part: Prefixes, chosen) -> Batch:
        at, B = part.length[chosen] - 1, len(chosen)
        targets, mask = np.zeros((LONGEST, B), np.intp), np.zeros((LONGEST, B), bool)
        targets[at, np.arange(B)], mask[at, np.arange(B)] = part.were[chosen], True
        return one_hot(part.words[chosen].T, self.input_size), targets, mask

    def right(self, model: SequenceModel, words: int = LONGEST) -> np.ndarray:
        """Whether a model guesses the verb of each test sentence, (n,), if it is shown only so many words before it."""
        check_fits(model, self)
        part, found = self.test.cut(checks.count("words", words)), []
        for chosen in np.array_split(np.arange(len(part.were)), 8):
            x, targets, mask = self._sequences(part, chosen)
            y = model.forward(x, targets, mask).y[part.length[chosen] - 1, np.arange(len(chosen))]
            found.append(y.argmax(axis=1) == part.were[chosen])
        return np.concatenate(found)

    def last_word_right(self) -> np.ndarray:
        """Whether the last word alone gives the verb of each test sentence, (n,)."""
        return last_word_guess(self.train.last, self.train.were, self.test.last) == self.test.were

    def baselines(self) -> dict[str, float]:
        """The accuracy in the test of always saying the commoner verb, and of going by the last word alone."""
        right = self.test.were == (2 * self.train.were.mean() > 1)
        return {"the commoner verb": float(right.mean()), "last word": float(self.last_word_right().mean())}

    def encode(self, text: str) -> np.ndarray:
        """One-hot rows, (T, V), of words in any case; words that `vocabulary` does not have are taken by their ending."""
        if not isinstance(text, str) or not text.split():
            raise checks.error("text", repr(text), "at least one word")
        return one_hot(_numbers(text.lower().split(), {word: i for i, word in enumerate(self.vocabulary)}), self.input_size)


def last_word_guess(last: np.ndarray, were: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The verb that followed each word of `new` (m,) more often in training, where `last` (n,) had `were` (n,): 0 or 1, (m,).

    After a word that training never had there: the commoner verb of all. *was*, 0, where both are as common.
    """
    n = 1 + max(last.max(), new.max())
    times, followed = np.bincount(last, minlength=n), np.bincount(last, were, n)
    return np.where(times > 0, 2 * followed > times, 2 * were.mean() > 1)[new].astype(np.intp)


def _numbers(words: list[str], index: dict[str, int]) -> np.ndarray:
    return np.array([index[word] if word in index else index[ENDING_IN_S if word.endswith("s") else OTHER] for word in words])


@cache
def _read() -> tuple[tuple[str, ...], Prefixes, Prefixes]:
    """The vocabulary, the training sentences and the test sentences."""
    packed = (files("bptt_lab.tasks") / "data" / "english.txt.gz").read_bytes()
    sentences = [line.split() for line in gzip.decompress(packed).decode().splitlines()]
    train, test = [s for i, s in enumerate(sentences) if i % EVERY], sentences[::EVERY]
    counts = Counter(word for sentence in train for word in sentence)
    vocabulary = (NOTHING, OTHER, ENDING_IN_S, *sorted(word for word, n in counts.items() if n >= OFTEN))
    index = {word: i for i, word in enumerate(vocabulary)}
    return vocabulary, _prefixes(train, index), _prefixes(test, index)


def _prefixes(sentences: list[list[str]], index: dict[str, int]) -> Prefixes:
    """Every verb of the sentences with 1 to LONGEST words before it."""
    rows = [(s, at) for s in sentences for at in range(1, min(len(s), LONGEST + 1)) if s[at] in VERBS]
    words = np.zeros((len(rows), LONGEST), np.intp)  # NOTHING is word 0
    for row, (sentence, at) in zip(words, rows):
        row[:at] = _numbers(sentence[:at], index)
    return Prefixes(words, np.array([at for _, at in rows]), np.array([VERBS.index(s[at]) for s, at in rows]))
