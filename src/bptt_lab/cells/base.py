"""What every cell shares: its parameters, how they start, and the check of what it is given to read."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from .. import checks, overflow
from ..parameters import Parameters
from . import starts
from .trace import Trace


class Cell:
    """The base of the recurrent cells.

    A cell keeps its weights in one array, `stack` = [W_x | b | W_hh], since every pre-activation is one product
    of them with [x_t, 1, h_{t-1}]. `params` are views into it. Gated cells stack one block of H rows per gate.
    """

    blocks: tuple[str, ...] = ("hidden",)  # the row blocks of W_x, W_hh and b, top to bottom

    def __init__(self, input_size: int, hidden_size: int, weight_scale: float, init: str, seed: int):
        self.input_size = I = checks.count("input_size", input_size)
        self.hidden_size = H = checks.count("hidden_size", hidden_size)
        self.weight_scale = checks.number("weight_scale", weight_scale)
        self.init = checks.choice("init", init, starts.STARTS)
        rng = np.random.default_rng(checks.seed("seed", seed))
        rows = len(self.blocks) * H
        self.stack = np.empty((rows, I + 1 + H))
        params = self.params
        params["W_x"] = starts.other_weights(init, (rows, I), I, H, rng)
        hidden = np.concatenate([starts.hidden_block(init, H, rng) for _ in self.blocks])
        with overflow.quietly():
            hidden = self.weight_scale * hidden
        if not checks.all_finite(hidden):
            raise checks.error("weight_scale", weight_scale, "a number that leaves the weights finite")
        params["W_hh"] = hidden
        params["b"] = starts.bias(init, rows, H, rng)

    @property
    def params(self) -> Parameters:
        """W_x (rows, I), W_hh (rows, H), b (rows,): setting one copies into place."""
        I = self.input_size
        return Parameters({"W_x": self.stack[:, :I], "W_hh": self.stack[:, I + 1 :], "b": self.stack[:, I]})

    # What every cell gives. Arrays of one step have the shapes (B, …); see `RNNCell` for one that is written out.

    def unroll(self, x, h0=None, scales=None) -> Trace:
        """Read a sequence and keep everything that was computed. scales (B,) multiplies W_hh in each sequence."""
        raise NotImplementedError

    def backward(self, trace: Trace, dh) -> dict[str, np.ndarray]:
        """The gradient of every parameter, of "x" and of "h0", given each step's own dL_t/dh_t."""
        raise NotImplementedError

    def jacobian(self, trace: Trace, t: int) -> np.ndarray:
        """dh_t/dh_{t-1}."""
        raise NotImplementedError

    def jacobians(self, trace: Trace, steps) -> np.ndarray:
        """dh_t/dh_{t-1} of a list of steps, (n, B, D, D): always with the batch axis."""
        J = np.stack([self.jacobian(trace, t) for t in steps])
        return J if trace.batched else J[:, None]

    def pull(self, trace: Trace, t: int, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Carry row vectors dL/dh_t, (n, B, H), one step back: dL/da_t, and their part of dL/dh_{t-1}."""
        raise NotImplementedError

    def step_input(self, trace: Trace, t: int, wrt: str) -> np.ndarray:
        """What a parameter multiplies in a_t, (B, n)."""
        raise NotImplementedError

    def immediate(self, trace: Trace, t: int, wrt: str) -> np.ndarray:
        """∂⁺h_t/∂W, (B, H, *shape of W)."""
        raise NotImplementedError

    def to_torch(self, grads: Mapping | None = None, layer: int = 0) -> dict[str, np.ndarray]:
        """The parameters, or a dict of their gradients, in PyTorch's names and layout."""
        raise NotImplementedError

    def check_x(self, x) -> np.ndarray:
        """x as a float64 array, (T, I) or (T, B, I)."""
        x, I = checks.array("x", x), self.input_size
        shape = x.shape
        if not (2 <= len(shape) <= 3 and shape[-1] == I and 0 not in shape):
            raise checks.error("x", f"shape {shape}", f"(T, {I}) or (T, B, {I}) with at least one step and one sequence")
        return x

    def check_trace(self, trace: Trace) -> None:
        """A trace of another cell would give numbers that mean nothing."""
        if not isinstance(trace, Trace):
            raise checks.error("trace", type(trace).__name__, "a trace that this cell's `unroll` returned")
        if trace.weights.shape != self.stack.shape:
            rows, columns = trace.weights.shape
            H = trace.shape[2]
            given = f"the trace of a cell with {columns - 1 - H} inputs and {H} units"
            raise checks.error("trace", given, f"one with {self.input_size} inputs and {self.hidden_size} units")

    def _check_inputs(self, x, h0) -> tuple[np.ndarray, np.ndarray | None, bool]:
        """x as (T, B, I), h0 as (B, H) or None, and whether x came with a batch axis. The weights must be finite too."""
        H = self.hidden_size
        x = self.check_x(x)
        batched = x.ndim == 3
        if not batched:
            x = x[:, None]
        if h0 is not None:
            h0 = checks.array("h0", h0, (x.shape[1], H) if batched else (H,)).reshape(x.shape[1], H)
        if not checks.all_finite(self.stack):
            for name, value in self.params.items():
                checks.array(f"params[{name!r}]", value)
        return x, h0, batched

    @classmethod
    def _from_torch(cls, arrays: Mapping[str, np.ndarray], **settings: Any) -> Self:
        """A cell with the weights of `torch_names.read`; sizes are read from their shapes."""
        W_x, W_hh = arrays["weight_ih"], arrays["weight_hh"]
        rows = W_hh.shape[0] if W_hh.ndim else 0
        H = rows // len(cls.blocks)
        if W_hh.shape != (len(cls.blocks) * H, H) or H == 0:
            raise checks.error("weight_hh", f"shape {W_hh.shape}", f"({len(cls.blocks)}·H, H)", "Is this another kind of cell?")
        if W_x.ndim != 2 or W_x.shape[0] != rows or W_x.shape[1] == 0:
            raise checks.error("weight_ih", f"shape {W_x.shape}", f"({rows}, input size)")
        cell = cls(W_x.shape[1], H, **settings)
        cell.params["W_x"], cell.params["W_hh"] = W_x, W_hh
        for name in ("bias_ih", "bias_hh"):
            checks.array(name, arrays[name], (rows,))
        with overflow.quietly():
            cell.params["b"] = arrays["bias_ih"] + arrays["bias_hh"]
        return cell
