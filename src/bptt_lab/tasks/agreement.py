"""Was or were: the verb agrees with a subject that stands some words back.

A sentence is *the*, a subject, d words, the verb, and an end:

    the  cats  that I saw earlier this morning  were  very hungry .

The d words are whole phrases of a small grammar, put together so that they are exactly d. They hold other nouns, the
*attractors*, whose number may differ from the subject's; whoever listens to the nearest noun is misled.
"""

from collections.abc import Callable

import numpy as np

from ..basics import checks
from ..basics.one_hot import OneHot
from ..model import SequenceModel
from .task import Drawn, Task
from .vocabulary import VOCABULARY, WORDS, decode, encode

_PLURALS = {"child": "children", "was": "were"}
_CLASSES: dict[str, str] = WORDS["classes"]  # where the number matters, the singular words
_WITH_NUMBER = ("SUBJECT", "VERB", "NOUN", "SOMEONE")
_OPENERS, _FOLLOWERS, _CLOSERS, _END = WORDS["phrases"].values()

SUBJECT = 1  # the step that reads the subject: word 2, after "the"
_WERE = VOCABULARY.index("were")
_TEMPLATES = 64  # different orders of phrases for each distance
LONGEST = 1000


class Agreement(Task):
    """Sentences whose verb, *was* or *were*, agrees with a subject d words before it; half have a plural subject.

    distance: d, from 0 to 1000, or (lo, hi) for a d of its own in each sentence. attractors: the share of the nouns
    between subject and verb whose number is the opposite of the subject's; at 0.5 they tell nothing about it. x is one-hot
    over `vocabulary`. targets: "verb", a loss for the verb alone, with two classes, *was* and *were*; or "all", one for
    every next word, with a class for each word of `vocabulary` (a language model). `outputs` names the classes, `was` and
    `were` are the numbers of those two. Shorter sentences of a batch are followed by full stops, without a loss.
    """

    vocabulary = VOCABULARY
    input_size = len(VOCABULARY)
    loss = "cross_entropy"

    def __init__(self, distance: int | tuple[int, int] = 20, attractors: float = 0.5, targets: str = "verb"):
        given = distance if isinstance(distance, tuple | list) else (distance, distance)
        ends = tuple(checks.index("distance", d, LONGEST + 1) for d in given)
        if len(ends) != 2 or ends[0] > ends[1]:
            raise checks.error("distance", repr(distance), "a whole number, or two of them, (lo, hi) with lo ≤ hi")
        low, high = ends
        self.distance = ends if given is distance else low
        self.attractors = checks.number("attractors", attractors)
        if not 0 <= self.attractors <= 1:
            raise checks.error("attractors", attractors, "a share from 0 to 1")
        self.targets = checks.choice("targets", targets, ("verb", "all"))
        self.outputs = ("was", "were") if targets == "verb" else VOCABULARY
        self.output_size = len(self.outputs)
        self.was, self.were = self.outputs.index("was"), self.outputs.index("were")
        self.length = high + (2 if targets == "verb" else 5)
        self._low = low
        # A row of class numbers for each template, _TEMPLATES of them for each distance.
        self._templates = np.concatenate([_templates(d, self.length + 1) for d in range(low, high + 1)])

    def __repr__(self) -> str:
        return f"Agreement(distance={self.distance}, attractors={self.attractors:g}, targets={self.targets!r})"

    def _batch(self, size: int, rng: np.random.Generator) -> Drawn:
        words, verb_at = self._draw(size, rng)
        x, targets, steps = OneHot(words[:-1], self.input_size), words[1:], np.arange(self.length)[:, None]
        if self.targets == "all":
            return x, targets, steps < verb_at + 3
        return x, (targets == _WERE).astype(np.intp), steps == verb_at - 1

    def _draw(self, size, rng):
        """The words' numbers, (T + 1, size), and the step at which each sentence has its verb, (size,)."""
        template = rng.integers(len(self._templates), size=size)
        distance = self._low + template // _TEMPLATES
        classes = self._templates[template].T
        plural = (np.arange(size) + rng.integers(2)) % 2
        word, attracts = rng.random((2, *classes.shape))
        number = plural ^ ((attracts < self.attractors) & _ATTRACTS[classes])
        words = _MEMBERS[_FIRST[classes, number] + (word * _SIZE[classes]).astype(np.intp)]
        return words, distance + 2

    def _points(self, model: SequenceModel, x: np.ndarray | OneHot, targets: np.ndarray, mask: np.ndarray) -> float:
        """The share of the sentences where the right one of *was* and *were* is the likelier, also after "all"."""
        verb = mask & ((targets == self.was) | (targets == self.were))
        y, targets = model.forward(x, targets, verb).y[verb], targets[verb]
        return float(((y[:, self.were] > y[:, self.was]) == (targets == self.were)).mean())

    def sentences(self, n: int, seed: int = 0) -> list[str]:
        """n sentences of this task as text, up to and with their verb."""
        words, verb_at = self._draw(checks.count("n", n), np.random.default_rng(checks.seed("seed", seed)))
        return [" ".join(VOCABULARY[word] for word in row[: at + 1]) for row, at in zip(words.T, verb_at)]

    encode, decode = staticmethod(encode), staticmethod(decode)


