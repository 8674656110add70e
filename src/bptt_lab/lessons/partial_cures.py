"""What notebook 06 measures of starts and of ReLU, over seeds. One seed is one net and one sequence of inputs.

H units read H Gaussian inputs of standard deviation `spread`; W_x is N(0, 1/H), biases are 0. What is measured is
dh_T/dh_{T−lag}, the product of Jacobians at the end of T = 160 steps. Truncation and clipping are measured on the smaller nets
of `scored`. Everything depends on these settings: name them beside a number.

Then the wall: an error surface over two weights that is flat nearly everywhere and almost vertical on one line. There its
steepness is a product of T factors; its height is below .5 everywhere.

One unit without input, whose state is the pre-activation (Pascanu, Mikolov & Bengio 2013):

    a_t = w σ(a_{t-1}) + b          a_0 = .5
    E   = (σ(a_T) − .7)²            T = 50

Backward, with δ_t = dE/da_t:

    δ_T     = 2 (σ(a_T) − .7) σ'(a_T)
    δ_{t-1} = w σ'(a_{t-1}) δ_t
    dE/dw   = Σ_t δ_t σ(a_{t-1})
    dE/db   = Σ_t δ_t

Where the wall is: on b = .5 − w σ(.5) the state never leaves .5. A step away from there grows by w σ'(.5) each time, so where
that is above 1, for w > 4.26, the start stands on a ridge. To one side of it the state ends low, to the other high.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from .. import memory
from ..basics import activations, checks, overflow, text
from ..cells import RNNCell, Trace
from ..model import Run, SequenceModel
from .vanishing_and_exploding import LAGS, STEPS, fitted, inputs

FLOAT32 = float(np.finfo(np.float32).max)

# `init`, and the weight scale for H units.
STARTS = {
    "N(0, 1/H)": ("normal", lambda H: 1.0),
    "He, N(0, 2/H)": ("normal", lambda H: 2**0.5),
    "orthogonal": ("orthogonal", lambda H: 1.0),
    "identity": ("identity", lambda H: 1.0),
    "N(0, 1)": ("normal", lambda H: H**0.5),
}


def run(start: str, activation: str, spread: float, seed: int, H: int = 64, steps: int = STEPS) -> tuple[RNNCell, Trace]:
    """A fresh net of that start, and its trace over so many inputs."""
    init, scale = STARTS[checks.choice("start", start, STARTS)]
    cell = RNNCell(H, H, activation, scale(checks.count("H", H)), init, seed)
    return cell, cell.unroll(inputs(spread, (steps, H), seed, 1))


def slopes(start: str, activation: str, spread: float, seeds: int = 10, H: int = 64) -> np.ndarray:
    """(seeds,): nats a step, of the line through ln ‖dh_T/dh_{T−lag}‖₂ at the lags 20, 30, …, 150; −inf if vanished exactly."""
    runs = (run(start, activation, spread, seed, H) for seed in range(seeds))
    return np.array([fitted(memory.norms_back(*net, STEPS - 1, LAGS)) for net in runs])


def by_start(activation: str, spreads: tuple[float, ...] = (0.1, 1.0), seeds: int = 10, H: int = 64) -> np.ndarray:
    """(starts, spreads, seeds): `slopes`, nats a step, of each of STARTS in its order, for inputs of each deviation."""
    return np.array([[slopes(start, activation, spread, seeds, H) for spread in spreads] for start in STARTS])


def open_paths(lag: int, spread: float = 0.1, seeds: int = 10, H: int = 64, steps: int = STEPS) -> np.ndarray:
    """(seeds,): the share of ReLU units, started at the identity, that were on at each of the last `lag` of `steps` steps.

    There J_t is diagonal with entries 0 and 1, so the diagonal of the product says which paths are still open.
    """
    lag = checks.index("lag", lag, checks.count("steps", steps) + 1)
    runs = (run("identity", "relu", spread, seed, H, steps) for seed in range(seeds))
    return np.array([np.diag(memory.jacobian_product(*net, steps - 1, steps - 1 - lag)).mean() for net in runs])


def past_float32(start: str, activation: str, spread: float = 0.1, seeds: int = 20, H: int = 64) -> np.ndarray:
    """(seeds,): the first step, counted from 1, whose state no longer fits into float32; 0 where all 160 do."""
    runs = (np.abs(run(start, activation, spread, seed, H)[1].h).max(axis=1) for seed in range(seeds))
    return np.array([int(np.argmax(sizes > FLOAT32)) + 1 if sizes.max() > FLOAT32 else 0 for sizes in runs])


def scored(T: int, spread: float, seeds: int = 40, only_last: bool = False, **start) -> Iterator[tuple[SequenceModel, Run]]:
    """Fresh tanh nets of 32 units, each with its run over T words: 8 Gaussian inputs of deviation `spread`, 8 classes.

    Targets are drawn evenly. Every word has a loss, or only the last. start: `init` and what else an RNNCell takes.
    """
    mask = np.arange(T) == T - 1 if only_last else None
    for seed in range(seeds):
        model = SequenceModel(RNNCell(8, 32, seed=seed, **start), 8, seed=seed)
        rng = np.random.default_rng([seed, 1])
        yield model, model.forward(spread * rng.standard_normal((T, 8)), rng.integers(8, size=T), mask)


def moving_window(model: SequenceModel, run: Run, k: int) -> np.ndarray:
    """dL/dW_x where each loss goes back k steps, its own the first: of each row of the ledger the last k terms.

    Williams & Peng (1990) walk back so. Here all terms are computed and the far ones left out, which is plain and slow.
    """
    ledger = (model.chain_rule_terms(run, t) for t in range(run.trace.T))
    return np.sum([term.gradient for row in ledger for term in row[-k:]], axis=0)


# dL/dW_x of pieces is cut before the steps k, 2k, …: a loss just behind a cut goes back no step at all.
CUTS: dict[str, Callable[[SequenceModel, Run, int], np.ndarray]] = {
    "pieces": lambda model, run, k: model.backward(run, truncate=k)["W_x"],
    "window": moving_window,
}


def truncated(k: int, weight_scale: float, cut: str = "pieces", seeds: int = 40, T: int = 32) -> np.ndarray:
    """(seeds, 2): what is left of dL/dW_x after one of CUTS: its norm over the whole one's, and the cosine of the two.

    `scored` nets, N(0, 1/H) times weight_scale, a loss at every step, inputs of deviation 0.1.
    """
    found = []
    for model, run in scored(T, 0.1, seeds, weight_scale=weight_scale):
        whole, kept = model.backward(run)["W_x"], CUTS[checks.choice("cut", cut, CUTS)](model, run, k)
        sizes = np.linalg.norm(whole), np.linalg.norm(kept)
        found.append((sizes[1] / sizes[0], np.vdot(whole, kept) / (sizes[0] * sizes[1])))
    return np.array(found)


def both_cuts(scales: Sequence[float], ks: Sequence[int]) -> tuple[dict[tuple[float, int], np.ndarray], list[list[object]]]:
    """(weight scale, k) -> (cuts, 2, seeds): `truncated` by each of CUTS, on the same nets; and rows for `text.table`.

    A row has scale, k, and of each cut the median of its norms and the spread of its cosines.
    """
    found, rows = {}, list[list[object]]()
    for scale, k in itertools.product(scales, ks):
        rows.append([scale, k])
        found[scale, k] = np.array([truncated(k, scale, cut).T for cut in CUTS])
        for norms, cosines in found[scale, k]:
            rows[-1] += [f"{np.median(norms):.2f}", text.spread(cosines, ".2f")]
    return found, rows


def kept_terms(T: int, k: int) -> str:
    """The ledger of T words as text, by pieces of k and by a window of k: ■ for a term that is kept, · for one that is cut."""
    t, word = np.indices((T, T))
    both = [np.where(kept, "■", "·") for kept in (word // k == t // k, word > t - k)]
    ledgers = [["".join(row[: i + 1]).ljust(T) for i, row in enumerate(marks)] for marks in both]
    lines = ["  ".join(name.ljust(T) for name in CUTS), *("  ".join(rows) for rows in zip(*ledgers))]
    return "\n".join(line.rstrip() for line in lines)


def far_share(dx: np.ndarray) -> float:
    """‖dL/dx_1‖ / ‖dL/dx_T‖, of a gradient with respect to the inputs (T, I): the first word's message over the last one's."""
    return float(np.linalg.norm(dx[0]) / np.linalg.norm(dx[-1]))


def rows(found: np.ndarray, activation: str) -> list[list[str]]:
    """What `by_start` found, for a table: a start a row, its `text.spread` at each deviation of the inputs.

    Of tanh from N(0, 1) it says only which half nat its median is over. That net is chaotic: another processor makes other
    nets of the same seeds, and medians of ten of them differ by 0.05.
    """

    def said(values: np.ndarray, chaotic: bool) -> str:
        return f"over {np.floor(2 * np.median(values)) / 2:z.1f}" if chaotic else text.spread(values, ".2f")

    chaotic = [(activation, start) == ("tanh", "N(0, 1)") for start in STARTS]
    return [[start, *(said(values, one) for values in each)] for start, each, one in zip(STARTS, found, chaotic)]


def powers(values: np.ndarray) -> str:
    """`text.spread` in powers of ten; 0 where nothing is left."""
    return text.spread(values, lambda value: "0" if value == 0 else text.order(np.log10(value)))


# ---- the wall --------------------------------------------------------------------------------------------------------

START, WANTED, WALL_STEPS = 0.5, 0.7, 50
SOLVED = 1e-3  # an error below this counts as solved: the output is within .03 of what is wanted
BOX = ((0.0, 8.0), (-4.0, 0.0))  # of w and of b: the part of the surface that the course looks at
NEAR = ((5.0, 7.0), (-4.0, -2.0))  # the starts of descents in the neighbourhood of the wall
FAR = 1e9  # a descent that is thrown further stops there, so that numbers stay finite

_σ = activations.get("sigmoid")
_OUTPUT = _σ.value(np.array([START]))[0]  # σ(a_0)


def error(w, b, steps: int = WALL_STEPS) -> np.ndarray:
    """E, in the common shape of w and b."""
    return gradient(w, b, steps)[0]


def gradient(w, b, steps: int = WALL_STEPS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """E, dE/dw and dE/db, each in the common shape of w and b. What is past float64's end is ±inf."""
    w, b = np.broadcast_arrays(checks.array("w", w), checks.array("b", b))
    shape, w, b = w.shape, w.ravel(), b.ravel()
    outputs = np.full((checks.count("steps", steps) + 1, w.size), _OUTPUT)  # σ(a_0), …, σ(a_T)
    with overflow.quietly():
        for before, s in zip(outputs, outputs[1:]):
            _σ.value(w * before + b, s)
        miss, (dw, db) = outputs[-1] - WANTED, np.zeros((2, w.size))
        δ = 2.0 * miss * _σ.slope(outputs[-1])
        for s in outputs[-2::-1]:  # σ(a_{t-1}) of t = T, …, 1
            dw += δ * s
            db += δ
            δ = overflow.multiply(w * _σ.slope(s), δ)
    return tuple(v.reshape(shape) for v in (np.square(miss), dw, db))


