"""What the cells with gates share: checks, what they keep, and the sums over the steps.

Each cell's own file has its equations, its loop forward and its loop back, and one step's Jacobian. The loops go through

    z_t = [x_t; 1; h_{t-1}]        a_t = [W_x | b | W_hh] z_t        (see `columns` for the layout)

and all gates of a step through one tanh, since σ(a) = ½ tanh(½ a) + ½.
"""

import functools

import numpy as np

from ..basics import checks, overflow
from ..basics.overflow import PLAIN, SAFE, Products
from . import columns
from .columns import Scratch
from .gate_trace import GateTrace
from .trace import Trace
from .way_back import WayBack

ZERO, HALF, ONE = np.array(0.0), np.array(0.5), np.array(1.0)  # a Python number would cost NumPy twice the time of a small array


class GateCell(WayBack):
    """The base of the cells with gates."""

    logistic: tuple[str, ...]  # the blocks that go through σ; the others go through tanh
    keep: str  # the gate whose bias `gate_bias` is
    trace_type: type[GateTrace] = GateTrace

    def __init__(self, input_size, hidden_size, weight_scale=1.0, init="normal", seed=0, gate_bias=0.0):
        super().__init__(input_size, hidden_size, weight_scale, init, seed)
        self.gate_bias = checks.number("gate_bias", gate_bias)
        self.params["b"][self.rows_of(self.keep)] += self.gate_bias

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.input_size}, {self.hidden_size})"

    def rows_of(self, gate: str) -> slice:
        """The rows of W_x, W_hh and b that belong to a gate."""
        start = self.blocks.index(checks.choice("gate", gate, self.blocks)) * self.hidden_size
        return slice(start, start + self.hidden_size)

    # What each of these cells says for itself. Arrays of the loops are columns, so products read as in the equations.

    def _also_kept(self, T: int, H: int, B: int) -> dict[str, tuple[int, ...]]:
        """The shapes of what the way back needs besides z, h and the gates."""
        return {}

    def _forward_views(self, p: Scratch, z, gates, h, onward) -> list[tuple]:
        """For each step, the arrays that `_forward` goes through."""
        raise NotImplementedError

    def _forward(self, p: Scratch, products: Products, scales, opening) -> None:
        """The loop forward. opening: what is added to ½ a_t of the gate that keeps. scales: what multiplies h_t in z_{t+1}."""
        raise NotImplementedError

    # Forward

    @overflow.silent
    def unroll(self, x, h0=None, scales=None, gate_biases=None) -> GateTrace:
        """Read x, (T, I) or (T, B, I), from the start h0, (H,) or (B, H); zeros if it is not given.

        scales, (B,), multiplies W_hh, and gate_biases, (B,), is added to the bias of the gate that keeps: numbers of its
        own for each sequence of the batch. That is a sweep over both in one call.
        """
        arrays, start, batched = self._fitting(x, h0) or self._check(x, h0)
        if scales is not None:
            scales = checks.array("scales", scales, (arrays.shape[1],)).copy()
        if gate_biases is not None:
            gate_biases = 0.5 * checks.array("gate_biases", gate_biases, (arrays.shape[1],))
        arguments = arrays, start, batched, scales, gate_biases
        if (trace := self._unroll(*arguments, PLAIN)) is None:
            self._check(x, h0)  # something is not finite: was it so from the start?
            trace = self._unroll(*arguments, SAFE)  # no: once more, with products that know what to make of an overflow
        return trace

    def _fitting(self, x, h0):
        """What `_check` returns, for an x that is seen to fit at a glance; its numbers are not looked at. None if it is not."""
        fits = h0 is None and type(x) is np.ndarray and x.dtype.kind in "fiub" and 2 <= x.ndim <= 3
        if not (fits and x.size and x.shape[-1] == self.input_size):
            return None
        batched = x.ndim == 3
        return x if batched else x[:, None], (None,) * len(self.parts), batched

    def _check(self, x, h0):
        x, h0, batched = self._check_inputs(x, h0)
        return x, (h0,), batched

    def _unroll(self, x, start, batched, scales, opening, products):
        T, B, I = x.shape
        key = self.kind, T, B, I, self.hidden_size, scales is None
        p = columns.take(key, lambda: self._forward_scratch(T, B, I, scales is None))
        work = p.work
        work["x"][...] = x
        for place, value in zip(work["starts"], start):
            place[...] = ZERO if value is None else value.T
        if scales is not None:
            products.multiply(p.arrays["h"][0], scales, work["hidden"][0])
        p.arrays["weights"][...] = self.stack
        np.multiply(self.stack, work["fold weights"], work["folded"])
        self._forward(p, products, scales, opening)
        flat = p.keep() if products is SAFE or p.finite() else None
        columns.give_back(key, p)
        if flat is None:
            return None
        return self.trace_type(key, self.blocks, p.layout, flat, batched, None if scales is None else scales[:, None])

    def _kept_shapes(self, T, B, I, plain) -> dict[str, tuple[int, ...]]:
        H = self.hidden_size
        shapes = {
            "weights": self.stack.shape,
            "z": (T + 1, I + 1 + H, B),
            "gates": (T, self._gate_rows, H, B),
            **self._also_kept(T, H, B),
        }
        return shapes if plain else {**shapes, "h": (T + 1, H, B)}

    def _forward_scratch(self, T, B, I, plain) -> Scratch:
        p = Scratch(self._kept_shapes(T, B, I, plain))
        arrays = columns.with_hidden(p.arrays, I)
        arrays["z"][:, I] = 1.0
        z, gates, h, onward = (columns.one_column(arrays[name]) for name in ("z", "gates", "h", "hidden"))
        fold = columns.one_column(np.repeat(self._fold, B, axis=1))
        p.work = {"fold": fold, "rest": 1.0 - fold, "spare": np.empty_like(h[0]), "x": arrays["z"][:T, :I].swapaxes(1, 2)}
        p.work |= {"starts": [arrays[name][0] for name in self.parts], "hidden": arrays["hidden"]}
        p.work |= {"folded": self.stack.copy(), "fold weights": np.repeat(self._fold, self.stack.shape[1], axis=1)}
        p.steps = self._forward_views(p, z, gates, h, onward[1:])  # onward: h_t as the next step reads it
        return p

    @functools.cached_property
    def _fold(self) -> np.ndarray:
        """½ for the rows that go through σ, 1 for the others, (rows, 1): multiplies a_t before tanh and after it."""
        return np.repeat([0.5 if name in self.logistic else 1.0 for name in self.blocks], self.hidden_size)[:, None]

    # One step

    def local(self, trace: Trace, steps) -> np.ndarray:
        """One step's derivatives, as `pull` needs them, of some steps: (n, B, len(local_names), H)."""
        self.check_trace(trace)
        kept = {name: trace.rows(name) for name in trace.kept}  # type: ignore[attr-defined]
        seen = np.stack([*kept["gates"][steps].swapaxes(0, 1), *self._others(kept, steps)])
        out = np.empty((len(self.local_names), *seen.shape[1:]))
        with overflow.quietly():
            self._derivatives(self._derivative_views(seen, out, np.empty((2, *seen.shape))), overflow.multiply)
        return np.ascontiguousarray(np.moveaxis(out, 0, 2))

    def jacobian(self, trace: Trace, t: int) -> np.ndarray:
        """dh_t/dh_{t-1}, (H, H) or (B, H, H): row i holds the derivatives of unit i. t=0 is with respect to the start."""
        self.check_trace(trace)
        return trace.squeeze(self.jacobians(trace, [checks.index("t", t, trace.T)])[0], axis=0)

    def jacobians(self, trace: Trace, steps) -> np.ndarray:
        """dh_t/dh_{t-1} of a list of steps, (n, B, D, D): always with the batch axis."""
        raise NotImplementedError

    def _W_hh(self, trace) -> np.ndarray:
        """The blocks of W_hh, (blocks, H, H)."""
        H = self.hidden_size
        return trace.weights[:, self.input_size + 1 :].reshape(-1, H, H)

    def _scaled(self, trace, slope: np.ndarray) -> np.ndarray:
        return slope if trace.scales is None else overflow.multiply(slope, trace.scales)

    def _through(self, trace, slope: np.ndarray, W: np.ndarray) -> np.ndarray:
        """diag(slope) W, the way through one gate: (…, B, H) and (H, H) -> (…, B, H, H)."""
        return overflow.multiply(self._scaled(trace, slope)[..., None], W)


def diagonal(values: np.ndarray) -> np.ndarray:
    """diag(values) of the last axis."""
    return values[..., None] * np.eye(values.shape[-1])
