"""The gated recurrent unit (Cho et al. 2014), in both of its forms.

    r_t = σ(W_x1 x_t + b_1 + W_hh1 h_{t-1})                       reset gate
    z_t = σ(W_x2 x_t + b_2 + W_hh2 h_{t-1})                       update gate: how much of the old state is kept
    n_t = tanh(W_x3 x_t + b_3 + r_t ⊙ (W_hh3 h_{t-1} + b_hn))     candidate; reset_after=True, PyTorch's form
    n_t = tanh(W_x3 x_t + b_3 + W_hh3 (r_t ⊙ h_{t-1}))            candidate; reset_after=False, the form of 2014
    h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t-1}                         PyTorch's z; others write z for our 1 − z

Backward, with δ_t = dL/dh_t, first what does not depend on the form:

    dL/da2_t = δ_t ⊙ (h_{t-1} − n_t) ⊙ z (1 − z)
    dL/da3_t = δ_t ⊙ (1 − z_t) ⊙ (1 − n²)

reset_after=True, where q_t = W_hh3 h_{t-1} + b_hn:

    dL/dq_t  = dL/da3_t ⊙ r_t                       stands in the place of dL/da3_t for W_hh3, b_hn and h_{t-1}
    dL/da1_t = dL/da3_t ⊙ q_t ⊙ r (1 − r)
    δ_{t-1}  = dh_{t-1} + z_t ⊙ δ_t + W_hhᵀ [dL/da1_t; dL/da2_t; dL/dq_t]

reset_after=False, where p_t = r_t ⊙ h_{t-1}:

    dL/dp_t  = W_hh3ᵀ dL/da3_t                      p_t stands in the place of h_{t-1} in dL/dW_hh3 = Σ_t dL/da3_t p_tᵀ
    dL/da1_t = dL/dp_t ⊙ h_{t-1} ⊙ r (1 − r)
    δ_{t-1}  = dh_{t-1} + z_t ⊙ δ_t + r_t ⊙ dL/dp_t + W_hh1ᵀ dL/da1_t + W_hh2ᵀ dL/da2_t

The rest is as in the plain cell.
"""

import functools
from collections.abc import Mapping

import numpy as np

from ..basics import checks, overflow
from ..basics.overflow import SAFE
from . import starts, torch_names
from .gates import HALF, ONE, diagonal
from .gru_sums import GRUSums
from .parameters import Parameters
from .trace import Trace
from .way_back import FEW_UNITS