def _plural(word: str) -> str:
    return _PLURALS.get(word, word + "s")


def _word_tables():
    """Each class, a fixed word being a class of its own: its number, its words, and whether it is an attractor."""
    phrases = " ".join((*_OPENERS, *_FOLLOWERS, *_CLOSERS, _END))
    number = {name: i for i, name in enumerate(dict.fromkeys(("the", ".", *_CLASSES, *phrases.split())))}
    members: list[str] = []
    first, size = np.zeros((len(number), 2), np.intp), np.zeros(len(number), np.intp)
    for name, i in number.items():
        singular = _CLASSES.get(name, name).split()
        size[i], first[i] = len(singular), len(members)
        members += singular
        if name in _WITH_NUMBER:
            first[i, 1] = len(members)
            members += map(_plural, singular)
    attracts = np.array([name in ("NOUN", "SOMEONE") for name in number])
    return number, np.array([VOCABULARY.index(word) for word in members]), first, size, attracts


_NUMBER, _MEMBERS, _FIRST, _SIZE, _ATTRACTS = _word_tables()


def number_of_nouns() -> dict[str, str]:
    """Each noun of the grammar, and the verb that agrees with it."""
    nouns = _CLASSES["NOUN"].split()
    return dict.fromkeys(nouns, "was") | dict.fromkeys(map(_plural, nouns), "were")


def _templates(distance: int, length: int) -> np.ndarray:
    """_TEMPLATES sentences of class numbers, cut or filled with full stops to `length`: the same ones for everybody."""
    rng = np.random.default_rng(distance)
    rows = [f"the SUBJECT {_between(distance, rng)} VERB {_END}".split() for _ in range(_TEMPLATES)]
    return np.array([[_NUMBER[name] for name in (row + ["."] * length)[:length]] for row in rows])


def _between(distance: int, rng: np.random.Generator) -> str:
    """Phrases of together `distance` words, drawn so that each next one still leaves a way to the end."""
    opener, rest = _pick(("", *_OPENERS), distance, lambda left: left >= 0, rng)
    closer, rest = _pick(("", *_CLOSERS), rest, _fills, rng)
    followers = []
    while rest:
        follower, rest = _pick(_FOLLOWERS, rest, _fills, rng)
        followers.append(follower)
    return " ".join((opener, *followers, closer))


def _fills(words: int) -> bool:
    """Whether followers, of three and four words, can make up exactly so many."""
    return words in (0, 3, 4) or words >= 6


def _pick(phrases: tuple[str, ...], words: int, fits: Callable[[int], bool], rng: np.random.Generator) -> tuple[str, int]:
    """One of the phrases that leave a number of `words` that fits, and that number."""
    left = {phrase: words - len(phrase.split()) for phrase in phrases}
    phrase = str(rng.choice([phrase for phrase in phrases if fits(left[phrase])]))
    return phrase, left[phrase]
