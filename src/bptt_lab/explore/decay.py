"""Notebook 04: how the norm of dh_T/dh_k falls or grows with the lag, the bounds on it, and the learner's own guess."""

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import traitlets

from .. import memory
from ..cells import RNNCell
from ..cells.starts import hidden_block
from ..text import say
from .base import Control, Count, Explorer, Grid, as_sent, fixed
from .sentence_net import ACTIVATIONS, SCALES, spectral_norm

HIDDEN, STEPS = 16, 100
LENGTHS = (1, 2, 4, 8, 16, 32, 64, 100)
STARTS = ("normal", "uniform", "orthogonal", "shift")
INPUTS = (0.0, 0.1, 1.0)
GUESSES = tuple(range(-12, 7))  # powers of ten
RUNGS = ("product", "sigma", "radius")  # the ladder's names here; `memory.bounds` gives them in this order


def lags_of(T: int) -> np.ndarray:
    """The lags at which the curve of length T is computed: all up to 16, every fourth after, and the last."""
    return np.array([lag for lag in range(T) if lag <= 16 or lag % 4 == 0 or lag == T - 1])


OFFSETS = tuple(int(sum(len(lags_of(T)) for T in LENGTHS[:i])) for i in range(len(LENGTHS)))  # where a length's curve begins


class Decay(Explorer):
    """‖dh_T/dh_k‖₂ against the lag T − k, up to three curves beside it, the eigenvalues of W_hh and what the product stretches.

    A net of 16 units reads T Gaussian inputs. Settings: `weight_scale` (0.1 to 10), `activation`, `length` (T, one of 1, 2, 4,
    8, 16, 32, 64, 100), `start` ("normal", "uniform", "orthogonal", "shift", which is ½ I + a shift), `inputs`, their
    standard deviation (0, 0.1 or 1). `guess` is the learner's: the power of ten at the largest lag. `curve` ("hidden",
    "shown"), and `product`, `sigma`, `radius`: which rungs of the ladder are shown. `lag`: where to read off, −1 for nowhere.
    """

    name = "decay"
    weight_scale = Grid(SCALES, 1.0).tag(sync=True)
    length = Count(1, STEPS, 64).tag(sync=True)
    activation = traitlets.Enum(ACTIVATIONS, "tanh").tag(sync=True)
    start = traitlets.Enum(STARTS, "normal").tag(sync=True)
    inputs = traitlets.Enum(INPUTS, 0.1).tag(sync=True)
    guess = Count(GUESSES[0], GUESSES[-1], 0).tag(sync=True)
    curve = traitlets.Enum(("hidden", "shown"), "hidden").tag(sync=True)
    product = traitlets.Bool(False).tag(sync=True)
    sigma = traitlets.Bool(False).tag(sync=True)
    radius = traitlets.Bool(False).tag(sync=True)
    lag = Count(-1, STEPS - 1, -1).tag(sync=True)
    lags = traitlets.List([lags_of(T).tolist() for T in LENGTHS], read_only=True).tag(sync=True)
    controls = (
        Control("weight_scale", "slider", SCALES),
        Control("length", "slider", LENGTHS),
        Control("activation", "choice", ACTIVATIONS),
        Control("start", "choice", STARTS),
        Control("inputs", "choice", INPUTS),
        Control("guess", "slider", GUESSES),
        Control("curve", "choice", ("hidden", "shown")),
        *(Control(rung, "switch", (True, False)) for rung in RUNGS),
    )

    @traitlets.validate("length")
    def _on_the_grid(self, proposal):
        return min(LENGTHS, key=lambda length: abs(length - proposal["value"]))

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        for start in STARTS:
            for activation in ACTIVATIONS:
                yield from ({f"{name}": array for name, array in sweep(activation, start, inputs).items()} for inputs in INPUTS)

    def _at(self, name: str) -> np.ndarray:
        of = {"sigma": (self.activation, self.start), "radius": (self.start,)}
        key = "_".join(of.get(name, (self.activation, self.start, f"{self.inputs:g}")))
        row = self._arrays[f"{name}_{key}"][SCALES.index(self.weight_scale)].astype(float)
        place = LENGTHS.index(self.length)
        return row[place] if name == "stretches" else row[OFFSETS[place] :][: len(self.lags[place])]

    def sentence(self) -> str:
        T, far = self.length, self._at("true")[-1]
        setting = {"scale": say(self.weight_scale), "lags": T - 1}
        setting |= {name: self.words[f"{name}_{getattr(self, name):{'' if name != 'inputs' else 'g'}}"] for name in ("start", "inputs")}
        return self.say("shows", **setting)


@lru_cache(maxsize=64)
def sweep(activation: str, start: str, inputs: float) -> dict[str, np.ndarray]:
    S = len(SCALES)
    cell = RNNCell(HIDDEN, HIDDEN, activation=activation, init="normal" if start == "shift" else start)
    if start == "shift":
        cell.params["W_hh"] = 0.5 * np.eye(HIDDEN) + np.eye(HIDDEN, k=1)
    return {}
