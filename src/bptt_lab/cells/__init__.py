"""Recurrent cells. Read `rnn` first, then `_read` and `_back` in `cell`, the one loop over time; then gated, lstm, gru.

With `bl.engine.off():` these lines are what runs. Otherwise `engine/` computes the same numbers, quicker.
"""

from .cell import Cell
from .gated import GatedCell
from .gru import GRUCell
from .lstm import LSTMCell
from .rnn import RNNCell
from .trace import Trace

__all__ = ["Cell", "GRUCell", "GatedCell", "LSTMCell", "RNNCell", "Trace"]
