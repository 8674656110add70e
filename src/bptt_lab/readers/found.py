"""The recurrent layers of a file: how frameworks write the same cell, a line each in `frameworks.toml`, and our cell of it."""

import functools
import itertools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..basics import checks, text
from ..cells import Cell, GRUCell, LSTMCell, RNNCell, Trace
from .other_gates import HardSigmoidGRU, HardSigmoidLSTM, PeepholeLSTM


class Convention(NamedTuple):
    """The blocks by their letters: i input, f forget, g candidate, o output; r reset, z update, n candidate. Ours stand below."""

    lstm: str = "ifgo"
    gru: str = "rzn"
    transposed: bool = False  # W_x is (I, rows): it stands on the right of x
    forget: float = 0.0  # added to the forget gate's sum by the program, and in no file
    z_keeps: bool = True  # z multiplies the old state; else the new one
    reset_after: bool = True  # of the product with W_hh
    slope: float = 0.0  # of the hard sigmoid that the gates are; 0: σ
    activation: str = "tanh"  # of a plain RNN

    def of(self, n: int) -> str:
        """What it says of a cell with n blocks, in words."""
        gates = [f"hard sigmoid of slope {self.slope:.3g}"] * (self.slope > 0)
        if n == 4:
            return ", ".join([" ".join(self.lstm), *[f"forget gate + {self.forget:g}"] * (self.forget != 0), *gates])
        if n == 3:
            keeps, reset = "old" if self.z_keeps else "new", "after" if self.reset_after else "before"
            return ", ".join([" ".join(self.gru), f"z keeps the {keeps}, reset {reset} the product", *gates])
        return self.activation + ", transposed" * self.transposed


TABLE = tomllib.loads(Path(__file__).with_name("frameworks.toml").read_text(encoding="utf-8"))
NOTES = TABLE["notes"]
CONVENTIONS = {name: Convention(**how) for name, how in TABLE["conventions"].items()}
KINDS = {1: "RNN", 3: "GRU", 4: "LSTM"}
HALVES = "Of a layer that reads both ways, the forward one's states are the first half of the columns, h[..., :{H}]."
BATCHED = "Here x is (T, I) or (T, B, I): of a batch-first one hand over one sequence, x[0] and h[0]."


def blocks(weights: Mapping[str, np.ndarray]) -> int:
    """How many blocks W_hh stacks, whichever way it lies."""
    shape = np.shape(weights["W_hh"])
    H, rows = min(shape, default=0), max(shape, default=0)
    if "W_hr" in weights:
        H = weights["W_hr"].shape[1]
    if len(shape) != 2 or not H or rows % H or rows // H not in KINDS:
        raise checks.error("W_hh", f"shape {shape}", "1, 3 or 4 blocks of H rows and H columns: an RNN, a GRU or an LSTM")
    return rows // H


def cell_of(weights: Mapping[str, np.ndarray], how: Convention) -> Cell:
    """Our cell. weights: W_x, W_hh, and what there is of b, b_h (a second bias), b_hn, peepholes (i f o), W_hr (a projection)."""
    n = blocks(weights)
    W_x, W_hh = (np.asarray(weights[name], np.float64) for name in ("W_x", "W_hh"))
    if how.transposed:
        W_x, W_hh = W_x.T, W_hh.T
    if "W_hr" in weights:  # what is fed back is W_hr h: the same as a layer of all H units whose W_hh is the product
        W_hh = W_hh @ np.asarray(weights["W_hr"], np.float64)
    rows, H = W_hh.shape
    if rows != n * H or W_x.ndim != 2 or len(W_x) != rows:
        given = " and ".join(f"{name} of shape {np.shape(weights[name])}" for name in ("W_x", "W_hh"))
        raise checks.error("convention", given, "(I, rows) and (H, rows)" if how.transposed else "(rows, I) and (rows, H)")
    zeros = np.zeros(rows)
    b, b_h = (checks.array(name, weights.get(name, zeros), (rows,)).copy() for name in ("b", "b_h"))
    theirs, ours = {1: ("n", "n"), 3: (how.gru, "rzn"), 4: (how.lstm, "ifgo")}[n]
    if sorted(theirs) != sorted(ours):
        raise checks.error("convention", repr(theirs), f"the letters {' '.join(ours)} in the order of the file")
    W_x, W_hh, b, b_h = (np.concatenate([np.split(a, n)[theirs.index(block)] for block in ours]) for a in (W_x, W_hh, b, b_h))
    second = slice(H, 2 * H)  # update, or forget
    if n == 3 and not how.z_keeps:
        for array in (W_x, W_hh, b, b_h):
            array[second] *= -1.0  # 1 − σ(a) = σ(−a)
    if n == 4:
        b[second] += how.forget
    lstm = PeepholeLSTM if "peepholes" in weights else HardSigmoidLSTM if how.slope else LSTMCell
    kind: Any = {1: RNNCell, 3: HardSigmoidGRU if how.slope else GRUCell, 4: lstm}[n]
    settings: dict[int, dict] = {1: {"activation": how.activation}, 3: {"reset_after": how.reset_after}, 4: {}}
    cell = kind.of_weights(W_x, W_hh, b, b_h, **settings[n])
    vectors = {"b_hn": weights.get("b_hn", 0.0), **dict(zip(("p_i", "p_f", "p_o"), weights.get("peepholes", ())))}
    for name in cell.vectors:
        cell.params[name] = cell.params[name] + vectors[name]
    if how.slope and n > 1:
        cell.slope = how.slope
    return cell


