"""One loss a token, and the run of a model, which has them all.

Outputs y, their targets and dL_t/dy_t are (N, …) here, one row for each token that counts.
"""

from functools import cached_property
from typing import Any

import numpy as np

from ..basics import overflow, text
from ..cells import Cell
from ..cells.trace import Trace


def probabilities(y: np.ndarray) -> np.ndarray:
    """softmax(y) along the last axis. Outputs past float64's end count as its largest number, so that no NaN appears."""
    y = np.nan_to_num(y, nan=np.inf)
    with overflow.quietly():
        p = np.exp(y - y.max(axis=-1, keepdims=True))
        return p / p.sum(axis=-1, keepdims=True)


def cross_entropy(y: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """−ln softmax(y)[class] in nats, (N,), and its derivative softmax(y) − onehot(class), (N, O)."""
    rows = np.arange(len(y))
    with overflow.quietly():
        shifted = y - y.max(axis=-1, keepdims=True)
        grown = np.exp(shifted)
        total = grown.sum(axis=-1, keepdims=True)
        losses, dy = np.log(total[:, 0]) - shifted[rows, classes], grown / total
    if not (finite := np.isfinite(y)).all():
        losses[~finite.all(axis=-1)] = np.inf  # nothing is left to compare: the token's loss has exploded
        dy = probabilities(y)
    dy[rows, classes] -= 1.0
    return losses, dy


def squared_error(y: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Σ_o (y_o − target_o)², (N,), without a factor ½, and its derivative 2 (y − target), (N, O)."""
    with overflow.quietly():
        difference = y - values
        return np.square(difference).sum(axis=-1), 2.0 * difference


OF = {"cross_entropy": cross_entropy, "mse": squared_error}


class Run:
    """Everything that a model computed for one batch of sequences.

    trace   the cell's trace
    y       (T[, B], O)  the outputs; for "cross_entropy" the logits
    losses  (T[, B])     L_t of every token, 0 where masked
    loss    float        L: summed over the steps, mean over B
    """

    def __init__(self, model: Any, trace: Trace, rows: Any, y: np.ndarray, wanted: np.ndarray, steps: tuple[int, ...]):
        self.trace, self.loss_name, self._rows, self._y, self._steps = trace, model.loss, rows, y, steps
        self.W_oh, self.b_o = model.W_oh.copy(), model.b_o.copy()
        T, B, _ = trace.states[1:].shape
        token_losses, (found, dy) = np.zeros((T, B)), OF[model.loss](y, wanted)
        token_losses[rows] = found.reshape(token_losses[rows].shape)
        self.losses = token_losses.reshape(steps)
        self.losses.setflags(write=False)  # a run says what was: who could change it would change its gradient
        with overflow.quietly():
            self._dy, self.loss = dy / B, float(self.losses.sum(0).mean())
        self._dy.setflags(write=False)

    @cached_property
    def y(self) -> np.ndarray:
        h = self.trace.states[1:]
        y = self._y if len(self._y) == self.losses.size else overflow.affine(self.W_oh, h.reshape(-1, h.shape[2]), self.b_o)
        return y.reshape(*self._steps, -1)

    @property
    def probabilities(self) -> np.ndarray | None:
        """softmax(y), the probability of each class; None for "mse"."""
        return probabilities(self.y) if self.loss_name == "cross_entropy" else None

    def _at_every_step(self, rows: np.ndarray) -> np.ndarray:
        """(T, B, …) from one row for each token with a loss; 0 for the others."""
        shape = len(self.losses), -1, rows.shape[1]
        if len(rows) == self.losses.size:
            return rows.reshape(shape)
        every = np.zeros((self.losses.size, rows.shape[1])).reshape(shape)
        every[self._rows] = rows.reshape(every[self._rows].shape)
        return every

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
        h = self.trace.states[1:]
        W_oh, b_o = overflow.dot(self._dy.T, h[self._rows].reshape(-1, h.shape[2])), overflow.settled(np.add.reduce, self._dy)
        return {"W_oh": W_oh, "b_o": b_o}

    def gradients(self, cell: Cell, truncate: int | None = None) -> dict[str, np.ndarray]:
        """dL/d everything, as `SequenceModel.backward` gives it."""
        readout, trace, dh = self.readout_gradients(), self.trace, self.dh
        if truncate is None:
            return {**cell.backward(trace, dh.reshape(*self._steps, -1)), **readout}
        T = len(self.losses)
        pieces = [slice(start, min(start + truncate, T)) for start in range(0, T, truncate)]
        grads = [cell.backward(trace.piece(piece), dh[piece]) for piece in pieces]
        with overflow.quietly():
            total = {name: overflow.exploded(np.sum([g[name] for g in grads], axis=0)) for name in cell.params}
        starts = {f"{part}0": trace.squeeze(grads[0][f"{part}0"], axis=0) for part in cell.parts}
        return {**total, "x": trace.squeeze(np.concatenate([g["x"] for g in grads])), **starts, **readout}

    def __repr__(self) -> str:
        return f"Run of {self.trace.T} steps: loss {text.say(self.loss, vanished='0')}"
