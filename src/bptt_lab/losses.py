"""One loss a token: its value, and its derivative with respect to the output y.

Arrays are (N, …), one row for each token that counts.
"""

import numpy as np

from . import checks, overflow


def targets(loss: str, given, steps: tuple[int, ...], O: int, counts: np.ndarray) -> np.ndarray:
    """Check targets for `steps`, (T,) or (T, B), and return the rows where `counts` is true.

    "cross_entropy": class numbers 0..O−1, (T,) or (T, B). "mse": (T[, B]) if O = 1, else (T[, B], O).
    """
    if loss == "mse":
        shape = steps if O == 1 else (*steps, O)
        values = np.asarray(given)
        if values.shape != shape:
            raise checks.error("targets", f"shape {values.shape}", f"shape {shape}")
        return checks.array("targets", values[counts]).reshape(-1, O)
    values = np.asarray(given)
    if values.shape != steps:
        raise checks.error("targets", f"shape {values.shape}", f"shape {steps}", "One class number a token.")
    values = values[counts]
    try:
        with overflow.quietly():
            classes = values.astype(np.intp)
        whole = bool((classes == values).all())
    except (TypeError, ValueError):
        whole = False
    if not whole:
        raise checks.error("targets", f"{values.dtype} values such as {values.flat[0]!r}", "whole class numbers")
    wrong = (classes < 0) | (classes >= O)
    if wrong.any():
        raise checks.error("targets", f"class {classes[wrong][0]}", f"class numbers from 0 to {O - 1}")
    return classes


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
