"""One loss a token: its value, and its derivative with respect to the output y.

Arrays are (N, …), one row for each token that counts.
"""

import numpy as np

from ..basics import checks, overflow


def shaped(loss: str, given, steps: tuple[int, ...], O: int) -> np.ndarray:
    """Targets as an array of the shape that `steps`, (T,) or (T, B), ask for.

    "cross_entropy": (T,) or (T, B). "mse": (T[, B]) if O = 1, else (T[, B], O).
    """
    values = checks.read("targets", given, f"an array of shape {steps}")
    if loss == "mse":
        shape = steps if O == 1 else (*steps, O)
        if values.shape != shape:
            raise checks.error("targets", f"shape {values.shape}", f"shape {shape}")
    elif values.shape != steps:
        raise checks.error("targets", f"shape {values.shape}", f"shape {steps}", "One class number a token.")
    return values


def targets(loss: str, given, steps: tuple[int, ...], O: int, counts: np.ndarray) -> np.ndarray:
    """Check targets and return the rows where `counts` is true; for "cross_entropy" as class numbers 0..O−1."""
    values = shaped(loss, given, steps, O)[counts]
    if loss == "mse":
        return checks.array("targets", values).reshape(-1, O)
    try:
        with overflow.quietly():
            numbers = values.astype(np.float64) if values.dtype.kind in "Ofiub" else np.full(values.shape, np.nan)
            classes = np.where(np.abs(numbers) < 2**53, numbers, -1).astype(np.intp)
    except (TypeError, ValueError, OverflowError):
        numbers, classes = np.full(values.shape, np.nan), np.zeros(values.shape, np.intp)
    broken = classes != numbers
    if broken.any():
        raise checks.error("targets", str(values[broken][0]), "whole class numbers")
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
