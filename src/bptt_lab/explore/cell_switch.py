"""Notebook 08: a switch that rewrites GRU and LSTM from one published form to the other, and what that does to the gradient."""

import math

import numpy as np

from ..cells import GRUCell, LSTMCell
from ..lessons import gru_and_lstm as roads
from .base import ZOOMS, Arrays, Bars, Choice, Grid, Magnified, Parts, Pointed, Said, fixed, kept
from .sentence_net import BIASES, HEARD, HIDDEN, PREFIXES, TO_SUBJECT, WORDS, heard
from .sentence_net import HALF_THE_SCALES as SCALES
from .sentence_net import PREFIX_LENGTHS as LENGTHS

FORMS = {"gru": ("after_keeps", "after_writes", "before_keeps", "before_writes"), "lstm": ("with", "without")}


class CellSwitch(Magnified):
    """The equations of GRU and LSTM as they are chosen, and how far their gradient gets: the true one and the direct road.

    Two cells of 16 units, PyTorch's start, read `length` words of the cats' sentence. The `reset` comes "after" or "before" the
    product; `z` "keeps" or "writes"; the LSTM is "with" a `forget` gate or "without"; `gate_bias` is added to z and f; `lag` is
    where to read off, −1 at the cats. The axis opens magnified, from 0.03 to 3: on the whole one the four curves look like one.
    """

    name = "cell_switch"
    facts = HEARD
    reset = Choice(("after", "before"))
    z = Choice(("keeps", "writes"))
    forget = Choice(("with", "without"))
    gate_bias = Grid(BIASES, 2)
    weight_scale = Grid(SCALES, 1.0)
    length = Grid(LENGTHS, LENGTHS[-1])
    lag = Pointed(range(-1, LENGTHS[-1]))
    zooms = (*ZOOMS[:2], (math.log10(0.03), math.log10(3)))
    zoom = Pointed(range(len(ZOOMS)), 2)

    def parts(self) -> Parts:
        for name, forms in FORMS.items():
            yield from (curves_of(name, form) for form in forms)

    def curves(self) -> Arrays:
        """The four curves over the lags 0..T−1: "gru_true", "gru_direct", "lstm_true", "lstm_direct"."""
        return {
            f"{cell}_{road}": self.look_up(f"{cell}_{form}_{road}_{self.length}", "gate_bias", "weight_scale")
            for cell, form in (("gru", f"{self.reset}_{self.z}"), ("lstm", self.forget))
            for road in ("true", "direct")
        }

    def read_off(self) -> int:
        """The lag that is read off."""
        return self.lag if 0 <= self.lag < self.length else TO_SUBJECT[self.length]

    def said(self) -> Said:
        lag, words = self.read_off(), self.words
        at = {name: curve[lag] for name, curve in self.curves().items()}
        told = {"lag": lag, "word": PREFIXES[self.length][-1 - lag], "bias": fixed(self.gate_bias, 0)}
        told |= {"reset": words[f"gru_{self.reset}"], "z": words[f"gru_{self.z}"], "forget": words[f"lstm_{self.forget}"]}
        for cell in FORMS:
            yield self.say(f"shows_{cell}", true=at[f"{cell}_true"], direct=at[f"{cell}_direct"], **told)
        yield from self.said_of_axis()

    def still(self) -> Bars:
        lag = self.read_off()
        return [(self.say("bar", road=self.words[name], lag=lag), float(curve[lag])) for name, curve in self.curves().items()]


@kept
def curves_of(name: str, form: str) -> Arrays:
    """rms stretches by lag of a "gru" or "lstm" in one form, NAME_FORM_ROAD_T of each length T, (biases, scales, T).

    Of the GRU it is dh_T/dh_{T−lag}, of the LSTM the c-block, dc_T/dc_{T−lag} with h_{T−lag} held.
    """
    scales, biases = np.tile(SCALES, len(BIASES)), np.repeat(BIASES, len(SCALES))
    cell: GRUCell | LSTMCell
    if name == "gru":
        cell = GRUCell(WORDS, HIDDEN, init="uniform", reset_after=form.startswith("after"))
        if form.endswith("writes"):
            cell, biases = roads.z_writes(cell), -biases  # a bias that opens z now closes what keeps
    else:
        cell = LSTMCell(WORDS, HIDDEN, init="uniform")
        cell = roads.without_forget_gate(cell) if form == "without" else cell
    found = {}
    for T in LENGTHS:
        trace = cell.unroll(heard(T, len(scales)), scales=scales, gate_biases=biases)
        gate = trace.gates["update" if name == "gru" else "forget"]  # that keeps
        curves = {
            "true": [roads.rms_stretch(block) for block in roads.blocks_back(cell, trace, T - 1)],
            "direct": [roads.direct(gate[T - lag : T]) for lag in range(T)],
        }
        for road, curve in curves.items():
            found[f"{name}_{form}_{road}_{T}"] = np.stack(curve, axis=-1).reshape(len(BIASES), len(SCALES), T)
    return found
