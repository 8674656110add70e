"""What notebook 10 shows of the recipe `wild`: half-lives, swaps and counters of shipped networks, and two small nets beside them."""

import numpy as np

from ..basics.text import say
from ..cells import GRUCell, RNNCell
from .. import readers
from ..experiments import load, wild
from ..experiments.shipped import NETWORKS, install
from ..memory import report
from .long_memory_measured import before_and_after

# What one of us guessed from memory before measuring, in steps. piper's was a gate of .8: a leak of .8 halves in 3.1.
GUESSED = {
    "silero-vad": 10, "Resemblyzer": 7, "madmom": 30, "g2p_en": 2, "e2k": 2, "textgenrnn": 4, "piper": 3.1,
    "metapredict V3": 4,
}  # fmt: skip
Half = list[tuple[float | None, str]]


def networks() -> dict[str, dict]:
    """The committed runs whose weights were read, by name."""
    return {run["network"]: run for run in load("wild") if run["parts"]}


def runs_of(network: str) -> list[tuple[str, dict]]:
    """Every layer and input of a network: the layer's name, and what was measured."""
    return [(part["part"], run) for part in networks()[network]["parts"] for run in part["runs"]]


def half_lives(x: np.ndarray) -> dict[str, dict[str, Half]]:
    """"trained" and "untrained" -> network -> its half-lives, each with its layer's name. x: what the course's own LSTMs read."""
    found: dict[str, dict[str, Half]] = {"trained": {}, "untrained": {}}
    for name, run in networks().items():
        row = f"{name}: {run['task']}, {unit(run)} a step"
        found["trained"][row] = [(one["half_life"]["state"], part) for part, one in runs_of(name)]
        found["untrained"][row] = [(part["untrained"]["half_life"], part["part"]) for part in run["parts"]]
    for state, (half, _) in before_and_after(x).items():
        found[state]["this course's LSTMs: adding, T = 50"] = [(float(each), f"seed {seed}") for seed, each in enumerate(half)]
    return found


def unit(run: dict) -> str:
    return f"{1000 * run['step']:.0f} ms" if run["unit"] == "s" else "a letter"


