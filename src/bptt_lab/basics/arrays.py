"""What the formulas of cells are written with: diag(v), W_hh of a sweep, and a Jacobian by finite differences."""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import checks


def diag(values: np.ndarray) -> np.ndarray:
    """diag(values) of the last axis."""
    return values[..., None] * np.eye(values.shape[-1])


def jacobian_by_differences(function: Callable[[np.ndarray], np.ndarray], v: np.ndarray) -> np.ndarray:
    """The derivative of each entry of function(v) with respect to each of v, (…, D, D): each moved a little to both sides.

    Its error is about 10⁻¹⁰ of the largest entry, and 10⁻⁷ where a net is thirty times as steep as they usually start.
    """
    columns = []
    for i in range(v.shape[-1]):
        above, below, ε = v.copy(), v.copy(), 6e-6 * np.maximum(1.0, np.abs(v[..., i]))  # the cube root of rounding
        above[..., i] += ε
        below[..., i] -= ε
        columns.append((function(above) - function(below)) / (above - below)[..., i, None])
    return np.stack(columns, axis=-1)


def summed(pairs: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Σ left rightᵀ over steps and sequences, written (Σ right leftᵀ)ᵀ: BLAS then takes a sixth less time."""
    rows = [(right.reshape(-1, right.shape[-1]).T @ left.reshape(-1, left.shape[-1])).T for left, right in pairs]
    return np.concatenate(rows)


class Scaled:
    """W · s, with s (B, 1): one net for all sequences of a batch, with a weight scale of its own for each.

    A step writes `h @ W.T`, `da @ W` and `slope[..., None] * W`, and need not know of it.
    """

    __array_ufunc__ = None  # NumPy leaves the products to the methods below

    def __init__(self, W: np.ndarray, s: np.ndarray):
        self.W, self.s = W, s

    T = property(lambda self: Scaled(self.W.T, self.s))

    def __getitem__(self, rows: slice) -> "Scaled":
        return Scaled(self.W[rows], self.s)

    def __rmatmul__(self, v: np.ndarray) -> np.ndarray:
        return (v @ self.W) * self.s

    def __rmul__(self, column: np.ndarray) -> np.ndarray:
        return column * self.W * self.s[..., None]


def sweep(cell: Any, B: int, scales, gate_biases) -> dict[str, np.ndarray]:
    """What a cell's copy has for a sweep: scales (B, 1), which multiply W_hh, and bias_shift (B, rows), which is added to b."""
    found = {}
    if scales is not None:
        found["scales"] = checks.array("scales", scales, (B,))[:, None].copy()
    if gate_biases is not None:
        if not cell.keeping_gate:
            raise checks.error("gate_biases", type(gate_biases).__name__, f"None: {type(cell).__name__} names no keeping_gate")
        found["bias_shift"] = np.zeros((B, len(cell.stack)))
        found["bias_shift"][:, cell.rows_of(cell.keeping_gate)] = checks.array("gate_biases", gate_biases, (B,))[:, None]
    return found
