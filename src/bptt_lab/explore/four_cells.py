"""Notebook 08: the gradient's colour on the was/were sentence for four cells side by side, nothing trained."""

import numpy as np

from ..basics import checks
from ..cells import GatedCell, GRUCell, LSTMCell, RNNCell
from ..chain_rule import norm
from ..model import SequenceModel
from ..tasks import vocabulary
from .base import Arrays, Bars, Choice, Grid, Magnified, Parts, Pointed, Said, fixed, kept
from .sentence_net import ACTIVATIONS, BIASES, HEARD, HIDDEN, PREFIXES, TO_SUBJECT, WORDS, heard
from .sentence_net import HALF_THE_SCALES as SCALES
from .sentence_net import PREFIX_LENGTHS as LENGTHS

GATED = {"gated": GatedCell, "gru": GRUCell, "lstm": LSTMCell}
CELLS = ("plain", *GATED)


class FourCells(Magnified):
    """‖dL/dx_k‖ of each word k, where L is the loss of the verb alone: after the last word the net should say “were”.

    Four cells of 16 units, PyTorch's start, and a `cell` that is handed in, with one input for each word of `tasks.vocabulary`.
    `weight_scale` is of every cell, `activation` of the plain one, `length` the words before the verb; `gate_bias` is added to
    the gate that keeps: G1, z and f; `net` is the seed of all weights; `lit` the word that is read off, counted from 1; 0 is the
    subject.
    """

    name = "four_cells"
    length = Grid(LENGTHS, 8)
    weight_scale = Grid(SCALES, 1.0)
    gate_bias = Grid(BIASES, 0)
    activation = Choice(ACTIVATIONS)
    net = Grid(range(21), asks_python=True)
    lit = Pointed(range(LENGTHS[-1] + 1))

    def __init__(self, cell=None, **settings):
        if cell is not None and getattr(cell, "input_size", None) != WORDS:
            raise checks.error("cell", repr(cell), f"a cell with input_size={WORDS}, one for each word of `tasks.vocabulary`")
        self._cell, yours = cell, "" if cell is None else type(cell).__name__
        self.facts = {**HEARD, "yours": yours}
        super().__init__(**settings)

    def parts(self, net, length) -> Parts:
        for n in sorted(LENGTHS, key=lambda n: n != length):
            more = {} if self._cell is None else {f"yours{n}": _norms(self._cell, n, np.array(SCALES), net)}
            yield gradients(n, net) | more

    def norms(self) -> dict[str, np.ndarray]:
        """‖dL/dx_k‖ of the words of the sentence, for each of the cells: "plain", "gated", "gru", "lstm", and "yours"."""
        setting = {"plain": ["activation"], "yours": []}
        cells = CELLS if self._cell is None else (*CELLS, "yours")
        return {cell: self.look_up(f"{cell}{self.length}", *setting.get(cell, ["gate_bias"]), "weight_scale") for cell in cells}

    def _read_off(self) -> int:
        """The word whose numbers are told, counted from 1."""
        return self.lit if 1 <= self.lit <= self.length else self.length - TO_SUBJECT[self.length]

    def said(self) -> Said:
        k, T, norms = self._read_off(), self.length, self.norms()
        at = {cell: values[k - 1] for cell, values in norms.items()}
        told = {"word": PREFIXES[T][k - 1], "activation": self.activation, "bias": fixed(self.gate_bias, 0)}
        yield self.say("shows", k=k, lag=T - k, **told, **at)
        yield self.say("last", **{cell: values[-1] for cell, values in norms.items()})
        if self._cell is not None:
            yield self.say("yours", cell=self.facts["yours"], at=at["yours"], last=norms["yours"][-1])
        yield from self.said_of_axis()

    def still(self) -> Bars:
        k, word = self._read_off(), PREFIXES[self.length][self._read_off() - 1]
        bars = {cell: float(values[k - 1]) for cell, values in self.norms().items()}
        return [(self.say("bar", cell=self.say(f"cell_{cell}", **self.facts), word=word), size) for cell, size in bars.items()]


@kept
def gradients(length: int, net: int) -> Arrays:
    """‖dL/dx_k‖ of every word at every setting: "plain" (activations, scales, T), each other cell (biases, scales, T)."""
    plain = [RNNCell(WORDS, HIDDEN, activation, init="uniform", seed=net) for activation in ACTIVATIONS]
    found = {f"plain{length}": np.stack([_norms(cell, length, np.array(SCALES), net) for cell in plain])}
    scales, biases = np.tile(SCALES, len(BIASES)), np.repeat(BIASES, len(SCALES))
    for name, kind in GATED.items():
        cell = kind(WORDS, HIDDEN, init="uniform", seed=net)
        sizes = _norms(cell, length, scales, net, gate_biases=biases)
        found[f"{name}{length}"] = sizes.reshape(len(BIASES), len(SCALES), length)
    return found


def _norms(cell, length: int, scales: np.ndarray, net: int, **biases) -> np.ndarray:
    """(B, T): ‖dL/dx_k‖ over the words at each weight scale and gate bias, with L the loss of “were” after the last word."""
    B, T = len(scales), length
    were = np.broadcast_to(vocabulary.indices("were"), (T, B))
    last = np.broadcast_to(np.arange(T)[:, None] == T - 1, (T, B))
    model = SequenceModel(cell, WORDS, seed=net)
    run = model.forward(heard(T, B), were, last, scales=scales, **biases)
    return norm(model.backward(run)["x"] * B).T  # the mean over the batch divided by B
