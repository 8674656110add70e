"""The gated cell of the course: two free gates.

    G1_t = σ(W_x1 x_t + b_1 + W_hh1 h_{t-1})        how much of the old state is kept
    G2_t = σ(W_x2 x_t + b_2 + W_hh2 h_{t-1})        how much of the new is let in
    ĥ_t  = tanh(W_x3 x_t + b_3 + W_hh3 h_{t-1})     the candidate
    h_t  = G1_t ⊙ h_{t-1} + G2_t ⊙ ĥ_t

h_{t-1} stands in four places, so dh_t/dh_{t-1} has four terms (`jacobian_terms`). Backward, with δ_t = dL/dh_t:

    dL/da1_t = δ_t ⊙ h_{t-1} ⊙ G1 (1 − G1)
    dL/da2_t = δ_t ⊙ ĥ_t ⊙ G2 (1 − G2)
    dL/da3_t = δ_t ⊙ G2 ⊙ (1 − ĥ²)
    δ_{t-1}  = dh_{t-1} + G1_t ⊙ δ_t + W_hhᵀ dL/da_t        the three blocks of a_t one below the other

and then, as in the plain cell, dL/dW_x = Σ_t dL/da_t x_tᵀ, dL/dW_hh = Σ_t dL/da_t h_{t-1}ᵀ, dL/dx_t = W_xᵀ dL/da_t.
"""

import functools

import numpy as np

from ..basics import checks, overflow
from ..basics.overflow import SAFE
from .gates import ONE, GateCell, diagonal
from .trace import Trace


class GatedCell(GateCell):
    """h_t = G1 ⊙ h_{t-1} + G2 ⊙ ĥ_t: G1 and G2 logistic, ĥ tanh, each a recurrent layer of x_t and h_{t-1}.

    W_x (3H, I), W_hh (3H, H) and b (3H,) stack the blocks [G1, G2, candidate]. gate_bias is added to the bias of G1;
    the other arguments are as in `RNNCell`. |h_t| ≤ |h_0| + t is all that bounds the state.

    >>> cell = GatedCell(3, 4, gate_bias=2.0)
    >>> cell.unroll(np.eye(3)).gates["G1"].shape
    (3, 4)
    """

    kind = "GatedCell"
    blocks = "G1", "G2", "candidate"
    logistic = "G1", "G2"
    keep = "G1"
    local_names = "da1", "da2", "da3", "G1"
    also_read = ("h",)
    onward = 0

    def _forward_views(self, p, z, gates, h, onward):
        return list(zip(z, self._below_each_other(gates, 3), gates[:, 0], gates[:, 1], gates[:, 2], h, h[1:], onward))

    def _forward(self, p, products, scales, opening):
        _, multiply, add = products
        tanh, fold, rest, new = np.tanh, p.work["fold"], p.work["rest"], p.work["spare"]
        product = products.by(p.work["folded"])
        for z_t, a_t, G1, G2, candidate, h_previous, h_t, onward in p.steps:
            product(z_t, a_t)
            if opening is not None:
                add(G1, opening, G1)
            tanh(a_t, a_t)
            multiply(a_t, fold, a_t)
            add(a_t, rest, a_t)
            multiply(G1, h_previous, h_t)
            multiply(G2, candidate, new)
            add(h_t, new, h_t)
            if scales is not None:
                multiply(h_t, scales, onward)

    def _derivative_views(self, seen, out, spare):
        gates, square = seen[:3], spare[0, :3]
        return gates, square, gates[:2], square[:2], square[2], out[:2], *seen, *out

    def _derivatives(self, views, multiply):
        gates, square, G12, their_square, candidate2, da12, G1, G2, candidate, h_previous, da1, da2, da3, keep = views
        np.multiply(gates, gates, square)
        np.subtract(G12, their_square, da12)  # σ' = G (1 − G)
        np.subtract(ONE, candidate2, da3)  # tanh' = 1 − ĥ²
        np.multiply(da1, h_previous, da1)
        np.multiply(da2, candidate, da2)
        np.multiply(da3, G2, da3)
        keep[...] = G1

    def _backward_views(self, local):
        return list(zip(local[:, :4], self._rows_onward(local)))

    def _back(self, p, steps, δ, weights, products, scales):
        multiply, (δ,), back, spread = products.multiply, δ, p.work["back"], p.work["spread"]
        product = self._product_onward(p, weights[:, self.input_size + 1 :], products, scales)
        for local, da_and_rest, _ in steps:
            multiply(local, spread(δ, 4), local)  # dL/da_t, and G1 ⊙ δ_t
            product(da_and_rest, back)  # W_hhᵀ dL/da_t + G1 ⊙ δ_t + dh_{t-1}
            δ = back
        return [δ]

    def pull(self, trace: Trace, t: int, rows: np.ndarray, local=None, products=SAFE):
        W_hh = trace.weights[:, self.input_size + 1 :]
        local = self.local(trace, slice(t, t + 1))[0] if local is None else local
        (n, B, H), (dot, multiply, add) = rows.shape, products
        da = multiply(rows[:, :, None], local[:, :3]).reshape(n, B, 3 * H)
        back = dot(da.reshape(n * B, 3 * H), W_hh).reshape(n, B, H)
        if trace.scales is not None:
            back = multiply(back, trace.scales)
        return da, add(back, multiply(rows, local[:, 3]))

    def jacobian_terms(self, trace: Trace, t: int) -> dict[str, np.ndarray]:
        """The four terms of dh_t/dh_{t-1}, (H, H) or (B, H, H): h_{t-1} itself, and the way through G1, G2 and ĥ.

        "keep" diag(G1) · "dG1" diag(h_{t-1}) ∂G1/∂h_{t-1} · "dG2" diag(ĥ) ∂G2/∂h_{t-1} · "candidate" diag(G2) ∂ĥ/∂h_{t-1}
        """
        self.check_trace(trace)
        terms = self._terms(trace, [checks.index("t", t, trace.T)])
        return {name: trace.squeeze(term[0], axis=0) for name, term in terms.items()}

    def _terms(self, trace, steps):
        da1, da2, da3, keep = np.moveaxis(self.local(trace, steps), 2, 0)
        ways = [self._through(trace, slope, W) for slope, W in zip((da1, da2, da3), self._W_hh(trace))]
        return dict(zip(("keep", "dG1", "dG2", "candidate"), (diagonal(keep), *ways)))

    def jacobians(self, trace: Trace, steps) -> np.ndarray:
        keep, *ways = self._terms(trace, steps).values()
        return functools.reduce(overflow.add, ways, keep)
