"""What notebook 04 measures over many nets: how fast dh_T/dh_k falls or grows, and what does and does not decide it.

Inputs are Gaussian of standard deviation `spread`, as many as units. `slope` and exponents are in nats a step: e^slope is the
factor that one step costs. Each seed is one net with inputs of its own. Everything depends on these settings: name them.

STATEMENTS tells apart what is said about it: what suffices, what is necessary, what is wrong. Each comes with nets that decide
it, run when you ask. For what is wrong they are the counter-example: the premise holds in them, and the conclusion does not.
For what is true they show it at work; no net could break it.

A counter-example is a net for which the last digits of its numbers do not matter: a test moves every weight, input and start by
1e-10. Where states stay bounded, as with tanh and sigmoid, a gradient that keeps growing belongs to a chaotic run: beside a run
that repels its neighbours, as a fixed point may, the nudged net is soon elsewhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from .. import chain_rule, memory
from ..basics import checks, overflow
from ..cells import Cell, RNNCell
from ..model import SequenceModel
from .the_chain_rule_through_time import spread as spread

LAGS = tuple(range(20, 151, 10))  # where the slope is fitted: shorter lags have not settled
STEPS = 160  # words of a sequence
BATCH = 4  # sequences of each kind for one net
SEEDS = 10
fitted = partial(memory.slope, LAGS)  # of log10 norms at LAGS: the least-squares slope in nats a step
ONE_FIFTH = np.full((10, 10), 0.2)
Net = tuple[RNNCell, np.ndarray, np.ndarray | None]  # a cell, what it reads, and its start; None for zeros

# The starts whose exponents are compared: `init` and the weight scale.
STARTS = {
    "U(±1/√H), PyTorch": ("uniform", 1.0),
    "orthogonal": ("orthogonal", 1.0),
    "N(0, 1/H)": ("normal", 1.0),
    "1.5 · N(0, 1/H)": ("normal", 1.5),
    "3 · N(0, 1/H)": ("normal", 3.0),
}


def inputs(spread: float, shape: tuple[int, ...], *seed: int) -> np.ndarray:
    """Gaussian inputs; another seed gives another sequence."""
    return checks.number("spread", spread) * np.random.default_rng(seed).standard_normal(shape)


def slope(cell: Cell, x: np.ndarray, h0: np.ndarray | None = None) -> float:
    """The least-squares slope of ln ‖dh_T/dh_{T−lag}‖₂ over LAGS, nats a step; mean over B. −inf where it vanished exactly."""
    trace = cell.unroll(x, h0)
    return fitted(np.atleast_2d(memory.norms_back(cell, trace, trace.T - 1, LAGS)).mean(axis=0))


def drawn(
    weight_scale: float, init: str = "normal", activation: str = "tanh", H: int = 64, seeds: int = SEEDS, spread: float = 0.1
) -> Iterator[Net]:
    """Nets of that start, each with Gaussian inputs of its own, (STEPS, BATCH, H)."""
    for seed in range(checks.count("seeds", seeds)):
        yield RNNCell(H, H, activation, weight_scale, init, seed), inputs(spread, (STEPS, BATCH, H), seed, 1), None


def exponents(start: str, spread: float, seeds: int = 5, H: int = 64) -> dict[str, np.ndarray]:
    """What the slope is, and what two numbers that never saw its inputs say it is; each (seeds,), nats a step, tanh.

    "slope" on BATCH sequences. "lyapunov": the largest exponent of the same net on BATCH *other* sequences, a prediction.
    "ln σ_max": the logarithm of the largest singular value of W_hh, a bound.
    """
    init, scale = STARTS[checks.choice("start", start, STARTS)]
    found = []
    for seed, (cell, x, _) in enumerate(drawn(scale, init, H=H, seeds=seeds, spread=spread)):
        others = cell.unroll(inputs(spread, x.shape, seed, 2))
        exponent = memory.lyapunov(cell, others, leading=1)[0]
        found.append((slope(cell, x), exponent, np.log(np.linalg.norm(cell.params["W_hh"], 2))))
    return dict(zip(("slope", "lyapunov", "ln σ_max"), np.array(found).T))


def orthogonal(spread: float, seeds: int = 5, H: int = 64) -> dict[str, np.ndarray]:
    """An orthogonal W_hh, so that all that is lost is lost to tanh. "slope", and "mean f'" and "rms f'" over all units and steps.

    Each is (seeds,). What is read is what `exponents` reads.
    """
    nets = drawn(1.0, "orthogonal", H=H, seeds=seeds, spread=spread)
    slopes = [(slope(cell, x), 1 - cell.unroll(x).h ** 2) for cell, x, _ in nets]
    found = [(rate, f.mean(), np.sqrt(np.square(f).mean())) for rate, f in slopes]
    return dict(zip(("slope", "mean f'", "rms f'"), np.array(found).T))


def summary(measured: Mapping[str, Mapping[str, dict[str, np.ndarray]]]) -> tuple[dict, list[tuple[str, ...]], float, float]:
    """What `exponents` found, `measured[kind of input][start]`: medians, rows for a table, and two distances in nats a step.

    medians: of each start, the median slope for each kind of input, and the median ln σ_max. rows: the same, slopes to two
    digits, but to one for nets that may be chaotic, whose second digit depends on the last one of the machine's arithmetic. Then
    how far a slope is from its exponent at most, and how far two slopes of one start are apart, with one kind of input.
    """
    kinds, medians, rows = list(measured.values()), {}, []
    for start, first in kinds[0].items():
        slopes, bound = [np.median(by_start[start]["slope"]) for by_start in kinds], np.median(first["ln σ_max"])
        digits = 2 if STARTS[start][1] == 1 else 1
        medians[start] = *slopes, bound
        rows.append((start, *(f"{value:+z.{digits}f}" for value in slopes), f"{bound:.1f}"))
    each = [one for by_start in kinds for one in by_start.values()]
    off = max(float(np.abs(one["slope"] - one["lyapunov"]).max()) for one in each)
    return medians, rows, off, max(float(np.ptp(one["slope"])) for one in each)


def one_step_back(weight_scale: float, H: int = 64) -> float:
    """log10 ‖dh_50/dh_49‖₂ of one net with the normal start, that reads 50 words; −inf if it vanished exactly."""
    cell = RNNCell(H, H, weight_scale=weight_scale)
    return float(memory.norms_back(cell, cell.unroll(inputs(0.1, (50, H), 0)), 49, [1])[0])


def unit_normal(H: int, spread: float = 0.1, seeds: int = 20) -> dict[str, np.ndarray]:
    """W_hh ~ N(0, 1) whatever the width, tanh. "slope", "ln ρ" and "mean f'" (over all units and steps), each (seeds,)."""
    nets = drawn(checks.count("H", H) ** 0.5, H=H, seeds=seeds, spread=spread)
    found = [(slope(cell, x), np.log(radius(cell.params["W_hh"])), (1 - cell.unroll(x).h ** 2).mean()) for cell, x, _ in nets]
    return dict(zip(("slope", "ln ρ", "mean f'"), np.array(found).T))


def radius(W: np.ndarray) -> float:
    """ρ, the spectral radius."""
    return np.abs(np.linalg.eigvals(W)).max()


def median_of(weight_scale: float, H: int = 64, seeds: int = 10) -> float:
    """The median slope of nets with W_hh ~ N(0, weight_scale²/H), tanh; nats a step."""
    return float(np.median([slope(cell, x) for cell, x, _ in drawn(weight_scale, H=H, seeds=seeds)]))


def over_lag(H: int = 64, lag: int = 15, seeds: int = 40) -> float:
    """The median over nets of log10 ‖dh_T/dh_{T−lag}‖₂ with W_hh ~ N(0, 1), tanh: the norm itself, not a fit."""
    nets = drawn(H**0.5, H=H, seeds=seeds)
    return float(np.median([memory.norms_back(cell, cell.unroll(x), STEPS - 1, [lag]).mean() for cell, x, _ in nets]))


def sizes(H: int, seeds: int = 200) -> dict[str, np.ndarray]:
    """ "ρ" and "σ_max" of W_hh ~ N(0, 1/H), each (seeds,)."""
    drawn = (RNNCell(1, H, seed=seed).params["W_hh"] for seed in range(checks.count("seeds", seeds)))
    return dict(zip(("ρ", "σ_max"), np.array([(radius(W), np.linalg.norm(W, 2)) for W in drawn]).T))


def shift(H: int = 10) -> np.ndarray:
    """½ I and threes above the diagonal: every eigenvalue is ½, and its powers grow a millionfold before they fall."""
    H = checks.count("H", H)
    return 0.5 * np.eye(H) + 3.0 * np.eye(H, k=1)


def matrices() -> dict[str, np.ndarray]:
    """Five matrices W_hh, whose radius and largest stretch say different things; the drawn ones with seed 0."""
    return {
        "N(0, 1/H), H = 8": RNNCell(1, 8).params["W_hh"],
        "N(0, 1/H), H = 100": RNNCell(1, 100).params["W_hh"],
        "N(0, 1), H = 100": RNNCell(1, 100, weight_scale=10.0).params["W_hh"],
        "all 0.2, H = 10": ONE_FIFTH,
        "½ I + 3 · shift, H = 10": shift(),
    }


def power_norms(W: np.ndarray, steps: int) -> np.ndarray:
    """‖Wᵏ‖₂ for k = 0..steps: the norms of a net whose slopes are all 1. Past float64's end it is inf."""
    W, steps = checks.array("W", W), checks.count("steps", steps)
    if W.ndim != 2 or not len(W) == W.shape[1] > 0:
        raise checks.error("W", f"shape {W.shape}", "a square matrix")
    cell = by_hand(W, "tanh")  # it reads nothing and stays at 0, where tanh' is 1: each Jacobian is W
    with overflow.quietly():
        return 10.0 ** memory.norms_back(cell, cell.unroll(np.zeros((steps + 1, 1))), steps)


