"""Scratch for one sequence at a time (B = 1), where calling NumPy costs more than the arithmetic.

Reading four words with eight units takes microseconds, so nothing may be allocated or sliced inside a loop. A plan
holds the scratch for one size and every step's views of it. It is borrowed for one call and given back; what a trace
or a gradient keeps is copied out.
"""

import numpy as np

from .trace import Trace


class Plan:
    """Scratch for T steps: z_t = [x_t, 1, h_{t-1}] in the rows of z, and the same layout for what flows back."""

    def __init__(self, T: int, I: int, H: int):
        self.size = T, I, H
        K = I + 1 + H
        self.z = np.zeros((T + 1, K))
        self.z[:, I] = 1.0
        self.x, self.h0 = self.z[:T, :I], self.z[0, I + 1 :]
        self.a = np.empty(H)
        self.forward = list(zip(self.z[:T], self.z[1:, I + 1 :]))
        # Backward, last step first: f'(a_t), where dL/da_t and dL/dz_t go, the latter's part for h_{t-1}, and that
        # step's own dL/dh_{t-1}, which is zero for the start.
        self.slopes = np.empty((T + 1, K))
        self.da, self.dz = np.empty((T, H)), np.empty((T, K))
        self.daT = self.da.T
        dh = np.zeros((T + 1, H))
        self.dh, self.dh_last = dh[1:], dh[T]
        self.backward = list(zip(self.slopes[1:, I + 1 :], self.da, self.dz, self.dz[:, I + 1 :], dh))[::-1]


_plans: dict[tuple[int, int, int], Plan] = {}
_PLANS_KEPT = 16


def take(T: int, I: int, H: int) -> Plan:
    """A plan of that size that nobody else uses, also when several threads ask (`dict.pop` is atomic)."""
    return _plans.pop((T, I, H), None) or Plan(T, I, H)


def give_back(plan: Plan) -> None:
    if len(_plans) >= _PLANS_KEPT:
        _plans.clear()
    _plans[plan.size] = plan


class SingleTrace(Trace):
    """A trace that keeps z; inputs and states are views of it."""

    def __init__(self, z: np.ndarray, weights: np.ndarray, batched: bool):
        H = len(weights)
        super().__init__(z[:-1, None, : -1 - H], z[:, None, -H:], weights, batched)
        self.z = z
