"""Matrices whose rows carry a power of two each: products of hundreds of factors, with nothing over- or underflowing.

`rows` (…, D, n) and `exponents` (…, D) stand for the matrix with the rows rows[i] · 2^exponents[i]. The size of a row
is kept near 1. Multiplying by a power of two is exact, so this costs no digit.
"""

import numpy as np

from ..basics import overflow

NOTHING = -(2**40)  # the exponent of a row of zeros
LARGEST = np.finfo(np.float64).max
LOG10_2 = np.log10(2.0)


def rescaled(rows: np.ndarray, exponents=0) -> tuple[np.ndarray, np.ndarray]:
    """The same matrices with each row of a size near 1, or a row of zeros. Changes `rows`.

    A number past float64's end counts as its largest number, so that no NaN appears.
    """
    with overflow.quietly():
        size = np.sqrt(np.vecdot(rows, rows))
        if not 1e-150 < size.min() <= size.max() < np.inf:  # zeros, or squares that lost their digits
            np.clip(np.nan_to_num(rows, copy=False, nan=LARGEST), -LARGEST, LARGEST, out=rows)
            size = np.abs(rows).max(axis=-1)
        shift = np.maximum(np.frexp(size)[1], -1000)
        rows *= np.ldexp(1.0, -shift)[..., None]
    exponents = exponents + shift.astype(np.int64)
    exponents[size == 0] = NOTHING
    return rows, exponents


def power(exponents: np.ndarray) -> np.ndarray:
    """2^exponents; past float64's ends 0 and inf."""
    with overflow.quietly():
        return np.ldexp(1.0, np.clip(exponents, -1100, 1100).astype(np.int32))


def log10_norms(rows: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """log10 of the spectral norm, (…): −inf for a matrix of zeros."""
    A, top = level(rows, exponents)
    with overflow.quietly():
        # The largest eigenvalue of A Aᵀ is known to rounding, and found faster than the singular values of A.
        largest = np.linalg.eigvalsh(A @ A.swapaxes(-1, -2))[..., -1]
        return (0.5 * np.log2(np.maximum(largest, 0.0)) + top) * LOG10_2


def level(rows: np.ndarray, exponents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same matrices with one power of two for all rows, (…): what is far below the largest entry becomes 0."""
    top = exponents.max(axis=-1)
    with overflow.quietly():
        return rows * power(exponents - top[..., None])[..., None], top
