"""A long result as a recipe: one function, and the list of settings that it is called with.

A run gets one dict of settings, all of them numbers, words, lists and None, and returns a dict of the same kind. So every
run can be sent to any machine, kept as a few lines of JSON, and done again.
"""

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable
from typing import NamedTuple

Settings = dict
Result = dict


class Recipe(NamedTuple):
    """name: of the recipe and its files. question: what it answers. run: settings -> result. runs: the settings, one each."""

    name: str
    question: str
    run: Callable[[Settings], Result]
    runs: list[Settings]


def grid(**choices: Iterable) -> list[Settings]:
    """Every combination of the choices: grid(d=(5, 10), seed=range(3)) are six settings."""
    names, values = tuple(choices), [list(options) for options in choices.values()]
    return [dict(zip(names, chosen)) for chosen in itertools.product(*values)]


def key(settings: Settings) -> str:
    """A short name for these settings, the same on every machine: the file name of their result."""
    text = json.dumps(settings, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
