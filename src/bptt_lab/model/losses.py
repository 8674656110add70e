"""One loss a token: its value, and its derivative with respect to the output y.

Arrays are (N, …), one row for each token that counts.
"""

import numpy as np

from ..basics import overflow


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
        losses = np.log(np.exp(shifted).sum(axis=-1)) - shifted[rows, classes]
    losses[~np.isfinite(y).all(axis=-1)] = np.inf  # nothing is left to compare: the token's loss has exploded
    dy = probabilities(y)
    dy[rows, classes] -= 1.0
    return losses, dy


def squared_error(y: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Σ_o (y_o − target_o)², (N,), without a factor ½, and its derivative 2 (y − target), (N, O)."""
    with overflow.quietly():
        difference = y - values
        return np.square(difference).sum(axis=-1), 2.0 * difference


OF = {"cross_entropy": cross_entropy, "mse": squared_error}
