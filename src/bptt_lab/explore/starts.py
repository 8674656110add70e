"""Notebook 06: what a start of W_hh and an activation do to a message on its way back, for ten nets each."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import traitlets

from .. import chain_rule
from ..basics.overflow import quietly
from ..basics.text import say
from ..cells import RNNCell
from .base import Control, Count, Explorer, Grid, as_sent

HIDDEN, STEPS, SEEDS = 32, 101, 10
GAINS = (0.1, 0.316, 0.5, 0.707, 1.0, 1.414, 2.0, 3.162, 5.657, 10.0)  # 1.414 is He, 5.657 is N(0, 1) at 32 units
STARTS = ("normal", "orthogonal", "identity")
INPUTS = (0.1, 1.0)
ACTIVATIONS = ("tanh", "relu")


class Starts(Explorer):
    """The norm of a message against how many steps back it has gone: ten nets with tanh, and ten with ReLU.

    A net of 32 units reads 101 Gaussian inputs of standard deviation `inputs` (0.1, 1). The message starts at the last state
    as a random direction of norm 1. Settings: `weight_scale` (0.1 to 10: 1.414 makes "normal" the start named He, 5.657
    makes it N(0, 1)), `start` ("normal", "orthogonal", "identity"), and `lag`, how many steps back the curves are read off
    (−1 for the far end).
    """

    name = "starts"
    weight_scale = Grid(GAINS, 1.0).tag(sync=True)
    start = traitlets.Enum(STARTS, "normal").tag(sync=True)
    inputs = traitlets.Enum(INPUTS, 0.1).tag(sync=True)
    lag = Count(-1, STEPS - 1, -1).tag(sync=True)
    controls = (
        Control("weight_scale", "slider", GAINS),
        Control("start", "choice", STARTS),
        Control("inputs", "choice", INPUTS),
    )

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        yield {"predicted": predicted()}
        for start in STARTS:
            for inputs in INPUTS:
                yield {f"messages_{start}_{inputs:g}": messages(start, inputs)}

    def at(self, lag: int) -> tuple[np.ndarray, float]:
        """The norms at that lag, (2, seeds): tanh, then ReLU; and the one predicted for ReLU."""
        s = GAINS.index(self.weight_scale)
        norms = self._arrays[f"messages_{self.start}_{self.inputs:g}"][s, :, :, lag].astype(float)
        return norms, float(self._arrays["predicted"][s, STARTS.index(self.start), lag])

    def sentence(self) -> str:
        lag = self.lag if self.lag >= 0 else STEPS - 1
        norms, guess = self.at(lag)
        values: dict[str, str] = {}
        for name, seeds in zip(ACTIVATIONS, np.sort(norms, axis=1)):
            middle = (seeds[SEEDS // 2 - 1] + seeds[SEEDS // 2]) / 2
            values |= {name: say(middle), f"{name}_low": say(seeds[0]), f"{name}_high": say(seeds[-1])}
        return self.say("shows", lag=lag, predicted=say(guess), **values)

    def still(self) -> list[tuple[str, float]]:
        return [
            (self.say("bar", name=self.words[f"line_{name}"], lag=lag), float(np.median(self.at(lag)[0][row])))
            for row, name in enumerate(ACTIVATIONS)
            for lag in (1, 10, 30, 100)
        ]


@lru_cache(maxsize=1)
def predicted() -> np.ndarray:
    """(gains, starts, lags): what is expected with ReLU. Half of the units are off; at the identity those on stay on."""
    gains = np.array(GAINS)[:, None] * np.array([2**-0.5, 2**-0.5, 1.0])
    with quietly():
        return as_sent(gains[:, :, None] ** np.arange(STEPS))


@lru_cache(maxsize=len(STARTS) * len(INPUTS))
def messages(start: str, inputs: float) -> np.ndarray:
    """(gains, activations, seeds, lags): ‖δ_{T−lag}‖, the message of norm 1 at the last state carried back so many steps."""
    S, found = len(GAINS), np.zeros((len(GAINS), len(ACTIVATIONS), SEEDS, STEPS))
    for seed in range(SEEDS):
        rng = np.random.default_rng([seed, 1])
        x = np.repeat(inputs * rng.standard_normal((STEPS, 1, HIDDEN)), S, axis=1)
        direction = rng.standard_normal(HIDDEN)
        for a, activation in enumerate(ACTIVATIONS):
            cell = RNNCell(HIDDEN, HIDDEN, activation, init=start, seed=seed)
            trace = cell.unroll(x, scales=np.array(GAINS))
            rows = np.tile(direction / np.linalg.norm(direction), (1, S, 1))
            for lag in range(STEPS):
                found[:, a, seed, lag] = chain_rule.norm(rows[0])
                rows = chain_rule.pull(cell, trace, STEPS - 1 - lag, rows)[1]
    return as_sent(found)
