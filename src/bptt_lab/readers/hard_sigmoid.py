"""LSTM and GRU whose gates are straight lines between 0 and 1: the hard sigmoid s(a) = min(max(slope · a + ½, 0), 1).

Keras had it as the gates' default up to version 2.2, with a slope of 0.2. Keras 3 means a slope of 1/6 by the same name. A gate
can be exactly 1 here, and exactly 0. Else the equations are those of `cells.lstm` and `cells.gru`, and s'(a) is slope or 0.
"""

import numpy as np

from ..cells import Cell, GRUCell, LSTMCell


class HardSigmoid(Cell):
    slope = 0.2
    step_jacobian = Cell.step_jacobian  # from step_back, since those of σ's cells are not true here

    def s(self, a):
        return np.clip(self.slope * a + 0.5, 0.0, 1.0)

    def ds(self, gate):
        """s'(a), read from the gate s(a)."""
        return self.slope * ((gate > 0) & (gate < 1))


class HardSigmoidLSTM(HardSigmoid, LSTMCell):
    def step(self, u, state):
        h, c = state
        a1, a2, a3, a4 = self.split(u + h @ self.W_hh.T)
        i, f, g, o = self.s(a1), self.s(a2), np.tanh(a3), self.s(a4)
        c_t = f * c + i * g
        tanh_c = np.tanh(c_t)
        return (o * tanh_c, c_t), (i, f, g, o, tanh_c)

    def step_back(self, δ, kept, state):
        (δh, δc), (i, f, g, o, tanh_c), (_, c) = δ, kept, state
        da4 = δh * tanh_c * self.ds(o)
        δc = δc + δh * o * (1 - tanh_c * tanh_c)
        da = self.join(δc * g * self.ds(i), δc * c * self.ds(f), δc * i * (1 - g * g), da4)
        return da, (da @ self.W_hh, δc * f)


class HardSigmoidGRU(HardSigmoid, GRUCell):
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
