"""Notebook 07: a pad of the two gates. Plain and leaky nets, the integrator, the residual link and GRU are places on it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import traitlets

from .. import memory
from ..basics.overflow import quietly
from ..basics.text import say
from ..cells import GatedCell
from ..lessons import gates as free_gates
from ..lessons.vanishing_and_exploding import inputs
from . import sentence_net
from .base import Control, Count, Explorer, Grid, as_sent, fixed

HIDDEN = 16
SCALES = sentence_net.SCALES[::4]
BIASES = (-free_gates.SHUT, -4, -2, -1, 0, 1, 2, 4, free_gates.SHUT)
VALUES = tuple(float(f"{free_gates.gate(bias):.3f}") for bias in BIASES)  # where a gate of that bias stands at rest: 0 to 1
LENGTHS = (2, 6, 11, 21, 41)
GATES = ("free", "tied", "held")


class Place(NamedTuple):
    """A place on the pad that has a name of its own."""

    name: str
    gates: str
    G1: float
    G2: float


PLACES = (
    Place("plain", "held", 0.0, 1.0),
    Place("leaky", "held", 0.881, 0.119),
    Place("integrator", "held", 1.0, 0.119),
    Place("residual", "held", 1.0, 1.0),
    Place("gru", "tied", 0.5, 0.5),
    Place("article", "free", 0.881, 0.5),
)


class GatePad(Explorer):
    """Every pair of gate values at once: how much of ‖dh_T/dh_1‖₂, or of the state, is there after T words.

    A gated cell of 16 units, N(0, 1/H), reads T Gaussian inputs of standard deviation 0.1. Settings: `G1` and `G2`, where each
    gate's bias puts it at rest (0, .018, .119, .269, .5, .731, .881, .982, 1), `gates`: "free" (both read x and h), "tied"
    (G2 = 1 − G1 in each unit at each step, whatever its own bias) or "held" (constant), `view`: "gradient" or "state",
    `weight_scale` (0.1 to 10), `length` (T: 2, 6, 11, 21, 41).
    """

    name = "gate_pad"
    G1 = Grid(VALUES, 0.5).tag(sync=True)
    G2 = Grid(VALUES, 0.5).tag(sync=True)
    gates = traitlets.Enum(GATES, "free").tag(sync=True)
    view = traitlets.Enum(("gradient", "state"), "gradient").tag(sync=True)
    weight_scale = Grid(SCALES, 1.0).tag(sync=True)
    length = Count(LENGTHS[0], LENGTHS[-1], 21, LENGTHS).tag(sync=True)
    places = traitlets.List([list(place) for place in PLACES], read_only=True).tag(sync=True)
    controls = (
        Control("G1", "slider", VALUES),
        Control("G2", "slider", VALUES),
        Control("gates", "choice", GATES),
        Control("view", "choice", ("gradient", "state")),
        Control("weight_scale", "slider", SCALES),
        Control("length", "slider", LENGTHS),
    )

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        for gates in GATES:
            yield sweep(gates)

    def at(self) -> tuple[int, int]:
        """The place on the pad, as indices of the two gates; tied gates stand on the line G2 = 1 − G1."""
        i = VALUES.index(self.G1)
        return i, len(VALUES) - 1 - i if self.gates == "tied" else VALUES.index(self.G2)

    def numbers(self) -> dict[str, float]:
        """At this place: "gradient" ‖dh_T/dh_1‖₂, "state" the largest |entry| of h_T, "G1" and "G2" the gates' means."""
        i, j = self.at()
        index = SCALES.index(self.weight_scale), LENGTHS.index(self.length), i, j
        return {name: float(self._arrays[f"{name}_{self.gates}"][index]) for name in ("gradient", "state", "G1", "G2")}

    def sentence(self) -> str:
        numbers, (i, j) = self.numbers(), self.at()
        means = {name: fixed(numbers[name], 3) for name in ("G1", "G2")}
        sizes = {"gradient": say(numbers["gradient"]), "state": say(numbers["state"], "0")}
        are, view = self.words[f"are_{self.gates}"], self.words[f"colour_{self.view}"]
        text = [self.say("shows", gates=are, T=self.length, lags=self.length - 1, view=view, **means, **sizes)]
        for place in PLACES:
            if (place.gates, place.G1, place.G2) == (self.gates, VALUES[i], VALUES[j]):
                text.append(self.say("here", name=self.words[f"place_{place.name}"], what=self.words[f"is_{place.name}"]))
        return " ".join(text)

    def still(self) -> list[tuple[str, float]]:
        s, l = SCALES.index(self.weight_scale), LENGTHS.index(self.length)
        found = []
        for place in PLACES:
            i, j = VALUES.index(place.G1), VALUES.index(place.G2)
            found.append((self.words[f"place_{place.name}"], float(self._arrays[f"{self.view}_{place.gates}"][s, l, i, j])))
        return found


@lru_cache(maxsize=len(GATES))
def sweep(gates: str) -> dict[str, np.ndarray]:
    """gradient, state, G1, G2 at every place: (scales, lengths, G1, G2). Tied gates stand on their line alone, all else is 0.

    The biases of the two gates come in through two inputs that are 1 in the column of their gate: so one batch holds all.
    """
    n, S, H = len(BIASES), len(SCALES), HIDDEN
    s, i, j = (index.ravel() for index in np.indices((S, n, n)))
    if gates == "tied":
        s, i, j = (index[i + j == n - 1] for index in (s, i, j))
    cell = GatedCell(H + 2, H)
    if gates != "free":
        free_gates.held(cell, 0.5, 0.5) if gates == "held" else free_gates.tied(cell)
    for column, name in enumerate(("G1", "G2")):
        cell.params["W_x"][:, H + column] = 0.0
        cell.params["W_x"][cell.rows_of(name), H + column] = 1.0
    x = np.repeat(inputs(0.1, (LENGTHS[-1], 1, H), 0, 1), len(s), axis=1)
    openings = np.broadcast_to(np.stack([np.take(BIASES, i), np.take(BIASES, j)], axis=-1), (*x.shape[:2], 2))
    trace = cell.unroll(np.concatenate([x, openings], axis=2), scales=np.take(SCALES, s))
    found = {name: np.zeros((S, len(LENGTHS), n, n)) for name in ("gradient", "state", "G1", "G2")}
    for l, T in enumerate(LENGTHS):
        with quietly():
            found["gradient"][s, l, i, j] = 10.0 ** memory.norms_back(cell, trace, T - 1, [T - 1])[:, 0]
        found["state"][s, l, i, j] = np.abs(trace.h[T - 1]).max(axis=-1)
        for name in ("G1", "G2"):
            found[name][s, l, i, j] = trace.gates[name][:T].mean(axis=(0, 2))
    return {f"{name}_{gates}": as_sent(values) for name, values in found.items()}
