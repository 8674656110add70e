"""The quick LSTM."""

import numpy as np

from .gates import ONE, GateEngine
from .scratch import below_each_other, one_column


class LSTMEngine(GateEngine):
    """input, forget, cell, output; the state is the pair (h, c)."""

    parts = "h", "c"
    blocks, gate_rows, logistic = 4, 4, (0, 1, 3)
    local_names = "dc/dh", "forget", "da1", "da2", "da3", "da4"
    onward = 2
    also_read = "c", "tanh c"

    def also_kept(self, T, H, B):
        return {"c": (T + 1, H, B), "tanh c": (T, H, B)}

    def forward_views(self, p, z, gates, h):
        a, c = below_each_other(gates, 4), one_column(p.arrays["c"])
        i, f, g, o = gates.swapaxes(0, 1)
        return list(zip(z, a, i, f, g, o, c, c[1:], one_column(p.arrays["tanh c"]), h[1:]))

    def forward(self, p, cell):
        tanh, multiply, add = np.tanh, np.multiply, np.add
        fold, rest, new, W, words = (p.work[name] for name in ("fold", "rest", "spare", "folded", "words"))
        product = (words or p).products(W)
        for z_t, a_t, i, f, g, o, c_previous, c_t, tanh_c, h_t in p.steps:
            product(z_t, a_t)
            tanh(a_t, a_t)
            multiply(a_t, fold, a_t)
            add(a_t, rest, a_t)
            multiply(f, c_previous, c_t)
            multiply(i, g, new)
            add(c_t, new, c_t)
            tanh(c_t, tanh_c)
            multiply(o, tanh_c, h_t)

    def derivative_views(self, seen, out, spare):
        (i, f, g, o, c_previous, tanh_c), (dc_dh, forget, da1, da2, da3, da4) = seen, out
        pairs = [(dc_dh, o), (da1, g), (da2, c_previous), (da3, i), (da4, tanh_c)]
        return seen, spare, seen[:4], spare[:4], spare[2], spare[5], dc_dh, forget, out[2:], da3, f, pairs

    def derivatives(self, views):
        seen, square, gates, their_square, g2, tanh2_c, dc_dh, forget, da, da3, f, pairs = views
        np.multiply(seen, seen, square)
        np.subtract(gates, their_square, da)  # σ' = i (1 − i), …
        np.subtract(ONE, g2, da3)  # tanh' = 1 − g²
        np.subtract(ONE, tanh2_c, dc_dh)
        forget[...] = f
        for to, factor in pairs:
            np.multiply(to, factor, to)

    def backward_views(self, local, onward):
        return list(zip(local[:, 1:5], local[:, 0], local[:, 1], local[:, 5], onward))

    def back(self, p, steps, δ, product):
        multiply, add, (δh, δc) = np.multiply, np.add, δ
        back, spread, given = p.work["back"], p.work["spread"], "c" in p.work["given"]
        for by_c, dc_dh, forget, da4, da_and_dh, _, dc_previous in steps:
            δc = add(multiply(dc_dh, δh, dc_dh), δc, dc_dh)
            multiply(by_c, spread(δc), by_c)  # f_t ⊙ δc_t, which goes on, and dL/da_t of input, forget and cell
            multiply(da4, δh, da4)
            product(da_and_dh, back)  # W_hhᵀ dL/da_t + dh_{t-1}
            δh = back
            δc = add(forget, dc_previous, forget) if given else forget
        return [δh, δc]
