"""Random problems that show what is wrong: one factory for all exercises.

The cases differ in length, in sizes, in how strong the weights are and in how large the numbers. Among them are one word and
many, states near ±1, gradients past any limit at which people clip, and zeros. Starts are not zero.
"""

from collections import namedtuple
from functools import partial
from typing import Any

import numpy as np

from ..cells import RNNCell
from ..model import SequenceModel, losses
from .telling import tell

# T words of I numbers, H units; weight_scale of W_hh, and the size of what is random.
Case = namedtuple("Case", "T I H scale size")
SIZES = (4, 6, 5, 1.0, 1.0), (1, 2, 3, 0.5, 1.0), (5, 5, 2, 3.0, 300.0), (9, 9, 4, 0.3, 1e-3), (3, 4, 3, 1.5, 20.0)
CASES = [Case(*sizes) for sizes in SIZES]


def numbers(rng, i: int, *shape: int) -> np.ndarray:
    """Random numbers of the size of case i; in some cases there is a zero among them."""
    found = CASES[i].size * rng.standard_normal(shape)
    if i > 1:
        found.flat[rng.integers(found.size)] = 0.0
    return found


def cell_of(kind: Any, rng, i: int):
    """A cell of that kind with random biases, of the sizes of case i."""
    cell = kind(CASES[i].I, CASES[i].H, weight_scale=CASES[i].scale, seed=i)
    for name in [name for name in cell.params if name.startswith("b")]:
        cell.params[name] = 0.5 * rng.standard_normal(cell.params[name].shape)
    return cell


def way_back(kind: Any, rng, i: int, k: int | None = None) -> tuple:
    """A whole way back through a sentence; with k, cut every k steps."""
    T, I, H, _, _ = CASES[i]
    cell = cell_of(kind, rng, i)
    x = np.eye(I)[rng.permutation(I)[:T]]  # each word has a column of W_x to itself
    start = rng.standard_normal((len(cell.parts), H))
    trace, dh = cell.unroll(x, cell.state_of(start)), numbers(rng, i, T, H)
    pieces = [slice(first, min(first + (k or T), T)) for first in range(0, T, k or T)]
    grads = [cell.backward(trace.piece(piece), dh[piece, None]) for piece in pieces]
    truth = {name: np.sum([g[name] for g in grads], axis=0) for name in cell.params}
    arguments = (cell, trace, dh) if k is None else (cell, trace, dh, k)
    return arguments, truth, lambda found: at_which_word(found.get("W_x"), truth["W_x"], x)


def whole_way(kind: Any, start: float = 0.0) -> tuple:
    """The small case and the problems of an exercise about the whole way back: SMALL and problem(rng, i)."""
    return by_hand(kind, start), partial(way_back, kind)


def one_step(kind: Any, rng, i: int) -> tuple:
    """A way back through one word, where the gradient of b is dL/da, and that of the start is what goes on to the step before:
    (cell, the trace, its gates, the states before, what arrives, the gradients)."""
    cell, H = cell_of(kind, rng, i), CASES[i].H
    start, arrives = rng.standard_normal((len(cell.parts), H)), numbers(rng, i, len(cell.parts), H)
    trace = cell.unroll(rng.standard_normal((1, cell.input_size)), cell.state_of(start))
    gates = [gate[0].copy() for gate in trace.gates.values()]
    return cell, trace, gates, start, arrives, cell.backward(trace, *arrives[:, None])


def at_which_word(found: np.ndarray | None, right: np.ndarray, x: np.ndarray) -> str:
    """Where on the way back dL/dW_x first goes wrong, in words that have a column each."""
    if found is None or found.shape != right.shape:
        return ""
    wrong = np.flatnonzero(np.abs((found - right) @ x.T).max(axis=0) > 1e-7 * np.abs(right).max())
    at = {"k": wrong[-1] + 1, "T": len(x), "t": wrong[-1]} if len(wrong) else {}
    return tell("On the way back W_x first goes wrong at word {k} of {T}, t={t}.", **at) if at else ""


def by_hand(kind: Any, start: float = 0.0) -> tuple:
    """One unit that reads two words, with W_x = 1 and W_hh = ½."""
    cell = kind(1, 1)
    for name, value in cell.params.items():
        cell.params[name] = np.full_like(value, {"W_x": 1.0, "W_hh": 0.5}.get(name, 0.0))
    trace = cell.unroll(np.array([[1.0], [0.0]]), cell.state_of(np.full((len(cell.parts), 1), start)))
    return cell, trace, np.ones((2, 1))


def sentence(rng, i: int, T: int = 0) -> tuple:
    """A model of the plain cell, and its run over a sentence: (model, run, the Jacobians, dL_t/dh_t of the last word)."""
    model, T = SequenceModel(cell_of(RNNCell, rng, i), 3, seed=i), T or CASES[i].T
    x = rng.standard_normal((T, CASES[i].I))
    run = model.forward(x, rng.integers(3, size=T), h0=rng.standard_normal(CASES[i].H))
    return model, run, [model.cell.jacobian(run.trace, t) for t in range(T)], run.dh[T - 1, 0]


def guesses(rng, i: int, counts: list[int]) -> tuple:
    """((y, targets, mask), p): outputs of any size for each word, the right words, which of them count; and probabilities."""
    y = (1, 1, 3, 0.1, 10)[i] * rng.standard_normal((len(counts), (4, 3, 6, 9, 2)[i]))
    return (y, rng.integers(y.shape[1], size=len(y)), np.array(counts, bool)), losses.probabilities(y)