def spread(network: str) -> tuple[float, float, float]:
    """The lowest, the median and the highest half-life of a network's state, in steps; inf where longer than the run."""
    values = sorted(one["half_life"]["state"] or np.inf for _, one in runs_of(network))
    return values[0], values[len(values) // 2], values[-1]


def guess_rows() -> list[tuple[str, ...]]:
    """Rows for `text.table`: network, guess, measured (in steps), and in seconds where a step is a time."""
    rows = []
    for name, guess in GUESSED.items():
        low, middle, high = spread(name)
        run = networks()[name]
        time = "" if run["unit"] != "s" else f"{_size(run['step'] * low)} to {_size(run['step'] * high)} s"
        rows.append((name, f"{guess:g}", f"{_size(middle)} ({_size(low)} to {_size(high)})", time))
    return rows


def _size(value: float) -> str:
    return "longer" if not np.isfinite(value) else f"{value:.2g}" if value < 100 else f"{value:.0f}"


def exponents() -> dict[str, np.ndarray]:
    """λ₁ of every layer and input, and of the untrained ones, in nats a step. Words are too short for it: under 30 steps none."""
    parts = [part for run in networks().values() for part in run["parts"]]
    long = [part for part in parts if part["runs"][0]["steps"] >= 30]
    trained = [one["lyapunov"] for part in long for one in part["runs"]]
    return {"trained": np.array(trained), "untrained": np.array([part["untrained"]["lyapunov"] for part in long])}


def gates_and_half_lives(network: str = "piper") -> np.ndarray:
    """(n, 3): of each layer and input the mean of the gate that keeps, its most open unit, and the half-life."""
    return np.array([(one["gates"][3], one["gates"][2], one["half_life"]["state"] or np.inf) for _, one in runs_of(network)])


def swap_rows(network: str, part: str, bits: int | None = None) -> dict[int, float]:
    """By how much of its size h_T moves when one input is replaced: steps back -> share, the median over the inputs' runs."""
    runs = [one for name, one in runs_of(network) if name == part]
    what, T = "swap_8_bits" if bits else "swap", min(one["steps"] for one in runs)
    lags = [lag for lag in wild.SWAPPED if lag < T - 1]
    found = {lag: float(np.median([one[what][i] for one in runs])) for i, lag in enumerate(lags)}
    first = float(np.median([one[what][-1] for one in runs]))
    return {**found, T - 1: first}


def counting() -> list[tuple[str, ...]]:
    """Rows for `text.table`: the layers that count, how many units do, the largest c, and λ₁."""
    rows = []
    for name in networks():
        for part, one in runs_of(name):
            if one["counters"] and one["steps"] >= 100:
                seen = f"{one['horizon_h']}" if one["horizon_h"] else "not in this run"
                rows.append((f"{name}, {part}", one["steps"], one["counters"], f"{one['largest_c']:.0f}", f"{one['lyapunov']:.4f}", seen))
    return rows


def rounding(T: int = 100, seed: int = 0) -> dict[str, list[float]]:
    """A GRU of 64 units from PyTorch's start: by how much a replaced input moves h_T, with h as it is and with h in 8 bits."""
    x = np.random.default_rng(seed).standard_normal((T, 8))
    cell = GRUCell(8, 64, init="uniform", seed=seed)
    return {name: wild.swaps(cell, x, (1, 3, 10, 30, T - 1), bits=bits) for name, bits in (("as it is", None), ("8 bits", 8))}


def settled(w: float = 2.0, T: int = 60) -> list[tuple[str, ...]]:
    """One tanh unit whose weight is w: one push up or down, then nothing. What is left of it, and the Jacobian there."""
    cell, rows = RNNCell(1, 1), []
    cell.params["W_x"], cell.params["W_hh"], cell.params["b"] = [[1.0]], [[w]], [0.0]
    for push in (1.0, -1.0):
        x = np.zeros((T, 1))
        x[0] = push
        trace = cell.unroll(x)
        product = np.prod([cell.jacobian(trace, t)[0, 0] for t in range(1, T)])
        rows.append((f"{push:+.0f}", f"{trace.h[-1, 0]:+.3f}", f"{cell.jacobian(trace, T - 1)[0, 0]:.3f}", say(float(product))))
    return rows


def heard() -> dict[str, list[float]]:
    """What RNNoise says of one and the same noise after two pasts: the chance of speech, the mean of every 5 s."""
    return next(run["heard"] for run in load("wild") if run["heard"])


def misread(x: np.ndarray) -> list[tuple[str, ...]]:
    """Rows for `text.table`: the course's own file read as PyTorch's, which it is, and as ONNX's, and what x then says."""
    rows = []
    for convention in ("torch", "onnx"):
        cell = readers.read(readers.example("trained", seed=0), convention=convention)[0].cell
        found = report(cell, x)
        rows.append((convention, f"{found.lyapunov:.3f}", found.in_words()["half-life"]))
    return rows


def live(*names: str) -> list[tuple[str, ...]]:
    """Rows for `text.table`, measured now, of the networks whose package stands in build/networks: layer, steps, half-life, λ₁."""
    rows = []
    for name in names:
        network = NETWORKS[name]
        folder = wild.FOLDER / network.packages[0].partition("=")[0]
        if not (folder / "installed").exists() or not network.parts:
            rows.append((name, "", "not installed here", ""))
            continue
        install(network, folder)
        for part in network.parts(folder):
            x = part.xs[0][:200]
            found, rate = wild.norms(part.cell, x)
            half = wild.half_life(wild.lags_of(len(x)), found["state"])
            rows.append((f"{name}, {part.name}", len(x), _size(half or np.inf), f"{rate:.3f}"))
    return rows
