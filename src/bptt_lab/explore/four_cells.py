"""Notebook 08: the gradient's colour on the was/were sentence for four cells side by side, nothing trained."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import traitlets

from .. import chain_rule
from ..basics.text import say
from ..cells import Cell, GatedCell, GRUCell, LSTMCell, RNNCell
from ..model import SequenceModel
from ..tasks import vocabulary
from . import sentence_net
from .base import Control, Count, Explorer, Grid, as_sent, fixed
from .sentence_net import ACTIVATIONS

HIDDEN = 16
SCALES = sentence_net.SCALES[::2]
BIASES = (-2, -1, 0, 1, 2, 3, 4, 5)
GATED = {"gated": GatedCell, "gru": GRUCell, "lstm": LSTMCell}
CELLS = ("plain", *GATED)
SUBJECT = "cats"
PREFIXES = {  # what is read before the verb, from the subject alone to 23 words behind it
    len(words): words
    for words in (
        ["cats"],
        "the cats".split(),
        "the cats I saw".split(),
        "the cats that I saw earlier this morning".split(),
        "the cats that I saw near the house in the garden beside the river this morning".split(),
        (
            "the cats that I saw near the old house with the red table in the garden beside the river very early this morning"
        ).split(),
    )
}
LENGTHS = tuple(PREFIXES)


class FourCells(Explorer):
    """‖dL/dx_k‖ of each word k, where L is the loss of the verb alone: after the last word the net should say “were”.

    Four cells of 16 units, PyTorch's start. Settings: `weight_scale` (0.1 to 10) of every cell, `activation` of the plain cell,
    `length` (words before the verb: 1, 2, 4, 8, 16 or 23), `gate_bias` (−2 to 5), added to the gate that keeps: G1, z and f;
    `net`, the seed of all weights; `lit`, the word that is read off, counted from 1; 0 is the subject.
    """

    name = "four_cells"
    weight_scale = Grid(SCALES, 1.0).tag(sync=True)
    length = Count(1, LENGTHS[-1], 8, LENGTHS).tag(sync=True)
    gate_bias = Count(BIASES[0], BIASES[-1], 0).tag(sync=True)
    activation = traitlets.Enum(ACTIVATIONS, "tanh").tag(sync=True)
    net = Count(0, 20, 0).tag(sync=True)
    lit = Count(0, LENGTHS[-1], 0).tag(sync=True)
    prefixes = traitlets.List(read_only=True).tag(sync=True)
    subject = traitlets.Unicode(SUBJECT, read_only=True).tag(sync=True)
    controls = (
        Control("length", "slider", LENGTHS),
        Control("weight_scale", "slider", SCALES),
        Control("gate_bias", "slider", BIASES),
        Control("activation", "choice", ACTIVATIONS),
        Control("net", "slider", tuple(range(21)), asks_python=True),
    )

    @traitlets.default("prefixes")
    def _fresh_prefixes(self):
        return [list(words) for words in PREFIXES.values()]

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        lengths = [self.length, *(n for n in LENGTHS if n != self.length)] if self._arrays else LENGTHS
        for n in lengths:
            yield {f"{name}{n}": array for name, array in gradients(n, self.net).items()}

    def norms(self) -> dict[str, np.ndarray]:
        """‖dL/dx_k‖ of the words of the sentence, for each of the four cells."""
        s, b = SCALES.index(self.weight_scale), BIASES.index(self.gate_bias)
        tables = {cell: self._arrays[f"{cell}{self.length}"].astype(float) for cell in CELLS}
        return {cell: table[ACTIVATIONS.index(self.activation) if cell == "plain" else b, s] for cell, table in tables.items()}

    def _read_off(self) -> int:
        """The word whose numbers are told, counted from 1."""
        return self.lit if 1 <= self.lit <= self.length else PREFIXES[self.length].index(SUBJECT) + 1

    def sentence(self) -> str:
        k, T, norms = self._read_off(), self.length, self.norms()
        at = {cell: say(values[k - 1]) for cell, values in norms.items()}
        text = self.say(
            "shows", k=k, word=PREFIXES[T][k - 1], lag=T - k, activation=self.activation, bias=fixed(self.gate_bias, 0), **at
        )
        return text + " " + self.say("last", **{cell: say(values[-1]) for cell, values in norms.items()})

    def still(self) -> list[tuple[str, float]]:
        k = self._read_off()
        bars = {cell: values[k - 1] for cell, values in self.norms().items()}
        return [
            (self.say("bar", cell=self.words[f"cell_{cell}"], word=PREFIXES[self.length][k - 1]), float(size))
            for cell, size in bars.items()
        ]


@lru_cache(maxsize=64)
def gradients(length: int, net: int) -> dict[str, np.ndarray]:
    """‖dL/dx_k‖ of every word at every setting: "plain" (activations, scales, T), each other cell (biases, scales, T)."""
    x, S = vocabulary.encode(" ".join(PREFIXES[length])), len(SCALES)
    plain = [RNNCell(x.shape[1], HIDDEN, activation, init="uniform", seed=net) for activation in ACTIVATIONS]
    found = {"plain": np.stack([_norms(cell, x, np.array(SCALES), net) for cell in plain])}
    scales, biases = np.tile(SCALES, len(BIASES)), np.repeat(BIASES, S)
    for name, kind in GATED.items():
        cell = kind(x.shape[1], HIDDEN, init="uniform", seed=net)
        found[name] = _norms(cell, x, scales, net, gate_biases=biases).reshape(len(BIASES), S, length)
    return {name: as_sent(norms) for name, norms in found.items()}


def _norms(cell: Cell, x: np.ndarray, scales: np.ndarray, net: int, **biases) -> np.ndarray:
    """(B, T): ‖dL/dx_k‖ over the words at each weight scale and gate bias, with L the loss of “were” after the last word."""
    B, T = len(scales), len(x)
    were = np.broadcast_to(vocabulary.indices("were"), (T, B))
    last = np.broadcast_to(np.arange(T)[:, None] == T - 1, (T, B))
    run = SequenceModel(cell, x.shape[1], seed=net).forward(np.repeat(x[:, None], B, axis=1), were, last, scales=scales, **biases)
    return chain_rule.norm(cell.backward(run.trace, run.dh * B)["x"]).T  # the mean over the batch divided by B
