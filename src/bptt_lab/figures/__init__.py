"""Figures that people zoom, hover and export: arrays in, Plotly figure out. Nothing else in the package knows Plotly.

`figures.sentence(figure)` says in words what a figure shows.
"""

from .lines import kept, memory, moves, scores, states, training
from .look import sentence
from .paths import paths
from .rates import rates
from .rows import exponents, half_lives, ratios, steps
from .token_losses import token_losses

__all__ = [
    "exponents", "half_lives", "kept", "memory", "moves", "paths", "rates", "ratios", "scores", "sentence", "states", "steps",
    "token_losses", "training",
]  # fmt: skip
