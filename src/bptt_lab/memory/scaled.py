"""Matrices whose rows carry a power of two each: products of hundreds of factors, with nothing over- or underflowing.

`rows` (…, D, n) and `exponents` (…, D) stand for the matrix with the rows rows[i] · 2^exponents[i]. The size of a row
is kept near 1. Multiplying by a power of two is exact, so this costs no digit.
"""

import numpy as np

from ..basics import overflow

NOTHING = -(2**40)  # the exponent of a row of zeros
LARGEST = np.finfo(np.float64).max
LOG10_2 = np.log10(2.0)
FEW = 6_000  # numbers: matrices with fewer together are left to LAPACK


def rescaled(rows: np.ndarray, exponents=0) -> tuple[np.ndarray, np.ndarray]:
    """The same matrices with rows of a size between 2⁻⁶⁴ and 2⁶⁴, or of zeros: near 1, if one is not. Changes `rows`.

    A number past float64's end counts as its largest number, so that no NaN appears.
    """
    with overflow.quietly():
        squares = np.vecdot(rows, rows)
        if 2.0**-128 < squares.min() <= squares.max() < 2.0**128:  # `memory.norms`, 100 steps, H=32, takes .75 of the time so
            return rows, exponents + np.zeros(squares.shape, np.int64)
        size = np.sqrt(squares)
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
        squares = squared_norms(A.reshape(-1, *A.shape[-2:])).reshape(top.shape)
        return (0.5 * np.log2(np.maximum(squares, 0.0)) + top) * LOG10_2


def squared_norms(A: np.ndarray) -> np.ndarray:
    """σ_max², of matrices (n, D, m), to 1e-13 of itself: the largest eigenvalue of AᵀA.

    By the power method: each product with AᵀA turns u further towards the eigenvector of the largest, and λ = ‖Au‖²/‖u‖² is at
    most the largest. All eigenvalues sum to ‖A‖², so no other is above a = ‖A‖² − λ. If λ > a, λ is short of the largest by at
    most ‖AᵀAu − λu‖²/‖u‖² / (λ − a) (Temple 1928).
    """
    largest, left = np.full(len(A), np.nan), np.arange(len(A))
    some, squares = A, squares_of_all(A)
    u = np.vecmat(np.ones(A.shape[1]), A) / squares[:, None]  # of a size at which what follows stays inside float64
    for _ in range(4 * (A.size > FEW)):  # with this loop `memory.norms` takes .66 of the time
        for _ in range(3):
            u = np.vecmat(np.matvec(some, u), some)
        Au = np.matvec(some, u)
        AAu, size, stretched = np.vecmat(Au, some), np.vecdot(u, u), np.vecdot(Au, Au)
        λ = stretched / size
        a = squares - λ
        near = np.vecdot(AAu, AAu) / size - λ**2 <= 1e-13 * λ * (λ - a)
        largest[left[near]] = λ[near]
        hopeful = ~near & (λ > 0.8 * a)
        u = AAu / stretched[:, None]
        some, left, squares, u = some[hopeful], left[hopeful], squares[hopeful], u[hopeful]
        if not len(left):
            break
    rest = np.isnan(largest)
    if rest.any():
        largest[rest] = largest_eigenvalues(A[rest] @ A[rest].swapaxes(-1, -2))
    return largest


def squares_of_all(A: np.ndarray) -> np.ndarray:
    """‖A‖² of matrices (n, D, m), the sum over all entries: (n,)."""
    flat = A.reshape(len(A), A[0].size if len(A) else 0)
    return np.vecdot(flat, flat)


def largest_eigenvalues(G: np.ndarray) -> np.ndarray:
    """Of symmetric matrices (…, D, D) that have no eigenvalue below 0, to 1e-13 of itself: (…).

    As above, of B = G¹⁶, G²⁵⁶, …, whose eigenvalues are further apart, and whose squares sum to ‖B‖². What is off there by a
    part of μ = λ^p is off by a p-th of that in λ. What does not come that near is left to LAPACK.
    """
    *shape, D, _ = G.shape
    B = G = G.reshape(-1, D, D)
    largest, left, p, scale = np.full(len(G), np.nan), np.arange(len(G)), 1, 1.0
    for _ in range(2 * (G.size > FEW and D <= 64)):  # with this loop .8 of it
        size = np.sqrt(squares_of_all(B))
        scale = scale * size ** (1 / p)
        B = B / size[:, None, None]
        for _ in range(4):
            B, p = B @ B, 2 * p
        u, squares = np.matvec(B, np.ones(D)), squares_of_all(B)  # of a sum along rows a fourth of the time
        for _ in range(4):
            u = np.matvec(B, u)
        u /= np.sqrt(np.vecdot(u, u))[:, None]
        Bu = np.matvec(B, u)
        μ = np.vecdot(u, Bu)
        a = np.sqrt(np.maximum(squares - μ**2, 0.0))
        near = np.vecdot(Bu, Bu) - μ**2 <= 1e-13 * p * μ * (μ - a)
        largest[left[near]] = (scale * μ ** (1 / p))[near]
        B, left, scale = B[~near], left[~near], scale[~near]
        if not len(left):
            break
    rest = np.isnan(largest)
    if rest.any():
        largest[rest] = np.linalg.eigvalsh(G[rest])[:, -1]
    return largest.reshape(shape)


def level(rows: np.ndarray, exponents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same matrices with one power of two for all rows, (…): what is far below the largest entry becomes 0."""
    top = exponents.max(axis=-1)
    below = exponents - top[..., None]
    with overflow.quietly():
        return rows * power(below)[..., None] if below.any() else rows, top
