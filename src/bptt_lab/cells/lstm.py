"""Long short-term memory (Hochreiter & Schmidhuber 1997) with its forget gate (Gers, Schmidhuber & Cummins 2000).

    i_t = σ(W_x1 x_t + b_1 + W_hh1 h_{t-1})         input gate
    f_t = σ(W_x2 x_t + b_2 + W_hh2 h_{t-1})         forget gate
    g_t = tanh(W_x3 x_t + b_3 + W_hh3 h_{t-1})      candidate for the cell
    o_t = σ(W_x4 x_t + b_4 + W_hh4 h_{t-1})         output gate
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
    h_t = o_t ⊙ tanh(c_t)

The state is the pair (h, c). Backward, with δh_t = dL/dh_t, and δc_t, which starts as dc_t, the step's own, and what comes back:

    dL/da4_t = δh_t ⊙ tanh(c_t) ⊙ o (1 − o)
    δc_t     += δh_t ⊙ o_t ⊙ (1 − tanh² c_t)        c_t is also read through h_t
    dL/da1_t = δc_t ⊙ g_t ⊙ i (1 − i)
    dL/da2_t = δc_t ⊙ c_{t-1} ⊙ f (1 − f)
    dL/da3_t = δc_t ⊙ i_t ⊙ (1 − g²)
    δc_{t-1} = dc_{t-1} + f_t ⊙ δc_t                the direct path
    δh_{t-1} = dh_{t-1} + W_hhᵀ dL/da_t             the four blocks of a_t one below the other
"""

import numpy as np

from ..basics.activations import sigmoid, tanh
from ..basics.arrays import diag
from ..basics.torch_names import TorchWeights
from .cell import Cell


class LSTMCell(TorchWeights, Cell):
    """c_t = f ⊙ c_{t-1} + i ⊙ g, h_t = o ⊙ tanh(c_t).

    W_x (4H, I), W_hh (4H, H) and b (4H,) stack the blocks [input, forget, cell, output], PyTorch's order. gate_bias is
    added to the bias of the forget gate; the others are as in `RNNCell`, less activation. If given, h0 is a pair (h0, c0).

    >>> cell = LSTMCell(3, 4, gate_bias=1.0)
    >>> trace = cell.unroll(np.eye(3))
    >>> trace.h.shape, trace.c.shape, list(trace.gates)
    ((3, 4), (3, 4), ['input', 'forget', 'cell', 'output'])
    """

    blocks = "input", "forget", "cell", "output"  # "cell" is PyTorch's name for the candidate g
    keeps = *blocks, "tanh c"
    parts = "h", "c"
    keeping_gate = "forget"

    def step(self, u, state):
        h, c = state
        a1, a2, a3, a4 = self.split(u + h @ self.W_hh.T)
        i, f, g, o = sigmoid(a1), sigmoid(a2), tanh(a3), sigmoid(a4)
        c_t = f * c + i * g
        tanh_c = tanh(c_t)
        return (o * tanh_c, c_t), (i, f, g, o, tanh_c)

    def step_back(self, δ, kept, state):
        (δh, δc), (i, f, g, o, tanh_c), (_, c) = δ, kept, state
        da4 = δh * tanh_c * o * (1 - o)
        δc = δc + δh * o * (1 - tanh_c * tanh_c)
        da1 = δc * g * i * (1 - i)
        da2 = δc * c * f * (1 - f)
        da3 = δc * i * (1 - g * g)
        da = self.join(da1, da2, da3, da4)
        return da, (da @ self.W_hh, δc * f)

    def step_jacobian(self, kept, state):
        """d(h, c)_t/d(h, c)_{t-1}, rows and columns of h before those of c. The last block, diag(f_t), is the direct path."""
        (i, f, g, o, tanh_c), (_, c), (W1, W2, W3, W4) = kept, state, self.blocks_of(self.W_hh)
        dh_dc = o * (1 - tanh_c * tanh_c)  # dh_t/dc_t, o held fixed
        c_by_h = (g * i * (1 - i))[..., None] * W1 + (c * f * (1 - f))[..., None] * W2 + (i * (1 - g * g))[..., None] * W3
        h_by_h = (tanh_c * o * (1 - o))[..., None] * W4 + dh_dc[..., None] * c_by_h
        return np.block([[h_by_h, diag(dh_dc * f)], [c_by_h, diag(f)]])
