"""What the cells with gates share: checks, what they keep, and the sums over the steps.

Each cell's own file has its equations, its loop forward and its loop back, and one step's Jacobian. The loops go through

    z_t = [x_t; 1; h_{t-1}]        a_t = [W_x | b | W_hh] z_t        (see `columns` for the layout)

and all gates of a step through one tanh, since σ(a) = ½ tanh(½ a) + ½.
"""

import functools

import numpy as np

from .. import checks, overflow
from ..overflow import PLAIN, SAFE, Products
from . import columns
from .base import Cell
from .columns import Scratch
from .trace import Trace

HALF, ONE = np.array(0.5), np.array(1.0)  # a Python number would cost NumPy twice the time of a small array


class GateTrace(Trace):
    """A trace of a cell with gates.

    gates   name -> (T[, B], H), the value of each gate, and of the candidate

    `kept` has the arrays as the loops wrote them: z (T + 1, I + 1 + H, B), h and hidden (T + 1, H, B), gates
    (T, blocks, H, B), and what else a cell needs on its way back. hidden is h times the scales: what W_hh multiplies.
    """

    def __init__(self, cell: "GateCell", kept: dict[str, np.ndarray], weights: np.ndarray, batched: bool, scales=None):
        self.kind, self.names = cell.kind, cell.blocks
        self._set(kept, weights, batched, scales)

    def _set(self, kept, weights, batched, scales) -> None:
        self.kept, self.weights, self.batched, self.scales = kept, weights, batched, scales
        steps, H, B = kept["h"].shape
        self.shape = steps - 1, B, H

    def rows(self, name: str) -> np.ndarray:
        """One of the kept arrays as (…, B, H)."""
        return self.kept[name].swapaxes(-1, -2)

    @property
    def inputs(self) -> np.ndarray:  # type: ignore[override]
        return self.rows("z")[:-1, :, : -1 - self.shape[2]]

    @property
    def states(self) -> np.ndarray:  # type: ignore[override]
        return self.rows("h")

    @property
    def gates(self) -> dict[str, np.ndarray]:
        gates = self.rows("gates")
        return {name: self.squeeze(gates[:, block]) for block, name in enumerate(self.names)}

    def part(self, steps: slice) -> "GateTrace":
        T, part = self.shape[0], object.__new__(type(self))
        part.kind, part.names = self.kind, self.names
        kept = {name: array[steps.start : steps.stop + len(array) - T] for name, array in self.kept.items()}
        part._set(kept, self.weights, True, self.scales)
        return part


