"""Notebook 08: a switch that rewrites GRU and LSTM from one published form to the other, and what that does to the gradient."""

import numpy as np

from .. import roads
from ..cells import GRUCell, LSTMCell
from .base import Arrays, Bars, Explorer, Parts, fixed, kept
from .four_cells import SCALES
from .sentence_net import BIASES
from .settings import Choice, Grid, Pointed

HIDDEN = 16
SPREAD = 0.1  # the standard deviation of the inputs
LENGTHS = (1, 2, 4, 8, 16, 32, 64)


class CellSwitch(Explorer):
    """The equations of GRU and LSTM as they are chosen, and how far their gradient gets: the true one and the direct road.

    Two cells of 16 units, PyTorch's start, read `length` Gaussian inputs of standard deviation 0.1. The `reset` comes "after" or
    "before" the product; `z` "keeps" or "writes"; the LSTM is "with" a `forget` gate or "without"; `gate_bias` is added to z
    and f; `lag` is where to read off, −1 at the end.
    """

    name = "cell_switch"
    reset = Choice(("after", "before"))
    z = Choice(("keeps", "writes"))
    forget = Choice(("with", "without"))
    gate_bias = Grid(BIASES, 2)
    weight_scale = Grid(SCALES, 1.0)
    length = Grid(LENGTHS, 32)
    lag = Pointed(range(-1, LENGTHS[-1]))

    def parts(self) -> Parts:
        for reset in ("after", "before"):
            for z in ("keeps", "writes"):
                yield gru_curves(reset, z)
        for forget in ("with", "without"):
            yield lstm_curves(forget)

    def curves(self) -> Arrays:
        """The four curves over the lags 0..T−1: "gru_true", "gru_direct", "lstm_true", "lstm_direct"."""
        return {
            f"{cell}_{road}": self.look_up(f"{cell}_{form}_{road}_{self.length}", "gate_bias", "weight_scale")
            for cell, form in (("gru", f"{self.reset}_{self.z}"), ("lstm", self.forget))
            for road in ("true", "direct")
        }

    def sentence(self) -> str:
        lag = self.lag if 0 <= self.lag < self.length else self.length - 1
        at = {name: curve[lag] for name, curve in self.curves().items()}
        reset, z, forget = self.words[f"gru_{self.reset}"], self.words[f"gru_{self.z}"], self.words[f"lstm_{self.forget}"]
        bias = fixed(self.gate_bias, 0)
        text = self.say("shows_gru", lag=lag, reset=reset, z=z, bias=bias, true=at["gru_true"], direct=at["gru_direct"])
        return text + " " + self.say("shows_lstm", forget=forget, true=at["lstm_true"], direct=at["lstm_direct"])

    def still(self) -> Bars:
        lag = self.length - 1
        return [(self.say("bar", road=self.words[name], lag=lag), float(curve[lag])) for name, curve in self.curves().items()]


@kept
def gru_curves(reset: str, z: str) -> Arrays:
    """dh_T/dh_{T−lag} of the GRU; see `_curves`."""
    cell = GRUCell(HIDDEN, HIDDEN, init="uniform", reset_after=reset == "after")
    if z == "writes":
        return _curves(f"gru_{reset}_{z}", roads.z_writes(cell), "update", -1)  # a bias that opens z now closes what keeps
    return _curves(f"gru_{reset}_{z}", cell, "update")


@kept
def lstm_curves(forget: str) -> Arrays:
    """The c-block of the LSTM's derivative, dc_T/dc_{T−lag} with h_{T−lag} held; see `_curves`."""
    cell = LSTMCell(HIDDEN, HIDDEN, init="uniform")
    return _curves(f"lstm_{forget}", roads.without_forget_gate(cell) if forget == "without" else cell, "forget")


def _curves(name: str, cell, gate: str, sign: int = 1) -> Arrays:
    """rms stretches by lag, "NAME_true_T" and "NAME_direct_T" of each length T, (biases, scales, T). `gate` is what keeps."""
    scales, biases = np.tile(SCALES, len(BIASES)), np.repeat(BIASES, len(SCALES))
    x = np.repeat(roads.inputs(SPREAD, (LENGTHS[-1], 1, HIDDEN), 0), len(scales), axis=1)
    trace = cell.unroll(x, scales=scales, gate_biases=sign * biases)
    found = {}
    for T in LENGTHS:
        true = [roads.rms_stretch(block) for block in roads.blocks_back(cell, trace, T - 1)]
        direct = [roads.direct(trace.gates[gate][T - lag : T]) for lag in range(T)]
        for road, curve in (("true", true), ("direct", direct)):
            found[f"{name}_{road}_{T}"] = np.stack(curve, axis=-1).reshape(len(BIASES), len(SCALES), T)
    return found
