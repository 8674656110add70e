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
        T, B, _ = trace.shape
        self.trace = trace
        self.W_oh, self.b_o = W_oh.copy(), b_o.copy()
        self.loss_name = loss_name
        # Only tokens with a loss pass through the readout: in a batch of sentences that is often one step of many.
        self._rows = slice(None) if counts.all() else np.flatnonzero(counts)
        self._y = self._readout(self._states)
        token_losses = np.zeros(T * B)
        token_losses[self._rows], dy = losses.OF[loss_name](self._y, wanted)
        self.losses, self._dy = trace.squeeze(token_losses.reshape(T, B)), dy / B
        self.losses.setflags(write=False)  # a run says what was: whoever could change it would change its gradient
        with overflow.quietly():
            self.loss = float(self.losses.sum(0).mean())

    @property
    def _states(self) -> np.ndarray:
        """The states of the tokens with a loss, one row each."""
        return self.trace.states[1:].reshape(-1, self.trace.shape[2])[self._rows]

    def _readout(self, states: np.ndarray) -> np.ndarray:
        return overflow.settled(lambda h: h @ self.W_oh.T + self.b_o, states)

    @cached_property
    def y(self) -> np.ndarray:
        T, B, H = self.trace.shape
        y = self._y if isinstance(self._rows, slice) else self._readout(self.trace.states[1:].reshape(-1, H))
        return self.trace.squeeze(y.reshape(T, B, -1))

    @property
    def probabilities(self) -> np.ndarray | None:
        """softmax(y), the probability of each class; None for "mse"."""
        return losses.probabilities(self.y) if self.loss_name == "cross_entropy" else None

    def _at_every_step(self, rows: np.ndarray) -> np.ndarray:
        """(T, B, …) from one row for each token with a loss; 0 for the others."""
        T, B, _ = self.trace.shape
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
        return self._at_every_step(overflow.settled(lambda dy: dy @ self.W_oh, self._dy))

    def readout_gradients(self) -> dict[str, np.ndarray]:
        """dL/dW_oh = Σ_t dL_t/dy_t h_tᵀ and dL/db_o."""
        W_oh, b_o = overflow.settled(lambda dy: (dy.T @ self._states, dy.sum(axis=0)), self._dy)
        return {"W_oh": W_oh, "b_o": b_o}

    def gradients(self, cell: Cell, truncate: int | None = None) -> dict[str, np.ndarray]:
        """dL/d everything, as `SequenceModel.backward` gives it."""
        readout, trace, dh = self.readout_gradients(), self.trace, self.dh
        if truncate is None:
            return {**cell.backward(trace, trace.squeeze(dh)), **readout}
        pieces = [slice(start, min(start + truncate, trace.T)) for start in range(0, trace.T, truncate)]
        grads = [cell.backward(trace.part(piece), dh[piece]) for piece in pieces]
        with overflow.quietly():
            total = {name: overflow.exploded(np.sum([g[name] for g in grads], axis=0)) for name in cell.params}
        starts = {f"{part}0": trace.squeeze(grads[0][f"{part}0"], axis=0) for part in cell.parts}
        return {**total, "x": trace.squeeze(np.concatenate([g["x"] for g in grads])), **starts, **readout}

    def __repr__(self) -> str:
        return f"Run of {self.trace.T} steps: loss {text.say(self.loss, vanished='0')}"
