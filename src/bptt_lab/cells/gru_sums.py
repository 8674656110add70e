"""The sums over the steps for the two forms of the GRU, whose candidate multiplies h_{t-1} in a way of its own."""

from ..basics import overflow
from .columns import side_by_side
from .gates import GateCell


class GRUSums(GateCell):
    """What the equations at the head of `gru` say of the weights: with reset_after dL/dq_t stands where dL/da3_t would."""

    reset_after: bool

    def _da_rows(self, B):
        H = self.hidden_size
        if self.reset_after:
            return [(slice(H), slice(2 * H, None)), (slice(H, 3 * H), slice(2 * H))]  # dL/da3_t stands first
        return super()._da_rows(B)

    def _sums(self, B):
        H, I = self.hidden_size, self.input_size
        if not self.reset_after:
            return super()._sums(B)
        by_x = {"by x": (3 * H, I + 1)}
        return {**super()._sums(B), **by_x} if B == 1 else {"by h": (3 * H, H + 1), **by_x}

    def _named(self, found, B):
        if not self.reset_after:
            return super()._named(found, B)
        H, I = self.hidden_size, self.input_size
        by_x, by_h = found["by x"], found["stack"][H : 4 * H, I:] if B == 1 else found["by h"]
        weights = {"W_x": by_x[:, :I], "W_hh": by_h[:, 1:], "b": by_x[:, I], "b_hn": by_h[2 * H :, 0]}
        return {**weights, **{name: array for name, array in found.items() if name not in ("stack", "by x", "by h")}}

    def _add_up(self, chunk, W_x, sums, products):
        dot, H, I = products.dot, self.hidden_size, self.input_size
        if chunk.sides:
            super()._add_up(chunk, W_x, sums, products)
            stack = sums["stack"]
            if self.reset_after:
                sums["by x"][: 2 * H], sums["by x"][2 * H :] = stack[H : 3 * H, : I + 1], stack[:H, : I + 1]
            else:
                stack[2 * H : 3 * H, I + 1 :] = self._dW_hh3(chunk, chunk.sides[0][2 * H : 3 * H], dot)
            return
        da, z = side_by_side(chunk.local[:, : 3 + self.reset_after]), side_by_side(chunk.z)  # z_t = [x_t; 1; h_{t-1}]
        dot(da[: 3 * H].T, W_x, chunk.dx)
        if self.reset_after:  # dL/da3_t, dL/da1_t, dL/da2_t, dL/dq_t
            dot(da[H:], z[I:].T, sums["by h"])
            dot(da[H : 3 * H], z[: I + 1].T, sums["by x"][: 2 * H])
            dot(da[:H], z[: I + 1].T, sums["by x"][2 * H :])
        else:
            stack = sums["stack"]
            dot(da[: 2 * H], z.T, stack[: 2 * H])
            stack[2 * H :, : I + 1] = dot(da[2 * H :], z[: I + 1].T)
            stack[2 * H :, I + 1 :] = self._dW_hh3(chunk, da[2 * H :], dot)

    @staticmethod
    def _dW_hh3(chunk, da3, dot):
        """reset_after=False: Σ_t dL/da3_t p_tᵀ."""
        return dot(da3, side_by_side(overflow.multiply(chunk.seen[0], chunk.seen[4])).T)
