"""What notebook 07 measures: the four terms of a step of the gated cell, how far it remembers, how large its state grows.

    h_t = G1 ⊙ h_{t-1} + G2 ⊙ ĥ_t          J_t = diag(G1) + diag(h_{t-1}) ∂G1 + diag(ĥ_t) ∂G2 + diag(G2) ∂ĥ

Inputs are Gaussian of standard deviation `spread`, as many as units; the start is "uniform", PyTorch's, so biases are drawn
too and `gate_bias` is added to that of G1. Each seed is one net with inputs of its own.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from .. import memory
from ..basics import activations, checks, overflow
from ..cells import Cell, GatedCell, GRUCell, LSTMCell, Trace
from ..memory.scaled import log10_norms, rescaled
from .vanishing_and_exploding import LAGS, STEPS, fitted, inputs, slope
from .vanishing_and_exploding import exponents as exponents

SHUT = 40.0  # the bias of a gate that is held open, and −SHUT of one held shut: σ(40) is 1 to the last digit, σ(−40) under 10⁻¹⁷
TERMS = ("keep", "dG1", "dG2", "candidate")
CATS = "the cats that I saw earlier this morning were".split()
CELLS: dict[str, Callable[..., GatedCell | GRUCell | LSTMCell]] = {"gated": GatedCell, "GRU": GRUCell, "LSTM": LSTMCell}


def gate(bias: float) -> float:
    """σ(bias): where a gate stands at rest, with nothing but its bias.

    >>> round(gate(2.0), 3)
    0.881
    """
    return float(activations.sigmoid(np.array([bias]))[0])


def one_unit(keep: float, words: Sequence[str] = CATS, heard: str = "cats") -> np.ndarray:
    """(words,): the state after each word of one unit that lets `heard` in, is deaf to all else, and keeps the share `keep`.

    >>> one_unit(0.5, ["the", "cats", "were"]).tolist()
    [0.0, 1.0, 0.5]
    """
    cell = held(GatedCell(1, 1), keep, 0.0)
    W_x, new = cell.params["W_x"], cell.rows_of("candidate")
    W_x[cell.rows_of("G2")], W_x[new], cell.params["W_hh"][new] = 2 * SHUT, SHUT, 0.0
    return cell.unroll(np.array([[float(word == heard)] for word in words])).h[:, 0].round(12)


def at_rest(bias: float) -> float:
    """ln(σ(bias) + ½/√3): what one step leaves of the gradient where states are near 0, in nats; a guess from radii, no bound.

    G1 is σ(bias) there, and diag(G2) ∂ĥ is ½ W_hh, whose spectral radius is about 1/√3 at PyTorch's start.
    """
    return float(np.log(gate(bias) + 0.5 / np.sqrt(3.0)))


def norms(A: np.ndarray) -> np.ndarray:
    """The largest stretch ‖A‖₂ of each matrix, (…, H, H) -> (…)."""
    with overflow.quietly():
        return 10.0 ** log10_norms(*rescaled(A.copy()))


def step_norms(cell: GatedCell, trace: Trace, steps: Iterable[int]) -> dict[str, np.ndarray]:
    """‖·‖₂ of the four terms, by their names, and of their sum "J", each (steps, B)."""
    steps = list(steps)
    J, parts = cell.jacobians(trace, steps), [cell.jacobian_terms(trace, t) for t in steps]
    terms = {name: np.reshape([part[name] for part in parts], J.shape) for name in TERMS} | {"J": J}
    return {name: np.abs(A).max(axis=(-2, -1)) if name == "keep" else norms(A) for name, A in terms.items()}  # keep is diagonal


def no_longer_bound(bias: float, spread: float = 0.1, seeds: int = 5, H: int = 64, steps: int = 150) -> dict[str, np.ndarray]:
    """Is ‖J_t‖ above 1 where each of the four terms is at most 1? Each (seeds,).

    "all four ≤ 1": the share of steps where that holds. "and ‖J‖ > 1": the share *of those* where ‖J‖ is above 1, NaN if there
    are none. "largest ‖J‖": the largest among those; 0 if there are none.
    """
    found = []
    for seed in range(seeds):
        cell = GatedCell(H, H, init="uniform", seed=seed, gate_bias=bias)
        sizes = step_norms(cell, cell.unroll(inputs(spread, (steps, H), seed, 1)), range(steps))
        small = np.all([sizes[name] <= 1.0 for name in TERMS], axis=0)
        J = sizes["J"][small]
        found.append((small.mean(), np.mean(J > 1.0) if J.size else np.nan, J.max(initial=0.0)))
    return dict(zip(("all four ≤ 1", "and ‖J‖ > 1", "largest ‖J‖"), np.array(found).T))


def memories(bias: float, spread: float = 0.1, seeds: int = 5, H: int = 64, B: int = 4) -> dict[str, np.ndarray]:
    """Four rates in nats a step, each (seeds,).

    "gate": ln σ(bias), what the gate alone would lose. "at rest": `at_rest`, a guess for small states. "slope": of
    ln ‖dh_T/dh_k‖₂, measured on B sequences. "lyapunov": the largest exponent of the same net on B *other* sequences, a
    prediction if the run is stationary.
    """
    cells = [GatedCell(H, H, init="uniform", seed=seed, gate_bias=bias) for seed in range(seeds)]
    others = [inputs(spread, (STEPS, B, H), seed, 2) for seed in range(seeds)]
    exponents = [memory.lyapunov(cell, cell.unroll(x), leading=1)[0] for cell, x in zip(cells, others)]
    same = {"gate": np.full(seeds, np.log(gate(bias))), "at rest": np.full(seeds, at_rest(bias))}
    return {**same, "slope": slopes(bias, spread, seeds, H, B), "lyapunov": np.array(exponents)}


def slopes(bias: float, spread: float = 0.1, seeds: int = 5, H: int = 64, B: int = 4) -> np.ndarray:
    """(seeds,): the "slope" of `memories` alone, which is most of what a lesson needs and half of the time."""
    cells = (GatedCell(H, H, init="uniform", seed=seed, gate_bias=bias) for seed in range(seeds))
    return np.array([slope(cell, inputs(spread, (STEPS, B, H), seed, 1)) for seed, cell in enumerate(cells)])


def slopes_along(bias: float, ends: Iterable[int] = (160, 280, 400), seeds: int = 5, H: int = 64) -> np.ndarray:
    """The slope of ln ‖dh_t/dh_k‖₂ over LAGS at several words t of one sequence, (seeds, ends), nats a step.

    Where the run is stationary it is the same at each of them. Words are counted from 1; the inputs' deviation is 0.1.
    """
    ends, found = list(ends), []
    for seed in range(seeds):
        cell = GatedCell(H, H, init="uniform", seed=seed, gate_bias=bias)
        trace = cell.unroll(inputs(0.1, (max(ends), H), seed, 1))
        found.append([fitted(memory.norms_back(cell, trace, end - 1, LAGS)) for end in ends])
    return np.array(found)


def states(kind: str, bias: float, spread: float = 0.1, seeds: int = 5, H: int = 32, steps: int = 400) -> np.ndarray:
    """The largest |entry| of the state after each step, (seeds, steps): of h, and of an LSTM's c. kind: one of CELLS."""
    cells = (CELLS[checks.choice("kind", kind, CELLS)](H, H, init="uniform", seed=seed, gate_bias=bias) for seed in range(seeds))
    traces = (cell.unroll(inputs(spread, (steps, H), seed, 1)) for seed, cell in enumerate(cells))
    return np.array([np.abs(trace.parts[-1][1:, 0]).max(axis=-1) for trace in traces])  # of the LSTM's pair (h, c) that is c


