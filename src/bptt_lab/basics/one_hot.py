"""One-hot rows that are never written out while a net is trained."""

from collections.abc import Callable

import numpy as np


class OneHot:
    """(…, n), a 1 at the number of each class: W_x x_t is then one column of W_x, which is read where it stands.

    To NumPy it is the array of zeros and ones. With 98 words and H=32 a training step takes a fifth to a quarter less time so.
    """

    def __init__(self, classes: np.ndarray, n: int):
        self.classes, self.shape, self.ndim = classes, (*classes.shape, n), classes.ndim + 1

    def __len__(self) -> int:
        return len(self.classes)

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        x = np.zeros((self.classes.size, self.shape[-1]), dtype or float)
        x[np.arange(len(x)), self.classes.reshape(-1)] = 1.0
        return x.reshape(self.shape)

    def __getitem__(self, steps: slice) -> "OneHot":
        return OneHot(self.classes[steps], self.shape[-1])

    def columns(self, W: np.ndarray) -> np.ndarray:
        """W x for each of these: (m, n) -> (m, …)."""
        return W.take(self.classes, 1)

    def products(self, W: np.ndarray) -> Callable:
        """For W (m, n + …) a function of v (…, B), called for one step after the other: it writes W [x_t; v] into out (m, B)."""
        n, room, add, steps = self.shape[-1], np.empty((len(W), self.shape[-2])), np.add, iter(self.classes)
        W_x, others = W[:, :n].copy(), W[:, n:].copy()

        def product(v, out):
            W_x.take(next(steps), 1, out, "clip")
            add(out, others.dot(v, room), out)

        return product

    def summed(self, columns: np.ndarray, H: int) -> np.ndarray:
        """Σ column xᵀ over all of these and as many columns, (m, N) -> (m, n). H rows are added up at once: m is n H."""
        n, places = self.shape[-1], np.empty_like(columns[:H], np.intp)
        places = np.add(n * np.arange(H)[:, None], self.classes.reshape(-1), places).ravel("K")
        pieces = [columns[start : start + H].ravel("K") for start in range(0, len(columns), H)]
        return np.concatenate([np.bincount(places, piece, H * n) for piece in pieces]).reshape(-1, n)
