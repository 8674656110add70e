"""The plain recurrent cell.

    a_t = W_x x_t + b + W_hh h_{t-1}
    h_t = f(a_t)

Backward, with δ_t = dL/dh_t as a column and δ_T₊₁ = 0 (Werbos 1990):

    dL/da_t     = f'(a_t) ⊙ δ_t
    δ_{t-1}     = dh_{t-1} + W_hhᵀ dL/da_t          dh_t is the step's own dL_t/dh_t; note the transpose
    dL/dW_x     = Σ_t dL/da_t x_tᵀ                  the sum runs over the steps: the weights are shared
    dL/dW_hh    = Σ_t dL/da_t h_{t-1}ᵀ              the state *before* the step
    dL/db       = Σ_t dL/da_t
    dL/dx_t     = W_xᵀ dL/da_t

Arrays hold a vector as a row, so W v is written `v.dot(W.T)` and Wᵀ v is `v.dot(W)`.
"""

from collections.abc import Mapping
from math import isfinite

import numpy as np
from numpy import ndarray

from ..basics import activations, checks, overflow
from ..basics.overflow import SAFE, Products
from . import single, torch_names
from .base import Cell
from .single import Plan, SingleTrace
from .trace import Trace

FLOAT64 = np.dtype(np.float64)


class RNNCell(Cell):
    """h_t = f(W_x x_t + b + W_hh h_{t-1}) (Elman 1990).

    input_size, hidden_size: I and H. activation: "tanh", "relu" or "sigmoid". init: the start of each matrix, see
    `cells.starts`. weight_scale multiplies the drawn W_hh. seed: a whole number; the same seed draws the same weights.
    Raises `ValueError` for anything else.

    >>> cell = RNNCell(3, 4)
    >>> cell.unroll(np.eye(3)).h.shape
    (3, 4)
    """

    kind = "RNNCell"

    def __init__(self, input_size, hidden_size, activation="tanh", weight_scale=1.0, init="normal", seed=0):
        self.activation = activations.get(activation)
        super().__init__(input_size, hidden_size, weight_scale, init, seed)

    def __repr__(self) -> str:
        return f"RNNCell({self.input_size}, {self.hidden_size}, activation={self.activation.name!r})"

    def unroll(self, x, h0=None, scales=None) -> Trace:
        """Read x, (T, I) or (T, B, I), from the start h0, (H,) or (B, H); zeros if it is not given.

        scales, (B,), multiplies W_hh once more, by a number of its own for each sequence of the batch. That is a sweep
        over weight scales in one call: the same words in every sequence, another scale for each.
        """
        if scales is None and type(x) is ndarray and x.dtype is FLOAT64 and (trace := self._unroll_one(x, h0)):
            return trace
        x, h0, batched = self._check_inputs(x, h0)
        if scales is not None:
            scales = checks.array("scales", scales, (x.shape[1],))[:, None]
        # If something overflows: once more, with products that know what to make of it.
        return self._unroll_batch(x, h0, batched, scales) or self._unroll_batch(x, h0, batched, scales, overflow.dot)

    def _unroll_one(self, x, h0):
        """One sequence, as quickly as can be; None if something does not fit, or is not finite in the end."""
        size = single.size(x.shape, self.input_size, self.hidden_size)
        if size is None or not (h0 is None or type(h0) is ndarray and h0.dtype is FLOAT64 and h0.shape == size.h_shape[1:]):
            return None
        plan = size.free.pop(0, None) or Plan(size)
        kept = plan.silently(self._forward_one, plan, x, h0)
        size.free[0] = plan
        return None if kept is None else SingleTrace(kept, size)

    def _forward_one(self, plan, x, h0):
        plan.weights[...] = self.stack
        plan.x[...] = x
        if h0 is not None:
            plan.h0[...] = h0
        f = self.activation.value
        for product, h_t in plan.forward:
            f(product(), h_t)  # a_t = [W_x | b | W_hh] z_t, where z_t = [x_t, 1, h_{t-1}]
        kept = plan.keep() if isfinite(plan.kept_squares().item()) else None
        if h0 is not None:
            plan.h0[...] = single.ZERO
        return kept

    @overflow.silent
    def _unroll_batch(self, x, h0, batched, scales, dot=np.dot):
        T, B, I = x.shape
        H, f, x, weights = self.hidden_size, self.activation.value, x.copy(), self.stack.copy()
        W_xT, W_hhT = weights[:, :I].copy().T, weights[:, I + 1 :].copy().T  # BLAS likes the right factor transposed
        h = np.empty((T + 1, B, H))
        h[0] = 0.0 if h0 is None else h0
        a, product = h[1:], np.empty((B, H))  # a_t stands where h_t will be
        for chunk in _chunks(T, B * I * H):  # W_x x_t of all steps first: it needs no state
            dot(x[chunk].reshape(-1, I), W_xT, a[chunk].reshape(-1, H))
        a += weights[:, I]
        for h_previous, h_t in zip(h, a):
            dot(h_previous, W_hhT, product)
            if scales is not None:
                np.multiply(product, scales, product)
            np.add(h_t, product, h_t)
            f(h_t, h_t)
        if not checks.all_finite(h):
            if dot is np.dot:
                return None
            h[np.isnan(h)] = f(np.array([np.inf]))[0]  # ∞ − ∞ in a_t counts as ∞, see `overflow`
        return Trace(x, h, weights, batched, scales)

    def backward(self, trace: Trace, dh, dc=None) -> dict[str, np.ndarray]:
        """Backpropagation through time.

        dh: each step's own dL_t/dh_t, shape of `trace.h`. It is *not* yet accumulated over time: adding what comes
        back from later steps is this method's work. Returns the gradient of every parameter (summed over B), of "x" and
        of "h0", in their shapes. What is past float64's end is ±inf, never NaN. dc is for cells whose state has a c.
        """
        if dc is None and type(trace) is SingleTrace and type(dh) is ndarray and dh.dtype is FLOAT64:
            if grads := self._backward_one(trace, dh):
                return grads
        self.check_no_dc(dc)
        self.check_trace(trace)
        T, B, H = trace.shape
        dh = checks.array("dh", dh, (T, B, H) if trace.batched else (T, H), allow_inf=True)
        dh = dh.reshape(T, B, H)
        return self._backward_batch(trace, dh) or self._backward_batch(trace, dh, overflow.dot, overflow.multiply)

    def _backward_one(self, trace, dh):
        """The way back of `_unroll_one`; None if something does not fit, or is not finite in the end."""
        size = trace.size
        if dh.shape != size.h_shape or size.H != self.hidden_size or size.x_shape[-1] != self.input_size:
            return None
        plan = size.free.pop(0, None) or Plan(size)
        found = plan.silently(self._back_one, plan, trace, dh)
        size.free[0] = plan
        if found is None:
            return None
        W_x, W_hh, b, dx, dh0 = plan.places
        return {"W_x": found[W_x], "W_hh": found[W_hh], "b": found[b], "x": found[dx], "h0": found[dh0]}

    def _back_one(self, plan, trace, dh):
        plan.read[...] = trace.kept
        plan.dh[...] = dh
        self.activation.slope(plan.z, plan.slopes)  # of all of z: one call costs more than the columns not needed
        for local, back in plan.backward:
            local()  # dL/da_t = f'(a_t) ⊙ δ_t
            back()  # dL/dz_t = [dL/dx_t, dL/db_t, δ_{t-1}], with dL_{t-1}/dh_{t-1} added to the last
        plan.weights_gradient()  # Σ_t dL/da_t z_tᵀ: those of W_x, b and W_hh side by side
        return plan.keep_found() if isfinite(plan.found_squares().item()) else None

    @overflow.silent
    def _backward_batch(self, trace, dh, dot=np.dot, multiply=np.multiply):
        T, B, I = trace.inputs.shape
        H, x, h, weights, scales = self.hidden_size, trace.inputs, trace.states, trace.weights, trace.scales
        W_x, W_hh = weights[:, :I].T.copy().T, weights[:, I + 1 :].T.copy().T
        dW_x, dW_hh, db, dx = np.zeros((H, I)), np.zeros((H, H)), np.zeros(H), np.empty((T, B, I))
        δ, back = np.empty((B, H)), np.zeros((B, H))
        chunks = _chunks(T, B * H * max(I, H))
        scratch = np.empty((chunks[0].stop, B, H))
        for chunk in reversed(chunks):
            da = scratch[: chunk.stop - chunk.start]
            self.activation.slope(h[1:][chunk], da)  # f'(a_t), which the loop turns into dL/da_t
            for da_t, dh_t in zip(da[::-1], dh[chunk][::-1]):
                np.add(dh_t, back, δ)
                multiply(da_t, δ, da_t)
                dot(da_t, W_hh, back)
                if scales is not None:
                    multiply(back, scales, back)
            rows = da.reshape(-1, H)
            dot(rows, W_x, dx[chunk].reshape(-1, I))
            dW_x += dot(rows.T, x[chunk].reshape(-1, I))
            db += rows.sum(0)
            rows = rows if scales is None else multiply(da, scales).reshape(-1, H)
            dW_hh += dot(rows.T, h[chunk].reshape(-1, H))
        grads = {"W_x": dW_x, "W_hh": dW_hh, "b": db, "x": dx, "h0": back}
        if not all(map(checks.all_finite, grads.values())):
            if dot is np.dot:
                return None
            for gradient in grads.values():
                overflow.exploded(gradient)
        if not trace.batched:
            grads["x"], grads["h0"] = dx[:, 0], back[0]
        return grads

    @overflow.silent
    def jacobian(self, trace: Trace, t: int) -> np.ndarray:
        """J_t = dh_t/dh_{t-1} = diag(f'(a_t)) W_hh, (H, H) or (B, H, H): row i holds the derivatives of unit i.

        t counts as code does: t=0 is the derivative of the first state with respect to the start.
        """
        slope = self.slope(trace, t)  # which looks at both
        return trace.squeeze(self._jacobian(trace, slope), axis=0)

    @overflow.silent
    def jacobians(self, trace: Trace, steps) -> np.ndarray:
        self.check_trace(trace)
        return self._jacobian(trace, self.activation.slope(trace.states[1:][steps]))

    def _jacobian(self, trace, slope):
        if trace.scales is not None:
            slope = overflow.multiply(slope, trace.scales)
        return overflow.multiply(slope[..., None], trace.weights[:, self.input_size + 1 :])

    @overflow.silent
    def slope(self, trace: Trace, t: int) -> np.ndarray:
        """f'(a_t), (B, H)."""
        self.check_trace(trace)
        t = checks.index("t", t, trace.T)
        return self.activation.slope(trace.states[t + 1])

    @overflow.silent
    def local(self, trace: Trace, steps: slice) -> np.ndarray:
        """f'(a_t) of these steps, (n, B, H)."""
        self.check_trace(trace)
        return self.activation.slope(trace.states[1:][steps])

    def pull(
        self, trace: Trace, t: int, rows: np.ndarray, local=None, products: Products = SAFE
    ) -> tuple[np.ndarray, np.ndarray]:
        n, B, H = rows.shape
        da = products.multiply(rows, self.slope(trace, t) if local is None else local)
        back = products.by(da.reshape(n * B, H))(trace.weights[:, self.input_size + 1 :]).reshape(n, B, H)
        return da, back if trace.scales is None else products.multiply(back, trace.scales)

    @classmethod
    def from_torch(cls, state_dict: Mapping, layer: int = 0, activation: str = "tanh") -> "RNNCell":
        """A cell with the weights of one layer of `torch.nn.RNN` or of `torch.nn.RNNCell`.

        state_dict: arrays or tensors under PyTorch's names, with any prefix. The two biases are summed, missing ones
        are 0. PyTorch does not store the nonlinearity there: say `activation="relu"` if it was. Reversed and projected
        layers are refused with a `ValueError`.
        """
        return cls._from_torch(torch_names.read(state_dict, layer), activation=activation)

    def to_torch(self, grads: Mapping | None = None, layer: int = 0) -> dict[str, np.ndarray]:
        """The parameters, or a dict of their gradients, in PyTorch's names and layout.

        Our one bias becomes `bias_ih`, beside a `bias_hh` of zeros. Both biases have the same gradient.
        """
        return self._to_torch(grads, layer)


def _chunks(T: int, products_a_step: int) -> list[slice]:
    """Cut T steps so that one matrix product stays under 10⁶ multiplications, where BLAS is quickest for these sizes."""
    size = max(1, 1_000_000 // products_a_step)
    return [slice(start, min(start + size, T)) for start in range(0, T, size)]
