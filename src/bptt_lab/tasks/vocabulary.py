"""The words of the course, their one-hot code, and the was/were sentence at each length.

"The cats that I saw earlier this morning were very hungry": whether *was* or *were* comes next hangs on the second word.
"""

import re
import tomllib
from pathlib import Path

import numpy as np

from ..basics import checks

WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
VOCABULARY: tuple[str, ...] = tuple(WORDS["vocabulary"].split())
# One sentence for each length. They end alike; what grows is the distance between the subject and its verb.
SENTENCES: dict[int, str] = {len(sentence.split()): sentence for sentence in WORDS["sentences"]}

_INDEX = {word.lower(): i for i, word in enumerate(VOCABULARY)}
_WORD = re.compile(r"[^\s.]+|\.")


def indices(text: str) -> np.ndarray:
    """The number of each word of `text`, (T,). Case does not matter; a full stop is a word of its own."""
    if not isinstance(text, str):
        raise checks.error("text", type(text).__name__, "a sentence as a string")
    words = _WORD.findall(text)
    if not words:
        raise checks.error("text", repr(text), "at least one word")
    if found := unknown(text):
        word, near = found
        hint = f"Did you mean {' or '.join(near)}?" if near else "See `VOCABULARY` for the words."
        raise checks.error("text", f"the word {word!r}", f"one of the {len(VOCABULARY)} words of the vocabulary", hint)
    return np.array([_INDEX[word.lower()] for word in words])


def unknown(text: str) -> tuple[str, list[str]] | None:
    """The first word of `text` that is not in the vocabulary, and up to three of it that look alike; None if all are known."""
    for word in _WORD.findall(text):
        if word.lower() not in _INDEX:
            import difflib

            return word, difflib.get_close_matches(word.lower(), _INDEX, n=3)
    return None


def encode(text: str) -> np.ndarray:
    """One-hot rows, (T, V): row t has a 1 at the number of word t + 1."""
    return np.eye(len(VOCABULARY))[indices(text)]


def decode(x) -> str:
    """The text of one-hot rows, (T, V), or of any rows: the largest entry names the word. `ValueError` if a row has several."""
    x = checks.array("x", x)
    if x.ndim != 2 or x.shape[1] != len(VOCABULARY):
        raise checks.error("x", f"shape {x.shape}", f"(T, {len(VOCABULARY)})")
    top = x.max(axis=1, keepdims=True)
    if (ties := np.flatnonzero((x == top).sum(axis=1) > 1)).size:
        given = f"a row {ties[0]} whose largest entry, {top[ties[0], 0]:g}, stands more than once"
        raise checks.error("x", given, "one largest entry a row, which names the word", "A row of zeros names none.")
    return " ".join(VOCABULARY[i] for i in x.argmax(axis=1)).replace(" .", ".")


def next_words(text: str) -> np.ndarray:
    """What a language model should say after each word of `text`, (T,): the next word's number, at the end the full stop."""
    return np.append(indices(text)[1:], _INDEX["."])
