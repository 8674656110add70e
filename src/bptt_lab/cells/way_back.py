"""Backpropagation through time for the cells with gates: what goes before the loop over δ, and after it.

One step's derivatives of some steps at once, then the cell's own loop, which turns them into dL/da_t, then the sums over
the steps. `local` has a step's vectors below each other, `local_names`, and last dL_{t-1}/dh_{t-1}; see `columns`.
"""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..basics import checks, overflow
from ..basics.overflow import PLAIN, SAFE, Products
from . import columns
from .base import Cell
from .columns import Scratch
from .gate_trace import GateTrace
from .trace import Trace

FEW_UNITS = 64  # up to here a product of one vector with zeros and ones in the matrix is quicker than one more call


class WayBack(Cell):
    """What `backward` of the cells with gates shares."""

    local_names: tuple[str, ...]  # what `_derivatives` computes
    onward: int  # from that row of `local` on, all make δ_{t-1}: as many as W_hh has through W_hhᵀ, the others as they are
    also_read: tuple[str, ...]  # what `_derivatives` reads of `kept` besides the gates: of a state, the one before the step

    # What each of these cells says for itself.

    @property
    def _gate_rows(self) -> int:
        """How many vectors of H numbers `gates` keeps of a step, those of `blocks` first."""
        return len(self.blocks)

    def _kept_shapes(self, T: int, B: int, I: int, plain: bool) -> dict[str, tuple[int, ...]]:
        """The shapes of all that a trace keeps."""
        raise NotImplementedError

    def _derivative_views(self, seen: np.ndarray, out: np.ndarray, spare: np.ndarray) -> tuple:
        """What `_derivatives` goes through. seen: the gates and `also_read`, (…, n, H, B). out: (`local_names`, n, H, B).

        spare: scratch, twice the shape of seen.
        """
        raise NotImplementedError

    def _derivatives(self, views: tuple, multiply) -> None:
        """One step's derivatives, for some steps at once: fills `out` of the views."""
        raise NotImplementedError

    def _backward_views(self, local: np.ndarray) -> list[tuple]:
        """For each step, the arrays that `_back` goes through."""
        raise NotImplementedError

    def _back(self, p: Scratch, steps: list[tuple], δ: list[np.ndarray], weights, products: Products, scales) -> list[np.ndarray]:
        """The loop back over some steps, the last one first: from δ of the last to δ of the one before the first."""
        raise NotImplementedError

    def _da_rows(self, B: int) -> list[tuple[slice, slice]]:
        """Where the rows of dL/da_t stand in what `_sides` gives, and which rows of the weights they belong to."""
        first, H = self.local_names.index("da1") if B == 1 else 0, self.hidden_size
        return [(slice(first * H, (first + len(self.blocks)) * H), slice(None))]

    # The whole way

    @overflow.silent
    def backward(self, trace: Trace, dh, dc=None) -> dict[str, np.ndarray]:
        """Backpropagation through time.

        dh: each step's own dL_t/dh_t, shape of `trace.h`; where the state has a c too, dc likewise, zeros if it is not
        given. They are *not* yet accumulated over time: adding what comes back from later steps is this method's work.
        Returns the gradient of every parameter (summed over B), of "x", and of "h0" and "c0", in their shapes. What is
        past float64's end is ±inf, never NaN.
        """
        self.check_no_dc(dc)
        given = {"h": dh} if dc is None else {"h": dh, "c": dc}
        if (grads := self._through_time(trace, self._own(trace, given), PLAIN)) is None:
            grads = self._through_time(trace, self._own(trace, given, look=True), SAFE)
        return grads

    def _own(self, trace, given, look=False) -> dict[str, np.ndarray]:
        """given as arrays (T, B, H). What does not fit is refused; look: so is NaN."""
        self.check_trace(trace)
        T, B, H = trace.shape
        shape = (T, B, H) if trace.batched else (T, H)
        for name, value in given.items():
            if look or type(value) is not np.ndarray or value.shape != shape or value.dtype.kind not in "fiub":
                value = given[name] = checks.array(f"d{name}", value, shape, allow_inf=True)
        return given if trace.batched else {name: value[:, None] for name, value in given.items()}

    def check_trace(self, trace) -> None:
        if not isinstance(trace, GateTrace) or trace.cell != (self.kind, self.input_size, self.hidden_size):
            super().check_trace(trace)

    def _through_time(self, trace, own, products):
        """In chunks of steps, the last one first."""
        key = "back", trace.key, *own
        p = columns.take(key, lambda: self._backward_scratch(trace.key, tuple(own)))
        for name, value in own.items():
            p.work[name][...] = value
        if p.seen is None:
            kept, chunks = trace.kept, self._chunks(p, trace.kept)
        else:
            self._read(p.seen, trace)
            kept, chunks = p.seen.arrays, p.chunks
        found, δ, W_x = p.found.arrays, p.work["δ"], p.work["W_x"]
        for chunk in chunks:
            for to, read in chunk.reads:
                to[...] = read
            self._derivatives(chunk.views, products.multiply)
            chunk.by_step[...] = chunk.slopes
            δ = self._back(p, chunk.steps, δ, kept["weights"], products, trace.scales)
            sums = found if chunk.last else {name: np.empty_like(found[name]) for name in p.work["sums"]}
            self._add_up(chunk, W_x, sums, products)
            if not chunk.last:
                for name, value in sums.items():
                    found[name] += value
            if not chunk.first:  # the next chunk is computed where these stand
                δ = [value.copy() for value in δ]
        for place, δ_0 in zip(p.work["starts"], δ):
            place[...] = δ_0
        if products is SAFE:
            overflow.exploded(p.found.flat)
        grads = None
        if products is SAFE or p.found.finite():
            views = p.work["grads"][trace.batched].items()
            grads = {name: view.copy() for name, view in views} if p.small else dict(views)
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

    def _backward_scratch(self, key, given) -> Scratch:
        _, T, B, I, H, plain = key
        rows, F, few = len(self.local_names) + 1, self._gate_rows + len(self.also_read), B == 1 and H <= FEW_UNITS
        n = max(1, min(T, columns.CHUNK // (rows * H * B)))
        own = {f"d{name}": (T + 1, H, B) for name in self.parts}  # row t + 1 has step t's own; row 0 is the start's: 0
        shapes = {"local": (n, rows, H, B), "slopes": (rows - 1, n, H, B), "seen": (F, n, H, B), "spare": (2, F, n, H, B)}
        p = Scratch({**shapes, "back": (H, B), **own})
        sums = self._sums(B)
        p.found = Scratch({**sums, "x": (T, B, I), **{f"{name}0": (B, H) for name in self.parts}})
        p.work = {name: p.arrays[f"d{name}"][1:].swapaxes(1, 2) for name in self.parts}
        p.work |= {"δ": [p.columns(name)[T] for name in own], "given": given, "sums": sums, "back": p.columns("back")}
        p.work["starts"] = [columns.one_column(p.found.arrays[f"{name}0"].T) for name in self.parts]
        batched = self._named(p.found.arrays, B)
        alone = {
            name: view[:, 0] if name == "x" else view[0] if name[:-1] in self.parts else view for name, view in batched.items()
        }
        p.work["grads"] = {True: batched, False: alone}
        p.work |= {"W_x": np.zeros((rows * H if B == 1 else len(self.stack), I))}
        W = np.tile(np.eye(H), (1, rows - self.onward)) if few else np.empty((H, len(self.stack)))
        p.work |= {"W back": W, "W_hhᵀ": W[:, : len(self.stack)], "few": few, "spread": _spread(rows, H) if B == 1 else _as_it_is}
        local = self._backward_views(p.columns("local"))
        p.steps = [(*local[t % n], *own) for t, own in enumerate(zip(*map(p.columns, own)))][:T]
        p.small = p.flat.size + p.found.flat.size <= columns.LARGE
        kept = self._kept_shapes(T, B, I, plain)
        if p.small and sum(map(math.prod, kept.values())) <= columns.SMALL:
            p.seen = Scratch(kept)
            p.chunks = self._chunks(p, columns.with_hidden(p.seen.arrays, I))
        return p

    def _sums(self, B: int) -> dict[str, tuple[int, ...]]:
        """The shapes of what is summed over the steps: with one sequence for all rows of `local`, see `_sides`."""
        rows, K = self.stack.shape
        return {"stack": ((len(self.local_names) + 1) * self.hidden_size if B == 1 else rows, K)}

    def _named(self, found: dict[str, np.ndarray], B: int) -> dict[str, np.ndarray]:
        """What the caller is given, as views of `found`."""
        (rows, _), I = self._da_rows(B)[0], self.input_size
        stack = found["stack"][rows]
        others = {name: array for name, array in found.items() if name != "stack"}
        return {"W_x": stack[:, :I], "W_hh": stack[:, I + 1 :], "b": stack[:, I], **others}

    def _chunks(self, p: Scratch, kept) -> list[SimpleNamespace]:
        """The pieces of the way back, the last one first, and all that is to be seen of each."""
        T, n = len(p.steps), len(p.arrays["local"])
        return [self._chunk(p, kept, slice(start, min(start + n, T)), T) for start in range((T - 1) // n * n, -1, -n)]

    def _chunk(self, p, kept, steps, T):
        n, G = steps.stop - steps.start, self._gate_rows
        local, seen, slopes = p.arrays["local"][:n], p.arrays["seen"][:, :n], p.arrays["slopes"][:, :n]
        chunk = SimpleNamespace(local=local, z=kept["z"][steps], seen=seen, slopes=slopes.swapaxes(0, 1), by_step=local[:, :-1])
        chunk.first, chunk.last, chunk.steps = steps.start == 0, steps.stop == T, p.steps[steps][::-1]
        chunk.dx = p.found.arrays["x"][steps].reshape(-1, self.input_size)
        # One gate's steps side by side: small arrays in one piece are five times as fast.
        chunk.reads = [(seen[:G], kept["gates"][steps].swapaxes(0, 1)), *zip(seen[G:], self._others(kept, steps))]
        chunk.reads.append((local[:, -1], p.arrays["dh"][steps]))
        if chunk.last:
            weights = kept["weights"][:, : self.input_size]
            chunk.reads += [(p.work["W_x"][place], weights[rows]) for place, rows in self._da_rows(kept["z"].shape[-1])]
        chunk.views = self._derivative_views(seen, slopes, p.arrays["spare"][:, :, :n])
        chunk.sides = self._sides(chunk) if kept["z"].shape[-1] == 1 else None
        return chunk

    def _others(self, kept, steps) -> list[np.ndarray]:
        return [kept[name][: len(kept["gates"])][steps] for name in self.also_read]

    def _sides(self, chunk) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """dL/da_t of all steps side by side, (rows, n·B), the same transposed, and z_t transposed.

        One sequence: with all other rows of `local` too, as they stand. To multiply them costs less than to pick them out.
        """
        if chunk.z.shape[-1] == 1:
            da = chunk.local.reshape(len(chunk.z), -1)
            return da.T, da, chunk.z[..., 0]
        first = self.local_names.index("da1")
        da = columns.side_by_side(chunk.local[:, first : first + len(self.blocks)])
        return da, da.T, columns.side_by_side(chunk.z).T

    def _add_up(self, chunk, W_x, sums, products) -> None:
        """Σ_t dL/da_t z_tᵀ of some steps, the gradient of [W_x | b | W_hh]; and write their dL/dx_t = W_xᵀ dL/da_t."""
        da, daT, zT = chunk.sides or self._sides(chunk)
        products.by(daT)(W_x, chunk.dx)
        products.by(da)(zT, sums["stack"])

    @staticmethod
    def _below_each_other(blocks: np.ndarray, n: int) -> np.ndarray:
        """The first n blocks of each step as one vector: (T, ≥ n, H[, B]) -> (T, n H[, B])."""
        return blocks.reshape(len(blocks), -1, *blocks.shape[3:])[:, : n * blocks.shape[2]]

    def _rows_onward(self, local: np.ndarray) -> np.ndarray:
        """The rows from `onward` on of each step as one vector: (n, rows, H[, B]) -> (n, some H[, B])."""
        n, rows, H = local.shape[:3]
        return local.reshape(n, rows * H, *local.shape[3:])[:, self.onward * H :]

    def _product_onward(self, p: Scratch, W_hh: np.ndarray, products: Products, scales) -> Callable:
        """(v, out) -> W_hhᵀ times the first rows of v, plus the blocks of H rows that follow in v."""
        _, multiply, add = products
        W, n, H = p.work["W_hhᵀ"], len(self.stack), self.hidden_size
        W[...] = W_hh.T
        if p.work["few"] and products is PLAIN and scales is None:
            return p.work["W back"].dot  # unit matrices stand beside W_hhᵀ

        product = products.by(W)

        def product_and_sums(v, out):
            product(v[:n], out)
            if scales is not None:
                multiply(out, scales[:, 0], out)
            for start in range(n, len(v), H):
                add(out, v[start : start + H], out)

        return product_and_sums


def _spread(n: int, H: int) -> Callable[..., Any]:
    """(δ, n) -> δ in each of n rows: NumPy multiplies small arrays of one shape four times as fast as those of two."""
    tiles = [np.empty((rows, H)) for rows in range(n + 1)]

    def spread(δ, n):
        tile = tiles[n]
        tile[...] = δ
        return tile

    return spread


def _as_it_is(δ: np.ndarray, n: int) -> np.ndarray:
    return δ
