"""Notebook 02: the gradient on its way back, the same number carried forward, and a bug that norms cannot see."""

from collections.abc import Iterator
from functools import lru_cache, partial

import numpy as np
import traitlets

from .. import chain_rule
from ..basics import overflow
from ..basics.text import say
from ..cells import RNNCell
from ..gradcheck import causes
from ..model import SequenceModel
from .base import Control, Count, Explorer, Grid, as_sent, fixed
from .sentence_net import ACTIVATIONS, SCALES

INPUTS, HIDDEN, OUTPUTS, STEPS = 8, 32, 8, 100
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 100)
OFFSETS = tuple(int(sum(LENGTHS[:i])) for i in range(len(LENGTHS)))  # where each length's curve begins in a row
STARTS = ("normal", "orthogonal")


class GradientByLag(Explorer):
    """The norm of each term of dL_T/dW_x against how far back its word is, right and with the transpose lost.

    A net of 32 units reads T Gaussian inputs of standard deviation 0.1. Settings: `weight_scale` (0.1 to 10),
    `activation`, `start` ("normal", "orthogonal"), `length` (T, one of 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 100),
    `net`, the seed of weights and inputs, and `lag`, how many steps back the curves are read off (−1 for nowhere).
    """

    name = "gradient_by_lag"
    weight_scale = Grid(SCALES, 1.0).tag(sync=True)
    activation = traitlets.Enum(ACTIVATIONS, "tanh").tag(sync=True)
    start = traitlets.Enum(STARTS, "normal").tag(sync=True)
    length = Count(1, STEPS, 24, LENGTHS).tag(sync=True)
    net = Count(0, 20, 0).tag(sync=True)
    lag = Count(-1, STEPS - 1, -1).tag(sync=True)
    unrelated = traitlets.Float(2 / HIDDEN**0.5).tag(sync=True)  # two deviations of the cosine of two random directions
    controls = (
        Control("weight_scale", "slider", SCALES),
        Control("length", "slider", LENGTHS),
        Control("activation", "choice", ACTIVATIONS),
        Control("start", "choice", STARTS),
        Control("net", "slider", tuple(range(21)), asks_python=True),
    )

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        settings = [(activation, start) for activation in ACTIVATIONS for start in STARTS]
        if self._arrays:  # what is on show goes first
            settings.sort(key=lambda setting: setting != (self.activation, self.start))
        for activation, start in settings:
            curves = carry_back(activation, start, self.net)
            yield {f"{name}_{activation}_{start}": array for name, array in curves.items()}

    def _at(self, name: str) -> np.ndarray:
        row = self._arrays[f"{name}_{self.activation}_{self.start}"][SCALES.index(self.weight_scale)].astype(float)
        place = LENGTHS.index(self.length)
        return row[place] if name == "forward" else row[OFFSETS[place] :][: self.length]

    def sentence(self) -> str:
        T, right, lost, cosine = self.length, self._at("right"), self._at("lost"), self._at("cosine")
        if T == 1:
            text = self.say("shows_one", last=say(right[0]))
        else:
            forward = say(float(self._at("forward")))
            numbers = {"first": say(right[-1]), "last": say(right[0]), "lost": say(lost[-1]), "cosine": fixed(cosine[-1], 2)}
            text = self.say("shows", T=T, forward=forward, **numbers)
        d = self.lag
        if 0 <= d < T:
            numbers = {"right": say(right[d]), "lost": say(lost[d]), "cosine": fixed(cosine[d], 2)}
            text += " " + self.say("read", k=T - d, lag=d, **numbers)
        return text

    def still(self) -> list[tuple[str, float]]:
        lags = [lag for lag in (0, 1, 3, 7, 15, 31, 63, 99) if lag < self.length]
        return [(self.say("bar", k=self.length - lag, lag=lag), float(self._at("right")[lag])) for lag in lags]


@lru_cache(maxsize=64)
def carry_back(activation: str, start: str, net: int) -> dict[str, np.ndarray]:
    """For each weight scale and length: norm by lag, right and with the transpose lost, their cosine; forward for word 1.

    right, lost, cosine (scales, sum of the lengths): one curve after the other; entry d of one is d steps back.
    forward (scales, lengths): the first word's norm once more, from a product of Jacobians that was carried forward.
    """
    rng = np.random.default_rng(net)
    x = 0.1 * rng.standard_normal((STEPS, INPUTS))
    cell = RNNCell(INPUTS, HIDDEN, activation=activation, init=start, seed=net)
    model, S = SequenceModel(cell, OUTPUTS, seed=net), len(SCALES)
    targets = rng.integers(OUTPUTS, size=STEPS)
    run = model.forward(np.repeat(x[:, None], S, 1), np.repeat(targets[:, None], S, 1), scales=np.array(SCALES))
    trace, ends = run.trace, np.array(LENGTHS) - 1
    dh = run.dh * S  # the mean over the batch divided by S

    back = {}
    with overflow.quietly():  # what is past float32 is shown as exploded or vanished
        for name, of in (("right", trace), ("lost", causes.transpose_lost(cell, trace))):
            back[name] = overflow.settled(partial(_back, cell, of, ends), dh)
        sizes = {name: chain_rule.norm(rows) for name, rows in back.items()}
        cosine = ((back["right"] / sizes["right"][..., None]) * (back["lost"] / sizes["lost"][..., None])).sum(-1)
        words = np.concatenate([np.arange(T)[::-1] for T in LENGTHS])
        curves = {name: (size * chain_rule.norm(trace.inputs)[words]).T for name, size in sizes.items()}
        curves |= {"cosine": np.nan_to_num(cosine.T), "forward": _forward(cell, trace, dh, ends)}
    return {name: as_sent(array) for name, array in curves.items()}


def _back(cell, trace, ends, dh) -> np.ndarray:
    """dL_T/da_k of every length T and word k, (sum of the lengths, S, H), in the order of the curves."""
    found = np.empty((sum(LENGTHS), *dh.shape[1:]))
    rows = dh[ends]
    for k in range(trace.T - 1, -1, -1):
        live = slice(np.searchsorted(ends, k), None)  # the lengths that reach word k
        found[np.array(OFFSETS)[live] + ends[live] - k], rows[live] = chain_rule.pull(cell, trace, k, rows[live])
    return found


def _forward(cell, trace, dh, ends) -> np.ndarray:
    """‖dL_T/dh_T · (J_T ⋯ J_2) · ∂⁺h_1/∂W_x‖ with the product grown from the right: forward mode's order."""
    S, slopes, W_hh = trace.shape[1], cell.activation.slope(trace.states[1:]), cell.params["W_hh"]
    product = np.eye(HIDDEN)[:, None] * slopes[0].T[:, :, None]  # ∂⁺h_1/∂a_1 as (H, S, H): one matrix product serves all scales
    found = np.zeros((S, len(ends)))
    for t in range(trace.T):
        if t:
            product = W_hh.dot(product.reshape(HIDDEN, -1)).reshape(product.shape)
            product *= (slopes[t] * trace.cell.scales).T[:, :, None]  # J_t = diag(f') W_hh, W_hh times its scale
        for i in np.flatnonzero(ends == t):
            row = np.nan_to_num(np.einsum("sh,hsj->sj", dh[t], product), nan=np.inf, posinf=np.inf, neginf=-np.inf)
            found[:, i] = chain_rule.norm(row) * chain_rule.norm(trace.inputs[0])
    return found
