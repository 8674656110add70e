"""What notebook 06 measures of starts and of ReLU, over seeds. One seed is one net and one sequence of inputs.

H units read H Gaussian inputs of standard deviation `spread`; W_x is N(0, 1/H), biases are 0. What is measured is
dh_T/dh_{T−lag}, the product of Jacobians at the end of T = 160 steps. Truncation and clipping are measured on the smaller nets
of `scored`. Everything depends on these settings: name them beside a number.
"""

from collections.abc import Iterator

import numpy as np

from . import checks, memory, text
from .cells import RNNCell
from .cells.trace import Trace
from .growth import LAGS, STEPS, fitted
from .model import Run, SequenceModel

FLOAT32 = float(np.finfo(np.float32).max)

# `init`, and the weight scale for H units.
STARTS = {
    "N(0, 1/H)": ("normal", lambda H: 1.0),
    "He, N(0, 2/H)": ("normal", lambda H: 2**0.5),
    "orthogonal": ("orthogonal", lambda H: 1.0),
    "identity": ("identity", lambda H: 1.0),
    "N(0, 1)": ("normal", lambda H: H**0.5),
}


def run(start: str, activation: str, spread: float, seed: int, H: int = 64) -> tuple[RNNCell, Trace]:
    """A fresh net of that start, and its trace over 160 inputs."""
    init, scale = STARTS[checks.choice("start", start, STARTS)]
    cell = RNNCell(H, H, activation, scale(checks.count("H", H)), init, seed)
    return cell, cell.unroll(checks.number("spread", spread) * np.random.default_rng([seed, 1]).standard_normal((STEPS, H)))


def slopes(start: str, activation: str, spread: float, seeds: int = 10, H: int = 64) -> np.ndarray:
    """(seeds,): nats a step, of the line through ln ‖dh_T/dh_{T−lag}‖₂ at the lags 20, 30, …, 150; −inf if vanished exactly."""
    runs = (run(start, activation, spread, seed, H) for seed in range(seeds))
    return np.array([fitted(memory.norms_back(*net, STEPS - 1, LAGS)) for net in runs])


def by_start(activation: str, spreads: tuple[float, ...] = (0.1, 1.0), seeds: int = 10, H: int = 64) -> np.ndarray:
    """(starts, spreads, seeds): `slopes`, nats a step, of each of STARTS in its order, for inputs of each deviation."""
    return np.array([[slopes(start, activation, spread, seeds, H) for spread in spreads] for start in STARTS])


def open_paths(lag: int, spread: float = 0.1, seeds: int = 10, H: int = 64) -> np.ndarray:
    """(seeds,): the share of ReLU units, started at the identity, that were on at each of the last `lag` steps.

    There J_t is diagonal with entries 0 and 1, so the diagonal of the product says which paths are still open.
    """
    lag = checks.index("lag", lag, STEPS + 1)
    runs = (run("identity", "relu", spread, seed, H) for seed in range(seeds))
    return np.array([np.diag(memory.jacobian_product(*net, STEPS - 1, STEPS - 1 - lag)).mean() for net in runs])


def past_float32(start: str, activation: str, spread: float = 0.1, seeds: int = 20, H: int = 64) -> np.ndarray:
    """(seeds,): the first step, counted from 1, whose state no longer fits into float32; 0 where all 160 do."""
    found = []
    for seed in range(seeds):
        sizes = np.abs(run(start, activation, spread, seed, H)[1].h).max(axis=1)
        found.append(int(np.argmax(sizes > FLOAT32)) + 1 if sizes.max() > FLOAT32 else 0)
    return np.array(found)


def scored(T: int, spread: float, seeds: int = 40, only_last: bool = False, **start) -> Iterator[tuple[SequenceModel, Run]]:
    """Fresh tanh nets of 32 units, each with its run over T words: 8 Gaussian inputs of deviation `spread`, 8 classes.

    Targets are drawn evenly. Every word has a loss, or only the last. start: `init` and what else an RNNCell takes.
    """
    mask = np.arange(T) == T - 1 if only_last else None
    for seed in range(seeds):
        model = SequenceModel(RNNCell(8, 32, seed=seed, **start), 8, seed=seed)
        rng = np.random.default_rng([seed, 1])
        yield model, model.forward(spread * rng.standard_normal((T, 8)), rng.integers(8, size=T), mask)


def truncated(k: int, weight_scale: float, seeds: int = 40, T: int = 32) -> np.ndarray:
    """(seeds, 2): what is left of dL/dW_x when it is cut every k steps: its norm over the whole one's, and the cosine of the two.

    `scored` nets, N(0, 1/H) times weight_scale, a loss at every step, inputs of deviation 0.1.
    """
    found = []
    for model, run in scored(T, 0.1, seeds, weight_scale=weight_scale):
        whole, kept = (model.backward(run, truncate=cut)["W_x"] for cut in (None, k))
        sizes = np.linalg.norm(whole), np.linalg.norm(kept)
        found.append((sizes[1] / sizes[0], np.vdot(whole, kept) / (sizes[0] * sizes[1])))
    return np.array(found)


def far_share(dx: np.ndarray) -> float:
    """‖dL/dx_1‖ / ‖dL/dx_T‖, of a gradient with respect to the inputs (T, I): the first word's message over the last one's."""
    return float(np.linalg.norm(dx[0]) / np.linalg.norm(dx[-1]))


def rows(found: np.ndarray, activation: str) -> list[list[str]]:
    """What `by_start` found, for a table: a start a row, its `text.spread` at each deviation of the inputs.

    Of tanh from N(0, 1) it says only which half nat its median is over. That net is chaotic: another processor makes other
    nets of the same seeds, and medians of ten of them differ by 0.05.
    """
    chaotic = {"N(0, 1)"} if activation == "tanh" else set()
    return [[start, *map(_over if start in chaotic else _spread, each)] for start, each in zip(STARTS, found)]


def _over(values: np.ndarray) -> str:
    return f"over {np.floor(2 * np.median(values)) / 2:z.1f}"


def _spread(values: np.ndarray) -> str:
    return text.spread(values, ".2f")


def powers(values: np.ndarray) -> str:
    """`text.spread` in powers of ten; 0 where nothing is left."""
    return text.spread(values, lambda value: "0" if value == 0 else f"10^{np.log10(value):z.0f}")