def line(w) -> np.ndarray:
    """b of the wall at w: there a_0 is a fixed point."""
    return START - checks.array("w", w) * _OUTPUT


def growth(w) -> np.ndarray:
    """w σ'(.5), the factor that a step off the wall grows by each time. The wall stands where it is above 1."""
    return checks.array("w", w) * _σ.slope(_OUTPUT)


def grid(points: int, box=BOX) -> tuple[np.ndarray, np.ndarray]:
    """w and b of points × points places, both (points, points): b by row, w by column, the box's edges included."""
    points, ((w_low, w_high), (b_low, b_high)) = checks.count("points", points), checks.array("box", box, (2, 2))
    w, b = np.meshgrid(np.linspace(w_low, w_high, points), np.linspace(b_low, b_high, points))
    return w, b


def steepness(w, b) -> np.ndarray:
    """‖(dE/dw, dE/db)‖."""
    _, dw, db = gradient(w, b)
    return np.hypot(dw, db)


def summit() -> tuple[float, float, float]:
    """w, b and ‖(dE/dw, dE/db)‖ of the steepest place of BOX, searched along both sides of the wall, then once more nearby."""
    offsets = np.concatenate([sign * 10.0 ** np.linspace(-14, -5, 181) for sign in (-1, 1)])[:, None]
    (left, right), (lowest, _) = BOX
    for _ in range(2):
        w = np.linspace(left, right, 201)[None]
        w, b = np.broadcast_arrays(w, line(w) + offsets)
        sizes = np.where(b >= lowest, steepness(w, np.maximum(b, lowest)), 0.0)
        at = np.unravel_index(sizes.argmax(), sizes.shape)
        left, right = w[at] - 0.04, min(w[at] + 0.04, BOX[0][1])
    return float(w[at]), float(b[at]), float(sizes[at])


