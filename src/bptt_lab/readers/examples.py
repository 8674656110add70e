"""Nets that PyTorch trained, as the course brings them: to be measured before one's own."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..basics import checks
from ..cells import Cell
from .any_file import read

EXAMPLES = range(5)  # the seeds of the nets that come with the course


def example(state: str = "trained", seed: int = 0) -> Path:
    """The file of an LSTM that PyTorch trained on the adding problem, T = 50: "trained" or "untrained", for seeds 0 to 4.

    `tools/torch_lstm.py` made them: one layer of 24 units, PyTorch's own start, Adam, to a squared error under .01.
    """
    checks.choice("state", state, ("untrained", "trained"))
    return Path(__file__).parent / "data" / f"torch_lstm_{state}_{checks.index('seed', seed, len(EXAMPLES))}.npz"


def examples(state: str) -> list[Cell]:
    """The cells of all `example` files of one state, in the order of their seeds."""
    return [read(example(state, seed))[0].cell for seed in EXAMPLES]


def forget_gates(cells: Sequence[Cell], x: np.ndarray) -> np.ndarray:
    """(n, H): of n LSTMs that read x, each unit's forget gate, the mean over all steps and sequences."""
    return np.array([each.unroll(x).gates["forget"].mean(axis=(0, 1)) for each in cells])