class GateCell(Cell):
    """The base of the cells with gates."""

    logistic: tuple[str, ...]  # the blocks that go through σ; the others go through tanh
    keep: str  # the gate whose bias `gate_bias` is
    local_names: tuple[str, ...]  # what `_local` computes; the first ones become dL/da
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

    def _forward(self, p: Scratch, weights, products: Products, scales, opening) -> None:
        """The loop forward. opening: what is added to ½ a_t of the gate that keeps. scales: what multiplies h_t in z_{t+1}."""
        raise NotImplementedError

    def _derivatives(self, gates, kept, steps, out, multiply) -> None:
        """One step's derivatives, for some steps at once and in either layout: fills out, (`local_names`, n, …).

        gates: the gates of these steps, (blocks, n, …). kept: what else was kept, of all steps.
        """
        raise NotImplementedError

    def _back(self, p: Scratch, steps: list[tuple], δ: list[np.ndarray], weights, products: Products, scales) -> list[np.ndarray]:
        """The loop back over some steps, the last one first: from δ of the last to δ of the one before the first."""
        raise NotImplementedError

    # Forward

    @overflow.quietly()
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
        z = p.arrays["z"]
        z[:T, :I] = x.swapaxes(1, 2)
        for name, value in zip(self.parts, start):
            array = p.arrays[name] if name in p.arrays else z[:, I + 1 :]
            array[0] = 0.0 if value is None else value.T
        if scales is not None:
            products.multiply(p.arrays["h"][0], scales, z[0, I + 1 :])
        weights = p.arrays["weights"]
        weights[...] = self.stack
        self._forward(p, weights, products, scales, opening)
        finite = checks.all_finite(p.flat)
        kept = p.keep() if finite or products is SAFE else None
        columns.give_back(key, p)
        if kept is None:
            return None
        weights = kept.pop("weights")
        kept["hidden"] = kept["z"][:, I + 1 :]
        kept.setdefault("h", kept["hidden"])
        return self.trace_type(self, kept, weights, batched, None if scales is None else scales[:, None])

    def _forward_scratch(self, T, B, I, plain) -> Scratch:
        H, G = self.hidden_size, len(self.blocks)
        shapes = {"weights": self.stack.shape, "z": (T + 1, I + 1 + H, B), "gates": (T, G, H, B), **self._also_kept(T, H, B)}
        if not plain:
            shapes["h"] = T + 1, H, B
        p = Scratch(shapes)
        p.arrays["z"][:, I] = 1.0
        z, gates = p.columns("z"), p.columns("gates")
        onward = z[:, I + 1 :]  # h_t as the next step reads it
        h = onward if plain else p.columns("h")
        p.steps = self._forward_views(p, z, gates, h, onward[1:])
        fold = np.repeat(self._fold, B, axis=1)
        p.work = {"fold": fold, "rest": 1.0 - fold} if B > 1 else {"fold": fold[:, 0], "rest": 1.0 - fold[:, 0]}
        p.work["spare"] = np.empty_like(h[0])
        return p

    @functools.cached_property
    def _fold(self) -> np.ndarray:
        """½ for the rows that go through σ, 1 for the others, (rows, 1): multiplies a_t before tanh and after it."""
        return np.repeat([0.5 if name in self.logistic else 1.0 for name in self.blocks], self.hidden_size)[:, None]

    # Backward

    @overflow.quietly()
    def backward(self, trace: Trace, dh) -> dict[str, np.ndarray]:
        """Backpropagation through time.

        dh: each step's own dL_t/dh_t, shape of `trace.h`. It is *not* yet accumulated over time: adding what comes
        back from later steps is this method's work. Returns the gradient of every parameter (summed over B), of "x" and
        of "h0", in their shapes. What is past float64's end is ±inf, never NaN.
        """
        return self._backward(trace, {"h": dh})

    def _backward(self, trace, given):
        """given: for each part of the state its own gradient of each step, as it was handed in."""
        if (grads := self._through_time(trace, self._own(trace, given), PLAIN)) is None:
            grads = self._through_time(trace, self._own(trace, given, look=True), SAFE)
        return grads

    def _own(self, trace, given, look=False) -> dict[str, np.ndarray]:
        """given as arrays (T, B, H). What does not fit is refused; look: so is NaN."""
        self.check_trace(trace)
        T, _, H = trace.shape
        shape = trace.shape if trace.batched else (T, H)
        own = {}
        for name, value in given.items():
            if look or type(value) is not np.ndarray or value.shape != shape or value.dtype.kind not in "fiub":
                value = checks.array(f"d{name}", value, shape, allow_inf=True)
            own[name] = value.reshape(trace.shape)
        return own

    def _through_time(self, trace, own, products):
        """In chunks of steps, the last one first: one step's derivatives, the loop over δ, and the sums over the steps."""
        (T, B, H), I = trace.shape, self.input_size
        key = self.kind, T, B, I, H, *own
        p = columns.take(key, lambda: self._backward_scratch(T, B, tuple(own)))
        for name, value in own.items():
            p.arrays[f"d{name}"][1:] = value.swapaxes(1, 2)
        found = p.found.arrays
        δ, n = [p.columns(f"d{name}")[T] for name in self.parts], len(p.arrays["local"])
        for start in range((T - 1) // n * n, -1, -n):
            chunk = slice(start, min(start + n, T))
            local = p.arrays["local"][: chunk.stop - start]
            self._local(trace.kept, chunk, local, products.multiply)
            δ = self._back(p, p.steps[start : chunk.stop][::-1], δ, trace.weights, products, trace.scales)
            sums = found if chunk.stop == T else {name: np.empty_like(found[name]) for name in self._sums()}
            self._add_up(trace, chunk, local, found["x"][chunk].reshape(-1, I), sums, products.dot)
            if sums is not found:
                for name, value in sums.items():
                    found[name] += value
            if start:  # the next chunk is computed where these stand
                δ = [value.copy() for value in δ]
        for name, δ_0 in zip(self.parts, δ):
            found[f"{name}0"][...] = δ_0.reshape(H, B).T
        if products is SAFE:
            overflow.exploded(p.found.flat)
        grads = p.found.keep() if products is SAFE or checks.all_finite(p.found.flat) else None
        columns.give_back(key, p)
        return None if grads is None else self._named(grads, trace)

    def _named(self, grads, trace) -> dict[str, np.ndarray]:
        I, stack = self.input_size, grads.pop("stack")
        for name in ("x", *(f"{part}0" for part in self.parts)):
            grads[name] = trace.squeeze(grads[name], axis=1 if name == "x" else 0)
        return {"W_x": stack[:, :I], "W_hh": stack[:, I + 1 :], "b": stack[:, I], **grads}

    def _sums(self) -> dict[str, tuple[int, ...]]:
        """The shapes of what is summed over the steps."""
        return {"stack": self.stack.shape}

    def _backward_scratch(self, T, B, given) -> Scratch:
        H, S = self.hidden_size, len(self.local_names)
        n = max(1, min(T, columns.CHUNK // (S * H * B)))
        states = {f"d{name}": (T + 1, H, B) for name in self.parts}  # row t + 1 has step t's own; row 0 is the start's: 0
        p = Scratch({"local": (n, S, H, B), "back": (H, B), "spare": (H, B), **states})
        p.found = Scratch({**self._sums(), "x": (T, B, self.input_size), **{f"{name}0": (B, H) for name in self.parts}})
        p.given = given
        local = self._backward_views(p.columns("local"))
        p.steps = [(*local[t % n], *own) for t, own in enumerate(zip(*map(p.columns, states)))][:T]
        return p

    def _backward_views(self, local: np.ndarray) -> list[tuple]:
        """For each step, the arrays that `_back` goes through."""
        raise NotImplementedError

    @staticmethod
    def _below_each_other(blocks: np.ndarray, n: int) -> np.ndarray:
        """The first n blocks of each step as one vector: (T, ≥ n, H[, B]) -> (T, n H[, B])."""
        return blocks.reshape(len(blocks), -1, *blocks.shape[3:])[:, : n * blocks.shape[2]]

    def _local(self, kept, steps, out, multiply) -> None:
        """`_derivatives` with the steps in front: fills out, (n, `local_names`, …)."""
        gates = kept["gates"][steps].swapaxes(0, 1).copy()  # one gate's steps side by side: small arrays are five times as fast
        local = np.empty((out.shape[1], *gates.shape[1:]))
        self._derivatives(gates, kept, steps, local, multiply)
        out[...] = local.swapaxes(0, 1)

    def _add_up(self, trace, steps, local, dx, sums, dot) -> None:
        """Σ_t dL/da_t z_tᵀ of some steps, the gradient of [W_x | b | W_hh]; and write their dL/dx_t = W_xᵀ dL/da_t."""
        da, z = columns.side_by_side(local[:, : len(self.blocks)]), columns.side_by_side(trace.kept["z"][steps])
        dot(da.T, trace.weights[:, : self.input_size], dx)
        dot(da, z.T, sums["stack"])

    # One step

    def local(self, trace: Trace, steps) -> np.ndarray:
        """One step's derivatives, as `pull` needs them, of some steps: (n, B, len(local_names), H)."""
        self.check_trace(trace)
        kept = {name: trace.rows(name) for name in trace.kept}  # type: ignore[attr-defined]
        T, B, H = trace.shape
        out = np.empty((len(range(T)[steps]) if isinstance(steps, slice) else len(steps), B, len(self.local_names), H))
        with overflow.quietly():
            self._local(kept, steps, out.swapaxes(1, 2), overflow.multiply)
        return out

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
