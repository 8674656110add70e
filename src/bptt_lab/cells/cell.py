"""What every cell shares: its parameters, the one loop over time and its way back, and all that follows from a single step.

Arrays hold a vector as a row, (B, H), so W v is written `v @ W.T` and Wᵀ v is `v @ W`.
"""

from typing import Any, Self

import numpy as np

from ..basics import arrays, checks, overflow, own_cells
from . import starts
from .parameters import Parameters
from .trace import Trace

Pairs = dict[str, list[tuple[np.ndarray, Any]]]


class Cell:
    """The base of the recurrent cells: subclass it and give `step` and `step_back`.

    Its arguments are as in `RNNCell`, less activation, and gate_bias, which is added to the bias of the `keeping_gate`. What a
    cell says of itself, beside its two methods:

        blocks        the names of the row blocks of W_x, W_hh and b, H rows each
        keeps         the names of what `step` keeps; the `blocks` if not said
        parts         ("h",), or ("h", "c") where the state is a pair: `h` and `δ` are then pairs too
        vectors       the names of further parameters, one vector (H,) each; `pairs` then says what their gradient is
        keeping_gate  the block to whose bias `gate_bias` is added: a gate that keeps where it is near 1
    """

    blocks: tuple[str, ...] = ("hidden",)
    keeps: tuple[str, ...] = ()
    parts: tuple[str, ...] = ("h",)
    vectors: tuple[str, ...] = ()
    keeping_gate: str | None = None
    scales: np.ndarray | None = None  # (B, 1): of a sweep, what multiplies W_hh in each sequence
    bias_shift: np.ndarray | None = None  # (B, rows): likewise, what is added to b
    quick: Any = None  # `engine/` puts here what computes the same numbers for the built-in cells, quicker

    def __init_subclass__(cls) -> None:
        cls.quick = None  # made for another cell's step

    def __init__(self, input_size, hidden_size, weight_scale=1.0, init="normal", seed=0, gate_bias=0.0):
        own_cells.names(self)
        self.input_size = I = checks.count("input_size", input_size)
        self.hidden_size = H = checks.count("hidden_size", hidden_size)
        self.weight_scale = checks.number("weight_scale", weight_scale)
        self.init = checks.choice("init", init, starts.STARTS)
        self.gate_bias = checks.number("gate_bias", gate_bias)
        rng, rows = np.random.default_rng(checks.seed("seed", seed)), len(self.blocks) * H
        self.stack = np.empty((rows, I + 1 + H))  # [W_x | b | W_hh]: `engine/` multiplies [x_t, 1, h_{t-1}] by all three at once
        self.W_x[...] = starts.other_weights(init, (rows, I), I, H, rng)
        with overflow.quietly():
            self.W_hh[...] = self.weight_scale * np.concatenate([starts.hidden_block(init, H, rng) for _ in self.blocks])
        if not checks.all_finite(self.W_hh):
            raise checks.error("weight_scale", weight_scale, "a number that leaves the weights finite")
        self.b[...] = starts.bias(init, rows, H, rng)
        if self.keeping_gate:
            self.b[self.rows_of(self.keeping_gate)] += self.gate_bias
        elif self.gate_bias:
            raise checks.error("gate_bias", gate_bias, f"0: {type(self).__name__} names no keeping_gate")
        rng = np.random.default_rng([checks.seed("seed", seed), 2])  # its own stream: the rest is drawn alike without
        self.__dict__.update({name: starts.bias(init, H, H, rng) for name in self.vectors})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.input_size}, {self.hidden_size})"

    def step(self, u: np.ndarray, h) -> tuple[Any, tuple[np.ndarray, ...]]:
        """One step: from u = W_x x_t + b (B, rows), H a block, and h_{t-1} to h_t and what `step_back` needs, (B, H) each."""
        raise NotImplementedError(f"{type(self).__name__} has no step(self, u, h)")

    def step_back(self, δ, kept: tuple[np.ndarray, ...], h) -> tuple[np.ndarray, Any]:
        """One step back: from δ = dL/dh_t to dL/da_t (B, rows), the gradient of u, and to dL/dh_{t-1}.

        δ is (B, H); of n losses at once (n, B, H), or (n, H) where B is 1. Write `*` and `@`, and sum over nothing.
        """
        raise NotImplementedError(f"{type(self).__name__} has no step_back(self, δ, kept, h): it runs, but cannot be trained")

    def pairs(self, da: np.ndarray, kept: tuple[np.ndarray, ...], h) -> Pairs:
        """The gradient of W_hh as pairs: a step adds Σ left rightᵀ. Right is v, what W_hh multiplies: h_{t-1}, if not overridden.

        Left is dL/d(W_hh v). Where W_hh multiplies more than h_{t-1}, give a pair for each group of rows, from the top. Of one of
        the `vectors` left is the gradient, right is None. Arrays are of one step or of many, (…, B, rows) and (…, B, H).
        """
        return {"W_hh": [(da, self.parts_of(h)[0])]}

    def step_jacobian(self, kept: tuple[np.ndarray, ...], h) -> np.ndarray:
        """dh_t/dh_{t-1}, (…, D, D) from kept (…, H). D is H, and 2H where the state is a pair. Override it with a formula."""
        D, parts = self.hidden_size * len(self.parts), self.parts_of(h)
        unit_rows = np.moveaxis(np.broadcast_to(np.eye(D), (*parts[0].shape[:-1], D, D)), -2, 0)  # δ = eᵢ gives row i
        _, back = self.step_back(self.state_of(self.split(unit_rows)), kept, h)
        return np.moveaxis(self.join(*self.parts_of(back)), 0, -2)

    W_x = property(lambda self: self.stack[:, : self.input_size])

    @property
    def b(self) -> np.ndarray:
        b = self.stack[:, self.input_size]
        return b if self.bias_shift is None else b + self.bias_shift

    @property
    def W_hh(self) -> Any:
        W = self.stack[:, self.input_size + 1 :]
        return W if self.scales is None else arrays.Scaled(W, self.scales)

    @property
    def params(self) -> Parameters:
        """W_x (rows, I), W_hh (rows, H), b (rows,), and the `vectors` (H,): setting one copies into place."""
        I, vectors = self.input_size, {name: getattr(self, name) for name in self.vectors}
        return Parameters({"W_x": self.stack[:, :I], "W_hh": self.stack[:, I + 1 :], "b": self.stack[:, I], **vectors})

    def rows_of(self, block: str) -> slice:
        """The rows of W_x, W_hh and b that belong to a block."""
        start = self.blocks.index(checks.choice("gate", block, self.blocks)) * self.hidden_size
        return slice(start, start + self.hidden_size)

    def split(self, a) -> list:
        """The blocks of a_t, or the parts of a state: (…, n H) -> (…, H) each."""
        H = self.hidden_size
        return [a[..., start : start + H] for start in range(0, a.shape[-1], H)]

    join = staticmethod(lambda *blocks: np.concatenate(blocks, axis=-1))  # `split` undone

    def blocks_of(self, W) -> list:
        """The blocks of W_hh: (rows, H) -> (H, H) each."""
        H = self.hidden_size
        return [W[start : start + H] for start in range(0, len(self.stack), H)]

    def parts_of(self, state) -> tuple:
        """The parts of a state: a cell's own methods see h alone, or the pair (h, c)."""
        return state if len(self.parts) > 1 else (state,)

    def state_of(self, parts):
        """`parts_of` undone."""
        return tuple(parts) if len(self.parts) > 1 else parts[0]

    def frozen(self, **changed) -> Self:
        """This cell as it is now: training it later changes nothing in the copy. changed: what the copy has instead."""
        cell = object.__new__(type(self))
        copies = {name: getattr(self, name).copy() for name in ("stack", *self.vectors) if name not in changed}
        cell.__dict__.update({**self.__dict__, **copies, **changed})
        return cell

    def unroll(self, x, h0=None, scales=None, gate_biases=None) -> Trace:
        """Read x, (T, I) or (T, B, I), from the start h0, (H,) or (B, H), or a pair of them; zeros if it is not given.

        scales, (B,), multiplies W_hh, and gate_biases, (B,), is added to the bias of the gate that keeps: numbers of its own
        for each sequence of the batch. That is a sweep over both in one call: the same words in every sequence.
        """
        if self.quick and scales is None and gate_biases is None and (trace := self.quick.unroll(self, x, h0)):
            return trace
        x, state, batched = checks.inputs(self, x, h0)
        cell = self.frozen(**arrays.sweep(self, x.shape[1], scales, gate_biases))
        reader = cell.frozen(stack=np.asfortranarray(cell.stack))  # BLAS multiplies by W_hhᵀ in a third less time so
        return Trace(cell, x.copy(), *overflow.settled(reader._read, x, state), batched)  # type: ignore[call-arg]

    def _read(self, x: np.ndarray, start: tuple) -> tuple[tuple, tuple]:
        (T, B, _), H = x.shape, self.hidden_size
        parts, kept = [np.empty_like(x, shape=(T + 1, B, H)) for _ in start], list[np.ndarray]()
        after = [part[1:] for part in parts]  # the start stands in front
        before = [part.view() for part in parts]  # as a step sees them: it may not change them
        for part, view, value in zip(parts, before, start):
            part[0], view.flags.writeable = value, False
        for steps in self._pieces(x):
            all_u = x[steps] @ self.W_x.T  # of some steps at once, since it needs no state
            all_u += self.b
            for t, u in enumerate(all_u, steps.start):
                result = self.step(u, self.state_of([state[t] for state in before]))
                h, now = result if t else own_cells.stepped(self, result, start)  # the first step is looked at
                kept = kept or list(np.empty_like(x, shape=(len(now), T, B, H)))
                for array, value in zip((*after, *kept), (*self.parts_of(h), *now)):
                    array[t] = value
        return tuple(parts), tuple(kept)

    def _pieces(self, x: np.ndarray) -> list[slice]:
        """The steps, some at a time: what is computed of these at once stays in the processor's cache."""
        T, n = len(x), max(1, 130_000 // (x.shape[1] * len(self.stack)))
        return [slice(start, min(start + n, T)) for start in range(0, T, n)]

    def backward(self, trace: Trace, dh, dc=None) -> dict[str, np.ndarray]:
        """Backpropagation through time.

        dh: each step's own dL_t/dh_t, shape of `trace.h`; where the state has a c too, dc likewise, zeros if it is not given.
        They are *not* yet accumulated over time: adding what comes back from later steps is this method's work. Returns the
        gradient of every parameter (summed over B), of "x", and of "h0" (and "c0"), in their shapes. What is past float64's
        end is ±inf, never NaN.
        """
        if self.quick and (grads := self.quick.backward(self, trace, dh, dc)):
            return grads
        dh_dc = checks.gradients(self, trace, dh, dc)
        sums, dx, start = overflow.settled(trace.cell._back, dh_dc, trace)
        grads = {name: array.reshape(self.params[name].shape) for name, array in sums.items()} | {"x": trace.squeeze(dx)}
        return grads | {f"{part}0": trace.squeeze(value, axis=0) for part, value in zip(self.parts, start)}

    def _back(self, dh_dc: tuple[np.ndarray, ...], trace: Trace) -> tuple:
        """The gradients of the parameters by name, of x, and of the start."""
        x, pieces, sums = trace.inputs, self._pieces(trace.inputs), dict[str, Any]()
        dx, back = np.empty_like(dh_dc[0], shape=x.shape), tuple(0.0 * dh[0] for dh in dh_dc)
        room = np.empty_like(dx, shape=(pieces[0].stop, x.shape[1], len(self.stack)))
        for steps in reversed(pieces):
            da = room[: steps.stop - steps.start]
            for t in reversed(range(steps.start, steps.stop)):
                δ = tuple(dh[t] + later for dh, later in zip(dh_dc, back))  # its own loss, and what comes back from later steps
                result = self.step_back(self.state_of(δ), *self.kept_at(trace, t))
                da[t - steps.start], before = result if t < len(x) - 1 else own_cells.stepped_back(self, result, δ)
                back = self.parts_of(before)
            dx[steps] = da @ self.W_x
            for name, pairs in self.all_pairs(trace, steps, da).items():
                sums[name] = sums.get(name, 0.0) + arrays.summed(pairs)  # Σ_t left rightᵀ
        return sums, dx, back

    def kept_at(self, trace: Trace, steps) -> tuple[tuple[np.ndarray, ...], Any]:
        """What `step_back` is told of a step, or of some: what was kept, and the state before."""
        return tuple(kept[steps] for kept in trace.kept), self.state_of([part[:-1][steps] for part in trace.parts])

    def all_pairs(self, trace: Trace, steps, da: np.ndarray) -> Pairs:
        """`pairs` for every parameter: left (n, B, rows) of n losses, right (B, m), what W multiplies; (n, B, m) of n steps."""
        cell, x = trace.cell, trace.inputs[steps]
        ones = np.ones((*x.shape[:-1], 1))
        of_step = own_cells.named(cell, cell.pairs(da, *self.kept_at(trace, steps)))
        pairs = {"W_x": [(da, x)], "W_hh": [], "b": [(da, ones)], **of_step}
        if cell.scales is not None:
            pairs["W_hh"] = [(left * cell.scales, right) for left, right in pairs["W_hh"]]
        return {name: own_cells.paired(self, pairs, name, ones) for name in self.params}

    def jacobian(self, trace: Trace, t: int) -> np.ndarray:
        """dh_t/dh_{t-1}, (D, D) or (B, D, D): row i holds the derivatives of unit i. t=0 is with respect to the start.

        D is H. Where the state is a pair it is 2H, the rows of h above those of c, the columns likewise.
        """
        checks.trace(self, trace)
        t = checks.index("t", t, trace.T)
        return trace.squeeze(self.jacobians(trace, slice(t, t + 1))[0], axis=0)

    def jacobians(self, trace: Trace, steps) -> np.ndarray:
        """dh_t/dh_{t-1} of a slice or list of steps, (n, B, D, D): always with the batch axis."""
        if type(self).step_back is Cell.step_back:
            return own_cells.jacobians(self, trace, steps)
        return overflow.settled(trace.cell.step_jacobian, *self.kept_at(trace, steps))
