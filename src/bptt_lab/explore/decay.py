"""Notebook 04: how the norm of dh_T/dh_k falls or grows with the lag, the bounds on it, and the learner's own guess."""

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import traitlets

from .. import memory
from ..basics.overflow import quietly
from ..basics.text import say
from ..cells import RNNCell
from . import sentence_net
from .base import Control, Count, Explorer, Grid, as_sent, fixed
from .predictions import Made, keep, verdict
from .sentence_net import ACTIVATIONS

HIDDEN = 16
SCALES = sentence_net.SCALES[::2]
LENGTHS = (1, 2, 4, 8, 16, 32, 64)
STARTS = ("normal", "uniform", "orthogonal", "shift")
INPUTS = (0.0, 0.1, 1.0)
GUESSES = tuple(range(-12, 7))  # powers of ten
RUNGS = ("product", "sigma", "radius")  # what `memory.bounds` gives beside the truth, in its order


def lags_of(T: int) -> list[int]:
    """Where the curve of T words is computed: all lags up to 16, then every fourth, and the last."""
    return [lag for lag in range(T) if lag <= 16 or lag % 4 == 0 or lag == T - 1]


OFFSETS = tuple(sum(len(lags_of(T)) for T in LENGTHS[:i]) for i in range(len(LENGTHS)))  # where each curve begins in a row


class Decay(Explorer):
    """‖dh_T/dh_k‖₂ against the lag T − k, the ladder of bounds, what the whole product stretches, the eigenvalues of W_hh.

    A net of 16 units reads T Gaussian inputs. Settings: `weight_scale` (0.1 to 10), `activation`, `length` (T, one of 1, 2, 4,
    8, 16, 32, 64), `start` ("normal", "uniform", "orthogonal", or "shift": ½ I and ones above the diagonal), `inputs`, their
    standard deviation (0, 0.1 or 1). `guess` is the learner's, the power of ten at the largest lag. `curve` is "hidden" or
    "shown"; `product`, `sigma`, `radius` say which rungs are shown. `lag`: where to read off, −1 for nowhere.
    """

    name = "decay"
    weight_scale = Grid(SCALES, 1.0).tag(sync=True)
    length = Count(1, LENGTHS[-1], 32, LENGTHS).tag(sync=True)
    activation = traitlets.Enum(ACTIVATIONS, "tanh").tag(sync=True)
    start = traitlets.Enum(STARTS, "normal").tag(sync=True)
    inputs = traitlets.Enum(INPUTS, 0.1).tag(sync=True)
    guess = Count(GUESSES[0], GUESSES[-1], 0).tag(sync=True)
    curve = traitlets.Enum(("hidden", "shown"), "hidden").tag(sync=True)
    product = traitlets.Bool(False).tag(sync=True)
    sigma = traitlets.Bool(False).tag(sync=True)
    radius = traitlets.Bool(False).tag(sync=True)
    lag = Count(-1, LENGTHS[-1] - 1, -1).tag(sync=True)
    lags = traitlets.List(read_only=True).tag(sync=True)
    controls = (
        Control("weight_scale", "slider", SCALES),
        Control("length", "slider", LENGTHS),
        Control("start", "choice", STARTS),
        Control("inputs", "choice", INPUTS),
        Control("activation", "choice", ACTIVATIONS),
        Control("guess", "slider", GUESSES),
        Control("curve", "choice", ("hidden", "shown")),
        *(Control(rung, "switch", (True, False)) for rung in RUNGS),
    )

    @traitlets.default("lags")
    def _lags_of_each_length(self):
        return [lags_of(T) for T in LENGTHS]

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        for start in STARTS:
            yield from (sweep(start, activation) for activation in ACTIVATIONS)

    def _row(self, name: str) -> np.ndarray:
        """The row of this weight scale."""
        return self._arrays[_key(name, self.start, self.activation, self.inputs)][SCALES.index(self.weight_scale)].astype(float)

    def norms(self, name: str = "true") -> dict[int, float]:
        """lag -> norm, or one of the rungs "product", "sigma" and "radius"."""
        place = LENGTHS.index(self.length)
        with quietly():
            return dict(zip(self.lags[place], (10.0 ** self._row(name)[OFFSETS[place] :]).tolist()))

    def sentence(self) -> str:
        T, norms, shown = self.length, self.norms(), self.curve == "shown"
        far, (rho, sigma, _) = norms[T - 1], self._row("sizes")
        matrix = self.say("matrix", scale=say(self.weight_scale), rho=say(rho), sigma=say(sigma))
        guess, lags = self.words[f"guess_{self.guess}"], T - 1
        if T == 1:
            return self.say("shows_one", matrix=matrix)
        if shown:
            text = [self.say("shows", far=say(far), guess=guess, lags=lags), self._verdict(far)[0], matrix]
            if far > 0:
                stretches = self._row("stretches")[LENGTHS.index(T)]
                text.append(self.say("alive", alive=int((stretches > stretches[0] - 3).sum()), units=HIDDEN))
        else:
            setting = {"start": self.words[f"start_{self.start}"], "inputs": self.words[f"inputs_{self.inputs:g}"]}
            text = [self.say("shows_hidden", guess=guess, lags=lags, activation=self.activation, matrix=matrix, **setting)]
        text += [self.say(f"at_{rung}", value=say(self.norms(rung)[lags])) for rung in RUNGS if getattr(self, rung)]
        if shown and self.radius and self.norms("radius")[lags] < 0.999 * far:
            text.append(self.words["radius_fails"])
        if self.activation == "relu" and self.inputs == 0:
            text.append(self.words["silent_relu"])
        if shown and self.lag in norms:
            text.append(self.say("read", lag=self.lag, norm=say(norms[self.lag])))
        return " ".join(text)

    def _verdict(self, far: float) -> tuple[str, bool]:
        """What is said of the guess, and whether it is close."""
        key, off = verdict(self.guess, math.log10(far) if far > 0 else -math.inf)
        return self.say(key, off=fixed(abs(off), 1)), key == "close"

    @traitlets.observe("curve")
    def _keep_the_guess(self, change) -> None:
        if change["new"] == "shown" and self._arrays and self.length > 1:
            setting = (self.weight_scale, self.length, self.activation, self.start, self.inputs)
            said = {"start": self.words[f"start_{self.start}"], "inputs": self.words[f"inputs_{self.inputs:g}"]}
            question = self.say("asked", lags=self.length - 1, activation=self.activation, scale=say(self.weight_scale), **said)
            far = self.norms()[self.length - 1]
            keep((self.name, *setting), Made(question, self.words[f"guess_{self.guess}"], say(far), *self._verdict(far)))

    def still(self) -> list[tuple[str, float]]:
        norms, last = self.norms(), self.length - 1
        if self.curve == "hidden" and last:  # the learner guesses first
            return [(self.say("bar", lag=0), norms[0]), (self.say("bar_guess", lag=last), 10.0**self.guess)]
        return [(self.say("bar", lag=lag), norms[lag]) for lag in (0, 1, 2, 4, 8, 16, 32, self.length - 1) if lag in norms]


