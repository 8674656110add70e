"""The LSTM whose gates see the cell state too, each unit its own (Gers & Schmidhuber 2000): ONNX has it, and beat trackers do.

    i_t = σ(… + p_i ⊙ c_{t-1})        f_t = σ(… + p_f ⊙ c_{t-1})        o_t = σ(… + p_o ⊙ c_t)

The rest is `cells.lstm`. Through p_f a unit can hold its own forget gate at 1, and count.
"""

import numpy as np

from ..basics.activations import sigmoid, tanh
from ..cells import Cell, LSTMCell


class PeepholeLSTM(LSTMCell):
    keeps = *LSTMCell.blocks, "c"
    vectors = "p_i", "p_f", "p_o"
    step_jacobian = Cell.step_jacobian
    p_i: np.ndarray
    p_f: np.ndarray
    p_o: np.ndarray

    def step(self, u, state):
        h, c = state
        a1, a2, a3, a4 = self.split(u + h @ self.W_hh.T)
        i, f, g = sigmoid(a1 + self.p_i * c), sigmoid(a2 + self.p_f * c), tanh(a3)
        c_t = f * c + i * g
        o = sigmoid(a4 + self.p_o * c_t)
        return (o * tanh(c_t), c_t), (i, f, g, o, c_t)

    def step_back(self, δ, kept, state):
        (δh, δc), (i, f, g, o, c_t), (_, c) = δ, kept, state
        da4 = δh * tanh(c_t) * o * (1 - o)
        δc = δc + δh * o * (1 - tanh(c_t) ** 2) + da4 * self.p_o
        da1 = δc * g * i * (1 - i)
        da2 = δc * c * f * (1 - f)
        da = self.join(da1, da2, δc * i * (1 - g * g), da4)
        return da, (da @ self.W_hh, δc * f + da1 * self.p_i + da2 * self.p_f)

    def pairs(self, da, kept, state):
        (h, c), (da1, da2, _, da4), c_t = state, self.split(da), kept[4]
        vectors = {"p_i": da1 * c, "p_f": da2 * c, "p_o": da4 * c_t}
        return {"W_hh": [(da, h)], **{name: [(left, None)] for name, left in vectors.items()}}