def signal_to_noise(init: str, weight_scale: float, spread: float, lags: Iterable[int], seeds: int = 5, H: int = 32,
                    sequences: int = 1000) -> dict[str, np.ndarray]:  # fmt: skip
    """Two sizes of g = dL_T/dh_{T−lag} over many sequences with the same target, each (seeds, lags).

    "norm": the root mean square of ‖g‖. "signal to noise": ‖mean of g‖ over the root mean square of ‖g − mean‖. From pure noise
    one would still read about 1/√sequences; where nothing arrives it reads 0. 10 classes; sequences of max(lags) + 10 words.
    """
    lags = [checks.index("lags", lag, STEPS + 1) for lag in np.asarray(lags).ravel().tolist()]
    if not lags or checks.count("sequences", sequences) < 2:
        raise checks.error("lags and sequences", f"{len(lags)} and {sequences}", "at least one lag, and two sequences to compare")
    norms, ratios = np.zeros((2, checks.count("seeds", seeds), len(lags)))
    for seed in range(seeds):
        model = SequenceModel(RNNCell(H, H, "tanh", weight_scale, init, seed), 10, seed=seed)
        x = inputs(spread, (max(lags) + 10, sequences, H), seed, 1)
        run = model.forward(x, np.zeros(x.shape[:2], int), np.arange(len(x))[:, None].repeat(sequences, 1) == len(x) - 1)
        g = run.dh[-1][None] * sequences  # the loss is the mean over the sequences
        for lag in range(max(lags) + 1):
            if lag in lags:
                norms[seed, np.equal(lags, lag)], ratios[seed, np.equal(lags, lag)] = memory.norm_and_signal(g[0])
            g = chain_rule.pull(model.cell, run.trace, len(x) - 1 - lag, g)[1]
    return {"norm": norms, "signal to noise": ratios}


