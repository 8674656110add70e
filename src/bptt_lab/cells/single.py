"""Scratch for one sequence at a time (B = 1), where calling NumPy costs more than the arithmetic.

Reading four words with eight units takes microseconds, so nothing may be allocated or sliced inside a loop. A plan
holds the scratch for one size and every step's views of it. It is borrowed for one call and given back; what a trace
or a gradient keeps is copied out.
"""

from functools import partial

import numpy as np
from numpy import ndarray

from .. import checks, overflow
from .trace import Trace

ZERO = np.array(0.0)
_FEW_UNITS = 48  # up to here a product with zeros and ones in it is quicker than one more call
_FEW_NUMBERS = 64  # up to here a product with rows that nobody needs is quicker than to pick out the others
_SIZES_KEPT = 16


class Plan:
    """Scratch for x of one shape, (T, I) or (T, 1, I).

    The rows of z are z_t = [x_t, 1, h_{t-1}]. The way back has the same layout.
    """

    def __init__(self, key: "Key", pool: list):
        self.key, self.pool = key, pool
        (T, *one, I), _, H = key
        self.h_shape = T, *one, H
        self.silently = overflow.silent_context().run
        self._make_forward(T, I, H)
        self._make_backward(T, I, H)
        # Where each gradient stands in `found`.
        axis, units = (None,) * len(one), slice(I + 1, None)
        self.places = (
            (slice(H), slice(I)),
            (slice(H), units),
            (slice(H), I),
            (slice(H, None), *axis, slice(I)),
            (*axis, H, units),
        )

    def _make_forward(self, T, I, H):
        # What a trace keeps lies in one array, [W_x | b | W_hh] above z: one copy and one look at its size for both.
        self.kept = np.zeros((H + T + 1, I + 1 + H))
        self.kept_squares = checks.square_sum(self.kept)
        self.weights, z = self.kept[:H], self.kept[H:]
        z[:, I] = 1.0
        self.x, self.h0, self.a = z[:T, :I].reshape(self.key[0]), z[0, I + 1 :], np.empty(H)
        self.forward = list(zip(z, z[1:, I + 1 :]))

    def _make_backward(self, T, I, H):
        K = I + 1 + H
        # What a trace kept, below [0 | 0 | 1]: a row [dL_{t-1}/dh_{t-1} | dL/da_t] times both matrices is dL/dz_t =
        # [dL/dx_t | dL/db_t | δ_{t-1}]. What is found lies in one array too: the gradient of the weights above dL/dz_t.
        read, found = np.zeros((2 * H + T + 1, K)), np.empty((2 * H + T, K))
        read[:H, I + 1 :] = np.eye(H)
        self.read, self.z, self.z_before = read[H:], read[2 * H :], read[2 * H : -1]
        self.found, dz = found[H:], found[2 * H :]
        self.found_squares = checks.square_sum(self.found)
        # The start has no loss of its own: its dh is zero.
        self.slopes, rows = np.empty((T + 1, K)), np.zeros((T + 1, 2 * H))
        self.dh, da = rows[1:, :H].reshape(self.h_shape), rows[:T, H:]
        δ = [*dz[1:, I + 1 :], rows[T, :H]]
        if H <= _FEW_UNITS:
            self.back, parts = read[: 2 * H].T.dot, list(rows)
        else:
            self.back, parts = partial(_product_and_sum, read[H : 2 * H].T.dot), list(zip(da, rows[:, :H], dz[:, I + 1 :]))
        self.backward = list(zip(self.slopes[1:, I + 1 :], δ, da, parts, dz))[::-1]
        # Σ_t dL/da_t z_tᵀ is the gradient of the weights.
        few = T * H <= _FEW_NUMBERS
        self.daT, self.dstack = (rows[:T].T, found[: 2 * H]) if few else (da.T, found[H : 2 * H])


def _product_and_sum(product, parts, out):
    da_t, dh_previous, δ_previous = parts
    product(da_t, out)
    np.add(δ_previous, dh_previous, δ_previous)


Key = tuple[tuple[int, ...], int, int]  # x's shape, I and H
_pools: dict[Key, list[Plan]] = {}


def take(key: Key) -> Plan | None:
    """A plan that nobody else uses, also when several threads ask (`list.pop` is atomic). None if x does not fit the cell.

    `plan.pool.append(plan)` gives it back.
    """
    try:
        return _pools[key].pop()
    except LookupError:
        x_shape, I, _ = key
        return Plan(key, _pool(key)) if x_shape[1:] in ((I,), (1, I)) and x_shape[0] else None


def _pool(key: Key) -> list[Plan]:
    if len(_pools) >= _SIZES_KEPT:
        _pools.clear()
    return _pools.setdefault(key, [])


def numbers(array) -> bool:
    """Whether it is a plain array of numbers. What is not is left to the full checks."""
    return type(array) is ndarray and array.dtype.kind in "fiub"


class SingleTrace(Trace):
    """A trace that keeps [W_x | b | W_hh] above z in one array; all others are views of it. `key` is the plan's."""

    def __init__(self, kept: np.ndarray, key: Key):
        self.kept, self.key = kept, key

    @property
    def batched(self) -> bool:  # type: ignore[override]
        return len(self.key[0]) == 3

    @property
    def shape(self) -> tuple[int, int, int]:  # type: ignore[override]
        return self.key[0][0], 1, self.key[2]

    @property
    def weights(self) -> np.ndarray:  # type: ignore[override]
        return self.kept[: self.key[2]]

    @property
    def inputs(self) -> np.ndarray:  # type: ignore[override]
        H = self.key[2]
        return self.kept[H:-1, None, : -1 - H]

    @property
    def states(self) -> np.ndarray:  # type: ignore[override]
        H = self.key[2]
        return self.kept[H:, None, -H:]
