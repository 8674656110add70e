"""What notebook 10 measures: how far back the layers of shipped networks reach, and two small nets beside them.

Three measurements that can disagree: the gradient, that is norms of products of Jacobians; the state, when one input is
replaced by another; and the same when h is rounded to 8 bits. The runs are those of the recipe `wild`.
"""

import numpy as np

from .. import readers
from ..basics import text
from ..cells import Cell, GRUCell, LSTMCell
from ..memory import exponents, products, real_moves, report
from .long_memory_measured import before_and_after
from .vanishing_and_exploding import by_hand

LAGS = (0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500)
SWAPPED = (0, 1, 3, 5, 10, 30, 100, 300)
# What one of us guessed before measuring, in steps. piper's was a gate of .8: a leak of .8 halves in 3.1; BeatNet's was .3 s.
GUESSED = {
    "silero-vad": 10, "Resemblyzer": 7, "madmom": 30, "g2p_en": 2, "e2k": 2, "textgenrnn": 4, "piper": 3.1,
    "metapredict V3": 4, "BeatNet": 15,
}  # fmt: skip
PASTS = ("noise", "speech")  # that RNNoise has heard before
Networks = dict[str, dict]
Half = list[tuple[float | None, str]]


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
    trace, lags = cell.unroll(x), lags_of(len(x))
    found = {"state": products.norms_back(cell, trace, len(x) - 1, lags)}
    if len(cell.parts) > 1:
        blocks = real_moves.blocks(cell, trace, lags)
        found |= {"h": blocks[real_moves.SEEN][lags], "h<-h": blocks["h ← h"], "c<-c": blocks["c ← c"]}
    return {name: logs.tolist() for name, logs in found.items()}, float(exponents.lyapunov(cell, trace, leading=1)[0])


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
    """By how much of its size h_T moves when the input `lag` steps back is another of x: for each lag the median over n."""
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
    slope = np.abs(np.polyfit(t, half, 1)[0])
    return int(((slope > 0.1) & (slope * t.std() > 0.99 * half.std(axis=0))).sum())


def one_run(cell: Cell, x: np.ndarray) -> dict:
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


def untrained(cell: Cell, x: np.ndarray) -> dict:
    """The same shape from PyTorch's start, on the same input."""
    fresh = type(cell)(cell.input_size, cell.hidden_size, init="uniform", seed=0)
    found, rate = norms(fresh, x)
    return {"lyapunov": rate, "half_life": half_life(lags_of(len(x)), found["state"])}


def started(units: int = 128, T: int = 200) -> dict[int, float | None]:
    """The half-life of a fresh LSTM on random numbers, when 0, 1 or 2 is added to PyTorch's start of its forget gates' bias."""
    x = np.random.default_rng(0).standard_normal((T, units))
    cells = {bias: LSTMCell(units, units, init="uniform", seed=0, gate_bias=bias) for bias in (0, 1, 2)}
    return {bias: half_life(lags_of(T), norms(cell, x)[0]["state"]) for bias, cell in cells.items()}


def networks(runs: list[dict]) -> Networks:
    """The runs of the recipe whose weights were read, by name."""
    return {run["network"]: run for run in runs if run["parts"]}


def runs_of(wild: Networks, network: str) -> list[tuple[str, dict]]:
    """Every layer and input of a network: the layer's name, and what was measured."""
    return [(part["part"], run) for part in wild[network]["parts"] for run in part["runs"]]


def by_layer(wild: Networks, network: str) -> str:
    """Each layer's half-life in steps, the median over its inputs."""
    halves = [[one["half_life"]["state"] or np.inf for one in part["runs"]] for part in wild[network]["parts"]]
    return ", ".join(size(float(np.median(several))) for several in halves)


