"""Temporal order, trained: what clipping is worth on a task with exploding gradients."""

import numpy as np

from .. import train
from .recipe import Recipe, grid
from .training import make, train_until

TEMPORAL_ORDER = Recipe(
    "temporal_order",
    "updates of plain gradient descent to 99 % right, with the gradient clipped at 1 and without, for each length and two starts",
    train_until,
    grid(
        task=[("TemporalOrder", {"length": T}) for T in (10, 20, 30)],
        cell=("tanh", "tanh, N(0, 1/H)"),
        hidden=[50],
        fit=[{"steps": 10_000, "batch_size": 20, "optimizer": "sgd", "lr": 0.1, "clip": clip} for clip in (None, 1.0)],
        reach=[0.99],
        seed=range(5),
    ),
)


def flat_states(clip: float | None, seed: int, steps: int = 600, length: int = 20) -> float:
    """The share of states beyond ±.95, where tanh is flat, after so many of the recipe's steps from N(0, 1/H)."""
    settings = {**TEMPORAL_ORDER.runs[0], "cell": "tanh, N(0, 1/H)", "task": ("TemporalOrder", {"length": length}), "seed": seed}
    task, model = make(settings)
    train.fit(model, task, seed=seed, progress=False, **{**settings["fit"], "clip": clip, "steps": steps})
    h = model.forward(*task.batch(200, np.random.default_rng(1))).trace.h
    return float((np.abs(h) > 0.95).mean())
