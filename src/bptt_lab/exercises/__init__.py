"""Exercises that name the mistake: one module each, on the base in `base.py`. A new one is listed in course.toml."""

import tomllib
from importlib import import_module
from pathlib import Path

from ..basics import checks
from . import progress
from .base import Exercise
from .progress import Progress

_COURSE = tomllib.loads(Path(__file__).with_name("course.toml").read_text(encoding="utf-8"))
_ALL = {name: Exercise(import_module(f".{name}", __name__), notebook) for notebook, names in _COURSE.items() for name in names}


def all() -> list[Exercise]:
    """Every exercise, in course order."""
    return list(_ALL.values())


def get(name: str) -> Exercise:
    """The exercise of that name; `ValueError` for any other."""
    return _ALL[checks.choice("name", name, _ALL)]


def my_progress(keep: bool | None = None) -> Progress:
    """What is solved, exercise by exercise, read from my_progress.json in this notebook's folder.

    keep: False forgets everything and keeps nothing from now on; True keeps it again. The file stays on this machine.
    """
    return progress.read(((exercise.notebook, exercise.name) for exercise in _ALL.values()), keep)
