"""Exercises that name the mistake: one module each, on the base in `base.py`. A new one is listed here."""

from importlib import import_module

from ..basics import checks
from . import progress
from .base import Exercise
from .progress import Progress

_NAMES = {
    "01_the_loss_is_a_sum": "sentence_loss batch_loss",
    "02_the_chain_rule_through_time": "output_gradient tanh_slope jacobian bptt batch_step",
    "03_four_words_four_terms": "shares first_term ledger_row",
    "04_vanishing_and_exploding": "log10_norm ladder signal_to_noise",
    "05_short_term_memory": "latch",
    "06_partial_cures": "clip truncated_bptt",
    "07_gates": "gated_step four_terms half_life",
    "08_gru_and_lstm": "gru_step gru_backward lstm_step lstm_backward own_cell",
    "09_long_memory_measured": "last_word",
}
_ALL = {
    name: Exercise(import_module(f".{name}", __name__), notebook) for notebook, names in _NAMES.items() for name in names.split()
}


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
