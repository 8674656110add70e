"""The numbers of `cells`, quicker. Nobody needs to read this to learn: what is computed is written in `cells`.

At small sizes calling NumPy costs more than its arithmetic, so nothing may be allocated, sliced or checked inside the loop over
time. For each size of a problem a *scratch* is made once, all arrays side by side and every step's views of them ready; a call
borrows it, runs through the views, and copies out what it returns. `rnn` has the plain cell, `gates` what the three others share.

Each built-in cell has its engine as `quick`. It answers None where it has nothing better: a run that overflows, a trace of the
plain way, a GRU that resets before the product. Then the plain way is taken, as for a sweep and for a cell of one's own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..cells import GatedCell, GRUCell, LSTMCell, RNNCell
from .gated import GatedEngine
from .gru import GRUEngine
from .lstm import LSTMEngine
from .rnn import RNNEngine

ENGINES: dict[Any, Any] = {RNNCell: RNNEngine(), GatedCell: GatedEngine(), GRUCell: GRUEngine(), LSTMCell: LSTMEngine()}


@contextmanager
def off() -> Iterator[None]:
    """`with bl.engine.off():` computes everything the plain way of `cells`: for reading along, and for comparing."""
    before = {cell: cell.quick for cell in ENGINES}
    try:
        for cell in ENGINES:
            cell.quick = None
        yield
    finally:
        for cell, engine in before.items():
            cell.quick = engine


for cell, engine in ENGINES.items():
    cell.quick = engine
