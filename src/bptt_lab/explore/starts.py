"""Notebook 06: what a start of W_hh and an activation do to a message on its way back, for ten nets each."""

import numpy as np

from ..cells import RNNCell
from ..chain_rule import norm
from .base import Arrays, Bars, Choice, Explorer, Grid, Parts, Pointed, Said, kept

HIDDEN, STEPS, SEEDS = 32, 101, 10
GAINS = (0.1, 0.316, 0.5, 0.707, 1.0, 1.414, 2.0, 3.162, 5.657, 10.0)  # 1.414 is He, 5.657 is N(0, 1) at 32 units
STARTS = ("normal", "orthogonal", "identity")
INPUTS = (0.1, 1.0)
ACTIVATIONS = ("tanh", "relu")


class Starts(Explorer):
    """The norm of a message against how many steps back it has gone: ten nets with tanh, and ten with ReLU.

    A net of 32 units reads 101 Gaussian inputs of standard deviation `inputs`. The message starts at the last state as a random
    direction of norm 1. A `weight_scale` of 1.414 makes "normal" the start named He, 5.657 makes it N(0, 1). `lag` is how many
    steps back the curves are read off, −1 for the far end.
    """

    name = "starts"
    weight_scale = Grid(GAINS, 1.0)
    start = Choice(STARTS)
    inputs = Choice(INPUTS)
    lag = Pointed(range(-1, STEPS))

    def parts(self) -> Parts:
        yield predicted()
        for start in STARTS:
            for inputs in INPUTS:
                yield messages(start, inputs)

    def at(self, lag: int) -> tuple[np.ndarray, float]:
        """The norms at that lag, (2, seeds): tanh, then ReLU; and the one predicted for ReLU."""
        norms = self.look_up(f"messages_{self.start}_{self.inputs:g}", "weight_scale")[:, :, lag]
        return norms, float(self.look_up("predicted", "weight_scale", "start")[lag])

    def said(self) -> Said:
        lag = self.lag if self.lag >= 0 else STEPS - 1
        norms, guess = self.at(lag)
        values: dict[str, float] = {}
        for name, seeds in zip(ACTIVATIONS, norms):
            values |= {name: np.median(seeds), f"{name}_low": seeds.min(), f"{name}_high": seeds.max()}
        yield self.say("shows", lag=lag, predicted=guess, **values)

    def still(self) -> Bars:
        return [
            (self.say("bar", name=self.words[f"line_{name}"], lag=lag), float(np.median(self.at(lag)[0][row])))
            for row, name in enumerate(ACTIVATIONS)
            for lag in (1, 10, 30, 100)
        ]


@kept
def predicted() -> Arrays:
    """(gains, starts, lags): what is expected with ReLU. Half of the units are off; at the identity those on stay on."""
    gains = np.array(GAINS)[:, None] * np.array([2**-0.5, 2**-0.5, 1.0])
    return {"predicted": gains[:, :, None] ** np.arange(STEPS)}


@kept
def messages(start: str, inputs: float) -> Arrays:
    """(gains, activations, seeds, lags): ‖δ_{T−lag}‖, the message of norm 1 at the last state carried back so many steps."""
    S, found = len(GAINS), np.zeros((len(GAINS), len(ACTIVATIONS), SEEDS, STEPS))
    for seed in range(SEEDS):
        rng = np.random.default_rng([seed, 1])
        x = np.repeat(inputs * rng.standard_normal((STEPS, 1, HIDDEN)), S, axis=1)
        direction = rng.standard_normal(HIDDEN)
        for a, activation in enumerate(ACTIVATIONS):
            cell = RNNCell(HIDDEN, HIDDEN, activation, init=start, seed=seed)
            trace = cell.unroll(x, scales=np.array(GAINS))
            rows = np.tile(direction / np.linalg.norm(direction), (S, 1, 1))
            for lag in range(STEPS):
                found[:, a, seed, lag] = norm(rows[:, 0])
                rows = rows @ cell.jacobian(trace, STEPS - 1 - lag)
    return {f"messages_{start}_{inputs:g}": found}
