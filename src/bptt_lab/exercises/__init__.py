"""Exercises that name the mistake: one file each, on the base in `base.py`. A new one is imported and listed here."""

from .. import checks
from . import bptt, clip, first_term, four_terms, gru_step, last_word, log10_norm, lstm_step, sentence_loss
from .base import Exercise

_ALL = (
    sentence_loss.EXERCISE,
    bptt.EXERCISE,
    first_term.EXERCISE,
    log10_norm.EXERCISE,
    clip.EXERCISE,
    four_terms.EXERCISE,
    gru_step.EXERCISE,
    lstm_step.EXERCISE,
    last_word.EXERCISE,
)


def all() -> list[Exercise]:
    """Every exercise, in course order."""
    return list(_ALL)


def get(name: str) -> Exercise:
    """The exercise of that name; `ValueError` for any other."""
    by_name = {exercise.name: exercise for exercise in _ALL}
    return by_name[checks.choice("name", name, by_name)]
