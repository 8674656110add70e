"""What is said about vanishing and exploding, told apart: what suffices, what is necessary, what is wrong.

Each statement comes with nets that decide it, run when you ask. For what is wrong they are the counter-example: the premise
holds in them, and the conclusion does not. For what is true they show it at work; no net could break it.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from . import growth
from .cells import RNNCell

SEEDS = 10
ONE_FIFTH = np.full((10, 10), 0.2)
Net = tuple[RNNCell, np.ndarray, np.ndarray | None]  # a cell, what it reads, and its start; None for zeros


class Statement(NamedTuple):
    """verdict: "sufficient", "necessary" or "wrong". nets(): the nets that decide it, described by `example`."""

    says: str
    verdict: str
    example: str
    nets: Callable[[], Iterator[Net]]

    def factors(self) -> np.ndarray:
        """What one step multiplies the norm by, e^slope, for each net: below 1 it vanishes, above 1 it explodes."""
        return np.array([np.exp(growth.slope(cell, x, h0)) for cell, x, h0 in self.nets()])

    def expects_less_than_1(self) -> bool:
        """Whether the factors of these nets must be below 1: it says so and holds, or it says the opposite and is wrong."""
        says_small = "vanishes" in self.says or "cannot grow" in self.says
        return says_small != (self.verdict == "wrong")


def drawn(weight_scale: float, init: str = "normal", activation: str = "tanh", H: int = 64) -> Iterator[Net]:
    """SEEDS nets of that start, each with Gaussian inputs of its own."""
    for seed in range(SEEDS):
        x = growth.inputs(0.1, (growth.STEPS, growth.BATCH, H), seed, 1)
        yield RNNCell(H, H, activation, weight_scale, init, seed), x, None


def silent(cell: RNNCell, h0: float = 0.0, first: float = 0.0) -> Iterator[Net]:
    """A net made by hand, which reads nothing after its first input."""
    x = np.zeros((growth.STEPS, 1))
    x[0] = first
    yield cell, x, np.full(cell.hidden_size, h0)


def awake() -> Iterator[Net]:
    """Ten units whose weights are all 0.2, each with the same input: it drives them together into tanh's flat ends."""
    for seed in range(SEEDS):
        yield by_hand(ONE_FIFTH, "tanh", W_x=1.0), growth.inputs(0.1, (growth.STEPS, growth.BATCH, 1), seed, 1), None


def by_hand(W_hh, activation: str, W_x=0.0, b=0.0) -> RNNCell:
    """A cell with one input and these weights."""
    cell = RNNCell(1, len(W_hh), activation)
    cell.params["W_hh"], cell.params["W_x"][:, 0], cell.params["b"][:] = W_hh, W_x, b
    return cell


def balanced(w: float, H: int) -> RNNCell:
    """Sigmoid, all weights w, biases that hold every pre-activation at 0 while the state is ½. So f' is ¼, its largest."""
    return by_hand(np.full((H, H), w), "sigmoid", b=-w * H / 2)


def radius_zero() -> RNNCell:
    """Two ReLUs, W_hh = 3 [[1, 1], [−1, −1]]. Its square is 0, so its eigenvalues are 0.

    The second unit is off as soon as the first is on. The rows that are on, [[3, 3], [0, 0]], have the eigenvalue 3.
    """
    return by_hand(3.0 * np.array([[1.0, 1.0], [-1.0, -1.0]]), "relu", W_x=np.array([1.0, 0.0]))


ALL = (
    Statement("γσ_max < 1, so it vanishes", "sufficient", "N(0, .45²/H), σ_max < .95", lambda: drawn(0.45)),
    Statement("it explodes, so γσ_max > 1", "necessary", "N(0, 3²/H), σ_max > 5", lambda: drawn(3.0)),
    Statement("it explodes, so some ‖J_t‖ > 1", "necessary", "the same nets", lambda: drawn(3.0)),
    Statement("γσ_max > 1, so it explodes", "wrong", "PyTorch's start, σ_max > 1.05", lambda: drawn(1.0, "uniform")),
    Statement("every ‖J_t‖ > 1, so it explodes", "wrong", "N(0, .8²/H), every ‖J_t‖ > 1.2", lambda: drawn(0.8)),
    Statement("all |w| < 1, so it vanishes", "wrong", "all w = .2, H = 10, silent", lambda: silent(by_hand(ONE_FIFTH, "tanh"))),
    Statement("ρ > 1, so it explodes", "wrong", "the same net, ρ = 2, with inputs", awake),
    Statement("ρ < 1, so it vanishes", "wrong", "two ReLUs, ρ = 0, silent", lambda: silent(radius_zero(), first=1.0)),
    Statement("tanh' ≤ 1, so it cannot grow", "wrong", "N(0, 1)", lambda: drawn(8.0)),
    Statement("huge weights explode", "wrong", "N(0, 10¹²)", lambda: drawn(8e6)),
    Statement("sigmoid, |w| < 4: one path vanishes", "sufficient", "one unit, w = 3.8", lambda: silent(balanced(3.8, 1), 0.5)),
    Statement("sigmoid, all |w| < 4: it vanishes", "wrong", "all w = .5, balanced", lambda: silent(balanced(0.5, 64), 0.5)),
    Statement("sigmoid, ‖W_hh‖₂ < 4: it vanishes", "sufficient", "3.9 × orthogonal", lambda: drawn(3.9, "orthogonal", "sigmoid")),
)  # fmt: skip
