"""Recurrent cells: the equation, the unroll and the hand-derived backward side by side, one cell a file."""

from .rnn import RNNCell

__all__ = ["RNNCell"]
