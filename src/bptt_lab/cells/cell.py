"""What every cell shares: its parameters, the one loop over time and its way back, and all that follows from a single step.

A cell says one step and its way back, as in this leaky integrator, whole:

    class Leaky(bl.Cell):
        def step(self, u, h):                         # u is W_x x_t + b, computed for all steps at once
            new = np.tanh(u + h @ self.W_hh.T)
            return 0.9 * h + 0.1 * new, (new,)        # h_t, and what the way back needs

        def step_back(self, δ, kept, h):              # δ is dL/dh_t, and h is the state before the step
            (new,) = kept
            da = δ * 0.1 * (1 - new * new)            # dL/da_t
            return da, δ * 0.9 + da @ self.W_hh       # and dL/dh_{t-1}: all ways by which h_{t-1} came in

Arrays hold a vector as a row, (B, H), so W v is written `v @ W.T` and Wᵀ v is `v @ W`.
"""

import warnings
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from ..basics import checks, overflow, torch_names
from ..basics.sweep import Scaled
from .parameters import Parameters
from . import starts
from .trace import Trace

QUICK: dict[type, Any] = {}  # `engine/` puts here what computes the same numbers for the built-in cells, quicker
Pairs = dict[str, list[tuple[np.ndarray, np.ndarray | None]]]


def diag(values: np.ndarray) -> np.ndarray:
    """diag(values) of the last axis."""
    return values[..., None] * np.eye(values.shape[-1])