def every(n: int) -> Iterator[Convention]:
    """All conventions of a cell with n blocks; those whose shapes do not fit are refused by `cell_of`."""
    both = False, True
    for transposed in both:
        if n == 1:
            yield from (Convention(transposed=transposed, activation=name) for name in ("tanh", "relu", "sigmoid"))
        for slope, order in itertools.product((0.0, 0.2, 1 / 6), itertools.permutations("ifgo" if n == 4 else "rzn")):
            how = Convention("".join(order), "".join(order), transposed, slope=slope)
            if n == 4:
                yield from (how._replace(forget=forget) for forget in (0.0, 1.0))
            if n == 3:
                yield from (how._replace(z_keeps=keeps, reset_after=after) for keeps in both for after in both)


@dataclass
class Layer:
    """One direction of one recurrent layer. `cell` reads x[::-1] where it is `reversed`.

    weights as the file has them, by role (see `cell_of`); convention None where the file does not say which.
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
        off = f"{words} is off by {text.say(best, '0')}, the next best, {other}, by {text.say(missed, exploded='∞')}"
        if best > 1e-3 or missed < 10 * best:
            hint = f"{off}. Is h this layer's own output, from a start of zeros, and x what it reads?"
            hint += f" {BATCHED}" * (x.ndim > 2)
            raise checks.error("check", f"states that {self.name!r} makes under no one convention of {len(tried)}", "one", hint)
        self.convention = fits[words]
        self.__dict__.pop("cell", None)
        self.notes.append(f"checked: {off}" + f"; the file alone says {expected}" * (expected not in ("", words)))


class Found(list[Layer]):
    """The layers of a file, in its order: `found[0].cell`. Prints as a table, with what was assumed below it."""

    def __init__(self, layers: Sequence[Layer], source: str):
        super().__init__(layers)
        self.source = source

    def trace(self, i: int, x) -> Trace:
        """What layer i computes while the layers of its stack below it read x, (T, I) or (T, B, I)."""
        me = self[i]
        x = np.asarray(x, np.float64)
        below = [each for each in self if each.name == me.name and each.layer < me.layer]
        for _, both in itertools.groupby(below, key=lambda each: each.layer):
            x = np.concatenate([each.states(x) for each in both], axis=-1)
        return me.cell.unroll(x[::-1] if me.reversed else x)

    def __repr__(self) -> str:
        head = "name", "cell", "inputs", "units", "layer", "direction", "convention"
        rows = []
        for each in self:
            way = "backward" if each.reversed else "forward"
            how = each.convention.of(blocks(each.weights)) if each.convention else "not said"
            cell = each.cell if each.convention else None
            size = (cell.input_size, cell.hidden_size) if cell else ("?", "?")
            rows.append((each.name, type(cell).__name__ if cell else each.kind, *size, each.layer, way, how))
        notes = dict.fromkeys(f"{each.name}: {note}" for each in self for note in each.notes)
        what = "layer" if len(self) == 1 else "layers, a direction each"
        return "\n".join([f"{self.source}: {len(self)} recurrent {what}", text.table(head, rows), *notes])