def half_lives(wild: Networks, x: np.ndarray) -> dict[str, dict[str, Half]]:
    """For trained and untrained: network -> half-lives, each with its layer's name. x: what the course's own LSTMs read."""
    found: dict[str, dict[str, Half]] = {"trained": {}, "untrained": {}}
    for name, run in wild.items():
        timed = run["unit"] == "s"
        row = f"{name}: {run['task']}, {1000 * run['step']:.0f} ms a step" if timed else f"{name}: {run['task']}, a letter a step"
        row += f", {seconds(wild, name)}" * timed
        found["trained"][row] = [(one["half_life"]["state"], part) for part, one in runs_of(wild, name)]
        found["untrained"][row] = [(part["untrained"]["half_life"], part["part"]) for part in run["parts"]]
    for state, (half, _) in before_and_after(x).items():
        found[state]["this course's LSTMs: adding, T = 50"] = [(float(each), f"seed {seed}") for seed, each in enumerate(half)]
    return found


def spread(wild: Networks, network: str) -> tuple[float, float, float]:
    """The lowest, the median and the highest half-life of a network's state, in steps; inf where longer than the run."""
    values = [one["half_life"]["state"] or np.inf for _, one in runs_of(wild, network)]
    return min(values), float(np.median(values)), max(values)


def over_guess(wild: Networks) -> np.ndarray:
    """How many times what was guessed is the median half-life, at least: where that is longer than the run, the run."""
    runs = {name: min(one["steps"] for _, one in runs_of(wild, name)) for name in GUESSED}
    return np.array([min(spread(wild, name)[1], runs[name]) / guess for name, guess in GUESSED.items()])


def seconds(wild: Networks, network: str) -> str:
    """The lowest and the highest half-life of a network that reads a sound."""
    low, _, high = (wild[network]["step"] * half for half in spread(wild, network))
    return f"{size(low)} to {size(high)} s" if high < np.inf else f"from {size(low)} s"


def guess_rows(wild: Networks) -> list[tuple[str, ...]]:
    """Rows for `text.table`: network, guess, measured (in steps), length of the runs, and in seconds where a step is a time."""
    rows: list[tuple[str, ...]] = []
    for name, guess in GUESSED.items():
        low, middle, high = spread(wild, name)
        time = seconds(wild, name) if wild[name]["unit"] == "s" else ""
        steps = _range(one["steps"] for _, one in runs_of(wild, name))
        rows.append((name, f"{guess:g}", f"{size(middle)} ({size(low)} to {size(high)})", steps, time))
    return rows


def size(value: float) -> str:
    return "longer" if not np.isfinite(value) else f"{value:.2g}" if value < 100 else f"{value:.0f}"


def rates(wild: Networks) -> dict[str, np.ndarray]:
    """λ₁ of every layer and input, and of the untrained ones, in nats a step. Words are too short for it: under 30 steps none."""
    parts = [part for run in wild.values() for part in run["parts"]]
    long = [part for part in parts if part["runs"][0]["steps"] >= 30]
    trained = [one["lyapunov"] for part in long for one in part["runs"]]
    return {"trained": np.array(trained), "untrained": np.array([part["untrained"]["lyapunov"] for part in long])}


def gates_and_half_lives(wild: Networks, network: str) -> np.ndarray:
    """(n, 3): of each layer and input the mean of the gate that keeps, its most open unit, and the half-life."""
    runs = [one for _, one in runs_of(wild, network)]
    return np.array([(one["gates"][3], one["gates"][2], one["half_life"]["state"] or np.inf) for one in runs])


def rank_correlations(found: np.ndarray) -> np.ndarray:
    """Of `gates_and_half_lives`: how nearly the means, and the most open, stand in the order of the half-lives that were seen.

    Those longer than their run have no order: after 10 letters "longer" may be less than a half-life of 20 that was seen.
    """
    seen = found[np.isfinite(found[:, 2])]
    ranks = (seen[:, None] > seen).sum(axis=1) + (seen[:, None] == seen).sum(axis=1) / 2
    return np.corrcoef(ranks.T)[:2, 2]


def swap_rows(wild: Networks, network: str, part: str, bits: int | None = None) -> dict[int, float]:
    """By how much of its size h_T moves when one input is replaced: steps back -> share, the median over the inputs' runs."""
    runs = [one for name, one in runs_of(wild, network) if name == part]
    what, T = "swap_8_bits" if bits else "swap", min(one["steps"] for one in runs)
    places = [*((i, lag) for i, lag in enumerate(SWAPPED) if lag < T - 1), (-1, T - 1)]  # the last is each run's first input
    return {lag: float(np.median([one[what][i] for one in runs])) for i, lag in places}


