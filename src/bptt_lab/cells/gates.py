"""What the cells with gates share: checks, what they keep, and the sums over the steps.

Each cell's own file has its equations, its loop forward and its loop back, and one step's Jacobian. The loops go through

    z_t = [x_t; 1; h_{t-1}]        a_t = [W_x | b | W_hh] z_t        (see `columns` for the layout)

and all gates of a step through one tanh, since σ(a) = ½ tanh(½ a) + ½.
"""

import functools
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from .. import checks, overflow
from ..overflow import PLAIN, SAFE, Products
from . import columns
from .base import Cell
from .columns import Scratch
from .gate_trace import GateTrace
from .trace import Trace

ZERO, HALF, ONE = np.array(0.0), np.array(0.5), np.array(1.0)  # a Python number would cost NumPy twice the time of a small array


class GateCell(Cell):
    """The base of the cells with gates."""

    logistic: tuple[str, ...]  # the blocks that go through σ; the others go through tanh
    keep: str  # the gate whose bias `gate_bias` is
    local_names: tuple[str, ...]  # what `_derivatives` computes; some of it becomes dL/da
    also_read: tuple[str, ...]  # what it reads of `kept` besides the gates: of a state, the one before the step
    trace_type: type[GateTrace] = GateTrace
    not_spread = 0  # how many of the last `local_names` are multiplied by something else than the first ones

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

    def _derivative_views(self, seen: np.ndarray, out: np.ndarray) -> tuple:
        """What `_derivatives` goes through. seen: the gates and `also_read`, (…, n, H, B). out: (`local_names`, n, H, B)."""
        raise NotImplementedError

    def _derivatives(self, views: tuple, multiply) -> None:
        """One step's derivatives, for some steps at once: fills `out` of the views."""
        raise NotImplementedError

    def _back(self, p: Scratch, steps: list[tuple], δ: list[np.ndarray], weights, products: Products, scales) -> list[np.ndarray]:
        """The loop back over some steps, the last one first: from δ of the last to δ of the one before the first."""
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
        work["x"][...] = x.swapaxes(1, 2)
        for place, value in zip(work["starts"], start):
            place[...] = ZERO if value is None else value.T
        if scales is not None:
            products.multiply(p.arrays["h"][0], scales, work["hidden"][0])
        p.arrays["weights"][...] = self.stack
        np.multiply(self.stack, work["fold weights"], work["folded"])
        self._forward(p, products, scales, opening)
        flat = p.keep() if products is SAFE or checks.all_finite(p.flat) else None
        columns.give_back(key, p)
        if flat is None:
            return None
        return self.trace_type(key, self.blocks, p.layout, flat, batched, None if scales is None else scales[:, None])

    def _kept_shapes(self, T, B, I, plain) -> dict[str, tuple[int, ...]]:
        H, G = self.hidden_size, len(self.blocks)
        shapes = {"weights": self.stack.shape, "z": (T + 1, I + 1 + H, B), "gates": (T, G, H, B), **self._also_kept(T, H, B)}
        return shapes if plain else {**shapes, "h": (T + 1, H, B)}

    def _forward_scratch(self, T, B, I, plain) -> Scratch:
        p = Scratch(self._kept_shapes(T, B, I, plain))
        arrays = columns.with_hidden(p.arrays, I)
        arrays["z"][:, I] = 1.0
        z, gates, h, onward = (columns.one_column(arrays[name]) for name in ("z", "gates", "h", "hidden"))
        fold = columns.one_column(np.repeat(self._fold, B, axis=1))
        p.work = {"fold": fold, "rest": 1.0 - fold, "spare": np.empty_like(h[0]), "x": arrays["z"][:T, :I]}
        p.work |= {"starts": [arrays[name][0] for name in self.parts], "hidden": arrays["hidden"]}
        p.work |= {"folded": self.stack.copy(), "fold weights": np.repeat(self._fold, self.stack.shape[1], axis=1)}
        p.steps = self._forward_views(p, z, gates, h, onward[1:])  # onward: h_t as the next step reads it
        return p

    @functools.cached_property
    def _fold(self) -> np.ndarray:
        """½ for the rows that go through σ, 1 for the others, (rows, 1): multiplies a_t before tanh and after it."""
        return np.repeat([0.5 if name in self.logistic else 1.0 for name in self.blocks], self.hidden_size)[:, None]

    # Backward

    @overflow.silent
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

    def check_trace(self, trace) -> None:
        if not (isinstance(trace, GateTrace) and trace.key[0] == self.kind and trace.key[3:5] == (self.input_size, self.hidden_size)):
            super().check_trace(trace)

    def _through_time(self, trace, own, products):
        """In chunks of steps, the last one first: one step's derivatives, the loop over δ, and the sums over the steps."""
        key = "back", trace.key, *own
        p = columns.take(key, lambda: self._backward_scratch(trace.key, tuple(own)))
        for name, value in own.items():
            p.work[f"d{name}"][...] = value.swapaxes(1, 2)
        if p.seen is None:
            kept, chunks = trace.kept, self._chunks(p, trace.kept)
        else:
            self._read(p.seen, trace)
            kept, chunks = p.seen.arrays, p.chunks
        found, δ = p.found.arrays, p.work["δ"]
        p.work["da's W_x"][...] = kept["weights"][:, : self.input_size]
        for chunk in chunks:
            self._local(chunk, products.multiply)
            δ = self._back(p, chunk.steps, δ, kept["weights"], products, trace.scales)
            sums = found if chunk.last else {name: np.empty_like(found[name]) for name in self._sums(trace.shape[1])}
            self._add_up(chunk, p.work["W_x"], sums, products.dot)
            if not chunk.last:
                for name, value in sums.items():
                    found[name] += value
            if not chunk.first:  # the next chunk is computed where these stand
                δ = [value.copy() for value in δ]
        for place, δ_0 in zip(p.work["starts"], δ):
            place[...] = δ_0
        if products is SAFE:
            overflow.exploded(p.found.flat)
        grads = self._named(p.found, trace) if products is SAFE or checks.all_finite(p.found.flat) else None
        columns.give_back(key, p)
        return grads

    @staticmethod
    def _read(seen: Scratch, trace) -> None:
        """Copy what a trace kept to where views of it are ready."""
        if trace.flat is not None:
            seen.flat[...] = trace.flat
        else:
            for name, array in trace.kept.items():
                seen.arrays[name][...] = array

    def _named(self, found: Scratch, trace) -> dict[str, np.ndarray]:
        grads = {name: array.copy() if found.small else array for name, array in found.arrays.items()}
        if not trace.batched:
            grads["x"] = grads["x"][:, 0]
            for part in self.parts:
                grads[f"{part}0"] = grads[f"{part}0"][0]
        return self._weights(grads.pop("stack"), trace.shape[1]) | grads

    def _weights(self, stack, B) -> dict[str, np.ndarray]:
        I, stack = self.input_size, stack[self._da_rows(B)]
        return {"W_x": stack[:, :I], "W_hh": stack[:, I + 1 :], "b": stack[:, I]}

    def _da_rows(self, B: int) -> slice:
        """Where the rows of dL/da_t stand in the sum over the steps: with one sequence it has all rows of `local_names`."""
        H = self.hidden_size
        first = self.local_names.index("da1") if B == 1 else 0
        return slice(first * H, (first + len(self.blocks)) * H)

    def _sums(self, B: int) -> dict[str, tuple[int, ...]]:
        """The shapes of what is summed over the steps."""
        rows, K = self.stack.shape
        return {"stack": (len(self.local_names) * self.hidden_size if B == 1 else rows, K)}

    def _backward_scratch(self, key, given) -> Scratch:
        _, T, B, I, H, plain = key
        S, F = len(self.local_names), len(self.blocks) + len(self.also_read)
        n = max(1, min(T, columns.CHUNK // (S * H * B)))
        states = {f"d{name}": (T + 1, H, B) for name in self.parts}  # row t + 1 has step t's own; row 0 is the start's: 0
        p = Scratch({"local": (n, S, H, B), "slopes": (S, n, H, B), "gates": (F, n, H, B), "back": (H, B), "spare": (H, B), **states})
        p.found = Scratch({**self._sums(B), "x": (T, B, I), **{f"{name}0": (B, H) for name in self.parts}})
        p.given, local = given, self._backward_views(p.columns("local"))
        p.work = {name: p.arrays[name][1:] for name in states} | {"δ": [p.columns(name)[T] for name in states]}
        p.work["W_x"], rows = np.zeros((S * H if B == 1 else len(self.blocks) * H, I)), self._da_rows(B)
        p.work["da's W_x"] = p.work["W_x"][rows]
        p.work["starts"] = [columns.one_column(p.found.arrays[f"{name}0"].T) for name in self.parts]
        p.work |= {"W back": np.empty((H, len(self.blocks) * H)), "spread": _spread(S - self.not_spread, H) if B == 1 else _as_it_is}
        p.steps = [(*local[t % n], *own) for t, own in enumerate(zip(*map(p.columns, states)))][:T]
        if p.small:
            p.seen = Scratch(self._kept_shapes(T, B, I, plain))
            p.chunks = self._chunks(p, columns.with_hidden(p.seen.arrays, I))
        return p

    def _backward_views(self, local: np.ndarray) -> list[tuple]:
        """For each step, the arrays that `_back` goes through."""
        raise NotImplementedError

    def _chunks(self, p: Scratch, kept) -> list[SimpleNamespace]:
        """The pieces of the way back, the last one first, and all that is to be seen of each."""
        T, n = len(p.steps), len(p.arrays["local"])
        return [self._chunk(p, kept, slice(start, min(start + n, T)), T) for start in range((T - 1) // n * n, -1, -n)]

    def _chunk(self, p, kept, steps, T):
        G, n, one = len(self.blocks), steps.stop - steps.start, kept["z"].shape[-1] == 1
        local, seen = p.arrays["local"][:n], p.arrays["gates"][:, :n]
        chunk = SimpleNamespace(local=local, z=kept["z"][steps], seen=seen, slopes=p.arrays["slopes"][:, :n])
        chunk.first, chunk.last, chunk.steps = steps.start == 0, steps.stop == T, p.steps[steps][::-1]
        chunk.dx = p.found.arrays["x"][steps].reshape(-1, self.input_size)
        # One gate's steps side by side: small arrays in one piece are five times as fast.
        chunk.reads = [(seen[:G], kept["gates"][steps].swapaxes(0, 1)), *zip(seen[G:], self._others(kept, steps))]
        chunk.slopes_by_step = chunk.slopes.swapaxes(0, 1)
        chunk.views = self._derivative_views(seen, chunk.slopes)
        chunk.sides = self._sides(chunk) if one else None
        return chunk

    def _others(self, kept, steps) -> list[np.ndarray]:
        return [kept[name][: len(kept["gates"])][steps] for name in self.also_read]

    def _local(self, chunk, multiply) -> None:
        for to, read in chunk.reads:
            to[...] = read
        self._derivatives(chunk.views, multiply)
        chunk.local[...] = chunk.slopes_by_step

    @staticmethod
    def _below_each_other(blocks: np.ndarray, n: int) -> np.ndarray:
        """The first n blocks of each step as one vector: (T, ≥ n, H[, B]) -> (T, n H[, B])."""
        return blocks.reshape(len(blocks), -1, *blocks.shape[3:])[:, : n * blocks.shape[2]]

    def _sides(self, chunk) -> tuple[np.ndarray, np.ndarray]:
        """dL/da_t of all steps side by side, (rows, n·B), and z_t likewise.

        One sequence: with all other rows of `local` too, as they stand. To multiply them costs less than to pick them out.
        """
        if chunk.z.shape[-1] == 1:
            return chunk.local.reshape(len(chunk.z), -1).T, chunk.z[..., 0].T
        first = self.local_names.index("da1")
        return columns.side_by_side(chunk.local[:, first : first + len(self.blocks)]), columns.side_by_side(chunk.z)

    def _add_up(self, chunk, W_x, sums, dot) -> None:
        """Σ_t dL/da_t z_tᵀ of some steps, the gradient of [W_x | b | W_hh]; and write their dL/dx_t = W_xᵀ dL/da_t."""
        da, z = chunk.sides or self._sides(chunk)
        dot(da.T, W_x, chunk.dx)
        dot(da, z.T, sums["stack"])

    # One step

    def local(self, trace: Trace, steps) -> np.ndarray:
        """One step's derivatives, as `pull` needs them, of some steps: (n, B, len(local_names), H)."""
        self.check_trace(trace)
        kept = {name: trace.rows(name) for name in trace.kept}  # type: ignore[attr-defined]
        gates = kept["gates"][steps].swapaxes(0, 1)
        seen = np.stack([*gates, *self._others(kept, steps)])
        out = np.empty((len(self.local_names), *seen.shape[1:]))
        with overflow.quietly():
            self._derivatives(self._derivative_views(seen, out), overflow.multiply)
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


def _spread(n: int, H: int) -> Callable:
    """δ -> (n, H), δ in each row: NumPy multiplies small arrays of one shape four times as fast as those of two."""
    tile = np.empty((n, H))

    def spread(δ):
        tile[...] = δ
        return tile

    return spread


def _as_it_is(δ: np.ndarray) -> np.ndarray:
    return δ
