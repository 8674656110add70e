"""What notebook 08 measures: through which roads the gradient of a GRU and of an LSTM passes, and how far it gets.

A step has a *direct* road, on which everything is held but the old state itself:

    GRU     ∂⁺h_t/∂h_{t-1} = diag(z_t)
    LSTM    ∂⁺c_t/∂c_{t-1} = diag(f_t)

and the others, on which h_{t-1} acts through the gates and the candidate. The true derivative has them all.
The size of a matrix is here its rms stretch, ‖A‖_F/√H: by how much it lengthens a random direction, root mean square.
Inputs are Gaussian of standard deviation `spread`, as many as units; the start is "uniform", PyTorch's, so the biases are
drawn too and `gate_bias` is added to them. Each seed is one net with inputs of its own.
"""

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import numpy as np

from .. import memory
from ..basics import checks, overflow
from ..cells import Cell, GRUCell, LSTMCell, RNNCell, Trace
from ..memory import products, scaled
from .gates import SHUT, hold
from .gates import half_lives as half_lives
from .vanishing_and_exploding import STEPS, inputs, radius, slope

LONG = 1500  # words of a run that has settled, for an exponent
ROADS = ("input", "forget", "cell", "output")  # the blocks of an LSTM through which h_{t-1} acts; "cell" is the candidate


# ---- other cells, made by setting parameters --------------------------------------------------------------------------


def chrono(cell: LSTMCell, longest: float, seed: int = 0) -> LSTMCell:
    """Set b as Tallec & Ollivier (2018) do for memories of up to `longest` steps, which replaces `gate_bias`; in place.

    The forget gate's bias is log U[1, longest − 1], so that its unit keeps for about that many steps; the input gate's is
    the opposite, and the others' are 0. Returns the cell.
    """
    longest = checks.number("longest", longest)
    if longest < 2:
        raise checks.error("longest", longest, "at least 2 steps")
    rng = np.random.default_rng(checks.seed("seed", seed))
    b, forget = np.zeros(4 * cell.hidden_size), np.log(rng.uniform(1.0, longest - 1.0, cell.hidden_size))
    b[cell.rows_of("forget")], b[cell.rows_of("input")] = forget, -forget
    cell.params["b"] = b
    return cell


def without_forget_gate(cell: LSTMCell) -> LSTMCell:
    """Hold f_t at 1, as in the cell of 1997, which had no forget gate; in place."""
    hold(cell, "forget", SHUT)
    return cell


def z_writes(cell: GRUCell) -> GRUCell:
    """Read the stored z the other way round, h_t = (1 − z_t) ⊙ h_{t-1} + z_t ⊙ n_t; in place.

    σ(−a) = 1 − σ(a), so this is the same cell with the sign of the update gate's rows turned.
    """
    cell.stack[cell.rows_of("update")] *= -1.0  # W_x, b and W_hh side by side
    return cell


# ---- the roads ---------------------------------------------------------------------------------------------------------


def rms_stretch(A: np.ndarray) -> np.ndarray:
    """‖A‖_F/√H of the last two axes."""
    return np.sqrt(np.square(A).sum(axis=(-2, -1)) / A.shape[-1])


def direct(gates: np.ndarray) -> np.ndarray:
    """The rms stretch of the direct road alone, diag(∏ gates): gates (lag, …, H) of the steps that it passes."""
    return np.sqrt(np.square(gates.prod(axis=0)).mean(axis=-1))


def cut(cell: LSTMCell, trace: Trace, roads: tuple[str, ...]) -> Trace:
    """The same run, but its derivatives see no h_{t-1} in these blocks: the numbers stay, the roads are closed."""
    weights = trace.cell.stack.copy()
    for road in roads:
        weights[cell.rows_of(road), cell.input_size + 1 :] = 0.0
    return trace.with_other(trace.cell.frozen(stack=weights))


def blocks_back(cell: Cell, trace: Trace, t: int) -> Iterator[np.ndarray]:
    """For lag = 0, 1, …, t: dh_t/dh_{t−lag}, (B, H, H). LSTM: dc_t/dc_{t−lag} with h_{t−lag} held, a block of the pair's."""
    H = cell.hidden_size
    for rows, exponents in products.products(cell, trace, t, t, last=H):
        yield overflow.multiply(rows[..., -H:], scaled.power(exponents)[..., None])


def c_block(cell: LSTMCell, trace: Trace, lag: int, roads: tuple[str, ...] = ROADS) -> np.ndarray:
    """dc_T/dc_{T−lag} with h_{T−lag} held, (B, H, H), over these roads and the direct one."""
    closed = cut(cell, trace, tuple(road for road in ROADS if road not in roads))
    return next(islice(blocks_back(cell, closed, trace.T - 1), lag, None))


