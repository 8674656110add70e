"""Recurrent cells: the equation, the unroll and the hand-derived backward side by side, one cell a file."""

from .gated import GatedCell
from .gru import GRUCell
from .lstm import LSTMCell
from .rnn import RNNCell

__all__ = ["GRUCell", "GatedCell", "LSTMCell", "RNNCell"]