def cliff(w: float) -> float:
    """b at which E jumps, found by looking: of 4001 places from edge to edge of BOX, where it changes most to the next."""
    b = np.linspace(*BOX[1], 4001)
    return float(b[np.abs(np.diff(error(w, b))).argmax()])


def descend(w, b, limits, lr: float = 0.1, steps: int = 500, keep=None) -> tuple[np.ndarray, np.ndarray]:
    """Gradient descent from every start, once for each limit of the gradient's norm.

    w, b: starts (n,). limits: numbers; inf is descent without clipping. keep: the steps whose places are returned, all of
    0..steps if not given. Returns places (limits, n, kept, 2) and errors (limits, n, kept).
    """
    checks.count("steps", steps)
    lr, limits = checks.number("lr", lr), checks.array("limits", np.atleast_1d(limits), allow_inf=True)[:, None]
    if not (limits > 0).all():
        raise checks.error("limits", limits.ravel().tolist(), "numbers above 0; inf is no clipping")
    keep = [checks.index("keep", k, steps + 1) for k in (range(steps + 1) if keep is None else np.atleast_1d(keep))]
    w, b = (checks.array(name, np.atleast_1d(start)) for name, start in (("w", w), ("b", b)))
    if w.ndim != 1 or w.shape != b.shape or not keep:
        given = f"w {w.shape}, b {b.shape} and {len(keep)} steps to keep"
        raise checks.error("w, b and keep", given, "as many w as b in two lists, and at least one step")
    w, b = (np.repeat(start[None], len(limits), axis=0) for start in (w, b))
    found = {}
    for step in range(max(keep) + 1):
        E, dw, db = gradient(w, b)
        if step in keep:
            found[step] = w, b, E
        dw, db = np.clip(dw, -1e150, 1e150), np.clip(db, -1e150, 1e150)  # one that has exploded still has a direction
        size = np.hypot(dw, db)
        shrink = np.minimum(1.0, limits / np.where(size > 0, size, 1.0))  # the direction stays
        with overflow.quietly():
            w, b = (np.clip(v - lr * shrink * dv, -FAR, FAR) for v, dv in ((w, dw), (b, db)))
    w, b, errors = np.moveaxis(np.array([found[step] for step in keep]), 0, -1)
    return np.stack((w, b), axis=-1), errors


def solved(box, limits, rng: np.random.Generator, sets: int = 20, starts: int = 81) -> np.ndarray:
    """(limits, sets): how many percent of a set's starts, drawn evenly from the box, end below SOLVED after 500 steps."""
    w, b = (rng.uniform(low, high, size=sets * starts) for low, high in checks.array("box", box, (2, 2)))
    errors = descend(w, b, limits, keep=[500])[1]
    return 100 * (errors.reshape(len(errors), sets, starts) < SOLVED).mean(axis=2)


def about(percent: np.ndarray) -> list[str]:
    """The mean over sets of each limit, to ten percent: near the wall counts hang on the last digits of numbers.

    >>> about(np.array([[48.0, 54.0], [3.0, 8.0]]))
    ['about 50 %', 'under 10 %']
    """
    return [f"about {mean.round(-1):.0f} %" if mean > 10 else "under 10 %" for mean in percent.mean(axis=-1)]
