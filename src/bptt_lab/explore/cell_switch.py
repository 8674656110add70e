"""Notebook 08: a switch that rewrites GRU and LSTM from one published form to the other, and what that does to the gradient."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import traitlets

from ..basics.text import say
from ..cells import GRUCell, LSTMCell
from ..lessons import gru_and_lstm as roads
from .base import Control, Count, Explorer, Grid, as_sent, fixed
from .four_cells import BIASES, SCALES

HIDDEN = 16
SPREAD = 0.1  # the standard deviation of the inputs
LENGTHS = (1, 2, 4, 8, 16, 32, 64)
OFFSETS = tuple(sum(LENGTHS[:i]) for i in range(len(LENGTHS)))  # where each length's curve begins in a row


class CellSwitch(Explorer):
    """The equations of GRU and LSTM as they are chosen, and how far their gradient gets: the true one and the direct road.

    Two cells of 16 units, PyTorch's start, read `length` Gaussian inputs of standard deviation 0.1. Settings: `reset` ("after"
    or "before" the product), `z` ("keeps" or "writes"), `forget` ("with" a forget gate, or "without"), `gate_bias` (−2 to 5),
    added to z and f, `weight_scale` (0.1 to 10), `length` (1, 2, 4, 8, 16, 32 or 64), `lag`, where to read off (−1: at the end).
    """

    name = "cell_switch"
    weight_scale = Grid(SCALES, 1.0).tag(sync=True)
    length = Count(1, LENGTHS[-1], 32, LENGTHS).tag(sync=True)
    gate_bias = Count(BIASES[0], BIASES[-1], 2).tag(sync=True)
    reset = traitlets.Enum(("after", "before"), "after").tag(sync=True)
    z = traitlets.Enum(("keeps", "writes"), "keeps").tag(sync=True)
    forget = traitlets.Enum(("with", "without"), "with").tag(sync=True)
    lag = Count(-1, LENGTHS[-1] - 1, -1).tag(sync=True)
    controls = (
        Control("reset", "choice", ("after", "before")),
        Control("z", "choice", ("keeps", "writes")),
        Control("forget", "choice", ("with", "without")),
        Control("gate_bias", "slider", BIASES),
        Control("weight_scale", "slider", SCALES),
        Control("length", "slider", LENGTHS),
    )

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        for reset in ("after", "before"):
            for z in ("keeps", "writes"):
                yield gru_curves(reset, z)
        for forget in ("with", "without"):
            yield lstm_curves(forget)

    def curves(self) -> dict[str, np.ndarray]:
        """The four curves over the lags 0..T−1: "gru_true", "gru_direct", "lstm_true", "lstm_direct"."""
        offset, setting = OFFSETS[LENGTHS.index(self.length)], (BIASES.index(self.gate_bias), SCALES.index(self.weight_scale))
        found = {}
        for cell, form in (("gru", f"{self.reset}_{self.z}"), ("lstm", self.forget)):
            for road in ("true", "direct"):
                row = self._arrays[f"{cell}_{form}_{road}"][setting].astype(float)
                found[f"{cell}_{road}"] = row[offset:][: self.length]
        return found

    def sentence(self) -> str:
        lag = self.lag if 0 <= self.lag < self.length else self.length - 1
        at = {name: say(curve[lag]) for name, curve in self.curves().items()}
        reset, z, forget = self.words[f"gru_{self.reset}"], self.words[f"gru_{self.z}"], self.words[f"lstm_{self.forget}"]
        bias = fixed(self.gate_bias, 0)
        text = self.say("shows_gru", lag=lag, reset=reset, z=z, bias=bias, true=at["gru_true"], direct=at["gru_direct"])
        return text + " " + self.say("shows_lstm", forget=forget, true=at["lstm_true"], direct=at["lstm_direct"])

    def still(self) -> list[tuple[str, float]]:
        lag = self.length - 1
        return [(self.say("bar", road=self.words[name], lag=lag), float(curve[lag])) for name, curve in self.curves().items()]


@lru_cache(maxsize=8)
def gru_curves(reset: str, z: str) -> dict[str, np.ndarray]:
    """dh_T/dh_{T−lag} of the GRU; see `_curves`."""
    cell = GRUCell(HIDDEN, HIDDEN, init="uniform", reset_after=reset == "after")
    if z == "writes":
        return _curves(f"gru_{reset}_{z}", roads.z_writes(cell), -1)  # a bias that opens z now closes what keeps
    return _curves(f"gru_{reset}_{z}", cell, 1)


@lru_cache(maxsize=8)
def lstm_curves(forget: str) -> dict[str, np.ndarray]:
    """The c-block of the LSTM's derivative, dc_T/dc_{T−lag} with h_{T−lag} held; see `_curves`."""
    cell = LSTMCell(HIDDEN, HIDDEN, init="uniform")
    return _curves(f"lstm_{forget}", roads.without_forget_gate(cell) if forget == "without" else cell, 1)


def _curves(name: str, cell, sign: int) -> dict[str, np.ndarray]:
    """rms stretches over all lags of all lengths, "NAME_true" and "NAME_direct", each (biases, scales, sum of the lengths)."""
    scales, biases = np.tile(SCALES, len(BIASES)), np.repeat(BIASES, len(SCALES))
    x = np.repeat(roads.inputs(SPREAD, (LENGTHS[-1], 1, HIDDEN), 0), len(scales), axis=1)
    trace = cell.unroll(x, scales=scales, gate_biases=sign * biases)
    kept = trace.gates[cell.keeping_gate]
    true, direct = np.zeros((2, len(scales), sum(LENGTHS)))
    for T, offset in zip(LENGTHS, OFFSETS):
        for lag, block in enumerate(roads.blocks_back(cell, trace, T - 1)):
            true[:, offset + lag] = roads.rms_stretch(block)
            direct[:, offset + lag] = roads.direct(kept[T - lag : T])
    shape = len(BIASES), len(SCALES), sum(LENGTHS)
    return {f"{name}_true": as_sent(true.reshape(shape)), f"{name}_direct": as_sent(direct.reshape(shape))}
