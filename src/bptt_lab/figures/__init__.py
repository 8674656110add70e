"""Figures that people zoom, hover and export: arrays in, Plotly figure out. Nothing else in the package knows Plotly.

`figures.sentence(figure)` says in words what a figure shows.
"""

from .exponents import exponents
from .look import sentence
from .memory import memory
from .ratios import ratios
from .states import states
from .token_losses import token_losses

__all__ = ["exponents", "memory", "ratios", "sentence", "states", "token_losses"]
