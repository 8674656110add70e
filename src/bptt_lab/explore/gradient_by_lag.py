"""Notebook 02: the gradient on its way back, the same number carried forward, and a bug that norms cannot see."""

import numpy as np

from ..cells import RNNCell
from ..chain_rule import norm
from ..model import SequenceModel
from .base import Arrays, Bars, Choice, Explorer, Grid, Parts, Pointed, Said, fixed, kept
from .sentence_net import ACTIVATIONS, SCALES, at_every_scale

INPUTS, HIDDEN, OUTPUTS, STEPS = 8, 32, 8, 100
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 100)
STARTS = ("normal", "orthogonal")


class GradientByLag(Explorer):
    """The norm of each term of dL_T/dW_x against how far back its word is, right and with the transpose lost.

    A net of 32 units reads T Gaussian inputs of standard deviation 0.1. `length` is T, `net` the seed of weights and inputs, and
    `lag` how many steps back the curves are read off, −1 for nowhere.
    """

    name = "gradient_by_lag"
    facts = {"unrelated": 2 / HIDDEN**0.5}  # two deviations of the cosine of two random directions
    weight_scale = Grid(SCALES, 1.0)
    length = Grid(LENGTHS, 24)
    activation = Choice(ACTIVATIONS)
    start = Choice(STARTS)
    net = Grid(range(21), asks_python=True)
    lag = Pointed(range(-1, STEPS))

    def parts(self, net, activation, start, length) -> Parts:
        yield carry_back(activation, start, net, (length,))  # what is on show goes first
        for a in ACTIVATIONS:
            for s in STARTS:
                yield carry_back(a, s, net)

    def at(self, name: str) -> np.ndarray:
        """The curve "right", "lost" or "cosine" by lag; or the one number "forward"."""
        return self.look_up(f"{name}_{self.activation}_{self.start}_{self.length}", "weight_scale")

    def said(self) -> Said:
        T, d, right, lost, cosine = self.length, self.lag, self.at("right"), self.at("lost"), self.at("cosine")
        values = {"first": right[-1], "last": right[0], "lost": lost[-1], "forward": float(self.at("forward"))}
        yield self.say("shows_one" if T == 1 else "shows", T=T, cosine=fixed(cosine[-1], 2), **values)
        if 0 <= d < T:
            yield self.say("read", k=T - d, lag=d, right=right[d], lost=lost[d], cosine=fixed(cosine[d], 2))

    def still(self) -> Bars:
        lags = [lag for lag in (0, 1, 3, 7, 15, 31, 63, 99) if lag < self.length]
        right, lost = self.at("right"), self.at("lost")
        pairs = [[(self.say("bar", k=self.length - k, lag=k), right[k]), (self.words["bar_lost"], lost[k])] for k in lags]
        return [(label, float(norm)) for pair in pairs for label, norm in pair]


@kept
def carry_back(activation: str, start: str, net: int, lengths: tuple[int, ...] = LENGTHS) -> Arrays:
    """For each weight scale, and for T of `lengths`: norm by lag, right and with the transpose lost, and their cosine.

    right, lost, cosine (scales, T): entry d is d steps back. forward (scales,): the first word's norm once more, from a product
    of Jacobians that was carried forward.
    """
    rng, ends, steps = np.random.default_rng(net), np.array(lengths) - 1, max(lengths)
    x, targets = 0.1 * rng.standard_normal((STEPS, INPUTS)), rng.integers(OUTPUTS, size=STEPS)
    cell = RNNCell(INPUTS, HIDDEN, activation=activation, init=start, seed=net)
    _, dh, slope = at_every_scale(SequenceModel(cell, OUTPUTS, seed=net), x[:steps], targets[:steps])
    W_hh = cell.params["W_hh"]
    # J_t ⋯ J_2 · f'(a_1) of every scale, one matrix (H, S · H) for W_hh: half the time of the Jacobians one by one.
    arrays, product, scales = {}, np.eye(HIDDEN)[:, None] * slope[0].T[:, :, None], np.array(SCALES)[:, None]
    for t in range(steps):
        if t:
            product = (W_hh @ product.reshape(HIDDEN, -1)).reshape(product.shape)
            product *= (slope[t] * scales).T[:, :, None]
        if t + 1 in lengths:
            row = np.einsum("sh,hsj->sj", dh[t], product)
            arrays[f"forward_{activation}_{start}_{t + 1}"] = norm(row) * norm(x[0])
    found, rows = np.zeros((3, len(lengths), steps, len(SCALES))), np.stack([dh[ends], dh[ends]])  # right, and lost
    back = np.stack([W_hh, W_hh.T])[:, None]
    for k in reversed(range(steps)):  # of each row only its norm and cosine are kept: half the time of keeping all
        live = slice(ends.searchsorted(k), None)
        da = rows[:, live] * slope[k]
        found[:2, live, k] = sizes = norm(da)
        da /= np.where(sizes > 0, sizes, 1.0)[..., None]
        found[2, live, k] = np.vecdot(*da)
        rows[:, live] = da @ back * (sizes[..., None] * scales)
    for name, of in zip(("right", "lost", "cosine"), found):
        for i, T in enumerate(lengths):
            by_lag = of[i, :T][::-1].T
            arrays[f"{name}_{activation}_{start}_{T}"] = by_lag if name == "cosine" else by_lag * norm(x[:T])[::-1]
    return arrays
