"""Temporal order, trained: what clipping is worth on a task with exploding gradients."""

from .recipe import Recipe, grid
from .training import train_until

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
