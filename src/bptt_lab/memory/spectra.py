"""Singular values of a long product of matrices, each to its own last digits, however far they lie apart.

A product multiplied out in floats knows its largest singular value alone: what is 16 decades smaller drowns in its rounding. Here

    Jᵀ = J_kᵀ ⋯ J_tᵀ = Q R          R upper triangular, row i with its own power of two, rows in falling order

is carried from factor to factor. Each step multiplies by an orthogonal matrix, then takes out a new one by QR. Rows are
sorted by size before each QR, which keeps the rounding of small rows small (Cox & Higham 1998). A second QR, of Rᵀ, leaves a
triangle so nearly diagonal that LAPACK's singular values of it are right one by one.

Measured against exact arithmetic, in the logarithm: 4e-12 at most in two thousand random products of up to 40 factors shaped
like those of the cells, and 2e-13 over 700 decades. Powers of a defective matrix are the exception, since their small singular
values hang on digits that any rounding changes: .004 at lag 60 for ten units with W_hh = .5 I + 3·shift.
"""

import numpy as np

from ..basics import overflow
from . import scaled

EPS = np.finfo(np.float64).eps
WIDEST = 900  # powers of two between the singular values of one matrix that floats can hold


class TransposedProduct:
    """(J_t J_{t-1} ⋯ J_k)ᵀ for B sequences, as Q (B, D, D) orthogonal times R, `rows` with `exponents` as in `scaled`."""

    def __init__(self, B: int, D: int):
        self.Q = np.tile(np.eye(D), (B, 1, 1))
        self.rows = self.Q.copy()
        self.exponents = np.zeros((B, D), np.int64)

    def times(self, J: np.ndarray, e: np.ndarray) -> None:
        """One factor J · 2^e further back; J (B, D, D), e (B,)."""
        J, sizes = scaled.rescaled(J.copy())
        top = sizes.max(axis=1)
        # Jᵀ Q = J'ᵀ · X, where J' has rows of size 1 and X = diag(sizes) Q: first X = Q_X R_X, then J'ᵀ Q_X = Q R_J.
        X = self.Q * scaled.power(sizes - top[:, None])[:, :, None]
        order = np.argsort(-(np.log2(np.abs(X).max(axis=1) + 1e-300) + self.exponents), axis=1, kind="stable")
        X, rows = columns(X, order), _rows(self.rows, order)
        exponents = np.take_along_axis(self.exponents, order, 1)
        X *= (exponents > scaled.NOTHING)[:, None, :]  # directions that have vanished stay so
        Q_X, R_X = sorted_qr(X)
        self.Q, R_J = sorted_qr(J.swapaxes(1, 2) @ Q_X)
        R = np.triu(R_J @ R_X)
        highest = np.maximum.accumulate(exponents[:, ::-1], axis=1)[:, ::-1]  # over the rows that row i of R takes part of
        R *= scaled.power(np.minimum(exponents[:, None, :] - highest[:, :, None], 0))
        self.rows, exponents = scaled.rescaled(R @ rows, highest)
        self.exponents = np.where(exponents > scaled.NOTHING, exponents + (e + top)[:, None], scaled.NOTHING)

    def log10_singular_values(self) -> np.ndarray:
        """(B, D), largest first; −inf where 0."""
        order = np.argsort(-self.exponents, axis=1, kind="stable")
        exponents = np.take_along_axis(self.exponents, order, 1)
        R = np.linalg.qr(_rows(self.rows, order).swapaxes(1, 2), mode="r")  # columns with powers of two, `exponents`
        rank = (exponents > scaled.NOTHING).sum(axis=1)
        result = np.full(exponents.shape, -np.inf)
        for found, triangle, powers, r in zip(result, np.asarray(R), exponents, rank):
            found[:r] = _of_triangle(triangle[:r, :r], powers[:r])
        return result


def _of_triangle(R: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """log10 of the singular values of R · diag(2^exponents), R upper triangular, exponents falling."""
    if len(R) == 0:
        return np.empty(0)
    if exponents[0] - exponents[-1] > WIDEST:
        # Two parts, cut where the gap is widest; what couples them is as small as the square of that gap.
        cut = int(np.argmin(np.diff(exponents))) + 1
        parts = slice(0, cut), slice(cut, None)
        return np.concatenate([_of_triangle(R[part, part], exponents[part]) for part in parts])
    with overflow.quietly():
        found = np.linalg.svd(R * scaled.power(exponents - exponents[0]), compute_uv=False)
        return np.log10(found) + exponents[0] * scaled.LOG10_2


def sorted_qr(A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """QR of A (B, D, n) with its rows in falling order of size: Q (B, D, n), R (B, n, n).

    A row of R that is below the rounding of its row of A is a direction that A does not have: it becomes 0.
    """
    if A.shape[2] == 1:
        Q, R = np.linalg.qr(A)
        return Q, R
    sizes = np.abs(A).max(axis=2)
    order = np.argsort(-sizes, axis=1, kind="stable")
    Q, R = np.linalg.qr(_rows(A, order))
    rounding = 4 * A.shape[1] * EPS * np.take_along_axis(sizes, order[:, : R.shape[1]], 1)
    R[np.abs(R).max(axis=2) <= rounding] = 0.0
    return _rows(Q, np.argsort(order, axis=1)), R


def _rows(A, order):
    return np.take_along_axis(A, order[:, :, None], 1)


def columns(A, order):
    return np.take_along_axis(A, order[:, None, :], 2)
