"""The language of what people read in explorers, quizzes and checks: a file `xx.json` here for each one beside English.

English stands where it is said, in the code or in a file beside it. A language's file maps it, section by section: the name of
an explorer or of an exercise, "quiz 01", or "checks" for what every check may say. What it does not have stays English.
"""

import json
import os
from functools import cache, partial
from pathlib import Path

from .. import checks

HERE = Path(__file__).parent
ALL = ("en", *sorted(path.stem for path in HERE.glob("*.json")))
ENVIRONMENT = "BPTT_LANGUAGE"
_chosen: str | None = None
known = partial(checks.choice, choices=ALL)  # of an argument's name and its value: the value, if there is such a language


def language(name: str) -> None:
    """Choose the language of explorers, quizzes and checks from now on: "en" or "de". What is on show keeps its own.

    Before the first call it is that of `BPTT_LANGUAGE` in the environment, or else English.
    """
    global _chosen
    _chosen = known("language", name)


def current() -> str:
    """The language in use."""
    return _chosen or known(ENVIRONMENT, os.environ.get(ENVIRONMENT) or "en")


def tr(section: str, english: str, name: str | None = None) -> str:
    """A text of a section in the language in use, or in the one that is named; in English where it is not translated."""
    name = name or current()
    return english if name == "en" else catalogue(name).get(section, {}).get(english, english)


def spoken(section: str, name: str | None = None) -> str:
    """The language in use, or the one that is named, if it has that section; English if not, rather than half of each."""
    name = name or current()
    return name if name != "en" and section in catalogue(name) else "en"


@cache
def catalogue(name: str) -> dict[str, dict[str, str]]:
    """A language's texts: section -> English -> translation."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