def cell_of(start: str, activation: str) -> RNNCell:
    """The net of the explorer: 16 units, 16 inputs."""
    cell = RNNCell(HIDDEN, HIDDEN, activation, init="normal" if start == "shift" else start)
    if start == "shift":
        cell.params["W_hh"] = 0.5 * np.eye(HIDDEN) + np.eye(HIDDEN, k=1)
    return cell


@lru_cache(maxsize=64)
def sweep(start: str, activation: str) -> dict[str, np.ndarray]:
    """Every weight scale and input scale of one start and activation; rows are weight scales.

    true, product, sigma, radius (scales, all lags of all lengths): log10 of the ladder. stretches (scales, lengths, H): log10 of
    the singular values of dh_T/dh_1; −inf for those that a plain product cannot tell from 0, 12 powers of ten under the largest.
    eigenvalues (H, 2): of W_hh at weight scale 1. sizes (scales, 3): ρ, σ_max and γσ_max.
    """
    cell, S = cell_of(start, activation), len(SCALES)
    x = np.random.default_rng(0).standard_normal((LENGTHS[-1], 1, HIDDEN))
    batch = np.concatenate([np.repeat(scale * x, S, axis=1) for scale in INPUTS], axis=1)
    trace = cell.unroll(batch, scales=np.tile(SCALES, len(INPUTS)))
    ladder = [list(memory.bounds(cell, trace, T - 1, lags_of(T)).values()) for T in LENGTHS]
    products = np.stack([memory.jacobian_product(cell, trace, T - 1, 0) for T in LENGTHS], axis=1)
    stretches = np.linalg.svd(products, compute_uv=False)
    stretches[stretches < 1e-12 * stretches[..., :1]] = 0.0
    tables = {name: np.concatenate(rung, axis=1) for name, rung in zip(("true", *RUNGS), zip(*ladder))}
    with quietly():
        tables["stretches"] = np.log10(stretches)
    arrays: dict[str, np.ndarray] = {}
    for i, scale in enumerate(INPUTS):
        rows = slice(i * S, (i + 1) * S)
        arrays |= {_key(name, start, activation, scale): as_sent(table[rows]) for name, table in tables.items()}
    W_hh = cell.params["W_hh"]
    λ = np.linalg.eigvals(W_hh)
    ρ, σ = np.abs(λ).max(), np.linalg.norm(W_hh, 2)
    arrays[_key("eigenvalues", start, activation)] = as_sent(np.stack([λ.real, λ.imag], axis=1))
    arrays[_key("sizes", start, activation)] = as_sent(np.outer(SCALES, [ρ, σ, cell.activation.gamma * σ]))
    return arrays


def _key(name: str, start: str, activation: str, inputs: float = 0.0) -> str:
    """An array's name in the table. The two lowest rungs, and what W_hh is, do not depend on the inputs."""
    return f"{name}_{start}_{activation}" + (f"_{inputs:g}" if name in ("true", "product", "stretches") else "")
