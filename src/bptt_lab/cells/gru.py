"""The gated recurrent unit (Cho et al. 2014), in both of its forms.

    r_t = σ(W_x1 x_t + b_1 + W_hh1 h_{t-1})                       reset gate
    z_t = σ(W_x2 x_t + b_2 + W_hh2 h_{t-1})                       update gate: how much of the old state is kept
    n_t = tanh(W_x3 x_t + b_3 + r_t ⊙ (W_hh3 h_{t-1} + b_hn))     candidate; reset_after=True, PyTorch's form
    n_t = tanh(W_x3 x_t + b_3 + W_hh3 (r_t ⊙ h_{t-1}))            candidate; reset_after=False, the form of 2014
    h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t-1}                         PyTorch's z; others write z for our 1 − z

Backward, with δ_t = dL/dh_t, first what does not depend on the form:

    dL/dn_t  = δ_t ⊙ (1 − z_t)
    dL/da3_t = dL/dn_t ⊙ (1 − n²)
    dL/da2_t = dL/dn_t ⊙ (h_{t-1} − n_t) ⊙ z        that is δ_t ⊙ (h_{t-1} − n_t) ⊙ z (1 − z)

reset_after=True, where q_t = W_hh3 h_{t-1} + b_hn:

    dL/dq_t  = dL/da3_t ⊙ r_t                       stands in the place of dL/da3_t for W_hh3, b_hn and h_{t-1}
    dL/da1_t = dL/da3_t ⊙ q_t ⊙ r (1 − r)
    δ_{t-1}  = dh_{t-1} + z_t ⊙ δ_t + W_hhᵀ [dL/da1_t; dL/da2_t; dL/dq_t]

reset_after=False, where p_t = r_t ⊙ h_{t-1}:

    dL/dp_t  = W_hh3ᵀ dL/da3_t                      p_t stands in the place of h_{t-1} in dL/dW_hh3 = Σ_t dL/da3_t p_tᵀ
    dL/da1_t = dL/dp_t ⊙ h_{t-1} ⊙ r (1 − r)
    δ_{t-1}  = dh_{t-1} + z_t ⊙ δ_t + r_t ⊙ dL/dp_t + W_hh1ᵀ dL/da1_t + W_hh2ᵀ dL/da2_t
"""

from ..basics import checks
from ..basics.activations import sigmoid, tanh
from ..basics.arrays import diag
from ..basics.torch_names import TorchGRU
from .cell import Cell


class GRUCell(TorchGRU, Cell):
    """h_t = (1 − z) ⊙ n + z ⊙ h_{t-1}.

    W_x (3H, I), W_hh (3H, H) and b (3H,) stack the blocks [reset, update, candidate], PyTorch's order. reset_after=True
    is PyTorch's form and has the candidate's inner bias b_hn (H,) too; reset_after=False resets before the product.
    gate_bias is added to the bias of the update gate z; the other arguments are as in `RNNCell`, less activation.

    >>> cell = GRUCell(3, 4, reset_after=False)
    >>> list(cell.unroll(np.eye(3)).gates)
    ['reset', 'update', 'candidate']
    """

    blocks = "reset", "update", "candidate"
    keeps = *blocks, "inner"  # q_t, or p_t
    keeping_gate = "update"

    def __init__(self, input_size, hidden_size, weight_scale=1.0, init="normal", seed=0, gate_bias=0.0, reset_after=True):
        self.reset_after = checks.flag("reset_after", reset_after)
        self.vectors = ("b_hn",) if reset_after else ()
        super().__init__(input_size, hidden_size, weight_scale, init, seed, gate_bias)

    def __repr__(self) -> str:
        return f"GRUCell({self.input_size}, {self.hidden_size}, reset_after={self.reset_after})"

    def step(self, u, h):
        (u1, u2, u3), H, W_hh = self.split(u), self.hidden_size, self.W_hh
        v1, v2, *v3 = self.split(h @ (W_hh if self.reset_after else W_hh[: 2 * H]).T)
        r, z = sigmoid(u1 + v1), sigmoid(u2 + v2)
        if self.reset_after:
            inner = q = v3[0] + self.b_hn  # type: ignore[attr-defined]
            n = tanh(u3 + r * q)
        else:
            inner = p = r * h
            n = tanh(u3 + p @ W_hh[2 * H :].T)
        return (1 - z) * n + z * h, (r, z, n, inner)

    def step_back(self, δ, kept, h):
        (r, z, n, inner), H = kept, self.hidden_size
        dn = δ * (1 - z)
        da3 = dn * (1 - n * n)
        da2 = dn * (h - n) * z
        if self.reset_after:
            q, dq = inner, da3 * r
            da1 = da3 * q * r * (1 - r)
            back = self.join(da1, da2, dq) @ self.W_hh
        else:
            dp = da3 @ self.W_hh[2 * H :]
            da1 = dp * h * r * (1 - r)
            back = dp * r + self.join(da1, da2) @ self.W_hh[: 2 * H]
        return self.join(da1, da2, da3), δ * z + back

    def pairs(self, da, kept, h):
        (r, _, _, inner), da12, da3 = kept, da[..., : -self.hidden_size], da[..., -self.hidden_size :]
        if self.reset_after:
            dq = da3 * r
            return {"W_hh": [(da12, h), (dq, h)], "b_hn": [(dq, None)]}
        return {"W_hh": [(da12, h), (da3, inner)]}

    def step_jacobian(self, kept, h):
        (r, z, n, inner), (W1, W2, W3) = kept, self.blocks_of(self.W_hh)
        dh_da3 = (1 - z) * (1 - n * n)
        through_z = ((h - n) * z * (1 - z))[..., None] * W2
        if self.reset_after:
            through_n = (dh_da3 * inner * r * (1 - r))[..., None] * W1 + (dh_da3 * r)[..., None] * W3
        else:
            through_n = (dh_da3[..., None] * W3) @ (diag(r) + (h * r * (1 - r))[..., None] * W1)
        return diag(z) + through_z + through_n
