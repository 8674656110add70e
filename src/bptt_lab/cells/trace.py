"""Everything that a cell computed while it read one batch of sequences."""

import numpy as np


class Trace:
    """One run of a cell. It owns its arrays: nothing that is computed later changes them.

    For reading, with the batch axis only where the input had one:

        x   (T[, B], I)   what was read
        h   (T[, B], H)   the states; h[0] is the state after the first word
        h0  ([B,] H)      the start

    For computing, always with the batch axis: `inputs` (T, B, I), `states` (T + 1, B, H) with the start in front, and
    `weights`, the cell's `stack` at the time of the run. `shape` is (T, B, H).
    `scales` (B, 1) is what multiplied W_hh in each sequence, or None.
    """

    scales: np.ndarray | None = None
    kind = "RNNCell"  # the cell's

    def __init__(self, inputs: np.ndarray, states: np.ndarray, weights: np.ndarray, batched: bool, scales=None):
        self.inputs = inputs
        self.states = states
        self.weights = weights
        self.batched = batched
        self.scales = scales
        self.shape = len(states) - 1, *states.shape[1:]

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
    def end(self):
        """A copy of the last state, as `unroll` takes a start: h, or the pair (h, c) of a cell that has a `c` too."""
        c = getattr(self, "c", None)
        return self.h[-1].copy() if c is None else (self.h[-1].copy(), c[-1].copy())

    def part(self, steps: slice) -> "Trace":
        """The trace of some consecutive steps, as if the cell had started at the state before them. Has a batch axis."""
        states = self.states[steps.start : steps.stop + 1]
        return Trace(self.inputs[steps], states, self.weights, True, self.scales)

    def with_weights(self, weights: np.ndarray) -> "Trace":
        """The same states, as if these weights had led to them: a derivative then sees the other weights."""
        return Trace(self.inputs, self.states, weights, self.batched, self.scales)

    @property
    def T(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        T, B, I = self.inputs.shape
        H = self.shape[2]
        size = np.abs(self.states[-1]).max()
        end = "exploded: it is past the largest number" if not np.isfinite(size) else f"at most {size:.3g} in size"
        return f"Trace of {T} steps, B={B}, I={I}, H={H}; the last state is {end}"
