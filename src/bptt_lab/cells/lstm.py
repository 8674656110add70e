"""Long short-term memory (Hochreiter & Schmidhuber 1997) with its forget gate (Gers, Schmidhuber & Cummins 2000).

    i_t = σ(W_x1 x_t + b_1 + W_hh1 h_{t-1})         input gate
    f_t = σ(W_x2 x_t + b_2 + W_hh2 h_{t-1})         forget gate
    g_t = tanh(W_x3 x_t + b_3 + W_hh3 h_{t-1})      candidate for the cell
    o_t = σ(W_x4 x_t + b_4 + W_hh4 h_{t-1})         output gate
    c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t
    h_t = o_t ⊙ tanh(c_t)

The state is the pair (h, c). Backward, with δh_t = dL/dh_t, and δc_t, which starts as what comes back from c_{t+1}:

    δc_t     += δh_t ⊙ o_t ⊙ (1 − tanh² c_t)        c_t is also read through h_t
    dL/da1_t = δc_t ⊙ g_t ⊙ i (1 − i)
    dL/da2_t = δc_t ⊙ c_{t-1} ⊙ f (1 − f)
    dL/da3_t = δc_t ⊙ i_t ⊙ (1 − g²)
    dL/da4_t = δh_t ⊙ tanh(c_t) ⊙ o (1 − o)
    δc_{t-1} = dc_{t-1} + f_t ⊙ δc_t                the direct path
    δh_{t-1} = dh_{t-1} + W_hhᵀ dL/da_t             the four blocks of a_t one below the other

and then, as in the plain cell, dL/dW_x = Σ_t dL/da_t x_tᵀ, dL/dW_hh = Σ_t dL/da_t h_{t-1}ᵀ, dL/dx_t = W_xᵀ dL/da_t.
"""

from collections.abc import Mapping

import numpy as np

from ..basics import checks, overflow
from ..basics.overflow import SAFE
from . import torch_names
from .gate_trace import GateTrace
from .gates import ONE, GateCell, diagonal
from .trace import Trace


class LSTMTrace(GateTrace):
    """A trace that also has c (T[, B], H), the cell's own state, and its start c0."""

    @property
    def c(self) -> np.ndarray:
        return self.squeeze(self.rows("c")[1:])

    @property
    def c0(self) -> np.ndarray:
        return self.squeeze(self.rows("c")[0], axis=0)