def counting(wild: Networks) -> list[tuple[str, ...]]:
    """Rows for `text.table`: the layers that count in any run of 100 steps or more, in how many units, the largest c, λ₁, and
    where h is under 1 %, each over all such runs.
    """
    rows: list[tuple[str, ...]] = []
    for name, run in wild.items():
        for part in run["parts"]:
            several = [one for one in part["runs"] if one["steps"] >= 100]
            if any(one["counters"] for one in several):
                units = _range(one["counters"] for one in several)
                rates, largest = [one["lyapunov"] for one in several], max(one["largest_c"] for one in several)
                lags = (one["horizon_h"] for one in several)
                faint = " or ".join(dict.fromkeys("nowhere" if lag is None else f"lag {lag}" for lag in lags))
                steps = _range(one["steps"] for one in several)
                rows.append((f"{name}, {part['part']}", steps, units, f"{largest:.0f}", f"{max(rates):.4f}", faint))
    return rows


def _range(several) -> str:
    low, *_, high = sorted([*several] * 2)
    return f"{low}" if low == high else f"{low} to {high}"


def largest_norms(wild: Networks, network: str) -> list[float]:
    """How far the norm of dh_T/dh_k grows, at any lag, before it falls: one number a layer and input."""
    return [10 ** max(one["norms"]) for _, one in runs_of(wild, network)]


def kept_by_rounding(wild: Networks) -> str:
    """Of the first input, replaced: how far it moves h_T of Resemblyzer's first layer with h in 8 bits, in each run; and in how
    many of all layers of 30 steps or more that is under 1 % more than with h as it is, by medians over the runs."""
    kept = [one["swap_8_bits"][-1] for name, one in runs_of(wild, "Resemblyzer") if name == "layer 1"]
    layers = [part["runs"] for run in wild.values() for part in run["parts"] if part["runs"][0]["steps"] >= 30]
    both = [np.median([(one["swap_8_bits"][-1], one["swap"][-1]) for one in runs], axis=0) for runs in layers]
    few = sum(rounded - plain < 0.01 for rounded, plain in both)
    said = ", ".join(f"{100 * one:.0f}" for one in kept)
    return f"{said} % in {len(kept)} runs; rounding adds under 1 % in {few} of {len(layers)} layers"


def rough(value: float) -> str:
    """A number of which rounding leaves no more."""
    return text.say(value, "0", digits=1)


def rounding(T: int = 100, seeds: int = 12) -> dict[str, np.ndarray]:
    """GRUs of 64 units from PyTorch's start: by how much an input that is replaced moves h_T, with h as it is and in 8 bits.

    (seeds, 5): 1, 3, 10, 30 and T − 1 steps back.
    """
    moved: dict[str, list] = {"as it is": [], "8 bits": []}
    for seed in range(seeds):
        x, cell = np.random.default_rng(seed).standard_normal((T, 8)), GRUCell(8, 64, init="uniform", seed=seed)
        for bits, found in zip((None, 8), moved.values()):
            found.append(swaps(cell, x, (1, 3, 10, 30, T - 1), bits=bits))
    return {name: np.array(found) for name, found in moved.items()}


def settled(w: float = 2.0, T: int = 60) -> list[tuple[float, float, float]]:
    """One tanh unit whose weight is w: one push up or down, then nothing. Push, last state, and dh_T/dh_1."""
    cell, found = by_hand([[w]], "tanh", W_x=[1.0]), []
    for push in (1.0, -1.0):
        trace = cell.unroll(np.r_[push, np.zeros(T - 1)][:, None])
        found.append((push, float(trace.h[-1, 0]), float(np.prod([cell.jacobian(trace, t) for t in range(1, T)]))))
    return found


def misread(x: np.ndarray) -> list[tuple[str, float, float | None]]:
    """Convention, λ₁ and half-life: the course's own file, read as PyTorch's, which it is, and as ONNX's."""
    path = readers.example("trained", seed=0)
    found = {how: report(readers.read(path, convention=how)[0].cell, x) for how in ("torch", "onnx")}
    return [(how, one.lyapunov, one.half_life) for how, one in found.items()]
