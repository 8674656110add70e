"""A trace that lies in one array: to keep a run costs one copy, and what a reader asks for are views of it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..basics.one_hot import OneHot
from ..cells.trace import Trace


def fits(cell: Any, x) -> bool:
    """Whether x is seen to fit at a glance. Its numbers are looked at in the end, since they reach the states."""
    numbers = type(x) is np.ndarray and x.dtype.kind in "fiub" and x.size > 0 or isinstance(x, OneHot)
    return numbers and x.shape[-1:] == (cell.input_size,) and 2 <= x.ndim <= 3


FIELDS = ("cell", "read", "parts", "states", "kept", "batched")  # of a `Trace`, made when first asked for


class QuickTrace(Trace):
    """flat: all that was kept. live: the cell, whose weights may have changed since."""

    views: Callable  # () -> the arguments of `Trace`

    def __getattr__(self, name: str):
        if name not in FIELDS:
            raise AttributeError(f"a trace has no {name!r}")
        Trace.__init__(self, *self.views())
        return self.__dict__[name]

    def __getstate__(self) -> dict[str, Any]:
        """Copies and pickles need no views."""
        return {name: value for name, value in self.__dict__.items() if name not in FIELDS}
