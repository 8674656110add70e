"""How frameworks write the same cell, a line each in `frameworks.toml`; and the one function that makes our cell of it."""

import itertools
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..basics import checks
from ..cells import Cell, GRUCell, LSTMCell, RNNCell
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
            said = (
                f"z keeps the {'old' if self.z_keeps else 'new'}, reset {'after' if self.reset_after else 'before'} the product"
            )
            return ", ".join([" ".join(self.gru), said, *gates])
        return self.activation + ", transposed" * self.transposed


TABLE = tomllib.loads(Path(__file__).with_name("frameworks.toml").read_text(encoding="utf-8"))
CONVENTIONS = {name: Convention(**how) for name, how in TABLE["conventions"].items()}
KINDS = {1: "RNN", 3: "GRU", 4: "LSTM"}


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
