"""What a reader found: the recurrent layers of a file, their cells, and what was assumed."""

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..basics import checks
from ..basics.text import say, table
from ..cells import Cell
from ..cells.trace import Trace
from .conventions import CONVENTIONS, KINDS, Convention, blocks, cell_of, every

HALVES = "Of a layer that reads both ways, the forward one's states are the first half of the columns, h[..., :{H}]."
BATCHED = "Here x is (T, I) or (T, B, I): of a batch-first one hand over one sequence, x[0] and h[0]."


@dataclass
class Layer:
    """One direction of one recurrent layer. `cell` reads x[::-1] where it is `reversed`.

    weights as the file has them, by role (see `conventions.cell_of`); convention None where the file does not say which.
    """

    name: str
    weights: Mapping[str, np.ndarray]
    convention: Convention | None
    layer: int = 0
    reversed: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """ "RNN", "GRU" or "LSTM"."""
        return KINDS[blocks(self.weights)]

    @functools.cached_property
    def cell(self) -> Cell:
        if self.convention is None:
            names = ", ".join(f"{role} {np.shape(array)}" for role, array in self.weights.items())
            known = ", ".join(map(repr, CONVENTIONS))
            hint = "Or hand over an output of the network, check=(x, h): then all of them are tried."
            given = f"None, and {self.name!r} with {names}, which does not say it"
            raise checks.error("convention", given, f"one of {known}", hint)
        try:
            return cell_of(self.weights, self.convention)
        except ValueError as error:
            raise ValueError(f"{error} This is the layer {self.name!r}.") from None

    @property
    def projection(self) -> np.ndarray | None:
        """W_hr (P, H), where the layer gives W_hr h_t to the next one instead of h_t."""
        return self.weights.get("W_hr")

    def states(self, x) -> np.ndarray:
        """h_t in the order of x, as the layer hands it on."""
        h = self.cell.unroll(x[::-1] if self.reversed else x).h
        h = h[::-1] if self.reversed else h
        return h if self.projection is None else h @ self.projection.T

    def settle(self, x, h) -> None:
        """Take the convention under which reading x ends in the states h; `ValueError` if none does, or more than one."""
        x, h = (checks.array("check", each) for each in (x, h))
        n, tried = blocks(self.weights), []
        for how in every(n):
            try:
                trial = Layer(self.name, self.weights, how, self.layer, self.reversed).states(x)
            except ValueError as error:
                if "convention" in str(error):
                    continue
                raise
            last = trial[0 if self.reversed else -1]
            if h.shape not in (trial.shape, last.shape):
                both = h.shape in ((*trial.shape[:-1], 2 * trial.shape[-1]), (*last.shape[:-1], 2 * last.shape[-1]))
                hint = HALVES.format(H=trial.shape[-1]) if both else BATCHED * (max(h.ndim, x.ndim) > 2)
                expected = f"{trial.shape}, all states, or {last.shape}, the last one"
                raise checks.error("check", f"h of shape {h.shape}", expected, hint)
            tried.append((float(np.abs((trial if h.shape == trial.shape else last) - h).max()), how))
        tried.sort(key=lambda pair: pair[0])
        best = tried[0][0]
        fits = {how.of(n): how for error, how in tried if error <= best + 1e-9}
        expected = self.convention.of(n) if self.convention else ""
        words = expected if expected in fits else next(iter(fits))
        missed, other = next(((error, how.of(n)) for error, how in tried if error > best + 1e-9), (np.inf, "none"))
        off = f"{words} is off by {say(best, '0')}, the next best, {other}, by {say(missed, exploded='∞')}"
        if best > 1e-3 or missed < 10 * best:
            hint = f"{off}. Is h this layer's own output, from a start of zeros, and x what it reads?"
            hint += f" {BATCHED}" * (x.ndim > 2)
            raise checks.error("check", f"states that {self.name!r} makes under no one convention of {len(tried)}", "one", hint)
        self.convention = fits[words]
        self.__dict__.pop("cell", None)
        self.notes.append(f"checked: {off}" + f"; the file alone says {expected}" * (expected not in ("", words)))


class Found(Sequence):
    """The layers of a file, in its order: `found[0].cell`. Prints as a table, with what was assumed below it."""

    def __init__(self, layers: Sequence[Layer], source: str):
        self.layers, self.source = list(layers), source

    def __getitem__(self, i):
        return self.layers[i]

    def __len__(self) -> int:
        return len(self.layers)

    def trace(self, i: int, x) -> Trace:
        """What layer i computes while the layers of its stack below it read x, (T, I) or (T, B, I)."""
        me = self.layers[i]
        x = np.asarray(x, np.float64)
        below = [each for each in self.layers if each.name == me.name and each.layer < me.layer]
        for _, both in itertools.groupby(below, key=lambda each: each.layer):
            x = np.concatenate([each.states(x) for each in both], axis=-1)
        return me.cell.unroll(x[::-1] if me.reversed else x)

    def __repr__(self) -> str:
        head = "name", "cell", "inputs", "units", "layer", "direction", "convention"
        rows = []
        for each in self.layers:
            way = "backward" if each.reversed else "forward"
            how = each.convention.of(blocks(each.weights)) if each.convention else "not said"
            cell = each.cell if each.convention else None
            size = (cell.input_size, cell.hidden_size) if cell else ("?", "?")
            rows.append((each.name, type(cell).__name__ if cell else each.kind, *size, each.layer, way, how))
        notes = dict.fromkeys(f"{each.name}: {note}" for each in self.layers for note in each.notes)
        n = len(self.layers)
        return "\n".join(
            [f"{self.source}: {n} recurrent {'layer' if n == 1 else 'layers, a direction each'}", table(head, rows), *notes]
        )
