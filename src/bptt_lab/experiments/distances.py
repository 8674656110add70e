"""Was or were, trained on some distances and asked at others: what is remembered, and what could have been learnt?"""

import numpy as np

from .. import memory
from ..lessons.short_term_memory import ASKED
from ..memory import probe
from ..model import SequenceModel
from ..tasks import Agreement
from ..tasks.agreement import SUBJECT
from .agreement import SGD
from .recipe import Recipe, Result, Settings, grid
from .training import fit, make

# What the nets are trained on, and for how many steps.
SHORT = {"task": ("Agreement", {"distance": (0, 5)}), "fit": {**SGD, "steps": 1000}}
LONG = {"task": ("Agreement", {"distance": (15, 25)}), "fit": SGD}
FIXED = {"task": ("Agreement", {"distance": 10}), "fit": SGD}
MIXED = {"task": ("Agreement", {"distance": (0, 30), "targets": "verb"}), "fit": SGD}
EVERY_WORD = {"task": ("Agreement", {"distance": (0, 30), "targets": "all"}), "fit": SGD}
UNTRAINED = {"task": ("Agreement", {"distance": (0, 5)}), "fit": None}


def asked(model: SequenceModel, distance: int, targets: str = "verb", seed: int = 1) -> dict[str, float]:
    """The three measurements of one net, `distance` words behind the subject, over 1000 fresh sentences.

    "right": the share of the verbs that it says right. "held": how well a line reads the subject's number off the last state;
    a half is guessing. "left": log10 ‖dh_T/dh_k‖₂, k the subject, the median of 16 sentences.
    """
    right = Agreement(distance, targets=targets).score(model, n=1000, seed=seed)
    x, number, _ = Agreement(distance).batch(1000, np.random.default_rng([seed, 2]))
    held = probe.accuracy(model.cell.unroll(x).h[-1], number[-1])
    trace = model.cell.unroll(x[:, :16])
    left = memory.norms_back(model.cell, trace, trace.T - 1, [trace.T - 1 - SUBJECT])
    return {"right": right, "held": held, "left": float(np.median(left))}


def train_and_ask(settings: Settings) -> Result:
    """Train with "fit" (None: not at all), then ask at each of `ASKED`: "right", "held" and "left" are lists."""
    task, model = make(settings)
    if settings["fit"]:
        fit(model, task, settings)
    targets = settings["task"][1].get("targets", "verb")
    found = [asked(model, distance, targets) for distance in ASKED]
    return {what: [round(answers[what], 3 if what != "left" else 2) for answers in found] for what in found[0]}


DISTANCES = Recipe(
    "distances",
    "what nets trained on some distances say, hold and could still learn at others",
    train_and_ask,
    [
        {**trained, **more}
        for more in grid(cell=("tanh", "LSTM, open"), seed=range(5))
        for trained in (UNTRAINED, SHORT, LONG, FIXED, EVERY_WORD)
    ]
    + [{**MIXED, "cell": "tanh", "seed": seed} for seed in range(5)],
)
