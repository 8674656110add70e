"""Everything that a cell computed while it read one batch of sequences."""

from typing import Any

import numpy as np


class Trace:
    """One run of a cell. It owns its arrays, which are read-only: nothing that is computed later changes them.

    For reading, with the batch axis only where the input had one: x (T[, B], I), what was read; h (T[, B], H), the states,
    h[0] after the first word; h0 ([B,] H), the start; c and c0 likewise, where the state is a pair; gates, name -> (T[, B], H).

    For computing, always with the batch axis: `inputs` (T, B, I); `parts`, the parts of the state, (T + 1, B, H) each with the
    start in front; `states`, the first of them, h; `kept`, what `step` kept, (T, B, H) each; `cell`, weights as they were.
    """

    needs_dx = True  # if False, `backward` may leave out dL/dx

    def __init__(self, cell: Any, inputs, parts: tuple[np.ndarray, ...], kept: tuple[np.ndarray, ...], batched: bool):
        self.cell, self.read, self.parts, self.kept, self.batched = cell, inputs, parts, kept, batched
        self.states = parts[0]
        for array in (*parts, *kept):
            array.setflags(write=False)

    @property
    def inputs(self) -> np.ndarray:
        inputs = np.asarray(self.read)  # which may be the numbers of words
        inputs.setflags(write=False)
        return inputs

    shape = property(lambda self: self.states[1:].shape)  # (T, B, H)
    T = property(lambda self: self.shape[0])
    x = property(lambda self: self.squeeze(self.inputs))
    h = property(lambda self: self.squeeze(self.states[1:]))
    h0 = property(lambda self: self.squeeze(self.states[0], axis=0))
    c = property(lambda self: self.squeeze(self._c[1:]))
    c0 = property(lambda self: self.squeeze(self._c[0], axis=0))

    @property
    def _c(self) -> np.ndarray:
        if "c" not in self.cell.parts:
            raise AttributeError(f"the state of {self.cell!r} is h alone: its trace has no c")
        return self.parts[1]

    @property
    def gates(self) -> dict[str, np.ndarray]:
        named = zip(self.cell.keeps or self.cell.blocks, self.kept)
        return {name: self.squeeze(kept) for name, kept in named if name in self.cell.blocks}

    @property
    def end(self):
        """A copy of the last state, as `unroll` takes a start: h, or the pair (h, c)."""
        return self.cell.state_of([self.squeeze(part[-1], axis=0).copy() for part in self.parts])

    def squeeze(self, array: np.ndarray, axis: int = 1) -> np.ndarray:
        """Take the batch axis away if the input had none."""
        return array if self.batched else array.squeeze(axis)

    def piece(self, steps: slice) -> "Trace":
        """The trace of some consecutive steps, as if the cell had started at the state before them. Has a batch axis."""
        parts = tuple(part[steps.start : steps.stop + 1] for part in self.parts)
        return Trace(self.cell, self.read[steps], parts, tuple(kept[steps] for kept in self.kept), True)

    def with_other(self, cell: Any = None, kept: tuple[np.ndarray, ...] | None = None) -> "Trace":
        """The same states, as if another cell had led to them, or something else had been kept: a derivative then sees that."""
        return Trace(cell or self.cell, self.read, self.parts, kept or self.kept, self.batched)

    def __repr__(self) -> str:
        T, B, H = self.shape
        size = np.abs(self.states[-1]).max()
        end = "exploded: it is past the largest number" if not np.isfinite(size) else f"at most {size:.3g} in size"
        return f"Trace of {T} steps, B={B}, I={self.inputs.shape[2]}, H={H}; the last state is {end}"