class Cell:
    """The base of the recurrent cells: subclass it and give `step` and `step_back`.

    input_size, hidden_size: I and H. init: the start of each matrix, see `cells.starts`. weight_scale multiplies the drawn
    W_hh. gate_bias is added to the bias of the `keeping_gate`. seed: a whole number; the same seed draws the same weights.
    Raises `ValueError` for anything else. What a cell says of itself, beside its two methods:

        blocks        the names of the row blocks of W_x, W_hh and b, H rows each
        keeps         the names of what `step` keeps; the `blocks` if not said
        parts         ("h",), or ("h", "c") where the state is a pair: `h` and `δ` are then pairs too
        vectors       the names of further parameters, one vector (H,) each; `pairs` then says what their gradient is
        keeping_gate  the block whose bias `gate_bias` is
    """

    blocks: tuple[str, ...] = ("hidden",)
    keeps: tuple[str, ...] = ()
    parts: tuple[str, ...] = ("h",)
    vectors: tuple[str, ...] = ()
    keeping_gate: str | None = None
    torch: str | None = None  # the name of PyTorch's layer with the same weights
    scales: np.ndarray | None = None  # (B, 1): of a sweep, what multiplies W_hh in each sequence
    opening: np.ndarray | None = None  # (B, rows): likewise, what is added to b

    def __init_subclass__(cls) -> None:
        cls.keeps = cls.__dict__.get("keeps") or cls.keeps or cls.blocks

    def __init__(self, input_size, hidden_size, weight_scale=1.0, init="normal", seed=0, gate_bias=0.0):
        self.input_size = I = checks.count("input_size", input_size)
        self.hidden_size = H = checks.count("hidden_size", hidden_size)
        self.weight_scale = checks.number("weight_scale", weight_scale)
        self.init = checks.choice("init", init, starts.STARTS)
        self.gate_bias = checks.number("gate_bias", gate_bias)
        rng, rows = np.random.default_rng(checks.seed("seed", seed)), len(self.blocks) * H
        self.stack = np.empty((rows, I + 1 + H))  # [W_x | b | W_hh]: every pre-activation is one product with [x_t, 1, h_{t-1}]
        self.W_x[...] = starts.other_weights(init, (rows, I), I, H, rng)
        hidden = np.concatenate([starts.hidden_block(init, H, rng) for _ in self.blocks])
        with overflow.quietly():
            hidden = self.weight_scale * hidden
        if not checks.all_finite(hidden):
            raise checks.error("weight_scale", weight_scale, "a number that leaves the weights finite")
        self.W_hh[...], self.b[...] = hidden, starts.bias(init, rows, H, rng)
        if self.keeping_gate:
            self.b[self.rows_of(self.keeping_gate)] += self.gate_bias
        elif self.gate_bias:
            raise checks.error("gate_bias", gate_bias, f"0: {type(self).__name__} names no keeping_gate")
        rng = np.random.default_rng([checks.seed("seed", seed), 2])  # a stream of its own: with or without, the rest is drawn alike
        for name in self.vectors:
            setattr(self, name, starts.bias(init, H, H, rng))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.input_size}, {self.hidden_size})"

    # What a cell says

    def step(self, u: np.ndarray, h) -> tuple[Any, tuple[np.ndarray, ...]]:
        """One step: from u = W_x x_t + b (B, rows) and the state h_{t-1} to h_t, and to what `step_back` needs, (B, H) each."""
        raise NotImplementedError(f"{type(self).__name__} has no step(self, u, h)")

    def step_back(self, δ, kept: tuple[np.ndarray, ...], h) -> tuple[np.ndarray, Any]:
        """One step back: from δ = dL/dh_t to dL/da_t (B, rows), the gradient of u, and to dL/dh_{t-1}.

        δ may have more axes in front: several losses at once.
        """
        raise NotImplementedError(f"{type(self).__name__} has no step_back(self, δ, kept, h): it runs, but cannot be trained")

    def pairs(self, da: np.ndarray, kept: tuple[np.ndarray, ...], h) -> Pairs:
        """What a step adds to the gradient of W_hh, as pairs (left, right): the outer product of dL/d(W_hh v) with v.

        Override it where W_hh multiplies something else than h_{t-1}, with a pair for each group of rows, from the top. The
        gradient of a vector is its left alone: right is None.
        """
        return {"W_hh": [(da, self.parts_of(h)[0])]}

    def step_jacobian(self, kept: tuple[np.ndarray, ...], h) -> np.ndarray:
        """dh_t/dh_{t-1}, (…, D, D) from kept (…, H). D is H, and 2H where the state is a pair. Override it with a formula."""
        kept, h = ([array[..., None, :] for array in arrays] for arrays in (kept, self.parts_of(h)))
        D = self.hidden_size * len(self.parts)
        unit_rows = np.broadcast_to(np.eye(D), (*h[0].shape[:-2], D, D))
        _, back = self.step_back(self.state_of(self.split(unit_rows)), tuple(kept), self.state_of(h))
        return self.join(*self.parts_of(back))

    # Weights

    @property
    def W_x(self) -> np.ndarray:
        return self.stack[:, : self.input_size]

    @property
    def b(self) -> np.ndarray:
        b = self.stack[:, self.input_size]
        return b if self.opening is None else b + self.opening

    @property
    def W_hh(self) -> Any:
        W = self.stack[:, self.input_size + 1 :]
        return W if self.scales is None else Scaled(W, self.scales)

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

    @staticmethod
    def join(*blocks: np.ndarray) -> np.ndarray:
        """`split` undone."""
        return np.concatenate(blocks, axis=-1)

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
        cell.__dict__.update(self.__dict__)
        for name in {"stack", *self.vectors, *changed}:
            cell.__dict__[name] = changed[name] if name in changed else getattr(self, name).copy()
        return cell

    # The loop over time, and its way back

    def unroll(self, x, h0=None, scales=None, gate_biases=None) -> Trace:
        """Read x, (T, I) or (T, B, I), from the start h0, (H,) or (B, H), or a pair of them; zeros if it is not given.

        scales, (B,), multiplies W_hh, and gate_biases, (B,), is added to the bias of the gate that keeps: numbers of its own
        for each sequence of the batch. That is a sweep over both in one call: the same words in every sequence.
        """
        quick = QUICK.get(type(self))
        if quick and scales is None and gate_biases is None and (trace := quick.unroll(self, x, h0)):
            return trace
        x, state, batched = self._check_inputs(x, h0)
        sweep: dict[str, Any] = {}
        if scales is not None:
            sweep["scales"] = checks.array("scales", scales, (x.shape[1],))[:, None].copy()
        if gate_biases is not None:
            sweep["opening"] = np.zeros((x.shape[1], len(self.stack)))
            sweep["opening"][:, self.rows_of(self.keeping_gate)] = checks.array("gate_biases", gate_biases, (x.shape[1],))[:, None]
        cell = self.frozen(**sweep)
        parts, kept = overflow.settled(cell._read, x, state)
        return Trace(cell, x.copy(), parts, kept, batched)

    def _read(self, x: np.ndarray, state: tuple) -> tuple[tuple, tuple]:
        (T, B, I), states, kept = x.shape, [state], []
        all_u = (x.reshape(T * B, I) @ self.W_x.T).reshape(T, B, -1) + self.b  # W_x x_t + b of all steps: it needs no state
        for u in all_u:
            h, seen = self.step(u, self.state_of(states[-1]))
            states.append(self.parts_of(h))
            kept.append(seen)
        return tuple(map(np.array, zip(*states))), tuple(map(np.array, zip(*kept)))

    def backward(self, trace: Trace, dh, dc=None) -> dict[str, np.ndarray]:
        """Backpropagation through time.

        dh: each step's own dL_t/dh_t, shape of `trace.h`; where the state has a c too, dc likewise, zeros if it is not given.
        They are *not* yet accumulated over time: adding what comes back from later steps is this method's work. Returns the
        gradient of every parameter (summed over B), of "x", and of "h0" (and "c0"), in their shapes. What is past float64's
        end is ±inf, never NaN.
        """
        quick = QUICK.get(type(self))
        if quick and (grads := quick.backward(self, trace, dh, dc)):
            return grads
        own = self._check_own(trace, dh, dc)
        *sums, dx, start = overflow.settled(trace.cell._back, own, trace)
        grads = dict(zip((*self.params, "x"), (*sums, trace.squeeze(dx))))
        return grads | {f"{part}0": trace.squeeze(value, axis=0) for part, value in zip(self.parts, start)}

    def _back(self, own: tuple[np.ndarray, ...], trace: Trace) -> tuple:
        """The gradients of the parameters in their order, of x, and of the start."""
        T, B, I = trace.inputs.shape
        all_da, back = np.empty((T, B, len(self.stack))).view(type(own[0])), tuple(0.0 * dh[0] for dh in own)
        for t in reversed(range(T)):
            δ = tuple(dh[t] + later for dh, later in zip(own, back))  # its own loss, and what comes back from later steps
            all_da[t], back = self.step_back(self.state_of(δ), *self.seen(trace, t))
            back = self.parts_of(back)
        sums = [self._sum(name, pairs) for name, pairs in self.all_pairs(trace, slice(T), all_da).items()]
        return (*sums, (all_da.reshape(T * B, -1) @ self.W_x).reshape(T, B, I), back)

    def _sum(self, name: str, pairs: list) -> np.ndarray:
        """Σ_t left rightᵀ: the sum over the steps, and over B."""
        flat = [[side.reshape(-1, side.shape[-1]) for side in pair] for pair in pairs]
        return np.concatenate([left.T @ right for left, right in flat]).reshape(self.params[name].shape)

    # One step of a trace

    def seen(self, trace: Trace, steps) -> tuple[tuple[np.ndarray, ...], Any]:
        """What `step_back` is told of a step, or of some: what was kept, and the state before."""
        return tuple(kept[steps] for kept in trace.kept), self.state_of([part[:-1][steps] for part in trace.parts])

    def all_pairs(self, trace: Trace, steps, da: np.ndarray) -> Pairs:
        """`pairs` for every parameter, in the order of `params`: left (n, B, rows) and right (B, m), or of several steps."""
        ones = np.ones((*trace.inputs[steps].shape[:-1], 1))
        pairs = {"W_x": [(da, trace.inputs[steps])], "W_hh": [], "b": [(da, None)], **self.pairs(da, *self.seen(trace, steps))}
        if self.scales is not None:
            pairs["W_hh"] = [(left * self.scales, right) for left, right in pairs["W_hh"]]
        return {name: [(left, ones if right is None else right) for left, right in pairs[name]] for name in self.params}

    def pull(self, trace: Trace, t: int, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Carry rows dL/d(state)_t, (n, B, D), one step back: dL/da_t (n, B, rows of W), and the whole of dL/d(state)_{t-1}."""
        n, B, D = rows.shape
        rows = rows[:, 0] if B == 1 else rows  # the n losses of one sequence as one matrix
        da, back = trace.cell.step_back(self.state_of(self.split(rows)), *self.seen(trace, t))
        return da.reshape(n, B, -1), self.join(*self.parts_of(back)).reshape(n, B, D)

    def immediate(self, trace: Trace, t: int, wrt: str) -> np.ndarray:
        """∂⁺h_t/∂W, the derivative with h_{t-1} held fixed, (B, D, *shape of W).

        Of the plain cell, entry [b, i, i, j] is f'(a_t)_i times input j of the product; all others are 0, since row i of W
        feeds unit i alone.
        """
        B, D = trace.shape[1], self.hidden_size * len(self.parts)
        da, _ = self.pull(trace, t, overflow.extended(np.eye(D)[:, None].repeat(B, axis=1)))  # row i: da_t's derivative of unit i
        groups = [left[..., None] * right[:, None] for left, right in trace.cell.all_pairs(trace, t, da)[wrt]]
        return np.asarray(np.concatenate(groups, axis=2).swapaxes(0, 1)).reshape(B, D, *self.params[wrt].shape)

    def jacobian(self, trace: Trace, t: int) -> np.ndarray:
        """dh_t/dh_{t-1}, (D, D) or (B, D, D): row i holds the derivatives of unit i. t=0 is with respect to the start.

        D is H. Where the state is a pair it is 2H, the rows of h above those of c, the columns likewise.
        """
        self.check_trace(trace)
        t = checks.index("t", t, trace.T)
        return trace.squeeze(self.jacobians(trace, slice(t, t + 1))[0], axis=0)

    def jacobians(self, trace: Trace, steps) -> np.ndarray:
        """dh_t/dh_{t-1} of a slice or list of steps, (n, B, D, D): always with the batch axis."""
        if type(self).step_back is Cell.step_back:
            return self._differences(trace, steps)
        return overflow.settled(trace.cell.step_jacobian, *self.seen(trace, steps))

    def _differences(self, trace: Trace, steps) -> np.ndarray:
        """The same without `step_back`, by moving each unit of h_{t-1} a little to both sides."""
        warnings.warn(f"{type(self).__name__} has no step_back: its Jacobians are finite differences, right to 7 digits", stacklevel=4)
        cell, (_, h), J = trace.cell, self.seen(trace, steps), []
        u, h = trace.inputs[steps] @ cell.W_x.T + cell.b, self.join(*self.parts_of(h))
        for unit in 6e-6 * np.eye(h.shape[-1]):
            ends = [self.join(*self.parts_of(cell.step(u, self.state_of(self.split(h + ε)))[0])) for ε in (unit, -unit)]
            J.append((ends[0] - ends[1]) / 1.2e-5)
        return np.stack(J, axis=-1)

    def state_rows(self, dh: np.ndarray) -> np.ndarray:
        """Rows dL/dh, (…, H), as rows of the whole state, (…, D): only h is read out."""
        return self.join(dh, *(np.zeros_like(dh) for _ in self.parts[1:]))

    @property
    def state_name(self) -> str:
        """h, or (h, c) where the state is a pair."""
        return self.parts[0] if len(self.parts) == 1 else f"({', '.join(self.parts)})"

    # What comes in

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
        other = trace.cell
        if type(other) is not type(self) or other.vectors != self.vectors:
            raise checks.error("trace", f"the trace of a {other!r}", f"the trace of a {self!r}")
        if other.stack.shape != self.stack.shape:
            given = f"the trace of a cell with {other.input_size} inputs and {other.hidden_size} units"
            raise checks.error("trace", given, f"one with {self.input_size} inputs and {self.hidden_size} units")

    def _check_inputs(self, x, h0) -> tuple[np.ndarray, tuple[np.ndarray, ...], bool]:
        """x as (T, B, I), the start as (B, H) each, and whether x came with a batch axis. The weights must be finite too."""
        x = self.check_x(x)
        batched = x.ndim == 3
        x = x if batched else x[:, None]
        for name, value in self.params.items():
            checks.array(f"params[{name!r}]", value)
        B, H, n = x.shape[1], self.hidden_size, len(self.parts)
        if h0 is None:
            return x, (np.zeros((B, H)),) * n, batched
        if n > 1 and not (isinstance(h0, (tuple, list)) and len(h0) == n):
            given = f"{len(h0)} of them" if isinstance(h0, (tuple, list)) else type(h0).__name__
            raise checks.error("h0", given, "a pair (h0, c0)")
        shape = (B, H) if batched else (H,)
        named = zip(self.parts, self.parts_of(h0))
        return x, tuple(checks.array(f"{part}0", value, shape).reshape(B, H) for part, value in named), batched

    def _check_own(self, trace: Trace, dh, dc) -> tuple[np.ndarray, ...]:
        """dh, and dc where the state has a c, as (T, B, H)."""
        self.check_trace(trace)
        if dc is not None and "c" not in self.parts:
            raise checks.error("dc", type(dc).__name__, "None", f"The state of {type(self).__name__} is h alone: leave dc out.")
        T, B, H = trace.shape
        given = {"dh": dh, "dc": np.zeros(trace.h.shape) if dc is None else dc}
        shape = (T, B, H) if trace.batched else (T, H)
        return tuple(checks.array(f"d{p}", given[f"d{p}"], shape, allow_inf=True).reshape(T, B, H) for p in self.parts)

    # Weights of PyTorch

    @classmethod
    def from_torch(cls, state_dict: Mapping, layer: int = 0, **settings: Any) -> Self:
        """A cell with the weights of one layer of `torch.nn.RNN`, `GRU`, `LSTM`, or of `RNNCell`, `GRUCell`, `LSTMCell`.

        state_dict: arrays or tensors under PyTorch's names, with any prefix. The two biases are summed, missing ones are 0.
        PyTorch does not store the nonlinearity of an RNN: say `activation="relu"` if it was. `reset_after=False` puts a GRU's
        weights into the form that PyTorch does not have: b_hn is then added to b. Reversed and projected layers are refused
        with a `ValueError`. The next layer reads this one's `trace.h`.
        """
        return torch_names.cell(cls, state_dict, layer, **settings)

    def to_torch(self, grads: Mapping | None = None, layer: int = 0) -> dict[str, np.ndarray]:
        """The parameters, or a dict of their gradients, in PyTorch's names and layout.

        Our one bias becomes `bias_ih`, beside a `bias_hh` of zeros, but for a GRU's b_hn, which is its part of `bias_hh`. Both
        biases have the same gradient.
        """
        return torch_names.state_dict(self, grads, layer)
