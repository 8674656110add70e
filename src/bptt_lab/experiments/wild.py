"""How far back the recurrent layers of shipped networks reach, on real inputs, measured as those of this course are.

Three measurements that can disagree: the gradient, that is norms of products of Jacobians; the state, when one input is
replaced by another; and the same when h is rounded to 8 bits, as some run-times do.
"""

from pathlib import Path

import numpy as np

from ..basics import overflow
from ..cells import Cell
from ..memory import exponents, products, scaled
from .recipe import Recipe, Result, Settings
from .shipped import NETWORKS, install

LAGS = (0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500)
SWAPPED = (0, 1, 3, 5, 10, 30, 100, 300)
FOLDER = Path("build/networks")


def lags_of(T: int) -> list[int]:
    return [lag for lag in LAGS if lag < T - 1] + [T - 1]


def half_life(lags, log10_norms) -> float | None:
    """In steps, by the line through all lags but the first tenth; None where it is longer than the run: then it is not seen."""
    lags, logs = np.asarray(lags), np.asarray(log10_norms)
    fitted = lags >= max(1, lags[-1] // 10)
    found = exponents.half_life(exponents.slope(lags[fitted], logs[fitted]))
    return found if found <= lags[-1] else None


def norms(cell: Cell, x: np.ndarray) -> tuple[dict[str, list[float]], float]:
    """log10 of the norms of the last state's Jacobian at `lags_of` the run, the whole and its blocks; λ₁ in nats a step.

    "state" is the whole, of the pair (h, c) in an LSTM; "h" is the rows of h, what the next layer sees; "h<-h" and "c<-c".
    """
    trace, H = cell.unroll(x), cell.hidden_size
    blocks = {"state": (slice(None), slice(None))}
    if len(cell.parts) > 1:
        h, c = slice(0, H), slice(H, None)
        blocks |= {"h": (h, slice(None)), "h<-h": (h, h), "c<-c": (c, c)}
    found: dict[str, list[float]] = {name: [] for name in blocks}
    lags = lags_of(len(x))
    with overflow.quietly():
        for lag, (rows, e) in enumerate(products._products(cell, trace, len(x) - 1, len(x) - 1)):
            if lag in lags:
                for name, (of, by) in blocks.items():
                    block = scaled.rescaled(np.array(rows[:, of, by]), np.array(e[:, of]))
                    found[name].append(float(scaled.log10_norms(*block)[0]))
    return found, float(exponents.lyapunov(cell, trace, leading=1)[0])


def last_state(cell: Cell, x: np.ndarray, bits: int | None = None) -> np.ndarray:
    """h_T after x (T, B, I). bits: h is rounded before each step, 8 to multiples of 1/127, as for products in whole numbers."""
    if bits is None:
        return cell.unroll(x).h[-1]
    steps = 2 ** (bits - 1) - 1
    state = cell.state_of([np.zeros((x.shape[1], cell.hidden_size)) for _ in cell.parts])
    for x_t in x:
        h, *rest = cell.parts_of(state)
        state, _ = cell.step(x_t @ cell.W_x.T + cell.b, cell.state_of([np.round(h * steps) / steps, *rest]))
    return cell.parts_of(state)[0]


def swaps(cell: Cell, x: np.ndarray, lags, n: int = 8, bits: int | None = None) -> list[float]:
    """By how much of its size h_T moves when the input `lag` steps back is another of x: the median over n of them, a lag each."""
    rng, T = np.random.default_rng(0), len(x)
    several = np.repeat(x[:, None], 1 + n * len(lags), axis=1)
    for i, lag in enumerate(lags):
        several[T - 1 - lag, 1 + i * n : 1 + (i + 1) * n] = x[rng.integers(T, size=n)]
    h = last_state(cell, several, bits)
    moved = np.linalg.norm(h[1:] - h[0], axis=1) / np.linalg.norm(h[0])
    return np.median(moved.reshape(len(lags), n), axis=1).tolist()


def counters(c: np.ndarray) -> int:
    """How many units of c (T, H) count: their c goes on growing, .1 a step or more, in a line (correlation over .99)."""
    t, half = np.arange(len(c) // 2), c[-(len(c) // 2) :]
    if len(half) < 10:
        return 0
    centred, time = half - half.mean(axis=0), t - t.mean()
    slope = time @ centred / (time @ time)
    spread = np.sqrt(np.square(centred).sum(axis=0) * (time @ time))
    return int(((np.abs(slope) > 0.1) & (np.abs(time @ centred) > 0.99 * spread)).sum())


def one_run(cell: Cell, x: np.ndarray) -> Result:
    found, rate = norms(cell, x)
    lags, swapped = lags_of(len(x)), [lag for lag in SWAPPED if lag < len(x) - 1] + [len(x) - 1]
    trace = cell.unroll(x)
    keeping = trace.gates["forget" if len(cell.parts) > 1 else "update"].mean(axis=0)
    faint = [lag for lag, size in zip(lags, found.get("h", found["state"])) if lag and size < -2]
    return {
        "steps": len(x),
        "lyapunov": rate,
        "half_life": {name: half_life(lags, logs) for name, logs in found.items()},
        "norms": found["state"],
        "horizon_h": faint[0] if faint else None,
        "swap": swaps(cell, x, swapped),
        "swap_8_bits": swaps(cell, x, swapped, bits=8),
        "gates": [float(np.quantile(keeping, q)) for q in (0, 0.5, 1)] + [float(keeping.mean())],
        "counters": counters(trace.c) if len(cell.parts) > 1 else 0,
        "largest_c": float(np.abs(trace.c).max()) if len(cell.parts) > 1 else None,
    }


def untrained(cell: Cell, x: np.ndarray) -> Result:
    """The same shape from PyTorch's start, on the same input."""
    fresh = type(cell)(cell.input_size, cell.hidden_size, init="uniform", seed=0)
    found, rate = norms(fresh, x)
    return {"lyapunov": rate, "half_life": half_life(lags_of(len(x)), found["state"])}


def measure(settings: Settings) -> Result:
    """Install the network, read it, compare its states with those of its own run-time, and measure every layer."""
    name = settings["network"]
    network = NETWORKS[name]
    folder = FOLDER / network.packages[0].partition("=")[0]
    install(network, folder)
    if network.heard:
        return {"parts": [], "heard": rounded(network.heard(folder))}
    found = []
    for part in network.parts(folder) if network.parts else ():
        off = None if part.theirs is None else float(np.abs(part.cell.unroll(part.xs[0]).h - part.theirs).max())
        if off is not None and off > 2e-5:
            raise ValueError(f"{name}, {part.name}: states are {off:.2g} off those of {network.runtime}")
        kind = type(part.cell).__name__.removesuffix("Cell")
        runs = [one_run(part.cell, x) for x in part.xs]
        head = {"part": part.name, "cell": kind, "units": part.cell.hidden_size, "off": off}
        found.append({**head, "untrained": untrained(part.cell, part.xs[0]), "runs": runs})
    return {"parts": rounded(found), "heard": {}}


def rounded(value):
    """Four digits of every number: more are not the same on another processor."""
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def settings_of(name: str) -> Settings:
    network = NETWORKS[name]
    said = {field: getattr(network, field) for field in ("licence", "task", "unit", "step", "runtime")}
    return {"network": name, "packages": list(network.packages), **said}


WILD = Recipe(
    "wild",
    "how far back the recurrent layers of networks that others trained and ship reach, on real inputs",
    measure,
    [settings_of(name) for name in NETWORKS],
)
