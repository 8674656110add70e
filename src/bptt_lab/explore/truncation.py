"""Notebook 06: which cells of the ledger truncated backpropagation through time leaves out, and what that does to the sum."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import traitlets

from .. import chain_rule
from ..basics.text import say
from ..cells import RNNCell
from ..model import SequenceModel
from .base import Control, Count, Explorer, Grid, Place, as_sent, fixed
from .sentence_net import ACTIVATIONS, SCALES

INPUTS, HIDDEN, OUTPUTS, STEPS = 8, 32, 8, 32
LENGTHS = (4, 8, 16, 24, 32)
CUTS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
COUNTED = ("every", "last")


class Truncation(Explorer):
    """The ledger of a net over T inputs, with the cells that a cut before every k-th step removes.

    A net of 32 units, started N(0, 1/H) times `weight_scale` (0.1 to 10), reads T Gaussian inputs of standard deviation
    0.1. Settings: `cut` (k: 1, 2, 3, 4, 6, 8, 12, 16, 24, 32), `length` (T: 4, 8, 16, 24, 32), `activation`, `counted`
    ("every" token has a loss, or the "last" alone), `cell` ([t, k] of the cell that is read out, counted from 1; [0, 0]
    for none). What is compared is dL/dW_x: the sum of the cells that stay, and of all.
    """

    name = "truncation"
    cut = Count(CUTS[0], CUTS[-1], 8, CUTS).tag(sync=True)
    length = Count(LENGTHS[0], LENGTHS[-1], 32, LENGTHS).tag(sync=True)
    weight_scale = Grid(SCALES, 1.0).tag(sync=True)
    activation = traitlets.Enum(ACTIVATIONS, "tanh").tag(sync=True)
    counted = traitlets.Enum(COUNTED, "every").tag(sync=True)
    cell = Place(STEPS).tag(sync=True)
    controls = (
        Control("cut", "slider", CUTS),
        Control("length", "slider", LENGTHS),
        Control("weight_scale", "slider", SCALES),
        Control("activation", "choice", ACTIVATIONS),
        Control("counted", "choice", COUNTED),
    )

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        for activation in ACTIVATIONS:
            yield {f"{name}_{activation}": array for name, array in cut_everywhere(activation).items()}

    def kept(self) -> tuple[float, float, float]:
        """(norm of the whole gradient, norm of what is kept, cosine of the two)."""
        s, l = SCALES.index(self.weight_scale), LENGTHS.index(self.length)
        row = self._arrays[f"sums_{self.activation}"][s, COUNTED.index(self.counted), l].astype(float)
        norm, cosine = row[CUTS.index(self.cut)]
        return row[-1][0], norm, cosine

    def removed(self, t: int, k: int) -> bool:
        """Whether the cell of token t and word k, counted from 1, is cut off."""
        return (k - 1) // self.cut < (t - 1) // self.cut

    def sentence(self) -> str:
        T = self.length
        rows = range(1, T + 1) if self.counted == "every" else [T]
        gone, cells = sum(self.removed(t, k) for t in rows for k in range(1, t + 1)), sum(rows)
        whole, norm, cosine = self.kept()
        values = {"cells": cells, "gone": gone, "norm": say(norm), "whole": say(whole), "cosine": fixed(cosine, 3)}
        text = self.say("shows" if gone else "shows_all", cut=self.cut, **values)
        t, k = self.cell
        if 1 <= k <= t <= T:
            size = self._arrays[f"ledger_{self.activation}"][SCALES.index(self.weight_scale), t - 1, k - 1]
            state = "cell_uncounted" if t not in rows else "cell_removed" if self.removed(t, k) else "cell_kept"
            text += " " + self.say(state, t=t, k=k, norm=say(float(size)))
        return text

    def still(self) -> list[tuple[str, float]]:
        s, l = SCALES.index(self.weight_scale), LENGTHS.index(self.length)
        row = self._arrays[f"sums_{self.activation}"][s, COUNTED.index(self.counted), l].astype(float)
        return [(self.say("bar", cut=cut), row[i][0]) for i, cut in enumerate(CUTS) if cut <= self.length]


@lru_cache(maxsize=len(ACTIVATIONS))
def cut_everywhere(activation: str) -> dict[str, np.ndarray]:
    """For every weight scale: the ledger of dL_t/dW_x, and the sums of what each cut keeps.

    ledger (scales, T, T): [t, k] is the norm of term k of dL_t/dW_x; a shorter sentence is its upper left corner.
    sums (scales, counted, lengths, cuts, 2): norm of the sum of the kept terms, and its cosine with the sum of all.
    """
    rng, S = np.random.default_rng(0), len(SCALES)
    x, targets = 0.1 * rng.standard_normal((STEPS, INPUTS)), rng.integers(OUTPUTS, size=STEPS)
    model = SequenceModel(RNNCell(INPUTS, HIDDEN, activation), OUTPUTS)
    run = model.forward(np.repeat(x[:, None], S, 1), np.repeat(targets[:, None], S, 1), scales=np.array(SCALES))
    da = np.zeros((S, STEPS, STEPS, HIDDEN))  # [t, k]: dL_t/da_k of each row's own net
    for k, rows in chain_rule.carried_back(model.cell, run.trace, run.dh * S):  # the mean over the batch divided by S
        da[:, k:, k] = rows.transpose(1, 0, 2)
    t, k = np.indices((STEPS, STEPS))
    sums = np.zeros((S, len(COUNTED), len(LENGTHS), len(CUTS), 2))
    for c, counts in enumerate((lambda T: t < T, lambda T: t == T - 1)):
        for l, T in enumerate(LENGTHS):
            masks = [counts(T) & (k // cut == t // cut) for cut in CUTS]
            kept = np.einsum("ntk,stkh->snkh", np.array(masks, dtype=float), da, optimize=True)
            gradients = np.einsum("snkh,ki->snhi", kept, x, optimize=True).reshape(S, len(CUTS), -1)
            norms = chain_rule.norm(gradients)
            directions = gradients / np.where(norms > 0, norms, 1.0)[..., None]
            sums[:, c, l, :, 0], sums[:, c, l, :, 1] = norms, (directions * directions[:, -1:]).sum(axis=-1)
    ledger = chain_rule.norm(da) * chain_rule.norm(x)
    return {"ledger": as_sent(ledger), "sums": as_sent(sums)}
