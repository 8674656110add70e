"""Scratch: arrays of one size side by side in one piece of memory, and every step's views of them.

A step's vectors are columns, one for each sequence, so that every gate of a step is one contiguous block of rows; with
one sequence the last axis is left out. Scratch is borrowed for one call and given back.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..basics import checks, overflow

np.empty(2_000_000)  # 16 MB, freed at once: then glibc keeps what is freed. A training step takes 12 % less, a first picture 10 %

SMALL = 200_000  # numbers: scratch up to that size is kept for the next call, and what a trace needs is copied out
LARGE = 1_000_000  # the way back keeps its scratch up to that size, one of more than SMALL at a time
CHUNK = 65_536  # numbers: what the way back computes ahead for some steps stays in the processor's cache
FEW_UNITS = 64  # up to here a product of one vector with zeros and ones in the matrix is quicker than one more call


class Scratch:
    """Arrays of these shapes, side by side."""

    def __init__(self, shapes: dict[str, tuple[int, ...]], B: int = 1):
        ends = np.cumsum([0, *map(math.prod, shapes.values())]).tolist()
        self.layout = [(name, slice(*ends[i : i + 2]), shapes[name]) for i, name in enumerate(shapes)]
        self.flat = np.empty(ends[-1])  # no zeros: with H=64 and 500 steps 3 % of the time
        self.small, self.B, self.started = self.flat.size <= SMALL, B, True  # started: zeros may not stand at the start
        self.arrays = carve(self.layout, self.flat)
        self.silently, self.squares = overflow.silent_context().run, checks.square_sum(self.flat)
        self.work: dict[str, Any] = {}  # what nobody keeps, and views made once
        self.found: Any = None  # what the caller is given in the end
        self.seen: Any = None  # a copy of what a trace kept, and the pieces of the way back through it
        self.steps: Any = None  # for each step, the views that a loop goes through

    def finite(self) -> bool:
        return math.isfinite(self.squares().item()) or bool(np.isfinite(self.flat).all())

    def products(self, W: np.ndarray) -> Callable:
        """(v, out) -> W v. In pieces where OpenBLAS copied W first, from a million multiplications on: 1.3 to 2.2 × as quick."""
        n = -(-len(W) // (W.size * self.B // 1_000_000 + 1))
        pieces = [(W[start : start + n].dot, slice(start, start + n)) for start in range(0, len(W), n)]
        return (lambda v, out: [piece(v, out[rows]) for piece, rows in pieces]) if len(pieces) > 1 else W.dot


def carve(layout: list, flat: np.ndarray) -> dict[str, np.ndarray]:
    return {name: flat[place].reshape(shape) for name, place, shape in layout}


def one_column(array: np.ndarray) -> np.ndarray:
    """An array as the loops use it: without its last axis if that is one sequence."""
    return array[..., 0] if array.shape[-1] == 1 else array


def side_by_side(steps: np.ndarray) -> np.ndarray:
    """(n, …, B) -> (rows, n·B): the columns of all steps in one matrix."""
    n, B = len(steps), steps.shape[-1]
    return steps.reshape(n, -1, B).swapaxes(0, 1).reshape(-1, n * B)


def below_each_other(blocks: np.ndarray, n: int) -> np.ndarray:
    """The first n blocks of each step as one vector: (T, ≥ n, H[, B]) -> (T, n H[, B])."""
    return blocks.reshape(len(blocks), -1, *blocks.shape[3:])[:, : n * blocks.shape[2]]


_shelf: dict[tuple, Scratch] = {}


def take(key: tuple, make: Callable[[], Scratch]) -> Scratch:
    """Scratch that nobody else uses, also when several threads ask: `dict.pop` is atomic."""
    return _shelf.pop(key, None) or make()


def give_back(key: tuple, scratch: Scratch) -> None:
    if not scratch.small:
        return
    if len(_shelf) >= 32:
        _shelf.clear()
    if scratch.flat.size > SMALL:
        for other in [other for other, kept in list(_shelf.items()) if kept.flat.size > SMALL]:
            _shelf.pop(other, None)
    _shelf[key] = scratch