def sizes_by_road(bias: float, lag: int = 40, spread: float = 0.1, seeds: int = 5, H: int = 64) -> dict[str, np.ndarray]:
    """The rms stretch of the LSTM's dc_T/dc_{T−lag} over some of its roads, name -> (seeds,).

    "direct": diag(∏ f) alone. "+ input", …: the direct road and the one through that block. "true": all of them.
    """
    choices = {f"+ {road}": (road,) for road in ROADS} | {"all but cell": ("input", "forget", "output"), "true": ROADS}
    found = []
    for seed in range(seeds):
        cell = LSTMCell(H, H, init="uniform", seed=seed, gate_bias=bias)
        trace = cell.unroll(inputs(spread, (2 * lag, H), seed, 1))
        sizes = (rms_stretch(c_block(cell, trace, lag, roads)[0]) for roads in choices.values())
        found.append((direct(trace.gates["forget"][-lag:]), *sizes))
    return dict(zip(("direct", *choices), np.array(found).T))


# ---- how far it gets ---------------------------------------------------------------------------------------------------

# The cells whose memory is compared.
STARTS: dict[str, Callable[..., RNNCell | GRUCell | LSTMCell]] = {
    "plain tanh": RNNCell,
    "GRU": GRUCell,
    "GRU, bias 2": partial(GRUCell, gate_bias=2.0),
    "LSTM": LSTMCell,
    "LSTM, bias 1": partial(LSTMCell, gate_bias=1.0),
    "LSTM, bias 2": partial(LSTMCell, gate_bias=2.0),
    "LSTM, bias 4": partial(LSTMCell, gate_bias=4.0),
    "LSTM, chrono 100": lambda *sizes, **start: chrono(LSTMCell(*sizes, **start), 100, start["seed"]),
}


def cell_of(start: str, seed: int, H: int = 64) -> RNNCell | GRUCell | LSTMCell:
    """A fresh cell of that start."""
    return STARTS[checks.choice("start", start, STARTS)](H, H, init="uniform", seed=seed)


def lasting(start: str, spread: float = 0.1, seeds: int = 5, H: int = 64, long: int = LONG) -> dict[str, np.ndarray]:
    """Two rates of one sequence of `long` words, in nats a step, each (seeds,).

    "gate": the mean of ln f (GRU: ln z), what the direct road alone would lose; −inf for the plain cell, which has none.
    "lyapunov": the largest exponent, the first tenth left out.
    """
    found = []
    for seed in range(seeds):
        cell = cell_of(start, seed, H)
        trace = cell.unroll(inputs(spread, (long, 1, H), seed, 2))
        gate = np.log(trace.gates[cell.keeping_gate]).mean() if cell.keeping_gate else -np.inf
        found.append((gate, memory.lyapunov(cell, trace, leading=1)[0]))
    return dict(zip(("gate", "lyapunov"), np.array(found).T))


def first_words(start: str, spread: float = 0.1, seeds: int = 5, H: int = 64, B: int = 2) -> np.ndarray:
    """(seeds,): the slope over LAGS of B *other* sequences of STEPS words, from zeros, in nats a step.

    It need not be the exponent of a run that has settled.
    """
    return np.array([slope(cell_of(start, seed, H), inputs(spread, (STEPS, B, H), seed, 1)) for seed in range(seeds)])


def at_rest(start: str, seeds: int = 5, H: int = 64) -> np.ndarray:
    """(seeds,): ln of the spectral radius of one step's Jacobian where states and input are 0, with all roads."""
    cells = (cell_of(start, seed, H) for seed in range(seeds))
    return np.log([radius(cell.jacobian(cell.unroll(np.zeros((1, H))), 0)) for cell in cells])


def fresh_report(kind: Callable[..., Cell], bias: float, spread: float = 0.1, H: int = 16, T: int = 100) -> memory.MemoryReport:
    """The memory report of a fresh cell, without a word about finite differences where its way back is not written yet."""
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        return memory.report(kind(H, H, init="uniform", gate_bias=bias), inputs(spread, (T, 2, H), 0, 1))


# ---- the forms that texts disagree on ----------------------------------------------------------------------------------

FORMS: dict[str, Callable[..., GRUCell | LSTMCell]] = {
    "GRU, reset after the product": GRUCell,
    "GRU, reset before": partial(GRUCell, reset_after=False),
    "GRU, z writes": lambda *sizes, **start: z_writes(GRUCell(*sizes, **start)),
    "LSTM, with forget gate": LSTMCell,
    "LSTM, without": lambda *sizes, **start: without_forget_gate(LSTMCell(*sizes, **start)),
}


def form(name: str, bias: float, spread: float = 0.1, seeds: int = 5, H: int = 64, steps: int = 400) -> dict[str, np.ndarray]:
    """ "slope" in nats a step, and "state": the largest |entry| of h (LSTM: of c) after `steps` words, each (seeds,)."""
    make, found = FORMS[checks.choice("name", name, FORMS)], []
    for seed in range(seeds):
        cell = make(H, H, init="uniform", seed=seed, gate_bias=bias)
        state = cell.unroll(inputs(spread, (steps, H), seed, 1)).parts[-1][-1]
        found.append((slope(cell, inputs(spread, (STEPS, 2, H), seed, 2)), np.abs(state).max()))
    return dict(zip(("slope", "state"), np.array(found).T))
