"""Notebook 07: a pad of the two gates. Plain and leaky nets, the integrator, the residual link and GRU are places on it."""

from typing import Any

import numpy as np

from .. import memory
from ..basics import overflow, text
from ..cells import GatedCell
from ..lessons import gates as free_gates
from . import sentence_net
from .base import Arrays, Bars, Choice, Explorer, Grid, Parts, Said, fixed, kept
from .sentence_net import HEARD, HIDDEN, PREFIXES, TO_SUBJECT, WORDS, heard

SCALES = sentence_net.SCALES[::4]
BIASES = (-free_gates.SHUT, -4, -2, -1, 0, 1, 2, 4, free_gates.SHUT)
VALUES = tuple(float(f"{free_gates.gate(bias):.3f}") for bias in BIASES)  # where a gate of that bias stands at rest: 0 to 1
LENGTHS = tuple(T for T, lags in TO_SUBJECT.items() if lags)  # from the last word a way leads back to it
GATES = ("free", "tied", "held")
SHOWN = ("gradient", "state", "G1", "G2")
PLACES: tuple[tuple[str, str, float, float], ...] = (  # that have a name of their own: name, gates, G1, G2
    ("plain", "held", 0.0, 1.0),
    ("leaky", "held", 0.881, 0.119),
    ("integrator", "held", 1.0, 0.119),
    ("residual", "held", 1.0, 1.0),
    ("gru", "tied", 0.5, 0.5),
    ("article", "free", 0.881, 0.5),
)


class GatePad(Explorer):
    """Every pair of gate values at once: ‖dh_T/dh_k‖₂ from the last word back to k, the cats; or the state after T words.

    A gated cell of 16 units, N(0, 1/H), reads the cats' sentence up to its verb. `G1` and `G2` are where each gate's bias puts
    it at rest. `gates`: "free" (both read x and h), "tied" (G2 = 1 − G1 in each unit at each step, whatever its own
    bias) or "held" (constant). `length` is T.
    """

    name = "gate_pad"
    facts = {"places": [list(place) for place in PLACES], **HEARD}
    G1 = Grid(VALUES, 0.5)
    G2 = Grid(VALUES, 0.5)
    gates = Choice(GATES)
    view = Choice(("gradient", "state"))
    weight_scale = Grid(SCALES, 1.0)
    length = Grid(LENGTHS, LENGTHS[-1])

    def parts(self) -> Parts:
        for gates in GATES:
            yield sweep(gates)

    def at(self) -> tuple[int, int]:
        """The place on the pad, as indices of the two gates; tied gates stand on the line G2 = 1 − G1."""
        i, j = self.places("G1", "G2")
        return i, len(VALUES) - 1 - i if self.gates == "tied" else j

    def numbers(self) -> dict[str, float]:
        """At this place: "gradient" ‖dh_T/dh_k‖₂ at the cats, "state" the largest |entry| of h_T, "G1" and "G2" the means."""
        return {name: float(self.look_up(f"{name}_{self.gates}", "weight_scale", "length")[self.at()]) for name in SHOWN}

    def said(self) -> Said:
        numbers, (i, j), T = self.numbers(), self.at(), self.length
        told: dict[str, Any] = {name: fixed(numbers[name], 3) for name in ("G1", "G2")}
        told |= {"gates": self.words[f"are_{self.gates}"], "view": self.words[f"colour_{self.view}"]}
        told |= {"last": PREFIXES[T][-1], "lags": TO_SUBJECT[T], "state": text.say(numbers["state"], "0")}
        yield self.say("shows", gradient=numbers["gradient"], **told)
        for name, *place in PLACES:
            if place == [self.gates, VALUES[i], VALUES[j]]:
                yield self.say("here", name=self.words[f"place_{name}"], what=self.words[f"is_{name}"])

    def still(self) -> Bars:
        pads = {gates: self.look_up(f"{self.view}_{gates}", "weight_scale", "length") for gates in GATES}
        places = [(f"place_{name}", pads[gates][VALUES.index(G1), VALUES.index(G2)]) for name, gates, G1, G2 in PLACES]
        return [(self.words[name], float(value)) for name, value in places]


@kept
def sweep(gates: str) -> Arrays:
    """gradient, state, G1, G2 at every place: (scales, lengths, G1, G2). Tied gates stand on their line alone, all else is 0.

    The biases of the two gates come in through two inputs that are 1 in the rows of their gate: so one batch holds all.
    """
    n, S, H = len(BIASES), len(SCALES), HIDDEN
    s, i, j = (index.ravel() for index in np.indices((S, n, n)))
    if gates == "tied":
        s, i, j = (index[i + j == n - 1] for index in (s, i, j))
    cell = GatedCell(WORDS + 2, H)
    if gates != "free":
        free_gates.held(cell, 0.5, 0.5) if gates == "held" else free_gates.tied(cell)
    cell.params["W_x"][:, WORDS:] = np.kron(np.eye(3, 2), np.ones((H, 1)))  # the rows of G1, of G2, and of the candidate
    openings = np.stack([np.take(BIASES, i), np.take(BIASES, j)], axis=-1)
    found = {name: np.zeros((S, len(LENGTHS), n, n)) for name in SHOWN}
    for l, T in enumerate(LENGTHS):
        x = np.concatenate([heard(T, len(s)), np.broadcast_to(openings, (T, *openings.shape))], axis=2)
        trace = cell.unroll(x, scales=np.take(SCALES, s))
        with overflow.quietly():
            found["gradient"][s, l, i, j] = 10.0 ** memory.norms_back(cell, trace, T - 1, [TO_SUBJECT[T]])[:, 0]
        found["state"][s, l, i, j] = np.abs(trace.h[-1]).max(axis=-1)
        for name in ("G1", "G2"):
            found[name][s, l, i, j] = trace.gates[name].mean(axis=(0, 2))
    return {f"{name}_{gates}": values for name, values in found.items()}