def signals(lags: Iterable[int], seeds: int = 5, H: int = 32, sequences: int = 1000) -> dict[tuple[str, float], dict]:
    """`signal_to_noise` by start and deviation of the inputs: PyTorch's start and N(0, 1), each with 0.1 and 1."""
    starts, lags = {"U(±1/√H), PyTorch": ("uniform", 1.0), "N(0, 1)": ("normal", H**0.5)}, list(lags)
    kinds = [(name, spread) for name in starts for spread in (0.1, 1.0)]
    return {(name, spread): signal_to_noise(*starts[name], spread, lags, seeds, H, sequences) for name, spread in kinds}


# ---- what is said about it, told apart -----------------------------------------------------------------------------------


class Statement(NamedTuple):
    """verdict: "sufficient", "necessary" or "wrong". nets(): the nets that decide it, described by `example`."""

    says: str
    verdict: str
    example: str
    nets: Callable[[], Iterator[Net]]

    def factors(self) -> np.ndarray:
        """What one step multiplies the norm by, e^slope, for each net: below 1 it vanishes, above 1 it explodes."""
        return np.array([np.exp(slope(cell, x, h0)) for cell, x, h0 in self.nets()])

    def expects_less_than_1(self) -> bool:
        """Whether the factors of these nets must be below 1: it says so and holds, or it says the opposite and is wrong."""
        says_small = "vanishes" in self.says or "cannot grow" in self.says
        return says_small != (self.verdict == "wrong")


def silent(cell: RNNCell, h0: float = 0.0, first: float = 0.0) -> Iterator[Net]:
    """A net made by hand, which reads nothing after its first input."""
    x = np.zeros((STEPS, 1))
    x[0] = first
    yield cell, x, np.full(cell.hidden_size, h0)


def awake() -> Iterator[Net]:
    """Ten units whose weights are all 0.2, each with the same input: it drives them together into tanh's flat ends."""
    for seed in range(SEEDS):
        yield by_hand(ONE_FIFTH, "tanh", W_x=1.0), inputs(0.1, (STEPS, BATCH, 1), seed, 1), None


