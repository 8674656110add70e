"""What the cells with gates keep of a run."""

import copy
import functools

import numpy as np

from . import columns
from .trace import Trace


class GateTrace(Trace):
    """A trace of a cell with gates.

    gates   name -> (T[, B], H), the value of each gate, and of the candidate

    All of it lies in one array, `flat`; `kept` has its parts as the loops wrote them: z (T + 1, I + 1 + H, B), h and
    hidden (T + 1, H, B), gates (T, blocks, H, B), and what else a cell needs on its way back. hidden is h times the
    scales: what W_hh multiplies. `key` is the size of the run, as the cell's scratch goes by it.
    """

    def __init__(self, key: tuple, names: tuple[str, ...], layout: columns.Layout, flat, batched: bool, scales=None):
        self.key, self.names, self.layout, self.flat, self.batched, self.scales = key, names, layout, flat, batched, scales
        self.kind, T, B, I, H, _ = key
        self.cell, self.shape = (self.kind, I, H), (T, B, H)

    @functools.cached_property
    def kept(self) -> dict[str, np.ndarray]:
        return columns.with_hidden(columns.carve(self.layout, self.flat), self.key[3])

    @property
    def weights(self) -> np.ndarray:  # type: ignore[override]
        return self.kept["weights"]

    def __getstate__(self):
        """Copies and pickles: what is kept are views, to be made anew."""
        return {name: value for name, value in self.__dict__.items() if name != "kept" or self.flat is None}

    def rows(self, name: str) -> np.ndarray:
        """One of the kept arrays as (…, B, H)."""
        return self.kept[name].swapaxes(-1, -2)

    @property
    def inputs(self) -> np.ndarray:  # type: ignore[override]
        return self.rows("z")[:-1, :, : -1 - self.shape[2]]

    @property
    def states(self) -> np.ndarray:  # type: ignore[override]
        return self.rows("h")

    @property
    def gates(self) -> dict[str, np.ndarray]:
        gates = self.rows("gates")
        return {name: self.squeeze(gates[:, block]) for block, name in enumerate(self.names)}

    def with_weights(self, weights: np.ndarray) -> "GateTrace":
        other = copy.copy(self)
        other.kept, other.flat = {**self.kept, "weights": weights}, None
        return other

    def part(self, steps: slice) -> "GateTrace":
        (kind, T, *sizes), part = self.key, object.__new__(type(self))
        key = kind, steps.stop - steps.start, *sizes
        GateTrace.__init__(part, key, self.names, self.layout, None, True, self.scales)
        cut = {name: array[steps.start : steps.stop + len(array) - T] for name, array in self.kept.items() if name != "weights"}
        part.kept = {"weights": self.weights, **cut}
        return part
