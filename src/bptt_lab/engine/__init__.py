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


def _on(on: bool) -> None:
    for cell, engine in ENGINES.items():
        cell.quick = engine if on else None


@contextmanager
def off() -> Iterator[None]:
    """`with bl.engine.off():` computes everything the plain way of `cells`: for reading along, and for comparing."""
    was_on = RNNCell.quick is not None
    _on(False)
    try:
        yield
    finally:
        _on(was_on)


_on(True)
