"""Cells with other gates than σ(W x + W h + b): those that see the cell state too, and straight lines between 0 and 1.

Peepholes (Gers & Schmidhuber 2000; ONNX has them, and beat trackers do), each unit its own. Through p_f a unit can hold its own
forget gate at 1, and count:

    i_t = σ(… + p_i ⊙ c_{t-1})        f_t = σ(… + p_f ⊙ c_{t-1})        o_t = σ(… + p_o ⊙ c_t)

The hard sigmoid is s(a) = min(max(slope · a + ½, 0), 1). Keras had it as the gates' default up to version 2.2, with a slope of
0.2. Keras 3 means a slope of 1/6 by the same name. A gate can be exactly 1 here, and exactly 0. Else the equations are those of
`cells.lstm` and `cells.gru`, and s'(a) is slope or 0.
"""

import numpy as np

from ..basics.activations import sigmoid
from ..cells import Cell, GRUCell, LSTMCell


class OtherGates(Cell):
    slope = 0.0  # of the hard sigmoid; 0: σ
    step_jacobian = Cell.step_jacobian  # from step_back, since those of the course's cells are not true here

    def s(self, a):
        return np.clip(self.slope * a + 0.5, 0.0, 1.0) if self.slope else sigmoid(a)

    def ds(self, gate):
        """s'(a), read from the gate s(a)."""
        return self.slope * ((gate > 0) & (gate < 1)) if self.slope else gate * (1 - gate)


class PeepholeLSTM(OtherGates, LSTMCell):
    keeps = *LSTMCell.blocks, "c"
    vectors: tuple[str, ...] = ("p_i", "p_f", "p_o")
    p_i = p_f = p_o = 0.0  # where `vectors` does not name them

    def step(self, u, state):
        h, c = state
        a1, a2, a3, a4 = self.split(u + h @ self.W_hh.T)
        i, f, g = self.s(a1 + self.p_i * c), self.s(a2 + self.p_f * c), np.tanh(a3)
        c_t = f * c + i * g
        o = self.s(a4 + self.p_o * c_t)
        return (o * np.tanh(c_t), c_t), (i, f, g, o, c_t)

    def step_back(self, δ, kept, state):
        (δh, δc), (i, f, g, o, c_t), (_, c) = δ, kept, state
        da4 = δh * np.tanh(c_t) * self.ds(o)
        δc = δc + δh * o * (1 - np.tanh(c_t) ** 2) + da4 * self.p_o
        da1 = δc * g * self.ds(i)
        da2 = δc * c * self.ds(f)
        da = self.join(da1, da2, δc * i * (1 - g * g), da4)
        return da, (da @ self.W_hh, δc * f + da1 * self.p_i + da2 * self.p_f)

    def pairs(self, da, kept, state):
        (h, c), (da1, da2, _, da4), c_t = state, self.split(da), kept[4]
        return {"W_hh": [(da, h)], **dict(zip(self.vectors, ([(left, None)] for left in (da1 * c, da2 * c, da4 * c_t))))}


class HardSigmoidLSTM(PeepholeLSTM):
    slope = 0.2
    vectors = ()  # no peepholes


class HardSigmoidGRU(OtherGates, GRUCell):
    slope = 0.2
    b_hn: np.ndarray

    def step(self, u, h):
        (u1, u2, u3), (W1, W2, W3) = self.split(u), self.blocks_of(self.W_hh)
        r, z = self.s(u1 + h @ W1.T), self.s(u2 + h @ W2.T)
        inner = h @ W3.T + self.b_hn if self.reset_after else r * h
        n = np.tanh(u3 + (r * inner if self.reset_after else inner @ W3.T))
        return (1 - z) * n + z * h, (r, z, n, inner)

    def step_back(self, δ, kept, h):
        (r, z, n, inner), (W1, W2, W3) = kept, self.blocks_of(self.W_hh)
        da3 = δ * (1 - z) * (1 - n * n)
        da2 = δ * (h - n) * self.ds(z)
        if self.reset_after:
            da1, back = da3 * inner * self.ds(r), (da3 * r) @ W3
        else:
            dp = da3 @ W3
            da1, back = dp * h * self.ds(r), dp * r
        return self.join(da1, da2, da3), δ * z + back + da1 @ W1 + da2 @ W2
