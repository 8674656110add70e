"""The numbers of `cells`, quicker. Nobody needs to read this to learn; whoever wants to know what is computed reads `cells`.

Where calling NumPy costs more than its arithmetic, nothing may be allocated, sliced or checked inside the loop over time. So for
each size of a problem a *scratch* is made once, with all arrays side by side and every step's views of them ready; a call
borrows it, runs through the views, and copies out what it returns.

    rnn            the plain cell: one plan for one sequence, plain loops for a batch
    gates          what the three cells with gates share: forward, the derivatives of many steps at once, the sums
    lstm gru gated one cell's loop there and back
    scratch        scratch, and its shelf

Each cell's class is entered in `cells.cell.QUICK`. `unroll` and `backward` answer None where they have nothing better: a run that
overflows, a trace of the plain way. Then the plain way is taken, which is also what a sweep and a cell of one's own use.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..cells import GatedCell, GRUCell, LSTMCell, RNNCell
from ..cells.cell import QUICK
from .gated import GatedEngine
from .gru import GRUEngine
from .lstm import LSTMEngine
from .rnn import RNNEngine

ENGINES: dict[type, Any] = {RNNCell: RNNEngine(), GatedCell: GatedEngine(), GRUCell: GRUEngine(), LSTMCell: LSTMEngine()}
QUICK.update(ENGINES)


@contextmanager
def off() -> Iterator[None]:
    """`with bl.engine.off():` computes everything the plain way of `cells`: for reading along, and for comparing."""
    before = dict(QUICK)
    QUICK.clear()
    try:
        yield
    finally:
        QUICK.update(before)
