"""Scratch for one sequence at a time (B = 1), where calling NumPy costs more than the arithmetic.

Reading four words with eight units takes microseconds, so nothing may be allocated or sliced inside a loop. A plan
holds the scratch for one size and every step's views of it. It is borrowed for one call and given back; what a trace
or a gradient keeps is copied out.
"""

import numpy as np

from .. import overflow
from .trace import Trace

ZERO = np.array(0.0)
_FEW_UNITS = 32  # up to here a product with zeros and ones in it is quicker than one more call
_PLANS_KEPT = 16


class Plan:
    """Scratch for x of one shape, (T, I) or (T, 1, I).

    The rows of z are z_t = [x_t, 1, h_{t-1}]. The way back has the same layout.
    """

    def __init__(self, x_shape: tuple[int, ...], H: int):
        T, *one, I = x_shape
        K = I + 1 + H
        self.key = x_shape, I, H
        self.shape, self.h_shape, self.batched = (T, 1, H), (T, *one, H), bool(one)
        self.silently = overflow.silent_context().run
        # What a trace keeps lies in one array, [W_x | b | W_hh] above z: one copy and one look at its size for both.
        self.kept = np.zeros((H + T + 1, K))
        self.kept_flat = self.kept.reshape(-1)
        self.weights, self.z = self.kept[:H], self.kept[H:]
        z, self.z_before = self.z, self.z[:T]
        z[:, I] = 1.0
        self.x, self.h0, self.a = z[:T, :I].reshape(x_shape), z[0, I + 1 :], np.empty(H)
        self.forward = list(zip(z[:T], z[1:, I + 1 :]))
        # So does what the way back finds: the gradient of the weights above dL/dz_t.
        self.found = np.empty((H + T, K))
        self.found_flat = self.found.reshape(-1)
        self.dstack, dz = self.found[:H], self.found[H:]
        # Backward, last step first: f'(a_t), where dL/da_t goes, [dL/da_t | dL_{t-1}/dh_{t-1}], where dL/dz_t goes, and its
        # part for h_{t-1}. The start has no loss of its own: zero.
        self.slopes, both = np.empty((T + 1, K)), np.zeros((T + 1, 2 * H))
        self.daT, self.dh, self.dh_last = both[:T, :H].T, both[1:, H:].reshape(self.h_shape), both[T, H:]
        self.backward = list(zip(self.slopes[1:, I + 1 :], both[:, :H], both, dz, dz[:, I + 1 :]))[::-1]
        both_weights = np.zeros((2 * H, K))
        self.weights_back, both_weights[H:, I + 1 :] = both_weights[:H], np.eye(H)
        self.back = both_weights.T.dot if H <= _FEW_UNITS else self._product_and_sum
        # Where each gradient stands in `found`.
        axis, units = (None,) * len(one), slice(I + 1, None)
        self.W_x, self.W_hh, self.b = (slice(H), slice(I)), (slice(H), units), (slice(H), I)
        self.dx, self.dh0 = (slice(H, None), *axis, slice(I)), (*axis, H, units)

    def _product_and_sum(self, v: np.ndarray, out: np.ndarray) -> None:
        """v [[W_x | b | W_hh]; [0 | 0 | 1]], as `back` computes it in one product."""
        H = len(self.weights)
        v[:H].dot(self.weights, out)
        out[-H:] += v[H:]


_plans: dict[tuple[tuple[int, ...], int, int], Plan] = {}


def take(x_shape: tuple[int, ...], I: int, H: int) -> Plan | None:
    """A plan that nobody else uses, also when several threads ask (`dict.pop` is atomic). None if x does not fit the cell."""
    if (plan := _plans.pop((x_shape, I, H), None)) is None and x_shape[1:] in ((I,), (1, I)) and x_shape[0]:
        plan = Plan(x_shape, H)
    return plan


def give_back(plan: Plan) -> None:
    if len(_plans) >= _PLANS_KEPT:
        _plans.clear()
    _plans[plan.key] = plan


def numbers(array) -> bool:
    """Whether it is a plain array of numbers. What is not is left to the full checks."""
    return type(array) is np.ndarray and array.dtype.kind in "fiub"


class SingleTrace(Trace):
    """A trace that keeps [W_x | b | W_hh] above z in one array; `weights`, `inputs` and `states` are views of it."""

    def __init__(self, kept: np.ndarray, plan: Plan):
        self.kept, self.key, self.shape, self.batched = kept, plan.key, plan.shape, plan.batched

    @property
    def weights(self) -> np.ndarray:  # type: ignore[override]
        return self.kept[: self.shape[2]]

    @property
    def inputs(self) -> np.ndarray:  # type: ignore[override]
        H = self.shape[2]
        return self.kept[H:-1, None, : -1 - H]

    @property
    def states(self) -> np.ndarray:  # type: ignore[override]
        H = self.shape[2]
        return self.kept[H:, None, -H:]
