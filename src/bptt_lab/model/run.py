"""Everything that a model computed for one batch of sequences: the readout and the losses on top of a trace."""

from functools import cached_property

import numpy as np

from ..basics import overflow, text
from ..cells import Cell
from ..cells.trace import Trace
from . import losses


class Run:
    """Everything that a model computed for one batch of sequences.

    trace   the cell's trace
    y       (T[, B], O)  the outputs; for "cross_entropy" the logits
    losses  (T[, B])     L_t of every token, 0 where masked
    loss    float        L: summed over the steps, mean over B
    """

    def __init__(self, trace: Trace, W_oh, b_o, loss_name: str, wanted: np.ndarray, counts: np.ndarray):
        self.trace, self.loss_name, self._steps = trace, loss_name, counts.shape
        self.W_oh, self.b_o = W_oh.copy(), b_o.copy()
        states = trace.states[1:]
        T, B, H = self._shape = states.shape
        # Only tokens with a loss pass through the readout: in a batch of sentences that is often one step of many.
        self._rows = slice(None) if counts.all() else np.flatnonzero(counts)
        self._h = states.reshape(T * B, H)[self._rows]
        self._y = self._outputs(self._h)
        token_losses = np.zeros(T * B)
        token_losses[self._rows], dy = losses.OF[loss_name](self._y, wanted)
        self.losses = token_losses.reshape(self._steps)
        self.losses.setflags(write=False)  # a run says what was: who could change it would change its gradient
        with overflow.quietly():
            self._dy, self.loss = dy / B, float(self.losses.sum(0).mean())

    def _outputs(self, h: np.ndarray) -> np.ndarray:
        return overflow.add(overflow.dot(h, self.W_oh.T), self.b_o)

    @cached_property
    def y(self) -> np.ndarray:
        every = isinstance(self._rows, slice)
        y = self._y if every else self._outputs(self.trace.states[1:].reshape(-1, self._shape[2]))
        return y.reshape(*self._steps, -1)

    @property
    def probabilities(self) -> np.ndarray | None:
        """softmax(y), the probability of each class; None for "mse"."""
        return losses.probabilities(self.y) if self.loss_name == "cross_entropy" else None

    def _at_every_step(self, rows: np.ndarray) -> np.ndarray:
        """(T, B, …) from one row for each token with a loss; 0 for the others."""
        T, B, _ = self._shape
        every = np.zeros((T * B, rows.shape[1]))
        every[self._rows] = rows
        return every.reshape(T, B, -1)

    @property
    def dy(self) -> np.ndarray:
        """dL_t/dy_t, (T, B, O). It carries the mean's 1/B."""
        return self._at_every_step(self._dy)

    @property
    def dh(self) -> np.ndarray:
        """Each step's own dL_t/dh_t = dL_t/dy_t W_oh, (T, B, H)."""
        return self._at_every_step(overflow.dot(self._dy, self.W_oh))

    def readout_gradients(self) -> dict[str, np.ndarray]:
        """dL/dW_oh = Σ_t dL_t/dy_t h_tᵀ and dL/db_o."""
        with overflow.quietly():
            return {"W_oh": overflow.dot(self._dy.T, self._h), "b_o": overflow.exploded(self._dy.sum(axis=0))}

    def gradients(self, cell: Cell, truncate: int | None = None) -> dict[str, np.ndarray]:
        """dL/d everything, as `SequenceModel.backward` gives it."""
        readout, trace, dh = self.readout_gradients(), self.trace, self.dh
        if truncate is None:
            return {**cell.backward(trace, dh.reshape(*self._steps, -1)), **readout}
        T = self._shape[0]
        pieces = [slice(start, min(start + truncate, T)) for start in range(0, T, truncate)]
        grads = [cell.backward(trace.piece(piece), dh[piece]) for piece in pieces]
        with overflow.quietly():
            total = {name: overflow.exploded(np.sum([g[name] for g in grads], axis=0)) for name in cell.params}
        starts = {f"{part}0": trace.squeeze(grads[0][f"{part}0"], axis=0) for part in cell.parts}
        return {**total, "x": trace.squeeze(np.concatenate([g["x"] for g in grads])), **starts, **readout}

    def __repr__(self) -> str:
        return f"Run of {self.trace.T} steps: loss {text.say(self.loss, vanished='0')}"
