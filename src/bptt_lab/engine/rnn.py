"""The quick plain cell: a plan for one sequence, plain loops for a batch."""

from functools import cached_property, lru_cache, partial
from math import isfinite

import numpy as np
from numpy import ndarray

from ..basics import checks, overflow
from ..basics.one_hot import OneHot
from ..cells.trace import Trace
from .scratch import FEW_UNITS, SMALL
from .trace import QuickTrace, fits

FLOAT64, ZERO = np.dtype(np.float64), np.array(0.0)


class RNNEngine:
    """`unroll` and `backward` of `Cell`, for one sequence without a call more than needed; None if something is not finite."""

    def unroll(self, cell, x, h0):
        if type(x) is ndarray and x.dtype is FLOAT64:
            size = size_of(x.shape, cell.input_size, cell.hidden_size)
            if size and (h0 is None or type(h0) is ndarray and h0.dtype is FLOAT64 and h0.shape == size.h_shape[1:]):
                plan = size.free.pop(0, None) or Plan(size)
                flat = plan.silently(_forward_one, plan, cell, x, h0)
                size.free[0] = plan
                if flat is not None:
                    return SingleTrace(flat, cell, size)
        known = h0 is None and fits(cell, x) and x.ndim == 3
        x, (h,), batched = (x, (0.0,), True) if known else checks.inputs(cell, x, h0)
        return self._unroll_batch(cell, x, h, batched)

    def backward(self, cell, trace, dh, dc):
        if dc is None and type(trace) is SingleTrace and type(dh) is ndarray and dh.dtype is FLOAT64:
            size = trace.size
            if dh.shape == size.h_shape and size.H == cell.hidden_size and size.x_shape[-1] == cell.input_size:
                plan = size.free.pop(0, None) or Plan(size)
                found = plan.silently(_back_one, plan, cell, trace, dh)
                size.free[0] = plan
                if found is not None:
                    W_x, W_hh, b, dx, dh0 = plan.places
                    return {"W_x": found[W_x], "W_hh": found[W_hh], "b": found[b], "x": found[dx], "h0": found[dh0]}
        (dh,) = checks.gradients(cell, trace, dh, dc)
        return None if trace.cell.scales is not None else self._backward_batch(trace, dh)

    @overflow.silent
    def _unroll_batch(self, cell, x, h0, batched):
        T, B, I = x.shape
        H, f, cell = cell.hidden_size, cell.activation.value, cell.frozen()
        W_xT, W_hhT = cell.W_x.T.copy(), cell.W_hh.T.copy()  # in one piece as read: both ways take 7 to 10 % less
        h, product = np.empty((T + 1, B, H)), np.empty((B, H))
        h[0], a = h0, h[1:]  # a_t stands where h_t will be
        if isinstance(x, OneHot):
            W_xT.take(x.classes, 0, a, "clip")
        else:
            x = np.array(x, np.float64)
            np.dot(x.reshape(-1, I), W_xT, a.reshape(-1, H))  # W_x x_t of all steps first: it needs no state
        a += cell.b
        for h_previous, h_t in zip(h, a):
            np.dot(h_previous, W_hhT, product)
            np.add(h_t, product, h_t)
            f(h_t, h_t)
        return Trace(cell, x, (h,), (h[1:],), batched) if checks.all_finite(h) else None

    @overflow.silent
    def _backward_batch(self, trace, dh):
        cell, x, h, (T, B, I), H = trace.cell, trace.read, trace.states, trace.read.shape, trace.cell.hidden_size
        W_x, W_hh = cell.W_x.copy(), cell.W_hh.copy()
        dW_x, dW_hh, db, dx = np.zeros((H, I)), np.zeros((H, H)), np.zeros(H), np.empty((T, B, I) if trace.needs_dx else 0)
        δ, back = np.empty((B, H)), np.zeros((B, H))
        n = max(1, 1_000_000 // (B * H * max(I, H)))  # steps at once: a product of under 10⁶ multiplications stays in the cache
        scratch = np.empty((min(n, T), B, H))
        for chunk in (slice(start, min(start + n, T)) for start in range((T - 1) // n * n, -1, -n)):
            da = scratch[: chunk.stop - chunk.start]
            cell.activation.slope(h[1:][chunk], da)  # f'(a_t), which the loop turns into dL/da_t
            for da_t, dh_t in zip(da[::-1], dh[chunk][::-1]):
                np.add(dh_t, back, δ)
                np.multiply(da_t, δ, da_t)
                np.dot(da_t, W_hh, back)
            rows = da.reshape(-1, H)
            if trace.needs_dx:
                np.dot(rows, W_x, dx[chunk].reshape(-1, I))
            dW_x += x[chunk].summed(rows.T, H) if isinstance(x, OneHot) else np.dot(rows.T, x[chunk].reshape(-1, I))
            db += rows.sum(0)
            dW_hh += np.dot(rows.T, h[chunk].reshape(-1, H))
        inputs = {"x": trace.squeeze(dx)} if trace.needs_dx else {}
        grads = {"W_x": dW_x, "W_hh": dW_hh, "b": db, **inputs, "h0": trace.squeeze(back, axis=0)}
        return grads if all(map(checks.all_finite, grads.values())) else None


def _forward_one(plan, cell, x, h0):
    plan.weights[...] = cell.stack
    plan.x[...] = x
    if h0 is not None or plan.started:  # else zeros stand there
        plan.h0[...], plan.started = ZERO if h0 is None else h0, h0 is not None
    f = cell.activation.value
    for product, h_t in plan.forward:
        f(product(), h_t)  # a_t = [W_x | b | W_hh] z_t, where z_t = [x_t, 1, h_{t-1}]
    return plan.keep() if isfinite(plan.kept_squares().item()) else None


def _back_one(plan, cell, trace, dh):
    plan.read[...] = trace.flat
    plan.dh[...] = dh
    cell.activation.slope(plan.z, plan.slopes)  # of all of z: one call costs more than the columns not needed
    for local, back in plan.backward:
        local()  # dL/da_t = f'(a_t) ⊙ δ_t
        back()  # dL/dz_t = [dL/dx_t, dL/db_t, δ_{t-1}], with dL_{t-1}/dh_{t-1} added to the last
    plan.weights_gradient()  # Σ_t dL/da_t z_tᵀ: those of W_x, b and W_hh side by side
    return plan.keep_found() if isfinite(plan.found_squares().item()) else None


class Size:
    """x of one shape, (T, I) or (T, 1, I), H units, and the plan for them while nobody uses it.

    Borrow with `size.free.pop(0, None) or Plan(size)`: two threads never get the same. Give back with `size.free[0] = plan`.
    """

    def __init__(self, x_shape: tuple[int, ...], H: int):
        self.x_shape, self.H, self.h_shape, self.free = x_shape, H, (*x_shape[:-1], H), dict[int, Plan]()

    def __reduce__(self):
        return size_of, (self.x_shape, self.x_shape[-1], self.H)  # a copy of a trace shares the plan


@lru_cache(16)
def size_of(x_shape: tuple[int, ...], I: int, H: int) -> Size | None:
    """None if x is more than one sequence, does not fit the cell, or is so large that its scratch is better not kept."""
    fits = x_shape[1:] in ((I,), (1, I)) and H <= FEW_UNITS and (H + x_shape[0]) * (I + 1 + H) <= SMALL
    return Size(x_shape, H) if fits and x_shape[0] else None


class Plan:
    """Scratch for one size, and the calls that fill it. The rows of z, and of the way back, are z_t = [x_t, 1, h_{t-1}]."""

    def __init__(self, size: Size):
        (T, *one, I), H = size.x_shape, size.H
        self.silently = overflow.silent_context().run
        self._make_forward(size, T, I, H)
        self._make_backward(size, T, I, H)
        # Where each gradient stands in `found`.
        axis, units = (None,) * len(one), slice(I + 1, None)
        x, start = (slice(H, None), *axis, slice(I)), (*axis, H, units)
        self.places = (slice(H), slice(I)), (slice(H), units), (slice(H), I), x, start

    def _make_forward(self, size, T, I, H):
        # What a trace keeps lies in one array, [W_x | b | W_hh] above z: one copy and one look at its size for both.
        kept = np.zeros((H + T + 1, I + 1 + H))
        self.keep, self.kept_squares = kept.copy, checks.square_sum(kept)
        self.weights, z = kept[:H], kept[H:]
        z[:, I], self.started = 1.0, False
        self.x, self.h0, a = z[:T, :I].reshape(size.x_shape), z[0, I + 1 :], np.empty(H)
        self.forward = [(partial(self.weights.dot, z_t, a), h_t) for z_t, h_t in zip(z, z[1:, I + 1 :])]

    def _make_backward(self, size, T, I, H):
        K = I + 1 + H
        # What a trace kept, below [0 | 0 | 1]: a row [dL_{t-1}/dh_{t-1} | dL/da_t] times both matrices is dL/dz_t =
        # [dL/dx_t | dL/db_t | δ_{t-1}]. What is found lies in one array too: the gradient of the weights above dL/dz_t.
        read, room = np.zeros((2 * H + T + 1, K)), np.empty((2 * H + T, K))
        read[:H, I + 1 :] = np.eye(H)
        self.read, self.z, z_before = read[H:], read[2 * H :], read[2 * H : -1]
        found, dz = room[H:], room[2 * H :]
        self.keep_found, self.found_squares = found.copy, checks.square_sum(found)
        # The start has no loss of its own: its dh is zero.
        self.slopes, rows = np.empty((T + 1, K)), np.zeros((T + 1, 2 * H))
        self.dh, da = rows[1:, :H].reshape(size.h_shape), rows[:T, H:]
        δ = [*dz[1:, I + 1 :], rows[T, :H]]
        slopes = [partial(np.multiply, *step) for step in zip(self.slopes[1:, I + 1 :], δ, da)]
        product = read[: 2 * H].T.dot
        back = [partial(product, *step) for step in zip(rows, dz)]
        self.backward = list(zip(slopes, back))[::-1]
        left, into = (rows[:T], room[: 2 * H]) if T * H <= 64 else (da, found[:H])  # `da` is copied first: 3 % of 4 words, H=8
        self.weights_gradient = partial(left.T.dot, z_before, into)  # Σ_t dL/da_t z_tᵀ


class SingleTrace(QuickTrace):
    """A trace that keeps [W_x | b | W_hh] above z."""

    def __init__(self, flat: np.ndarray, live, size: Size):
        self.flat, self.live, self.size = flat, live, size

    @cached_property
    def states(self):  # type: ignore[override]  # a run asks for these alone
        states = self.flat[self.size.H :, None, -self.size.H :]
        states.setflags(write=False)
        return states

    def views(self):
        H = self.size.H
        z = self.flat[H:, None]
        cell, states, batched = self.live.frozen(stack=self.flat[:H]), z[:, :, -H:], len(self.size.x_shape) == 3
        return cell, z[:-1, :, : -1 - H], (states,), (states[1:],), batched
