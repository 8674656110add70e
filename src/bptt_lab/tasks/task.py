"""What every task offers: sizes for a model, batches, and a score."""

import numpy as np

from ..basics import checks, overflow
from ..basics.one_hot import OneHot
from ..model import SequenceModel, check_fits

Batch = tuple[np.ndarray, np.ndarray, np.ndarray]
Drawn = tuple[np.ndarray | OneHot, np.ndarray, np.ndarray]  # the same, and words may still be numbers
_TOGETHER = 250_000  # numbers of x that are scored at once: a few megabytes


class Task:
    """Sequences to train on, drawn anew for each batch.

    input_size, output_size, loss: what a model for this task needs. `length`: T of every batch.
    """

    input_size: int
    output_size: int
    loss: str
    length: int

    def __repr__(self) -> str:
        return f"{type(self).__name__}(length={self.length})"

    def batch(self, size: int, rng: np.random.Generator) -> Batch:
        """x (T, B, I), targets (T, B), and mask (T, B), true where a step has a loss; B = size."""
        size = checks.count("size", size)
        if not isinstance(rng, np.random.Generator):
            raise checks.error("rng", repr(rng), "a NumPy generator", "Try `np.random.default_rng(0)`.")
        x, targets, mask = self._batch(size, rng)
        return np.asarray(x), targets, mask

    def score(self, model: SequenceModel, n: int = 1000, seed: int = 0) -> float:
        """How well a model does on n fresh sequences: accuracy, or mean squared error for the loss "mse"."""
        check_fits(model, self)
        rng, n = np.random.default_rng(checks.seed("seed", seed)), checks.count("n", n)
        piece = max(1, _TOGETHER // (self.length * self.input_size))
        sizes = [min(piece, n - start) for start in range(0, n, piece)]
        points = [size * self._points(model, *self._judged(size, rng)) for size in sizes]
        return float(sum(points) / n)

    def _batch(self, size: int, rng: np.random.Generator) -> Drawn:
        raise NotImplementedError

    def _judged(self, size: int, rng: np.random.Generator) -> Drawn:
        """What a score looks at: fresh sequences, unless a task keeps others for that."""
        return self._batch(size, rng)

    def _points(self, model: SequenceModel, x: np.ndarray | OneHot, targets: np.ndarray, mask: np.ndarray) -> float:
        """The score of one batch: the share of the steps with a loss where the target is the likeliest class."""
        y = model.forward(x, targets, mask).y
        if self.loss == "mse":
            with overflow.quietly():
                return float(np.square(y[mask][:, 0] - targets[mask]).mean())
        return float((y[mask].argmax(axis=-1) == targets[mask]).mean())
