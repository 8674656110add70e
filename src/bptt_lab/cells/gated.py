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
"""

import numpy as np

from ..basics import checks, overflow
from ..basics.activations import sigmoid, tanh
from ..basics.arrays import diag
from .cell import Cell
from .trace import Trace


class GatedCell(Cell):
    """h_t = G1 ⊙ h_{t-1} + G2 ⊙ ĥ_t: G1 and G2 logistic, ĥ tanh, each a recurrent layer of x_t and h_{t-1}.

    W_x (3H, I), W_hh (3H, H) and b (3H,) stack the blocks [G1, G2, candidate]. gate_bias is added to the bias of G1;
    the other arguments are as in `RNNCell`, less activation. |h_t| ≤ |h_0| + t is all that bounds the state.

    >>> cell = GatedCell(3, 4, gate_bias=2.0)
    >>> cell.unroll(np.eye(3)).gates["G1"].shape
    (3, 4)
    """

    blocks = "G1", "G2", "candidate"
    keeping_gate = "G1"

    def step(self, u, h):
        a1, a2, a3 = self.split(u + h @ self.W_hh.T)
        G1, G2, ĥ = sigmoid(a1), sigmoid(a2), tanh(a3)
        return G1 * h + G2 * ĥ, (G1, G2, ĥ)

    def step_back(self, δ, kept, h):
        G1, G2, ĥ = kept
        da1 = δ * h * G1 * (1 - G1)
        da2 = δ * ĥ * G2 * (1 - G2)
        da3 = δ * G2 * (1 - ĥ * ĥ)
        da = self.join(da1, da2, da3)
        return da, δ * G1 + da @ self.W_hh

    def step_jacobian(self, kept, h):
        return sum(self._ways(kept, h).values())

    def _ways(self, kept, h):
        (G1, G2, ĥ), (W1, W2, W3) = kept, self.blocks_of(self.W_hh)
        return {
            "keep": diag(G1),
            "dG1": (h * G1 * (1 - G1))[..., None] * W1,
            "dG2": (ĥ * G2 * (1 - G2))[..., None] * W2,
            "candidate": (G2 * (1 - ĥ * ĥ))[..., None] * W3,
        }

    def jacobian_terms(self, trace: Trace, t: int) -> dict[str, np.ndarray]:
        """The four terms of dh_t/dh_{t-1}, (H, H) or (B, H, H): h_{t-1} itself, and the way through G1, G2 and ĥ.

        "keep" diag(G1) · "dG1" diag(h_{t-1}) ∂G1/∂h_{t-1} · "dG2" diag(ĥ) ∂G2/∂h_{t-1} · "candidate" diag(G2) ∂ĥ/∂h_{t-1}
        """
        checks.trace(self, trace)
        t = checks.index("t", t, trace.T)
        terms = overflow.settled(trace.cell._ways, *self.kept_at(trace, t))
        return {name: trace.squeeze(term, axis=0) for name, term in terms.items()}
