"""The quick gated cell."""

import numpy as np

from .gates import ONE, GateEngine
from .scratch import below_each_other


class GatedEngine(GateEngine):
    """G1, G2, candidate."""

    blocks, gate_rows, logistic = 3, 3, (0, 1)
    local_names = "da1", "da2", "da3", "G1"

    def forward_views(self, p, z, gates, h):
        return list(zip(z, below_each_other(gates, 3), gates[:, 0], gates[:, 1], gates[:, 2], h, h[1:]))

    def forward(self, p, cell):
        tanh, multiply, add = np.tanh, np.multiply, np.add
        fold, rest, new, W, words = (p.work[name] for name in ("fold", "rest", "spare", "folded", "words"))
        product = (words or p).products(W)
        for z_t, a_t, G1, G2, candidate, h_previous, h_t in p.steps:
            product(z_t, a_t)
            tanh(a_t, a_t)
            multiply(a_t, fold, a_t)
            add(a_t, rest, a_t)
            multiply(G1, h_previous, h_t)
            multiply(G2, candidate, new)
            add(h_t, new, h_t)

    def derivative_views(self, seen, out, spare):
        gates, square = seen[:3], spare[:3]
        return gates, square, gates[:2], square[:2], square[2], out[:2], *seen, *out

    def derivatives(self, views):
        gates, square, G12, their_square, candidate2, da12, G1, G2, candidate, h_previous, da1, da2, da3, keep = views
        np.multiply(gates, gates, square)
        np.subtract(G12, their_square, da12)  # σ' = G (1 − G)
        np.subtract(ONE, candidate2, da3)  # tanh' = 1 − ĥ²
        np.multiply(da1, h_previous, da1)
        np.multiply(da2, candidate, da2)
        np.multiply(da3, G2, da3)
        keep[...] = G1

    def backward_views(self, local, onward):
        return list(zip(local[:, :4], onward))

    def back(self, p, steps, δ, product):
        multiply, (δ,), back, spread = np.multiply, δ, p.work["back"], p.work["spread"]
        for local, da_and_rest, _ in steps:
            multiply(local, spread(δ), local)  # dL/da_t, and G1 ⊙ δ_t
            product(da_and_rest, back)  # W_hhᵀ dL/da_t + G1 ⊙ δ_t + dh_{t-1}
            δ = back
        return [δ]