def half_lives(rates, edge: float = 0.0) -> str:
    """The half-life of each rate, in words. Rates from 0 to `edge` are too small to tell growth from none: "stays".

    >>> half_lives([-0.693, 0.01, -np.inf]), half_lives([0.01, 0.03], edge=0.02)
    ('1.0, grows, none', 'stays, grows')
    """

    def words(rate):
        steps = memory.half_life(rate)
        if 0.0 <= rate < edge:
            return "stays"
        return "grows" if steps == np.inf else "none" if steps == 0 else f"{steps:.{1 if steps < 9.95 else 0}f}"

    return ", ".join(map(words, rates))


# ---- gates that are held or tied: other recurrences, made from the same cell by setting parameters ----------------------


def hold(cell: Cell, gate: str, bias: float) -> None:
    """Make a gate stand at σ(bias), whatever the cell reads; in place."""
    cell.stack[cell.rows_of(gate)] = 0.0  # W_x, b and W_hh
    cell.params["b"][cell.rows_of(gate)] = bias


def held(cell: GatedCell, G1: float, G2: float) -> GatedCell:
    """Hold both gates at these values, whatever the cell reads; in place. 0 and 1 are met to the last digit."""
    for name, value in (("G1", G1), ("G2", G2)):
        hold(cell, name, opening(checks.number(name, value)))
    return cell


def tied(cell: GatedCell) -> GatedCell:
    """Tie the gates as a GRU does, G2 = 1 − G1 in each unit at each step; in place. σ(−a) = 1 − σ(a)."""
    cell.stack[cell.rows_of("G2")] = -cell.stack[cell.rows_of("G1")]  # W_x, b and W_hh side by side
    return cell


def opening(G: float) -> float:
    """The bias at which a gate stands at G: ln(G / (1 − G)), and ±SHUT where that is infinite."""
    if not 0.0 <= G <= 1.0:
        raise checks.error("G", G, "a gate, from 0 to 1")
    return float(np.clip(np.log(G) - np.log1p(-G), -SHUT, SHUT)) if 0.0 < G < 1.0 else SHUT * (2.0 * G - 1.0)
