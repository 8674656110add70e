"""What the quick ways of the cells with gates share. See `cells` for the equations; names are the same.

Forward, the loop of a cell goes through

    z_t = [x_t; 1; h_{t-1}]        a_t = [W_x | b | W_hh] z_t

and all gates of a step through one tanh, since σ(a) = ½ tanh(½ a) + ½: the ½ is folded into the weights. Backward, many steps'
derivatives come first, all at once; then the cell's loop turns them into dL/da_t; then the sums over the steps. `local` has a
step's vectors below each other, `local_names`, and last dL_{t-1}/dh_{t-1}.
"""

from collections.abc import Callable
from itertools import repeat
from types import SimpleNamespace

import numpy as np

from ..basics import checks
from ..basics.one_hot import OneHot
from . import scratch
from .scratch import FEW_UNITS, Scratch, below_each_other
from .trace import QuickTrace, fits

ZERO, HALF, ONE = np.array(0.0), np.array(0.5), np.array(1.0)  # a Python number would cost NumPy twice the time of a small array


class GateTrace(QuickTrace):
    """What the loops wrote: weights; z (T + 1, I + 1 + H, B), the last rows h; gates (T, …, H, B); `also_kept`."""

    def __init__(self, flat: np.ndarray, live, key: tuple, layout: list, with_batch: bool, words: OneHot | None):
        self.flat, self.live, self.key, self.layout, self.with_batch, self.words = flat, live, key, layout, with_batch, words

    def views(self):
        arrays, live, n = scratch.carve(self.layout, self.flat), self.live, self.key[-1]
        z = arrays["z"].swapaxes(1, 2)
        parts = z[:, :, n + 1 :], *(arrays[name].swapaxes(1, 2) for name in live.parts[1:])
        gates = [gate.swapaxes(1, 2) for gate in arrays["gates"].swapaxes(0, 1)]
        kept = *gates, *(arrays[name].swapaxes(1, 2) for name in live.keeps[len(gates) :])
        cell = live.frozen(stack=arrays["weights"], **{name: arrays[name] for name in live.vectors})
        return cell, z[:-1, :, :n] if n else self.words, parts, kept, self.with_batch


