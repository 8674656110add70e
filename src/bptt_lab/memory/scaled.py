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
        largest = largest_eigenvalues(A @ A.swapaxes(-1, -2).copy())  # of one array NumPy takes half as long again
        return (0.5 * np.log2(np.maximum(largest, 0.0)) + top) * LOG10_2


def largest_eigenvalues(G: np.ndarray) -> np.ndarray:
    """Of symmetric matrices (…, D, D) that have no eigenvalue below 0, to 1e-13 of itself: (…).

    By the power method: each product with G turns u further towards the eigenvector of the largest. Then λ = uᵀGu is at most the
    largest eigenvalue, and since the squares of all sum to ‖G‖², no other is above a = √(‖G‖² − λ²). So if λ > a, λ is short
    of the largest by at most ‖Gu − λu‖² / (λ − a) (Temple 1928). What does not come that near is left to LAPACK.
    """
    *shape, D, _ = G.shape
    if G.size < 30_000:  # there LAPACK is as quick
        return np.linalg.eigvalsh(G)[..., -1]
    some = G = G.reshape(-1, D, D)
    flat = G.reshape(len(G), -1)
    largest, left, squares = np.full(len(G), np.nan), np.arange(len(G)), np.vecdot(flat, flat)
    u = G.sum(axis=2)
    for _ in range(4):  # `memory.norms` of 100 steps, H=32, takes .45 of the time with this loop
        for _ in range(6):
            u = np.matvec(some, u)
        u /= np.sqrt(np.vecdot(u, u))[:, None]
        Gu = np.matvec(some, u)
        λ = np.vecdot(u, Gu)
        a = np.sqrt(np.maximum(squares - λ**2, 0.0))
        near = np.vecdot(Gu, Gu) - λ**2 <= 1e-13 * λ * (λ - a)
        largest[left[near]] = λ[near]
        hopeful = ~near & (λ > 0.8 * a)
        some, left, squares, u = some[hopeful], left[hopeful], squares[hopeful], Gu[hopeful]
    rest = np.isnan(largest)
    largest[rest] = np.linalg.eigvalsh(G[rest])[:, -1]
    return largest.reshape(shape)


def level(rows: np.ndarray, exponents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same matrices with one power of two for all rows, (…): what is far below the largest entry becomes 0."""
    top = exponents.max(axis=-1)
    with overflow.quietly():
        return rows * power(exponents - top[..., None])[..., None], top
