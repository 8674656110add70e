"""Scratch for one sequence at a time (B = 1), where calling NumPy costs more than the arithmetic.

Reading four words with eight units takes microseconds, so nothing may be allocated or sliced inside a loop. A plan
holds the scratch for one size, and every step's calls with their places in it. It is borrowed for one call and given
back; what a trace or a gradient keeps is copied out.
"""

from functools import lru_cache, partial

import numpy as np

from ..basics import checks, overflow
from .columns import SMALL
from .trace import Trace

ZERO = np.array(0.0)
_FEW_UNITS = 48  # up to here a product with zeros and ones in it is quicker than one more call
_FEW_NUMBERS = 64  # up to here a product with rows that nobody needs is quicker than to pick out the others
_SIZES_KEPT = 16


class Size:
    """x of one shape, (T, I) or (T, 1, I), H units, and the plan for them while nobody uses it.

    Borrow with `plan = size.free.pop(0, None) or Plan(size)`: two threads never get the same, since `dict.pop` is atomic.
    Give back with `size.free[0] = plan`.
    """

    def __init__(self, x_shape: tuple[int, ...], H: int):
        self.x_shape, self.H, self.free = x_shape, H, dict[int, Plan]()
        self.h_shape = *x_shape[:-1], H

    def __reduce__(self):
        return size, (self.x_shape, self.x_shape[-1], self.H)  # a copy of a trace shares the plan


@lru_cache(_SIZES_KEPT)
def size(x_shape: tuple[int, ...], I: int, H: int) -> Size | None:
    """None if x is more than one sequence, does not fit the cell, or is so long that its scratch is better not kept."""
    fits = x_shape[1:] in ((I,), (1, I)) and (H + x_shape[0]) * (I + 1 + H) <= SMALL
    return Size(x_shape, H) if fits and x_shape[0] else None


class Plan:
    """Scratch for one size, and the calls that fill it.

    The rows of z are z_t = [x_t, 1, h_{t-1}]. The way back has the same layout.
    """

    def __init__(self, size: Size):
        (T, *one, I), H = size.x_shape, size.H
        self.silently = overflow.silent_context().run
        self._make_forward(size, T, I, H)
        self._make_backward(size, T, I, H)
        # Where each gradient stands in `found`.
        axis, units = (None,) * len(one), slice(I + 1, None)
        self.places = (
            (slice(H), slice(I)),
            (slice(H), units),
            (slice(H), I),
            (slice(H, None), *axis, slice(I)),
            (*axis, H, units),
        )

    def _make_forward(self, size, T, I, H):
        # What a trace keeps lies in one array, [W_x | b | W_hh] above z: one copy and one look at its size for both.
        kept = np.zeros((H + T + 1, I + 1 + H))
        self.keep, self.kept_squares = kept.copy, checks.square_sum(kept)
        self.weights, z = kept[:H], kept[H:]
        z[:, I] = 1.0
        self.x, self.h0, a = z[:T, :I].reshape(size.x_shape), z[0, I + 1 :], np.empty(H)
        self.forward = [(partial(self.weights.dot, z_t, a), h_t) for z_t, h_t in zip(z, z[1:, I + 1 :])]

    def _make_backward(self, size, T, I, H):
        K = I + 1 + H
        # What a trace kept, below [0 | 0 | 1]: a row [dL_{t-1}/dh_{t-1} | dL/da_t] times both matrices is dL/dz_t =
        # [dL/dx_t | dL/db_t | δ_{t-1}]. What is found lies in one array too: the gradient of the weights above dL/dz_t.
        read, found = np.zeros((2 * H + T + 1, K)), np.empty((2 * H + T, K))
        read[:H, I + 1 :] = np.eye(H)
        self.read, self.z, z_before = read[H:], read[2 * H :], read[2 * H : -1]
        dz = found[2 * H :]
        self.keep_found, self.found_squares = found[H:].copy, checks.square_sum(found[H:])
        # The start has no loss of its own: its dh is zero.
        self.slopes, rows = np.empty((T + 1, K)), np.zeros((T + 1, 2 * H))
        self.dh, da = rows[1:, :H].reshape(size.h_shape), rows[:T, H:]
        δ = [*dz[1:, I + 1 :], rows[T, :H]]
        slopes = [partial(np.multiply, *step) for step in zip(self.slopes[1:, I + 1 :], δ, da)]
        if H <= _FEW_UNITS:
            product = read[: 2 * H].T.dot
            back = [partial(product, *step) for step in zip(rows, dz)]
        else:
            product = read[H : 2 * H].T.dot
            back = [partial(_product_and_sum, product, *step) for step in zip(da, dz, rows[:, :H], dz[:, I + 1 :])]
        self.backward = list(zip(slopes, back))[::-1]
        # Σ_t dL/da_t z_tᵀ is the gradient of the weights.
        few = T * H <= _FEW_NUMBERS
        daT, dstack = (rows[:T].T, found[: 2 * H]) if few else (da.T, found[H : 2 * H])
        self.weights_gradient = partial(daT.dot, z_before, dstack)


def _product_and_sum(product, da_t, dz_t, dh_previous, δ_previous):
    product(da_t, dz_t)
    np.add(δ_previous, dh_previous, δ_previous)


class SingleTrace(Trace):
    """A trace that keeps [W_x | b | W_hh] above z in one array; all others are views of it."""

    def __init__(self, kept: np.ndarray, size: Size):
        self.kept, self.size = kept, size

    @property
    def batched(self) -> bool:  # type: ignore[override]
        return len(self.size.x_shape) == 3

    @property
    def shape(self) -> tuple[int, int, int]:  # type: ignore[override]
        return self.size.x_shape[0], 1, self.size.H

    @property
    def weights(self) -> np.ndarray:  # type: ignore[override]
        return self.kept[: self.size.H]

    @property
    def inputs(self) -> np.ndarray:  # type: ignore[override]
        H = self.size.H
        return self.kept[H:-1, None, : -1 - H]

    @property
    def states(self) -> np.ndarray:  # type: ignore[override]
        H = self.size.H
        return self.kept[H:, None, -H:]