class GateEngine:
    """`unroll` and `backward` of one kind of cell, None if something is not finite. Each says its loops, and what they need."""

    parts: tuple[str, ...] = ("h",)
    blocks: int  # how many the weights have
    gate_rows: int  # how many vectors of H numbers `gates` keeps of a step
    logistic: tuple[int, ...]  # the blocks that go through σ; the others go through tanh
    local_names: tuple[str, ...]  # what `derivatives` computes
    onward: int = 0  # from that row of `local` on, all make δ_{t-1}: as many as W_hh has through W_hhᵀ, the others as they are
    also_read: tuple[str, ...] = ("h",)  # what `derivatives` reads besides the gates: of a state, the one before the step

    # What each cell says for itself. Arrays of the loops are columns, so products read as in the equations.
    forward_views: Callable  # (p, z, gates, h): for each step, the arrays that `forward` goes through
    forward: Callable  # (p, cell): the loop over time
    derivative_views: Callable  # (seen, out, spare), (…, n, H, B) each: what `derivatives` reads, fills and uses
    derivatives: Callable  # (views): the derivatives of some steps at once
    backward_views: Callable  # (local, rows of it from `onward` on, each step's one vector): the arrays that `back` goes through
    back: Callable  # (p, steps, δ, product): the loop back over some steps, from δ of the last to δ before the first

    def also_kept(self, T: int, H: int, B: int) -> dict[str, tuple[int, ...]]:
        return {}  # the shapes of what the way back needs besides z and the gates

    # Forward
    def unroll(self, cell, x, h0) -> GateTrace | None:
        if not getattr(cell, "reset_after", True):
            return None  # a GRU that resets before the product
        if h0 is None and fits(cell, x):
            x, start, batched = x if x.ndim == 3 else x[:, None], None, x.ndim == 3
        else:
            x, start, batched = checks.inputs(cell, x, h0)
        T, B, I = x.shape
        words = x if isinstance(x, OneHot) and B > 1 else None
        key = type(self), T, B, I, cell.hidden_size, 0 if words else I  # the last: how many rows of z_t are x_t
        p = scratch.take(key, lambda: self._forward_scratch(*key[1:]))
        flat = p.silently(self._read, p, cell, x, start, words)
        scratch.give_back(key, p)
        return None if flat is None else GateTrace(flat, cell, key, p.layout, batched, words)

    def _read(self, p, cell, x, start, words) -> np.ndarray | None:
        p.work["words"] = words
        if words is None:
            p.work["x"][...] = x
        if start or p.started:  # else zeros stand there
            p.started = start is not None
            for place, value in zip(p.work["starts"], start or repeat(ZERO)):
                place[...] = value.T
        p.arrays["weights"][...] = cell.stack
        np.multiply(cell.stack, p.work["fold weights"], p.work["folded"])
        self.forward(p, cell)
        return None if not p.finite() else p.flat.copy() if p.small else p.flat  # too large to be used again

    def _kept_shapes(self, T, B, I, H, n) -> dict[str, tuple[int, ...]]:
        z, gates = (T + 1, n + 1 + H, B), (T, self.gate_rows, H, B)
        return {"weights": (self.blocks * H, I + 1 + H), "z": z, "gates": gates, **self.also_kept(T, H, B)}

    def _forward_scratch(self, T, B, I, H, n) -> Scratch:
        p = Scratch(self._kept_shapes(T, B, I, H, n), B)
        arrays = p.arrays
        arrays["z"][T], arrays["z"][:, n], arrays["h"] = 0.0, 1.0, arrays["z"][:, n + 1 :]
        z, gates, h = (scratch.one_column(arrays[name]) for name in ("z", "gates", "h"))
        # ½ for the rows that go through σ, 1 for the others: multiplies a_t before tanh and after it.
        fold = np.repeat([0.5 if block in self.logistic else 1.0 for block in range(self.blocks)], H)[:, None]
        column = scratch.one_column(np.repeat(fold, B, axis=1))
        p.work = {"fold": column, "rest": 1.0 - column, "spare": np.empty_like(h[0]), "x": arrays["z"][:T, :n].swapaxes(1, 2)}
        many = np.repeat(fold, I + 1 + H, axis=1)
        p.work |= {"starts": [arrays[name][0] for name in self.parts], "fold weights": many, "folded": np.empty_like(many)}
        p.steps = self.forward_views(p, z, gates, h)
        return p

    # Backward
    def backward(self, cell, trace, dh, dc, da=None) -> dict[str, np.ndarray] | None:
        if not (isinstance(trace, GateTrace) and getattr(cell, "reset_after", True)):
            return None
        own = self._own(cell, trace, dh, dc)
        key = "back", trace.key, trace.needs_dx, *own
        p = scratch.take(key, lambda: self._backward_scratch(trace.key, tuple(own), trace.needs_dx))
        grads = p.silently(self._through, p, trace, own, da)
        scratch.give_back(key, p)
        return grads

    def _through(self, p, trace, own, da) -> dict[str, np.ndarray] | None:
        for name, value in own.items():
            p.work[name][...] = value
        if p.seen is None:
            kept = scratch.carve(trace.layout, trace.flat)
            chunks = self._chunks(p, kept)
        else:
            (seen, chunks), kept = p.seen, p.seen[0].arrays
            seen.flat[...] = trace.flat
        found, δ, W_x = p.found.arrays, p.work["δ"], p.work["W_x"]
        product = self.product_onward(p, kept["weights"][:, trace.key[3] + 1 :])
        for chunk in chunks:  # some steps each, the last ones first
            for to, read in chunk.reads:
                to[...] = read
            self.derivatives(chunk.views)
            chunk.by_step[...] = chunk.slopes
            δ = self.back(p, chunk.steps, δ, product)
            for place, rows in () if da is None else self.da_rows(1, chunk.local.shape[2]):  # dL/da_t, (T, B, rows), too
                da[chunk.at, :, rows] = chunk.local.reshape(len(chunk.z), -1, da.shape[1])[:, place].swapaxes(1, 2)
            sums = found if chunk.last else {name: np.empty_like(found[name]) for name in p.work["sums"]}
            self.add_up(chunk, W_x, sums, trace.words and trace.words[chunk.at])
            for name in () if chunk.last else sums:
                found[name] += sums[name]
            δ = δ if chunk.first else [value.copy() for value in δ]  # the next chunk is computed where these stand
        for place, δ_0 in zip(p.work["starts"], δ):
            place[...] = δ_0
        grads = p.work["grads"][trace.with_batch] if p.found.finite() else None
        return {name: view.copy() for name, view in grads.items()} if grads and p.small else grads

    def _own(self, cell, trace: GateTrace, dh, dc) -> dict[str, np.ndarray]:
        """dh and dc, as far as given, as arrays (T, B, H). What does not fit is refused."""
        kind, T, B, I, H, _ = trace.key
        fits = dc is None and kind is type(self) and (I, H) == (cell.input_size, cell.hidden_size) and type(dh) is np.ndarray
        if fits and dh.dtype.kind in "fiub" and dh.shape == ((T, B, H) if trace.with_batch else (T, H)):
            return {"h": dh if trace.with_batch else dh[:, None]}
        return dict(zip("h" if dc is None else "hc", checks.gradients(cell, trace, dh, dc)))

    def _backward_scratch(self, key, given, needs_dx) -> Scratch:
        _, T, B, I, H, n_x = key
        rows, F, few = len(self.local_names) + 1, self.gate_rows + len(self.also_read), B == 1 and H <= FEW_UNITS
        n = max(1, min(T, scratch.CHUNK // (rows * H * B)))
        own = {f"d{name}": (T + 1, H, B) for name in self.parts}  # row t + 1 has step t's own; row 0 is the start's: 0
        shapes = {"local": (n, rows, H, B), "slopes": (rows - 1, n, H, B), "seen": (F, n, H, B), "spare": (F, n, H, B)}
        p = Scratch({**shapes, "back": (H, B), **own}, B)
        p.flat[...] = 0.0  # the start has no loss of its own, c often none at all
        columns = lambda name: scratch.one_column(p.arrays[name])  # noqa: E731
        sums, dx = self.sums(B, I, H, n_x), {"x": (T, B, I)} if needs_dx else {}
        p.found = Scratch({**sums, **dx, **{f"{name}0": (B, H) for name in self.parts}})
        p.work = {name: p.arrays[f"d{name}"][1:].swapaxes(1, 2) for name in self.parts}
        p.work |= {"δ": [columns(name)[T] for name in own], "given": given, "sums": sums, "back": columns("back")}
        batched = self.named(p.found.arrays, B, n_x, H)
        alone = {name: view[:, 0] if name == "x" else view[0] if name[1:] == "0" else view for name, view in batched.items()}
        starts = [scratch.one_column(p.found.arrays[f"{name}0"].T) for name in self.parts]
        p.work |= {"grads": {True: batched, False: alone}, "starts": starts}
        W = np.tile(np.eye(H), (1, rows - self.onward)) if few else np.empty((H, self.blocks * H))
        p.work |= {"W_x": np.zeros((rows * H if B == 1 else self.blocks * H, I)), "W back": W, "W_hhᵀ": W[:, : self.blocks * H]}
        onward = below_each_other(columns("local"), rows)[:, self.onward * H :]
        local = self.backward_views(columns("local"), onward)
        p.work |= {"few": few, "spread": _spread(*local[0][0].shape) if B == 1 else lambda δ: δ}
        p.steps = [(*local[t % n], *own) for t, own in enumerate(zip(*map(columns, own)))][:T]
        p.small = p.flat.size + p.found.flat.size <= scratch.LARGE
        if p.small and (seen := Scratch(self._kept_shapes(*key[1:]))).small:
            p.seen = seen, self._chunks(p, seen.arrays)
        return p

    def _chunks(self, p: Scratch, kept) -> list[SimpleNamespace]:
        """The pieces of the way back, the last one first, and all that is to be seen of each."""
        T, n = len(p.steps), len(p.arrays["local"])
        return [self._chunk(p, kept, slice(start, min(start + n, T)), T) for start in range((T - 1) // n * n, -1, -n)]

    def _chunk(self, p, kept, steps, T):
        n, G, (H, B) = steps.stop - steps.start, self.gate_rows, kept["gates"].shape[2:]
        local, seen, slopes = p.arrays["local"][:n], p.arrays["seen"][:, :n], p.arrays["slopes"][:, :n]
        kept = {**kept, "h": kept["z"][:, -H:]}
        chunk = SimpleNamespace(local=local, z=kept["z"][steps], slopes=slopes.swapaxes(0, 1), by_step=local[:, :-1])
        chunk.first, chunk.last, chunk.at, chunk.steps = steps.start == 0, steps.stop == T, steps, p.steps[steps][::-1]
        chunk.dx = p.found.arrays["x"][steps].reshape(n * B, -1) if "x" in p.found.arrays else None
        # One gate's steps side by side: small arrays in one piece are five times as fast, and large ones no slower.
        chunk.reads = [(local[:, -1], p.arrays["dh"][steps]), (seen[:G], kept["gates"][steps].swapaxes(0, 1))]
        chunk.reads += [(to, kept[name][steps]) for to, name in zip(seen[G:], self.also_read)]
        if chunk.last:
            W_x, W = p.work["W_x"], kept["weights"]
            chunk.reads += [(W_x[place], W[rows, : W_x.shape[1]]) for place, rows in self.da_rows(B, H)]
        chunk.views = self.derivative_views(seen, slopes, p.arrays["spare"][:, :n])
        chunk.sides = self._sides(chunk) if B == 1 else None
        return chunk

    # The sums over the steps
    def da_rows(self, B: int, H: int) -> list[tuple[slice, slice]]:
        """Where the rows of dL/da_t stand in what `_sides` gives, and which rows of the weights they belong to."""
        first = self.local_names.index("da1") if B == 1 else 0
        return [(slice(first * H, (first + self.blocks) * H), slice(None))]

    def sums(self, B: int, I: int, H: int, n: int) -> dict[str, tuple[int, ...]]:
        """The shapes of what is summed over the steps: with one sequence for all rows of `local`, see `_sides`."""
        by_word = {} if n else {"W_x": (self.blocks * H, I)}
        return {"stack": ((len(self.local_names) + 1 if B == 1 else self.blocks) * H, n + 1 + H), **by_word}

    def named(self, found: dict[str, np.ndarray], B: int, n: int, H: int) -> dict[str, np.ndarray]:
        """What the caller is given, as views of `found`."""
        stack = found["stack"][self.da_rows(B, H)[0][0]]
        others = {name: array for name, array in found.items() if name != "stack"}
        return {"W_x": stack[:, :n], "W_hh": stack[:, n + 1 :], "b": stack[:, n], **others}

    def _sides(self, chunk) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """dL/da_t side by side, (rows, n·B), the same transposed, and z_t transposed; of one sequence all of `local` as it is."""
        if chunk.z.shape[-1] == 1:
            da = chunk.local.reshape(len(chunk.z), -1)
            return da.T, da, chunk.z[..., 0]
        first = self.local_names.index("da1")
        da = scratch.side_by_side(chunk.local[:, first : first + self.blocks])
        return da, da.T, scratch.side_by_side(chunk.z).T

    def add_up(self, chunk, W_x, sums, words) -> None:
        """Σ_t dL/da_t z_tᵀ of some steps, the gradient of [W_x | b | W_hh]; and write their dL/dx_t = W_xᵀ dL/da_t."""
        da, daT, zT = chunk.sides or self._sides(chunk)
        if chunk.dx is not None:
            daT.dot(W_x, chunk.dx)
        da.dot(zT, sums["stack"])
        if words:
            sums["W_x"][...] = words.summed(da, chunk.local.shape[2])

    def product_onward(self, p: Scratch, W_hh: np.ndarray) -> Callable:
        """(v, out) -> W_hhᵀ times the first rows of v, plus the blocks of H rows that follow in v."""
        W, (n, H), add = p.work["W_hhᵀ"], W_hh.shape, np.add
        W[...] = W_hh.T
        if p.work["few"]:
            return p.work["W back"].dot  # unit matrices stand beside W_hhᵀ
        product = p.products(W)

        def product_and_sums(v, out):
            product(v[:n], out)
            for start in range(n, len(v), H):
                add(out, v[start : start + H], out)

        return product_and_sums


def _spread(n: int, H: int) -> Callable:
    """δ -> δ in each of n rows: NumPy multiplies small arrays of one shape four times as fast as those of two."""
    tile = np.empty((n, H))

    def spread(δ):
        tile[...] = δ
        return tile

    return spread
