"""Notebook 06: which cells of the ledger truncated backpropagation through time leaves out, and what that does to the sum."""

import numpy as np

from ..cells import RNNCell
from ..chain_rule import norm
from ..model import SequenceModel
from .base import Arrays, Bars, Choice, Explorer, Grid, Parts, PointedCell, Said, fixed, kept
from .sentence_net import ACTIVATIONS, SCALES, at_every_scale, carried_back

INPUTS, HIDDEN, OUTPUTS, STEPS = 8, 32, 8, 32
LENGTHS = (4, 8, 16, 24, 32)
CUTS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
COUNTED = ("every", "last")


class Truncation(Explorer):
    """The ledger of a net over T inputs, with the cells that a cut before every k-th step removes.

    A net of 32 units, started N(0, 1/H) times `weight_scale`, reads T Gaussian inputs of standard deviation 0.1. `cut` is k,
    `length` T; `counted`: "every" token has a loss, or the "last" alone; `cell` is the [t, k] of the cell that is read out,
    counted from 1, [0, 0] for none. What is compared is dL/dW_x: the sum of the cells that stay, and of all.
    """

    name = "truncation"
    cut = Grid(CUTS, 8)
    length = Grid(LENGTHS, 32)
    weight_scale = Grid(SCALES, 1.0)
    activation = Choice(ACTIVATIONS)
    counted = Choice(COUNTED)
    cell = PointedCell(range(STEPS + 1), [0, 0])

    def parts(self) -> Parts:
        for activation in ACTIVATIONS:
            yield cut_everywhere(activation)

    def sums(self) -> list[tuple[float, float]]:
        """For each of CUTS: the norm of the sum of what is kept, and its cosine with the whole gradient."""
        return self.look_up(f"sums_{self.activation}", "weight_scale", "counted", "length").tolist()

    def kept(self) -> tuple[float, float, float]:
        """(norm of the whole gradient, norm of what is kept, cosine of the two)."""
        sums = self.sums()
        return sums[-1][0], *sums[CUTS.index(self.cut)]

    def removed(self, t: int, k: int) -> bool:
        """Whether the cell of token t and word k, counted from 1, is cut off."""
        return (k - 1) // self.cut < (t - 1) // self.cut

    def said(self) -> Said:
        T = self.length
        rows = range(1, T + 1) if self.counted == "every" else [T]
        gone = sum(self.removed(t, k) for t in rows for k in range(1, t + 1))
        whole, norm, cosine = self.kept()
        values = {"cells": sum(rows), "gone": gone, "norm": norm, "whole": whole, "cosine": fixed(cosine, 3)}
        yield self.say("shows" if gone else "shows_all", cut=self.cut, **values)
        t, k = self.cell
        if 1 <= k <= t <= T:
            state = "cell_uncounted" if t not in rows else "cell_removed" if self.removed(t, k) else "cell_kept"
            yield self.say(state, t=t, k=k, norm=self.look_up(f"ledger_{self.activation}", "weight_scale")[t - 1, k - 1])

    def still(self) -> Bars:
        return [(self.say("bar", cut=cut), norm) for cut, (norm, _) in zip(CUTS, self.sums()) if cut <= self.length]


@kept
def cut_everywhere(activation: str) -> Arrays:
    """For every weight scale: the ledger of dL_t/dW_x, and the sums of what each cut keeps.

    ledger (scales, T, T): [t, k] is the norm of term k of dL_t/dW_x; a shorter sentence is its upper left corner.
    sums (scales, counted, lengths, cuts, 2): norm of the sum of the kept terms, and its cosine with the sum of all.
    """
    rng, S = np.random.default_rng(0), len(SCALES)
    x, targets = 0.1 * rng.standard_normal((STEPS, INPUTS)), rng.integers(OUTPUTS, size=STEPS)
    cell = RNNCell(INPUTS, HIDDEN, activation)
    _, dh, slope = at_every_scale(SequenceModel(cell, OUTPUTS), x, targets)
    da = carried_back(dh, slope, cell.params["W_hh"])
    t, k = np.indices((STEPS, STEPS))
    sums = np.zeros((S, len(COUNTED), len(LENGTHS), len(CUTS), 2))
    for c, counts in enumerate((lambda T: t < T, lambda T: t == T - 1)):
        for l, T in enumerate(LENGTHS):
            masks = [counts(T) & (k // cut == t // cut) for cut in CUTS]
            left = np.einsum("ntk,tksh->snkh", np.array(masks, dtype=float), da, optimize=True)
            gradients = np.einsum("snkh,ki->snhi", left, x, optimize=True).reshape(S, len(CUTS), -1)
            sizes = norm(gradients)
            directions = gradients / np.where(sizes > 0, sizes, 1.0)[..., None]
            sums[:, c, l, :, 0], sums[:, c, l, :, 1] = sizes, (directions * directions[:, -1:]).sum(axis=-1)
    ledger = norm(da).transpose(2, 0, 1) * norm(x)
    return {f"ledger_{activation}": ledger, f"sums_{activation}": sums}