def by_hand(W_hh, activation: str, W_x=0.0, b=0.0) -> RNNCell:
    """A cell with these weights. W_x (H, I), or of the one input (H,)."""
    cell = RNNCell(np.shape(W_x)[1] if np.ndim(W_x) > 1 else 1, len(W_hh), activation)
    cell.params["W_hh"], cell.params["W_x"].T[:], cell.params["b"][:] = W_hh, np.transpose(W_x), b
    return cell


def balanced(W_hh, W_x=0.0) -> RNNCell:
    """Sigmoid, with biases that hold every pre-activation at 0 while the state is ½, where f' is ¼, its largest.

    Since σ(a) = ½ + ½ tanh(a/2), it is the tanh net of W_hh / 4: its a/2 are that one's.
    """
    return by_hand(W_hh, "sigmoid", W_x, b=-np.sum(W_hh, axis=1) / 2)


def small_weights(H: int = 64, most: float = 3.0, seeds: int = SEEDS) -> Iterator[Net]:
    """Sigmoid nets whose weights W_hh are all between −most and most, balanced; each reads one Gaussian input."""
    for seed in range(seeds):
        W_hh = np.random.default_rng(seed).uniform(-most, most, (H, H))
        yield balanced(W_hh, W_x=1.0), inputs(0.1, (STEPS, BATCH, 1), seed, 1), np.full((BATCH, H), 0.5)


def path_and_whole(lag: int = 100) -> np.ndarray:
    """(2, SEEDS) log10, for each net of `small_weights`: the most that one path can carry over `lag` steps, and the norm."""
    found = []
    for cell, x, h0 in small_weights():
        one_path = lag * np.log10(cell.activation.gamma * np.abs(cell.params["W_hh"]).max())
        found.append((one_path, memory.norms_back(cell, cell.unroll(x, h0), STEPS - 1, [lag]).mean()))
    return np.transpose(found)


def nudged(h0: float, lags: Iterable[int]) -> np.ndarray:
    """log10 ‖dh_lag/dh_0‖₂ for each lag, of ten tanh units with all weights 0.2 that read nothing and start at h0."""
    cell = by_hand(ONE_FIFTH, "tanh")
    trace = cell.unroll(np.zeros((STEPS, 1)), np.full(10, checks.number("h0", h0)))
    return np.array([memory.norms_back(cell, trace, lag - 1, [lag])[0] for lag in lags])


def radius_zero() -> RNNCell:
    """Two ReLUs, W_hh = 3 [[1, 1], [−1, −1]]. Its square is 0, so its eigenvalues are 0.

    The second unit is off as soon as the first is on. The rows that are on, [[3, 3], [0, 0]], have the eigenvalue 3.
    """
    return by_hand(3.0 * np.array([[1.0, 1.0], [-1.0, -1.0]]), "relu", W_x=np.array([1.0, 0.0]))


STATEMENTS = (
    Statement("γσ_max < 1, so it vanishes", "sufficient", "N(0, .45²/H), σ_max < .95", lambda: drawn(0.45)),
    Statement("γ·H·max|w| < 1, so it vanishes", "sufficient", "U(±.015), H·max|w| = .96", lambda: drawn(0.12, "uniform")),
    Statement("sigmoid, ‖W_hh‖₂ < 4: it vanishes", "sufficient", "3.9 × orthogonal", lambda: drawn(3.9, "orthogonal", "sigmoid")),
    Statement("sigmoid, |w| < 4: one path vanishes", "sufficient", "one unit, w = 3.8", lambda: silent(balanced([[3.8]]), 0.5)),
    Statement("it explodes, so γσ_max > 1", "necessary", "N(0, 3²/H), σ_max > 5", lambda: drawn(3.0)),
    Statement("it explodes, so some ‖J_t‖ > 1", "necessary", "the same nets", lambda: drawn(3.0)),
    Statement("γσ_max > 1, so it explodes", "wrong", "PyTorch's start, σ_max > 1.05", lambda: drawn(1.0, "uniform")),
    Statement("every ‖J_t‖ > 1, so it explodes", "wrong", "N(0, .8²/H), every ‖J_t‖ > 1.2", lambda: drawn(0.8)),
    Statement("all |w| < 1, so it vanishes", "wrong", "U(±.9)", lambda: drawn(7.2, "uniform")),
    Statement("sigmoid, all |w| < 4: it vanishes", "wrong", "U(±3), balanced", small_weights),
    Statement("ρ > 1, so it explodes", "wrong", "all w = .2, H = 10: ρ = 2", awake),
    Statement("ρ < 1, so it vanishes", "wrong", "two ReLUs, ρ = 0, silent", lambda: silent(radius_zero(), first=1.0)),
    Statement("tanh' ≤ 1, so it cannot grow", "wrong", "N(0, 1)", lambda: drawn(8.0)),
    Statement("huge weights explode", "wrong", "N(0, 10¹²)", lambda: drawn(8e6)),
)  # fmt: skip