class LSTMCell(GateCell):
    """c_t = f ⊙ c_{t-1} + i ⊙ g, h_t = o ⊙ tanh(c_t).

    W_x (4H, I), W_hh (4H, H) and b (4H,) stack the blocks [input, forget, cell, output], PyTorch's order. gate_bias is
    added to the bias of the forget gate; the other arguments are as in `RNNCell`. Where h0 is given it is a pair (h0, c0).

    >>> cell = LSTMCell(3, 4, gate_bias=1.0)
    >>> trace = cell.unroll(np.eye(3))
    >>> trace.h.shape, trace.c.shape, list(trace.gates)
    ((3, 4), (3, 4), ['input', 'forget', 'cell', 'output'])
    """

    kind = "LSTMCell"
    blocks = "input", "forget", "cell", "output"
    parts = "h", "c"
    logistic = "input", "forget", "output"
    keep = "forget"
    local_names = "dc/dh", "forget", "da1", "da2", "da3", "da4"
    onward = 2
    also_read = "c", "tanh c"
    trace_type = LSTMTrace

    def chrono(self, longest: float, seed: int = 0) -> None:
        """Set b as Tallec & Ollivier (2018) do for memories of up to `longest` steps, which replaces `gate_bias`.

        The forget gate's bias is log U[1, longest − 1], so that its unit keeps for about that many steps; the input gate's is
        the opposite, and the others' are 0.
        """
        longest = checks.number("longest", longest)
        if longest < 2:
            raise checks.error("longest", longest, "at least 2 steps")
        rng = np.random.default_rng(checks.seed("seed", seed))
        b, forget = np.zeros(4 * self.hidden_size), np.log(rng.uniform(1.0, longest - 1.0, self.hidden_size))
        b[self.rows_of("forget")], b[self.rows_of("input")] = forget, -forget
        self.params["b"] = b

    def _check(self, x, h0):
        if h0 is None:
            x, _, batched = self._check_inputs(x, None)
            return x, (None, None), batched
        if not isinstance(h0, (tuple, list)) or len(h0) != 2:
            given = f"{len(h0)} of them" if isinstance(h0, (tuple, list)) else type(h0).__name__
            raise checks.error("h0", given, "a pair (h0, c0)")
        x, h, batched = self._check_inputs(x, h0[0])
        return x, (h, self._check_start("c0", h0[1], x.shape[1], batched)), batched

    def _also_kept(self, T, H, B):
        return {"c": (T + 1, H, B), "tanh c": (T, H, B)}

    def _forward_views(self, p, z, gates, h, onward):
        a, c = self._below_each_other(gates, 4), p.columns("c")
        i, f, g, o = gates.swapaxes(0, 1)
        return list(zip(z, a, i, f, g, o, c, c[1:], p.columns("tanh c"), h[1:], onward))

    def _forward(self, p, products, scales, opening):
        _, multiply, add = products
        tanh, fold, rest, new = np.tanh, p.work["fold"], p.work["rest"], p.work["spare"]
        product = products.by(p.work["folded"])
        for z_t, a_t, i, f, g, o, c_previous, c_t, tanh_c, h_t, onward in p.steps:
            product(z_t, a_t)
            if opening is not None:
                add(f, opening, f)
            tanh(a_t, a_t)
            multiply(a_t, fold, a_t)
            add(a_t, rest, a_t)
            multiply(f, c_previous, c_t)
            multiply(i, g, new)
            add(c_t, new, c_t)
            tanh(c_t, tanh_c)
            multiply(o, tanh_c, h_t)
            if scales is not None:
                multiply(h_t, scales, onward)

    def _derivative_views(self, seen, out, spare):
        square, factors = spare
        i, f, g, o, c_previous, tanh_c = seen
        by_dc_dh, by_forget, by_da1, by_da2, by_da3, by_da4 = factors
        pairs = [(by_dc_dh, o), (by_forget, ONE), (by_da1, g), (by_da2, c_previous), (by_da3, i), (by_da4, tanh_c)]
        return seen, square, seen[:4], square[:4], square[2], square[5], out, out[0], out[1], out[2:], out[4], factors, f, pairs

    def _derivatives(self, views, multiply):
        seen, square, gates, their_square, g2, tanh2_c, out, dc_dh, forget, da, da3, factors, f, pairs = views
        np.multiply(seen, seen, square)
        np.subtract(gates, their_square, da)  # σ' = i (1 − i), …
        np.subtract(ONE, g2, da3)  # tanh' = 1 − g²
        np.subtract(ONE, tanh2_c, dc_dh)
        forget[...] = f
        for to, factor in pairs:
            to[...] = factor
        np.multiply(out, factors, out)

    def _backward_views(self, local):
        return list(zip(local[:, 1:5], local[:, 0], local[:, 1], local[:, 5], self._rows_onward(local)))

    def _back(self, p, steps, δ, weights, products, scales):
        _, multiply, add = products
        (δh, δc), back, spread, given = δ, p.work["back"], p.work["spread"], "c" in p.work["given"]
        product = self._product_onward(p, weights[:, self.input_size + 1 :], products, scales)
        for by_c, dc_dh, forget, da4, da_and_dh, _, dc_previous in steps:
            δc = add(multiply(dc_dh, δh, dc_dh), δc, dc_dh)
            multiply(by_c, spread(δc, 4), by_c)  # f_t ⊙ δc_t, which goes on, and dL/da_t of input, forget and cell
            multiply(da4, δh, da4)
            product(da_and_dh, back)  # W_hhᵀ dL/da_t + dh_{t-1}
            δh = back
            δc = add(forget, dc_previous, forget) if given else forget
        return [δh, δc]

    def pull(self, trace: Trace, t: int, rows: np.ndarray, local=None, products=SAFE):
        W_hh = trace.weights[:, self.input_size + 1 :]
        local = self.local(trace, slice(t, t + 1))[0] if local is None else local
        (n, B, _), H, (dot, multiply, add) = rows.shape, self.hidden_size, products
        δh, δc = rows[..., :H], rows[..., H:]
        δc = add(δc, multiply(δh, local[:, 0]))
        da = np.empty((n, B, 4, H))
        multiply(δc[:, :, None], local[:, 2:5], da[:, :, :3])
        multiply(δh, local[:, 5], da[:, :, 3])
        back = dot(da.reshape(n * B, 4 * H), W_hh).reshape(n, B, H)
        if trace.scales is not None:
            back = multiply(back, trace.scales)
        return da.reshape(n, B, 4 * H), np.concatenate([back, multiply(δc, local[:, 1])], axis=2)

    def jacobian(self, trace: Trace, t: int) -> np.ndarray:
        """d(h, c)_t/d(h, c)_{t-1}, (2H, 2H) or (B, 2H, 2H): the rows of h above those of c, the columns likewise.

        t=0 is with respect to the start. ∂⁺c_t/∂c_{t-1} = diag(f_t), the last block, is the direct path alone.
        """
        return super().jacobian(trace, t)

    def jacobians(self, trace: Trace, steps) -> np.ndarray:
        dc_dh, forget, da1, da2, da3, da4 = np.moveaxis(self.local(trace, steps), 2, 0)
        i, f, g, o = (self._through(trace, slope, W) for slope, W in zip((da1, da2, da3, da4), self._W_hh(trace)))
        c_by_h = overflow.add(overflow.add(i, f), g)
        h_by_h = overflow.add(o, overflow.multiply(dc_dh[..., None], c_by_h))
        return np.block([[h_by_h, diagonal(dc_dh * forget)], [c_by_h, diagonal(forget)]])

    @classmethod
    def from_torch(cls, state_dict: Mapping, layer: int = 0) -> "LSTMCell":
        """A cell with the weights of one layer of `torch.nn.LSTM` or of `torch.nn.LSTMCell`; see `RNNCell.from_torch`.

        The next layer reads this one's `trace.h`.
        """
        return cls._from_torch(torch_names.read(state_dict, layer))

    def to_torch(self, grads: Mapping | None = None, layer: int = 0) -> dict[str, np.ndarray]:
        """The parameters, or a dict of their gradients, in PyTorch's names and layout; see `RNNCell.to_torch`."""
        return self._to_torch(grads, layer)
