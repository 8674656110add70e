"""Notebook 08: the gradient's colour on the was/were sentence for four cells side by side, nothing trained."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import traitlets

from .. import SequenceModel, chain_rule
from ..cells import GatedCell, GRUCell, LSTMCell, RNNCell
from ..tasks import vocabulary
from ..text import say
from . import sentence_net
from .base import Control, Count, Explorer, Grid, as_sent
from .sentence_net import ACTIVATIONS

HIDDEN = 16
SCALES = sentence_net.SCALES[::2]
BIASES = (-2, -1, 0, 1, 2, 3, 4, 5)
KEEPS = {"gated": (GatedCell, "G1"), "gru": (GRUCell, "update"), "lstm": (LSTMCell, "forget")}  # and the gate that keeps
CELLS = ("plain", *KEEPS)
SUBJECT = "cats"
PREFIXES = {  # what is read before the verb, from the subject alone to 23 words behind it
    len(words): words
    for words in (
        ["cats"],
        "the cats".split(),
        "the cats I saw".split(),
        "the cats that I saw earlier this morning".split(),
        "the cats that I saw near the house in the garden beside the river this morning".split(),
        "the cats that I saw near the old house with the red table in the garden beside the river very early this morning".split(),
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
    length = Count(1, LENGTHS[-1], 8).tag(sync=True)
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

    @traitlets.validate("length")
    def _on_the_grid(self, proposal):
        return min(LENGTHS, key=lambda length: abs(length - proposal["value"]))

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
        text = self.say("shows", k=k, word=PREFIXES[T][k - 1], lag=T - k, activation=self.activation, bias=_signed(self.gate_bias), **at)
        return text + " " + self.say("last", **{cell: say(values[-1]) for cell, values in norms.items()})

    def still(self) -> list[tuple[str, float]]:
        k = self._read_off()
        bars = {cell: values[k - 1] for cell, values in self.norms().items()}
        return [(self.say("bar", cell=self.words[f"cell_{cell}"], word=PREFIXES[self.length][k - 1]), float(size)) for cell, size in bars.items()]


def _signed(number: int) -> str:
    return str(number).replace("-", "−")


@lru_cache(maxsize=64)
def gradients(length: int, net: int) -> dict[str, np.ndarray]:
    """‖dL/dx_k‖ of every word at every setting: "plain" (activations, scales, T), each other cell (biases, scales, T)."""
    words = " ".join(PREFIXES[length])
    V, S, x = len(vocabulary.VOCABULARY), len(SCALES), vocabulary.encode(words)
    plain = [RNNCell(V, HIDDEN, activation, init="uniform", seed=net) for activation in ACTIVATIONS]
    found = {"plain": np.stack([_norms(cell, np.repeat(x[:, None], S, axis=1), SCALES, net) for cell in plain])}
    for name, (kind, gate) in KEEPS.items():
        # A gate bias of its own for each sequence is one more input, which nothing but the gate that keeps reads, with weight 1.
        cell = kind(V + 1, HIDDEN, init="uniform", seed=net)
        place, W_x = cell.blocks.index(gate) * HIDDEN, cell.params["W_x"]
        W_x[:, V], W_x[place : place + HIDDEN, V] = 0.0, 1.0
        biases = np.broadcast_to(np.repeat(BIASES, S)[:, None], (length, S * len(BIASES), 1))
        swept = np.concatenate([np.broadcast_to(x[:, None], (length, S * len(BIASES), V)), biases], axis=2)
        found[name] = _norms(cell, swept, np.tile(SCALES, len(BIASES)), net).reshape(len(BIASES), S, length)
    return {name: as_sent(norms) for name, norms in found.items()}


def _norms(cell, x: np.ndarray, scales, net: int) -> np.ndarray:
    """(B, T): ‖dL/dx_k‖ over the words, with L the loss of “were” after the last word."""
    T, B, V = *x.shape[:2], len(vocabulary.VOCABULARY)
    were = np.full((T, B), vocabulary.indices("were")[0])
    last = np.arange(T)[:, None] == np.full((T, B), T - 1)
    run = SequenceModel(cell, V, seed=net).forward(x, were, mask=last, scales=np.array(scales))
    dx = cell.backward(run.trace, run.dh * B)["x"]  # the mean over the batch divided by B
    return chain_rule.norm(dx[..., :V]).T
