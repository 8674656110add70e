"""What every cell shares: its parameters, how they start, and the check of what it is given to read."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from ..basics import checks, overflow
from ..basics.overflow import SAFE, Products
from . import starts, torch_names
from .parameters import Parameters
from .trace import Trace


class Cell:
    """The base of the recurrent cells.

    A cell keeps its weights in one array, `stack` = [W_x | b | W_hh], since every pre-activation is one product
    of them with [x_t, 1, h_{t-1}]. `params` are views into it. Gated cells stack one block of H rows per gate.
    """

    kind: str  # a trace is of the cell's own kind
    blocks: tuple[str, ...] = ("hidden",)  # the row blocks of W_x, W_hh and b, top to bottom
    parts: tuple[str, ...] = ("h",)  # what the state consists of; D = H times their number

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

    @property
    def state_name(self) -> str:
        """h, or (h, c) where the state is a pair."""
        return self.parts[0] if len(self.parts) == 1 else f"({', '.join(self.parts)})"

    def state_rows(self, dh: np.ndarray) -> np.ndarray:
        """Rows dL/dh, (…, H), as rows of the whole state, (…, D): only h is read out."""
        rest = (len(self.parts) - 1) * self.hidden_size
        return dh if rest == 0 else np.concatenate([dh, np.zeros((*dh.shape[:-1], rest))], axis=-1)

    # What every cell gives. D is the size of its state: H, and 2H where the state is a pair (h, c).

    def unroll(self, x, h0=None, scales=None) -> Trace:
        """Read a sequence and keep everything that was computed. scales (B,) multiplies W_hh in each sequence."""
        raise NotImplementedError

    def backward(self, trace: Trace, dh, dc=None) -> dict[str, np.ndarray]:
        """The gradient of every parameter, of "x" and of the start, given each step's own dL_t/dh_t (and dL_t/dc_t)."""
        raise NotImplementedError

    def jacobian(self, trace: Trace, t: int) -> np.ndarray:
        """dh_t/dh_{t-1}, (D, D) or (B, D, D)."""
        raise NotImplementedError

    def jacobians(self, trace: Trace, steps) -> np.ndarray:
        """dh_t/dh_{t-1} of a list of steps, (n, B, D, D): always with the batch axis."""
        J = np.stack([self.jacobian(trace, t) for t in steps])
        return J if trace.batched else J[:, None]

    def local(self, trace: Trace, steps: slice) -> np.ndarray:
        """What `pull` needs of each of these steps."""
        raise NotImplementedError

    def pull(
        self, trace: Trace, t: int, rows: np.ndarray, local=None, products: Products = SAFE
    ) -> tuple[np.ndarray, np.ndarray]:
        """Carry row vectors dL/dh_t, (n, B, D), one step back: dL/da_t (n, B, rows of W), and the whole of dL/dh_{t-1}.

        For loops: local is that step's part of `local`, and `overflow.PLAIN` products are quicker while all is finite.
        """
        raise NotImplementedError

    def sides(self, trace: Trace, t: int | slice, da: np.ndarray, wrt: str) -> tuple[np.ndarray, np.ndarray]:
        """The gradient of a parameter by its row blocks, as outer products: left (n, B, blocks, H), right (B, blocks, m).

        Left is dL/da_t, and right is what the parameter multiplies there. If that is the same for all blocks, right has one.
        t may be a slice of n steps, one for each da; right is then (n, B, blocks, m).
        """
        n, B, _ = da.shape
        return da.reshape(n, B, -1, self.hidden_size), self.step_input(trace, t, wrt)[..., None, :]

    def step_input(self, trace: Trace, t: int | slice, wrt: str) -> np.ndarray:
        """What a parameter multiplies in a_t, (B, m): x_t for W_x, h_{t-1} for W_hh, 1 for b."""
        if wrt == "W_x":
            return trace.inputs[t]
        if wrt == "W_hh":
            states = trace.states[:-1][t]
            return states if trace.scales is None else overflow.multiply(states, trace.scales)
        return np.ones((trace.T, trace.shape[1], 1))[t]

    def immediate(self, trace: Trace, t: int, wrt: str) -> np.ndarray:
        """∂⁺h_t/∂W, the derivative with h_{t-1} held fixed, (B, D, *shape of W).

        Of the plain cell, entry [b, i, i, j] is f'(a_t)_i times input j of the product; all others are 0, since row i of W
        feeds unit i alone.
        """
        B, D = trace.shape[1], len(self.parts) * self.hidden_size
        da, _ = self.pull(trace, t, np.eye(D)[:, None].repeat(B, axis=1))  # row i: da_t's derivative of unit i
        left, right = self.sides(trace, t, da, wrt)
        result = overflow.multiply(left.swapaxes(0, 1)[..., None], right[:, None, :, None])
        return result.reshape(B, D, *self.params[wrt].shape)

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
        if trace.kind != self.kind:
            raise checks.error("trace", f"the trace of a {trace.kind}", f"the trace of a {self.kind}")
        if trace.weights.shape != self.stack.shape:
            rows, columns = trace.weights.shape
            H = trace.shape[2]
            given = f"the trace of a cell with {columns - 1 - H} inputs and {H} units"
            raise checks.error("trace", given, f"one with {self.input_size} inputs and {self.hidden_size} units")

    def check_no_dc(self, dc) -> None:
        """All cells take the same arguments; dc means something only where the state has a c."""
        if dc is not None and "c" not in self.parts:
            raise checks.error("dc", type(dc).__name__, "None", f"The state of {type(self).__name__} is h alone: leave dc out.")

    def _check_inputs(self, x, h0) -> tuple[np.ndarray, np.ndarray | None, bool]:
        """x as (T, B, I), h0 as (B, H) or None, and whether x came with a batch axis. The weights must be finite too."""
        x = self.check_x(x)
        batched = x.ndim == 3
        if not batched:
            x = x[:, None]
        h0 = None if h0 is None else self._check_start("h0", h0, x.shape[1], batched)
        if not checks.all_finite(self.stack):
            for name, value in self.params.items():
                checks.array(f"params[{name!r}]", value)
        return x, h0, batched

    def _check_start(self, name: str, value, B: int, batched: bool) -> np.ndarray:
        H = self.hidden_size
        return checks.array(name, value, (B, H) if batched else (H,)).reshape(B, H)

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
            cell._read_biases(arrays["bias_ih"], arrays["bias_hh"])
        return cell

    def _read_biases(self, bias_ih, bias_hh) -> None:
        self.params["b"] = bias_ih + bias_hh

    def _to_torch(self, grads, layer) -> dict[str, np.ndarray]:
        if grads is not None and not isinstance(grads, Mapping):
            raise checks.error("grads", type(grads).__name__, "a dict as `backward` returns it")
        values = {}
        for name, own in self.params.items():
            if grads is not None and name not in grads:
                raise checks.error("grads", f"only {', '.join(map(repr, grads))}", f"also {name!r}")
            values[name] = own if grads is None else checks.array(f"grads[{name!r}]", grads[name], own.shape, allow_inf=True)
        second = np.zeros_like(values["b"]) if grads is None else values["b"].copy()
        self._write_biases(values, second)
        return torch_names.write(values["W_x"], values["W_hh"], values["b"], second, layer)

    def _write_biases(self, values, second) -> None:
        """Put what else belongs there into `bias_hh`."""