class GRUCell(GRUSums):
    """h_t = (1 − z) ⊙ n + z ⊙ h_{t-1}.

    W_x (3H, I), W_hh (3H, H) and b (3H,) stack the blocks [reset, update, candidate], PyTorch's order. reset_after=True
    is PyTorch's form and has the candidate's inner bias b_hn (H,) too; reset_after=False resets before the product.
    gate_bias is added to the bias of the update gate z; the other arguments are as in `RNNCell`.

    >>> cell = GRUCell(3, 4, reset_after=False)
    >>> list(cell.unroll(np.eye(3)).gates)
    ['reset', 'update', 'candidate']
    """

    blocks = "reset", "update", "candidate"
    logistic = "reset", "update"
    keep = "update"

    def __init__(self, input_size, hidden_size, weight_scale=1.0, init="normal", seed=0, gate_bias=0.0, reset_after=True):
        reset_after = checks.flag("reset_after", reset_after)
        super().__init__(input_size, hidden_size, weight_scale, init, seed, gate_bias)
        self.reset_after, H = reset_after, self.hidden_size
        self.local_names = ("da3", "da1", "da2", "dq", "z") if reset_after else ("da1", "da2", "da3", "r", "z")
        self.also_read, self.onward = (("h",), 1) if reset_after else (("h", "hidden"), 0)
        self.kind = "GRUCell, reset " + ("after" if reset_after else "before") + " the product"
        # A stream of its own, so that both forms draw the same weights.
        self.b_hn = starts.bias(init, H, H, np.random.default_rng([checks.seed("seed", seed), 2]))

    def __repr__(self) -> str:
        return f"GRUCell({self.input_size}, {self.hidden_size}, reset_after={self.reset_after})"

    @property
    def params(self) -> Parameters:
        params = super().params
        return Parameters({**params, "b_hn": self.b_hn}) if getattr(self, "reset_after", False) else params

    def _check(self, x, h0):
        if self.reset_after:
            checks.array("params['b_hn']", self.b_hn)
        return super()._check(x, h0)

    @property
    def _gate_rows(self):
        return 4 if self.reset_after else 3  # q_t too

    def _forward_views(self, p, z, gates, h, onward):
        H, I, after = self.hidden_size, self.input_size, self.reset_after
        few = after and z.ndim == 2 and H <= FEW_UNITS
        folded, W = p.work["folded"], np.zeros((4 * H, I + 1 + H))
        p.work |= {"p": np.empty_like(h[0]), "few": few, "x1": p.arrays["z"][:-1, : I + 1], "x part": p.arrays["gates"][:, 2]}
        p.work |= {"first": folded[: 2 * H], "W_x3, b_3": folded[2 * H :, : I + 1], "W_hh3": folded[2 * H :, I + 1 :]}
        p.work |= {"W": W, "inner": np.empty((H, H + after))}
        p.work["few W"] = [(W[: 2 * H], folded[: 2 * H]), (W[2 * H : 3 * H, : I + 1], folded[2 * H :, : I + 1])]
        p.work["few W"] += [(W[3 * H :, I + 1 :], folded[2 * H :, I + 1 :])]
        all_rows, a12 = (self._below_each_other(gates, rows) for rows in (self._gate_rows, 2))
        inner = (z[:, I:], gates[:, 3]) if after else (z[:, I + 1 :], gates[:, 2])  # [1; h_{t-1}] and q_t, or h_{t-1}
        return list(zip(z, all_rows, a12, gates[:, 0], gates[:, 1], gates[:, 2], *inner, h, h[1:], onward))

    def _forward(self, p, products, scales, opening):
        after, work = self.reset_after, p.work
        _, multiply, add = products
        tanh, subtract, new, p_t, few = np.tanh, np.subtract, work["spare"], work["p"], work["few"]
        product, first, inner = self._forward_products(work, products)
        for z_t, a_t, a12, r, z, n, hidden, q_t, h_previous, h_t, onward in p.steps:
            if few:
                product(z_t, a_t)
            else:
                first(z_t, a12)
            if opening is not None:
                add(z, opening, z)
            tanh(a12, a12)
            multiply(a12, HALF, a12)
            add(a12, HALF, a12)
            if after:
                if not few:
                    inner(hidden, q_t)
                multiply(r, q_t, new)
            else:
                multiply(r, hidden, p_t)
                inner(p_t, new)
            tanh(add(n, new, new), n)  # n_t stands where W_x3 x_t + b_3 stood
            subtract(h_previous, n, new)  # h_t = n + z ⊙ (h_{t-1} − n)
            multiply(z, new, new)
            add(n, new, h_t)
            if scales is not None:
                multiply(h_t, scales, onward)

    def _forward_products(self, work, products):
        """Either one product for [r; z; W_x3 x_t + b_3; q_t], or one for r and z, and one for q_t or W_hh3 p_t; then
        W_x3 x_t + b_3 of all steps is computed here."""
        H, I = self.hidden_size, self.input_size
        if work["few"]:
            for to, read in work["few W"]:
                to[...] = read
            work["W"][3 * H :, I] = self.b_hn
            return products.by(work["W"]), None, None
        W = work["inner"]  # [b_hn | W_hh3], or W_hh3 alone
        W[:, -H:] = work["W_hh3"]
        if self.reset_after:
            W[:, 0] = self.b_hn
        work["x part"][...] = products.stacked(work["W_x3, b_3"], work["x1"])
        return None, products.by(work["first"]), products.by(W)

    def _derivative_views(self, seen, out, spare):
        gates, square, spare = seen[:3], spare[0, :3], spare[1, 0]
        r, z, n, h_previous, also = (*seen[:3], seen[4], seen[3]) if self.reset_after else seen
        da1, da2, da3, dq, keep = self._in_order(out)
        da12 = out[1:3] if self.reset_after else out[:2]
        return gates, square, spare, gates[:2], square[:2], square[2], da12, r, z, n, h_previous, also, da1, da2, da3, dq, keep

    def _in_order(self, local):
        """`local` as da1, da2, da3, dq or r, z."""
        return [local[row] for row in ((1, 2, 0, 3, 4) if self.reset_after else range(5))]

    def _derivatives(self, views, multiply):
        gates, square, spare, rz, their_square, n2, da12, r, z, n, h_previous, also, da1, da2, da3, dq, keep = views
        np.multiply(gates, gates, square)
        np.subtract(rz, their_square, da12)  # σ' = r (1 − r), z (1 − z)
        np.multiply(da2, np.subtract(h_previous, n, spare), da2)
        np.subtract(ONE, n2, da3)  # tanh' = 1 − n²
        np.multiply(da3, np.subtract(ONE, z, spare), da3)
        if self.reset_after:
            np.multiply(da3, r, dq)
            multiply(multiply(da1, da3, da1), also, da1)  # also: q_t
        else:
            multiply(da1, also, da1)  # also: h_{t-1} as W_hh reads it; this times dL/dp_t, not δ_t
            dq[...] = r
        keep[...] = z

    def _backward_views(self, local):
        if self.reset_after:
            return list(zip(local[:, :5], self._rows_onward(local)))
        return list(zip(local[:, 0], local[:, 1:3], local[:, 2], self._below_each_other(local, 2), local[:, 3], local[:, 4]))

    def _back(self, p, steps, δ, weights, products, scales):
        back_through = self._back_after if self.reset_after else self._back_before
        return back_through(p, steps, δ[0], weights[:, self.input_size + 1 :], products, scales)

    def _back_after(self, p, steps, δ, W_hh, products, scales):
        multiply, back, spread = products.multiply, p.work["back"], p.work["spread"]
        product = self._product_onward(p, W_hh, products, scales)
        for local, da12_dq_and_rest, _ in steps:
            multiply(local, spread(δ, 5), local)  # dL/da_t, dL/dq_t, and z_t ⊙ δ_t
            product(da12_dq_and_rest, back)  # W_hhᵀ [dL/da1_t; dL/da2_t; dL/dq_t] + z_t ⊙ δ_t + dh_{t-1}
            δ = back
        return [δ]

    def _back_before(self, p, steps, δ, W_hh, products, scales):
        _, multiply, add = products
        H, back = self.hidden_size, p.work["back"]
        dp = np.empty_like(back)
        first, inner = products.by(W_hh[: 2 * H].T.copy()), products.by(W_hh[2 * H :].T.copy())
        for da1, da23, da3, da12, r, z, dh_previous in steps:
            multiply(da23, δ, da23)
            inner(da3, dp)
            multiply(da1, dp, da1)
            first(da12, back)
            add(back, multiply(r, dp, r), back)
            if scales is not None:
                multiply(back, scales[:, 0], back)
            δ = multiply(z, δ, z)
            add(δ, back, δ)
            add(δ, dh_previous, δ)
        return [δ]

    def pull(self, trace: Trace, t: int, rows: np.ndarray, local=None, products=SAFE):
        W_hh = trace.weights[:, self.input_size + 1 :]
        local = self.local(trace, slice(t, t + 1))[0] if local is None else local
        (n, B, H), (dot, multiply, add) = rows.shape, products
        if self.reset_after:
            both = multiply(rows[:, :, None], local[:, :4])
            da = both[:, :, [1, 2, 0]].reshape(n, B, 3 * H)
            back = dot(both[:, :, 1:].reshape(n * B, 3 * H), W_hh).reshape(n, B, H)
        else:
            da = np.empty((n, B, 3, H))
            multiply(rows[:, :, None], local[:, 1:3], da[:, :, 1:])
            dp = dot(da[:, :, 2].reshape(n * B, H), W_hh[2 * H :]).reshape(n, B, H)
            multiply(dp, local[:, 0], da[:, :, 0])
            back = dot(da[:, :, :2].reshape(n * B, 2 * H), W_hh[: 2 * H]).reshape(n, B, H)
            back, da = add(back, multiply(dp, local[:, 3])), da.reshape(n, B, 3 * H)
        if trace.scales is not None:
            back = multiply(back, trace.scales)
        return da, add(back, multiply(rows, local[:, 4]))

    def sides(self, trace: Trace, t: int | slice, da: np.ndarray, wrt: str) -> tuple[np.ndarray, np.ndarray]:
        left, right = super().sides(trace, t, da, wrt)
        if wrt in ("W_x", "b"):
            return left, right
        r = trace.rows("gates")[:, 0][t][..., None, :]  # type: ignore[attr-defined]
        if not self.reset_after:
            return left, np.concatenate([right, right, overflow.multiply(r, right)], axis=-2)
        dq = overflow.multiply(left[:, :, 2:], r)
        return (dq if wrt == "b_hn" else np.concatenate([left[:, :, :2], dq], axis=2)), right

    def jacobians(self, trace: Trace, steps) -> np.ndarray:
        W1, W2, W3 = self._W_hh(trace)
        if self.reset_after:
            _, da1, da2, dq, z = np.moveaxis(self.local(trace, steps), 2, 0)
            ways = [self._through(trace, slope, W) for slope, W in zip((da1, da2, dq), (W1, W2, W3))]
        else:
            da1, da2, da3, r, z = np.moveaxis(self.local(trace, steps), 2, 0)
            dp = overflow.add(self._through(trace, da1, W1), diagonal(self._scaled(trace, r)))  # dp_t/dh_{t-1}
            inner = overflow.multiply(da3[..., None], W3)  # dh_t/dp_t
            ways = [self._through(trace, da2, W2), np.stack([SAFE.stacked(*step) for step in zip(inner, dp)])]
        return functools.reduce(overflow.add, ways, diagonal(z))

    @classmethod
    def from_torch(cls, state_dict: Mapping, layer: int = 0, reset_after: bool = True) -> "GRUCell":
        """A cell with the weights of one layer of `torch.nn.GRU` or of `torch.nn.GRUCell`; see `RNNCell.from_torch`.

        reset_after=False puts them into the other form, which PyTorch does not have: b_hn is then added to b. The next
        layer reads this one's `trace.h`.
        """
        return cls._from_torch(torch_names.read(state_dict, layer), reset_after=reset_after)

    def to_torch(self, grads: Mapping | None = None, layer: int = 0) -> dict[str, np.ndarray]:
        """The parameters, or a dict of their gradients, in PyTorch's names and layout; see `RNNCell.to_torch`.

        b_hn is the candidate's part of `bias_hh`.
        """
        return self._to_torch(grads, layer)

    def _read_biases(self, bias_ih, bias_hh):
        inner = self.rows_of("candidate")
        super()._read_biases(bias_ih, bias_hh)
        if self.reset_after:
            self.params["b"][inner], self.params["b_hn"] = bias_ih[inner], bias_hh[inner]

    def _write_biases(self, values, second):
        if self.reset_after:
            second[self.rows_of("candidate")] = values["b_hn"]
