"""W_hh of a sweep: the same weights for all sequences of a batch, multiplied by a number of its own for each."""

import numpy as np


class Scaled:
    """W · s, with s (B, 1): a step writes `h @ W.T`, `da @ W` and `slope[..., None] * W`, and need not know of it."""

    __array_ufunc__ = None  # NumPy leaves the products to the methods below

    def __init__(self, W: np.ndarray, s: np.ndarray):
        self.W, self.s = W, s

    @property
    def T(self) -> "Scaled":
        return Scaled(self.W.T, self.s)

    def __getitem__(self, rows: slice) -> "Scaled":
        return Scaled(self.W[rows], self.s)

    def __rmatmul__(self, v: np.ndarray) -> np.ndarray:
        return (v @ self.W) * self.s

    def __rmul__(self, column: np.ndarray) -> np.ndarray:
        return column * self.W * self.s[..., None]
