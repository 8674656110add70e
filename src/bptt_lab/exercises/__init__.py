"""Exercises that name the mistake: one file each, on the base in `base.py`. A new one is imported and listed here."""

from ..basics import checks
from . import (
    batch_loss,
    batch_step,
    bptt,
    clip,
    first_term,
    four_terms,
    gated_step,
    gru_backward,
    gru_step,
    half_life,
    jacobian,
    ladder,
    last_word,
    latch,
    ledger_row,
    log10_norm,
    lstm_backward,
    lstm_step,
    output_gradient,
    progress,
    sentence_loss,
    shares,
    signal_to_noise,
    tanh_slope,
    truncated_bptt,
)
from .base import Exercise
from .progress import Progress

_MODULES = (
    (sentence_loss, batch_loss),  # notebook 01
    (output_gradient, tanh_slope, jacobian, bptt, batch_step),
    (shares, first_term, ledger_row),
    (log10_norm, ladder, signal_to_noise),
    (latch,),
    (clip, truncated_bptt),
    (gated_step, four_terms, half_life),
    (gru_step, gru_backward, lstm_step, lstm_backward),
    (last_word,),  # notebook 09
)
_ALL = tuple(module.EXERCISE for modules in _MODULES for module in modules)


def all() -> list[Exercise]:
    """Every exercise, in course order."""
    return list(_ALL)


def get(name: str) -> Exercise:
    """The exercise of that name; `ValueError` for any other."""
    by_name = {exercise.name: exercise for exercise in _ALL}
    return by_name[checks.choice("name", name, by_name)]


def my_progress(keep: bool | None = None) -> Progress:
    """What is solved, exercise by exercise, read from my_progress.json in this notebook's folder.

    keep: False forgets everything and keeps nothing from now on; True keeps it again. The file stays on this machine.
    """
    return progress.read(((exercise.notebook, exercise.name) for exercise in _ALL), keep)
