"""Recurrent cells: a step and its way back side by side, one cell a file, and the one loop over time."""

from .cell import Cell
from .gated import GatedCell
from .gru import GRUCell
from .lstm import LSTMCell
from .rnn import RNNCell

__all__ = ["Cell", "GRUCell", "GatedCell", "LSTMCell", "RNNCell"]
