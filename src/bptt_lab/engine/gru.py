"""The quick GRU, in PyTorch's form; with reset_after=False the plain way is taken."""

import numpy as np

from .gates import HALF, ONE, GateEngine
from .scratch import FEW_UNITS, below_each_other, side_by_side


class GRUEngine(GateEngine):
    """reset, update, candidate; `gates` keeps q_t = W_hh3 h_{t-1} + b_hn too, whose gradient goes a way of its own."""

    blocks, gate_rows, logistic = 3, 4, (0, 1)
    local_names = "da3", "da1", "da2", "dq", "z"
    onward = 1

    def also_kept(self, T, H, B):
        return {"b_hn": (H,)}

    def forward_views(self, p, z, gates, h):
        H, n, folded = h.shape[1], z.shape[1] - 1 - h.shape[1], p.work["folded"]
        I, W = folded.shape[1] - 1 - H, np.zeros((4 * H, folded.shape[1]))  # W: times z_t it is [r; z; W_x3 x_t + b_3; q_t]
        parts = [(W[: 2 * H], folded[: 2 * H]), (W[2 * H : 3 * H, : I + 1], folded[2 * H :, : I + 1])]
        parts += [(W[3 * H :, I + 1 :], folded[2 * H :, I + 1 :]), (W[3 * H :, I], p.arrays["b_hn"])]
        p.work |= {"few": z.ndim == 2 and H <= FEW_UNITS, "W": W, "parts": parts, "first": W[: 2 * H], "inner": W[3 * H :, I:]}
        p.work |= {"by x": W[2 * H : 3 * H, : I + 1], "x1": p.arrays["z"][:-1, : n + 1], "x part": p.arrays["gates"][:, 2]}
        all_rows, a12, inner = below_each_other(gates, 4), below_each_other(gates, 2), z[:, n:]  # inner: [1; h_{t-1}]
        return list(zip(z, all_rows, a12, gates[:, 0], gates[:, 1], gates[:, 2], inner, gates[:, 3], h, h[1:]))

    def forward(self, p, cell):
        tanh, multiply, add, subtract = np.tanh, np.multiply, np.add, np.subtract
        p.arrays["b_hn"][...], new, few = cell.b_hn, p.work["spare"], p.work["few"]
        product, inner = self._products(p)
        for z_t, a_t, a12, r, z, n, one_and_h, q_t, h_previous, h_t in p.steps:
            if few:
                product(z_t, a_t)
            else:
                product(z_t, a12)
                inner(one_and_h, q_t)
            tanh(a12, a12)
            multiply(a12, HALF, a12)
            add(a12, HALF, a12)
            multiply(r, q_t, new)
            tanh(add(n, new, new), n)  # n_t stands where W_x3 x_t + b_3 stood
            subtract(h_previous, n, new)  # h_t = n + z ⊙ (h_{t-1} − n)
            multiply(z, new, new)
            add(n, new, h_t)

    def _products(self, p):
        """One product for all of W z_t; or two, for [r; z] and for q_t, and W_x3 x_t + b_3 of all steps here."""
        work, words, by_x = p.work, p.work["words"], p.work["by x"]
        for to, read in work["parts"]:
            to[...] = read
        if work["few"]:
            return work["W"].dot, None
        work["x part"][...] = words.columns(by_x[:, :-1] + by_x[:, -1:]).swapaxes(0, 1) if words else np.matmul(by_x, work["x1"])
        return (words or p).products(work["first"]), work["inner"].copy().dot  # in one piece: 5 % of H=64

    def derivative_views(self, seen, out, spare):
        gates, square, spare = seen[:3], spare[:3], spare[3]
        return gates, square, spare, gates[:2], square[:2], square[2], out[1:3], *seen, *out

    def derivatives(self, views):
        gates, square, spare, rz, their_square, n2, da12, r, z, n, q, h_previous, da3, da1, da2, dq, keep = views
        np.multiply(gates, gates, square)
        np.subtract(rz, their_square, da12)  # σ' = r (1 − r), z (1 − z)
        np.multiply(da2, np.subtract(h_previous, n, spare), da2)
        np.subtract(ONE, n2, da3)  # tanh' = 1 − n²
        np.multiply(da3, np.subtract(ONE, z, spare), da3)
        np.multiply(da3, r, dq)
        np.multiply(np.multiply(da1, da3, da1), q, da1)
        keep[...] = z

    def backward_views(self, local, onward):
        return list(zip(local[:, :5], onward))

    def back(self, p, steps, δ, product):
        multiply, (δ,), back, spread = np.multiply, δ, p.work["back"], p.work["spread"]
        for local, da12_dq_and_rest, _ in steps:
            multiply(local, spread(δ), local)  # dL/da_t, dL/dq_t, and z_t ⊙ δ_t
            product(da12_dq_and_rest, back)  # W_hhᵀ [dL/da1_t; dL/da2_t; dL/dq_t] + z_t ⊙ δ_t + dh_{t-1}
            δ = back
        return [δ]

    # dL/dq_t stands where dL/da3_t would, for all that W_hh3 and b_hn are told.
    def da_rows(self, B, H):
        return [(slice(H), slice(2 * H, None)), (slice(H, 3 * H), slice(2 * H))]  # dL/da3_t stands first

    def sums(self, B, I, H, n):
        shapes = {**super().sums(B, I, H, n), "by h": (3 * H, H + 1), "by x": (3 * H, n + 1)}
        del shapes["by h" if B == 1 else "stack"]
        return shapes

    def named(self, found, B, n, H):
        by_x, by_h = found["by x"], found["stack"][H : 4 * H, n:] if B == 1 else found["by h"]
        weights = {"W_x": by_x[:, :n], "W_hh": by_h[:, 1:], "b": by_x[:, n], "b_hn": by_h[2 * H :, 0]}
        return {**weights, **{name: array for name, array in found.items() if name not in ("stack", "by x", "by h")}}

    def add_up(self, chunk, W_x, sums, words):
        H, n = chunk.local.shape[2], sums["by x"].shape[1] - 1
        if chunk.sides:
            super().add_up(chunk, W_x, sums, words)
            stack = sums["stack"]
            sums["by x"][: 2 * H], sums["by x"][2 * H :] = stack[H : 3 * H, : n + 1], stack[:H, : n + 1]
            return
        da = side_by_side(chunk.local[:, :4])  # dL/da3_t, dL/da1_t, dL/da2_t, dL/dq_t
        z = side_by_side(chunk.z)  # [x_t; 1; h_{t-1}]
        if chunk.dx is not None:
            da[: 3 * H].T.dot(W_x, chunk.dx)
        da[H:].dot(z[n:].T, sums["by h"])
        da[H : 3 * H].dot(z[: n + 1].T, sums["by x"][: 2 * H])
        da[:H].dot(z[: n + 1].T, sums["by x"][2 * H :])
        if words:
            sums["W_x"][: 2 * H], sums["W_x"][2 * H :] = words.summed(da[H : 3 * H], H), words.summed(da[:H], H)
