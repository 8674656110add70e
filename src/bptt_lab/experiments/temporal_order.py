"""Temporal order, trained: what clipping is worth on a task with exploding gradients."""

import numpy as np

from .. import memory, tasks, train
from ..cells import RNNCell
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


def flat_states(clip: float | None, seed: int, steps: int = 1000, length: int = 20) -> float:
    """The share of states beyond ±.95, where tanh is flat, after so many of the recipe's steps from N(0, 1/H).

    Without clipping the last bit of a weight decides what becomes of one net: speak of several nets, and of 1000 steps or more.
    """
    settings = {**TEMPORAL_ORDER.runs[0], "cell": "tanh, N(0, 1/H)", "task": ("TemporalOrder", {"length": length}), "seed": seed}
    task, model = make(settings)
    train.fit(model, task, seed=seed, progress=False, **{**settings["fit"], "clip": clip, "steps": steps})
    h = model.forward(*task.batch(200, np.random.default_rng(1))).trace.h
    return float((np.abs(h) > 0.95).mean())


def message_left(init: str, seed: int, length: int = 30) -> float:
    """log10 ‖dh_T/dh_1‖₂ of the recipe's untrained net of that start, T = `length`: the geometric mean of 16 sequences."""
    task = tasks.TemporalOrder(length=length)
    x, _, _ = task.batch(16, np.random.default_rng(0))
    cell = RNNCell(task.input_size, TEMPORAL_ORDER.runs[0]["hidden"], init=init, seed=seed)
    return float(memory.norms_back(cell, cell.unroll(x), length - 1, [length - 1]).mean())
