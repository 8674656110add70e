"""Everything that a cell computed while it read one batch of sequences."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .cell import Cell


class Trace:
    """One run of a cell. It owns its arrays, which are read-only: nothing that is computed later changes them.

    For reading, with the batch axis only where the input had one:

        x      (T[, B], I)   what was read
        h      (T[, B], H)   the states; h[0] is the state after the first word; c likewise, where the state is a pair
        h0     ([B,] H)      the start; c0 likewise
        gates  name -> (T[, B], H), of a cell with gates

    For computing, always with the batch axis: `inputs` (T, B, I); `parts`, the parts of the state, (T + 1, B, H) each with the
    start in front; `kept`, what `step` kept for `step_back`, (T, B, H) each; `cell`, the cell as it was, weights and all.
    """

    def __init__(self, cell: "Cell", inputs, parts: tuple[np.ndarray, ...], kept: tuple[np.ndarray, ...], batched: bool):
        self.cell, self.inputs, self.parts, self.kept, self.batched = cell, inputs, parts, kept, batched
        for array in (inputs, *parts, *kept):
            array.setflags(write=False)

    @property
    def states(self) -> np.ndarray:
        """h with the start in front, (T + 1, B, H)."""
        return self.parts[0]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(T, B, H)."""
        steps, B, H = self.states.shape
        return steps - 1, B, H

    @property
    def T(self) -> int:
        return self.shape[0]

    def squeeze(self, array: np.ndarray, axis: int = 1) -> np.ndarray:
        """Take the batch axis away if the input had none."""
        return array if self.batched else array.squeeze(axis)

    @property
    def x(self) -> np.ndarray:
        return self.squeeze(self.inputs)

    @property
    def h(self) -> np.ndarray:
        return self.squeeze(self.states[1:])

    @property
    def h0(self) -> np.ndarray:
        return self.squeeze(self.states[0], axis=0)

    @property
    def c(self) -> np.ndarray:
        return self.squeeze(self._c[1:])

    @property
    def c0(self) -> np.ndarray:
        return self.squeeze(self._c[0], axis=0)

    @property
    def _c(self) -> np.ndarray:
        if "c" not in self.cell.parts:
            raise AttributeError(f"the state of {self.cell!r} is h alone: its trace has no c")
        return self.parts[1]

    @property
    def gates(self) -> dict[str, np.ndarray]:
        return {name: self.squeeze(kept) for name, kept in zip(self.cell.keeps, self.kept) if name in self.cell.blocks}

    @property
    def end(self):
        """A copy of the last state, as `unroll` takes a start: h, or the pair (h, c)."""
        last = tuple(self.squeeze(part[-1], axis=0).copy() for part in self.parts)
        return last if len(last) > 1 else last[0]

    def part(self, steps: slice) -> "Trace":
        """The trace of some consecutive steps, as if the cell had started at the state before them. Has a batch axis."""
        parts = tuple(part[steps.start : steps.stop + 1] for part in self.parts)
        return Trace(self.cell, self.inputs[steps], parts, tuple(kept[steps] for kept in self.kept), True)

    def of(self, cell: "Cell") -> "Trace":
        """The same states, as if that cell had led to them: a derivative then sees the other one's weights."""
        return Trace(cell, self.inputs, self.parts, self.kept, self.batched)

    def with_kept(self, kept: tuple[np.ndarray, ...]) -> "Trace":
        """The same states, with something else for `step_back`."""
        return Trace(self.cell, self.inputs, self.parts, kept, self.batched)

    def __repr__(self) -> str:
        T, B, H = self.shape
        size = np.abs(self.states[-1]).max()
        end = "exploded: it is past the largest number" if not np.isfinite(size) else f"at most {size:.3g} in size"
        return f"Trace of {T} steps, B={B}, I={self.inputs.shape[2]}, H={H}; the last state is {end}"
