"""Figures that people zoom, hover and export: arrays in, Plotly figure out. Nothing else in the package knows Plotly.

`figures.sentence(figure)` says in words what a figure shows.
"""

from .exponents import exponents
from .half_lives import half_lives
from .kept import kept
from .look import sentence
from .memory import memory
from .moves import moves
from .paths import paths
from .rates import rates
from .ratios import ratios
from .scores import scores
from .states import states
from .steps import steps
from .token_losses import token_losses
from .training import training

__all__ = [
    "exponents", "half_lives", "kept", "memory", "moves", "paths", "rates", "ratios", "scores", "sentence", "states", "steps",
    "token_losses", "training",
]  # fmt: skip
