"""Scratch for one sequence at a time (B = 1), where calling NumPy costs more than the arithmetic.

Reading four words with eight units takes microseconds, so nothing may be allocated or sliced inside a loop. A plan
holds the scratch for one size and every step's views of it. It is borrowed for one call and given back; what a trace
or a gradient keeps is copied out.
"""

import numpy as np

from .trace import Trace

ZERO = np.array(0.0)


class Plan:
    """Scratch for T steps: z_t = [x_t, 1, h_{t-1}] in the rows of z, and the same layout for what flows back."""

    def __init__(self, T: int, I: int, H: int):
        self.size = T, I, H
        K = I + 1 + H
        # What a trace keeps lies in one array, [W_x | b | W_hh] above z: one copy and one look at its size for both.
        self.kept = np.zeros((H + T + 1, K))
        self.kept_flat = self.kept.reshape(-1)
        self.weights, z = self.kept[:H], self.kept[H:]
        z[:, I] = 1.0
        self.x = {2: z[:T, :I], 3: z[:T, None, :I]}  # by the number of axes that x has
        self.h0 = z[0, I + 1 :]
        self.a = np.empty(H)
        self.forward = list(zip(z[:T], z[1:, I + 1 :]))
        # So does what the way back finds: the gradient of the weights above dL/dz_t.
        self.found = np.empty((H + T, K))
        self.found_flat = self.found.reshape(-1)
        self.dstack, dz = self.found[:H], self.found[H:]
        self.slopes, da = np.empty((T + 1, K)), np.empty((T, H))
        self.daT = da.T
        # Backward, last step first: f'(a_t), where dL/da_t and dL/dz_t go, the latter's part for h_{t-1}, and that
        # step's own dL/dh_{t-1}, which is zero for the start.
        dh = np.zeros((T + 1, H))
        self.dh = {2: dh[1:], 3: dh[1:, None]}  # by the number of axes that dh has
        self.dh_last = dh[T]
        self.backward = list(zip(self.slopes[1:, I + 1 :], da, dz, dz[:, I + 1 :], dh))[::-1]


_plans: dict[tuple[int, int, int], Plan] = {}
_PLANS_KEPT = 16


def take(T: int, I: int, H: int) -> Plan:
    """A plan of that size that nobody else uses, also when several threads ask (`dict.pop` is atomic)."""
    return _plans.pop((T, I, H), None) or Plan(T, I, H)


def give_back(plan: Plan) -> None:
    if len(_plans) >= _PLANS_KEPT:
        _plans.clear()
    _plans[plan.size] = plan


def fits(array, *shapes: tuple[int, ...]) -> bool:
    """Whether it is a plain array of numbers in one of these shapes. What does not fit is left to the full checks."""
    return type(array) is np.ndarray and array.dtype.kind in "fiub" and array.shape in shapes


class SingleTrace(Trace):
    """A trace that keeps [W_x | b | W_hh] above z in one array; `inputs` and `states` are views of it."""

    def __init__(self, kept: np.ndarray, H: int, batched: bool):
        self.kept = kept
        self.weights = kept[:H]
        self.batched = batched
        self.shape = len(kept) - H - 1, 1, H

    @property
    def inputs(self) -> np.ndarray:  # type: ignore[override]
        H = self.shape[2]
        return self.kept[H:-1, None, : -1 - H]

    @property
    def states(self) -> np.ndarray:  # type: ignore[override]
        H = self.shape[2]
        return self.kept[H:, None, -H:]
