"""What notebook 09 measures: which part of a trained LSTM carries the word, found by taking parts away.

The nets have 32 units, forget gates that start closed, and are trained by Adam at .005, clipped at 1, on was/were with 1 to 30
words between subject and verb. A part is taken away from the trained net alone: nothing is trained again.
"""

import copy
from collections.abc import Callable
from functools import partial

import numpy as np

from .. import memory, readers, train
from ..cells import Cell, GRUCell, LSTMCell, RNNCell
from ..model import SequenceModel
from ..tasks import Adding, Agreement, English, TemporalOrder
from .gates import hold
from .short_term_memory import fresh, until_right

GATES = ("input", "forget", "output")
FAR = (30, 100)  # the words between, when the nets are asked


def adders(seed: int = 0, H: int = 48) -> dict[str, SequenceModel]:
    """A GRU whose update gate starts open, and a tanh net, fresh, for the adding problem."""
    start = {"init": "uniform", "seed": seed}  # PyTorch's start
    cells: dict[str, Cell] = {"GRU, open": GRUCell(2, H, gate_bias=1.0, **start), "tanh": RNNCell(2, H, **start)}
    return {name: SequenceModel(cell, 1, "mse", seed=seed) for name, cell in cells.items()}


def closed_lstm(seed: int, distance: tuple[int, int] = (1, 30), steps: int = 500) -> SequenceModel:
    """An LSTM whose gates start closed, trained until 99 % are right."""
    net, task = fresh(LSTMCell, seed), Agreement(distance)
    train.fit(net, task, steps, optimizer="adam", lr=5e-3, seed=seed, until=until_right(net, task), progress=False)
    return net


# What is taken away, in words, and how: σ(0) is one half. "cell" is the candidate g, in the package's name for its block.
TAKEN: dict[str, Callable[[Cell], object]] = {
    "nothing": lambda cell: None,
    "f held at 1/2": lambda cell: hold(cell, "forget", 0.0),
    "all three gates held at 1/2": lambda cell: list(map(partial(hold, cell, bias=0.0), GATES)),
    "f held at 0": lambda cell: hold(cell, "forget", -40.0),
    "the candidate's loop": lambda cell: cell.params["W_hh"][cell.rows_of("cell")].fill(0.0),  # it reads the word alone
}


def taken_apart(nets: list[SequenceModel]) -> dict[str, np.ndarray]:
    """What each net says right of 300 sentences with a part taken away: TAKEN -> (nets, FAR). The nets stay as they are."""
    asked = [Agreement(d).batch(300, np.random.default_rng(1)) for d in FAR]
    found = {}
    for name, take in TAKEN.items():
        right = []
        for net in map(copy.deepcopy, nets):
            take(net.cell)
            right.append([np.mean(net.forward(x, verbs, mask).y[mask].argmax(axis=1) == verbs[mask]) for x, verbs, mask in asked])
        found[name] = np.array(right)
    return found


def forget_gates(nets: list[SequenceModel], distance: int = 30) -> np.ndarray:
    """(nets, units): the mean forget gate of each unit, over the words of 100 sentences."""
    x, _, _ = Agreement(distance).batch(100, np.random.default_rng(1))
    return readers.forget_gates([net.cell for net in nets], x)


def before_and_after(x: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The PyTorch LSTMs, untrained and trained on adding: half-lives (nets,), and mean forget gates (nets, units).

    The half-life is that of `memory.report`, without the rest of it.
    """
    T = len(x)
    lags, found = range(T // 10, T), {}
    for state in ("untrained", "trained"):
        cells = readers.examples(state)
        norms = [memory.norms_back(cell, cell.unroll(x), T - 1, lags).mean(axis=0) for cell in cells]
        half = np.array([memory.half_life(memory.slope(lags, logs)) for logs in norms])
        found[state] = half, readers.forget_gates(cells, x)
    return found


def trained_gates() -> np.ndarray:
    """(nets, units): the mean forget gates of the PyTorch LSTMs that were trained on adding."""
    return readers.forget_gates(readers.examples("trained"), Adding(length=200).batch(16, np.random.default_rng(0))[0])


def adding_with_gates_held(length: int = 50) -> dict[str, np.ndarray]:
    """The squared error of the trained ones if forget gates of some units are held at one half: which units -> (nets,).

    The readout is fitted anew by least squares, to 1000 sequences each time; always saying 1 has 1/6.
    """
    x, sums, _ = Adding(length).batch(1500, np.random.default_rng(2))
    errors: dict[str, list[float]] = {"no gate": [], "the most open gate": [], "the 23 others": []}
    for cell in readers.examples("trained"):
        (openness,) = readers.forget_gates([cell], x[:, :100])
        most = openness == openness.max()
        for found, units in zip(errors.values(), (most & ~most, most, ~most)):
            changed, rows = cell.frozen(), cell.rows_of("forget")
            changed.stack[rows][units] = 0.0  # σ(0) is one half
            h = np.column_stack([changed.unroll(x).h[-1], np.ones(1500)])
            readout = np.linalg.lstsq(h[:1000], sums[-1, :1000], rcond=None)[0]
            found.append(float(np.square(h[1000:] @ readout - sums[-1, 1000:]).mean()))
    return {held: np.array(found) for held, found in errors.items()}


def flat_states(clip: float | None, seed: int, steps: int = 1000, length: int = 20) -> float:
    """The share of states beyond ±.95, where tanh is flat, after so many steps of the recipe `temporal_order` from N(0, 1/H).

    Without clipping the last bit of a weight decides what becomes of one net: speak of several nets, and of 1000 steps or more.
    """
    task, net = TemporalOrder(length), SequenceModel(RNNCell(TemporalOrder.input_size, 50, seed=seed), 4, seed=seed)
    train.fit(net, task, steps, batch_size=20, lr=0.1, clip=clip, seed=seed, progress=False)
    h = net.forward(*task.batch(200, np.random.default_rng(1))).trace.h
    return float((np.abs(h) > 0.95).mean())


def message_left(init: str, seed: int, length: int = 30, steps: int = 0) -> float:
    """log10 ‖dh_T/dh_1‖₂ of that recipe's net of this start, T = `length`: the geometric mean of 16 sequences.

    Untrained, or after so many steps, clipped at 1.
    """
    task, cell = TemporalOrder(length), RNNCell(TemporalOrder.input_size, 50, init=init, seed=seed)
    if steps:
        train.fit(SequenceModel(cell, 4, seed=seed), task, steps, batch_size=20, lr=0.1, clip=1.0, seed=seed, progress=False)
    x, _, _ = task.batch(16, np.random.default_rng(0))
    return float(memory.norms_back(cell, cell.unroll(x), length - 1, [length - 1]).mean())


def decided(task: English, least: int = 20, share: float = 0.95) -> float:
    """The share of the test's verbs whose last word all but decides them: in training it stood `least` times or more before a
    verb, and one verb followed in at least this share."""
    words = len(task.vocabulary)
    seen, were = np.bincount(task.train.last, minlength=words), np.bincount(task.train.last, task.train.were, words)
    one_verb = np.maximum(were, seen - were) >= share * seen
    return float(((seen >= least) & one_verb)[task.test.last].mean())
