"""What notebooks 02 and 03 measure over many seeds. Each function states its setting; each seed is one net and one input.

Inputs are Gaussian of standard deviation `spread`, targets are drawn evenly among 10 classes, biases are what the start
gives. Everything depends on these settings: name them beside a number.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from .cells import RNNCell
from .cells.base import Cell
from .cells.trace import Trace
from .model import Run, SequenceModel

OUTPUTS = 10

# The starts that notebook 03 compares, with `init`, the standard deviation of one entry of W_hh where it is given, and f.
STARTS: dict[str, tuple[str, float | None, str]] = {
    "N(0, .01²)": ("normal", 0.01, "tanh"),
    "U(±1/√H), PyTorch": ("uniform", None, "tanh"),
    "N(0, .1²)": ("normal", 0.1, "tanh"),
    "N(0, 1/H)": ("normal", None, "tanh"),
    "Glorot": ("glorot", None, "tanh"),
    "orthogonal": ("orthogonal", None, "tanh"),
    "N(0, 1)": ("normal", 1.0, "tanh"),
    "N(0, 1), ReLU": ("normal", 1.0, "relu"),
}


def nets(start: str, H: int, I: int, T: int, spread: float, seeds: Iterable[int]) -> Iterator[tuple[SequenceModel, Run]]:
    """For each seed a fresh net of that start, and its run over T random inputs."""
    init, deviation, activation = STARTS[start]
    weight_scale = 1.0 if deviation is None else deviation * H**0.5  # "normal" draws N(0, 1/H)
    for seed in seeds:
        model = SequenceModel(RNNCell(I, H, activation, weight_scale, init, seed), OUTPUTS, seed=seed)
        rng = np.random.default_rng([seed, 1])
        yield model, model.forward(spread * rng.standard_normal((T, I)), rng.integers(OUTPUTS, size=T))


def first_over_last(start: str, spread: float, seeds: int = 200, H: int = 64, I: int = 64, T: int = 4) -> np.ndarray:
    """(seeds,): the norm of the first word's term of dL_T/dW_x over that of the last word's."""
    ratios = []
    for model, run in nets(start, H, I, T, spread, range(seeds)):
        terms = model.chain_rule_terms(run, T - 1)
        ratios.append(terms[0].norm / terms[-1].norm)
    return np.array(ratios)


def swap_first_word(start: str, spread: float, seeds: int = 200, H: int = 32, I: int = 32) -> dict[str, np.ndarray]:
    """What another first word does to the gradient of word 4's loss. Each entry is (seeds,), relative to the norm before.

    "share": the norm of term 1 over the sum of the four norms, before the swap. "later terms": the change of the sum of
    terms 2 to 4 of dL_4/dW_x. "dL_4/dW_hh": the change of the whole gradient.
    """
    found: dict[str, list] = {"share": [], "later terms": [], "dL_4/dW_hh": []}
    for seed, (model, run) in enumerate(nets(start, H, I, 4, spread, range(seeds))):
        rng = np.random.default_rng([seed, 1])
        x, targets = spread * rng.standard_normal((4, I)), rng.integers(OUTPUTS, size=4)
        x[0] = spread * np.random.default_rng([seed, 2]).standard_normal(I)
        swapped = model.forward(x, targets)
        terms = model.chain_rule_terms(run, 3)
        later = [sum(term.gradient for term in model.chain_rule_terms(r, 3)[1:]) for r in (run, swapped)]
        hidden = [sum(term.gradient for term in model.chain_rule_terms(r, 3, "W_hh")) for r in (run, swapped)]
        found["share"].append(terms[0].norm / sum(term.norm for term in terms))
        found["later terms"].append(np.linalg.norm(later[1] - later[0]) / np.linalg.norm(later[0]))
        found["dL_4/dW_hh"].append(np.linalg.norm(hidden[1] - hidden[0]) / np.linalg.norm(hidden[0]))
    return {name: np.array(values) for name, values in found.items()}


def transpose_lost(trace: Trace, cell: Cell) -> Trace:
    """The same trace with W_hh transposed, so that BPTT over it makes the mistake of forgetting the transpose."""
    weights, W_hh = trace.weights.copy(), slice(cell.input_size + 1, None)
    weights[:, W_hh] = weights[:, W_hh].T.copy()
    return Trace(trace.inputs, trace.states, weights, trace.batched, trace.scales)


def lost_transpose(start: str, spread: float, seeds: int = 100, H: int = 64, I: int = 16, T: int = 20) -> dict[str, np.ndarray]:
    """A gradient with the transpose lost, beside the right one. Each entry is (seeds,).

    "norm ratio": lost over right, of dL/dW_hh. "cosine": of the two dL/dW_hh. "cosine at the start": of the two dL/dh_0,
    without its sign; two random directions of H entries have about √(2/πH), .1 for H = 64.
    """
    found: dict[str, list] = {"norm ratio": [], "cosine": [], "cosine at the start": []}
    for model, run in nets(start, H, I, T, spread, range(seeds)):
        right = model.backward(run)
        lost = model.cell.backward(transpose_lost(run.trace, model.cell), run.trace.squeeze(run.dh))
        found["norm ratio"].append(np.linalg.norm(lost["W_hh"]) / np.linalg.norm(right["W_hh"]))
        found["cosine"].append(_cosine(right["W_hh"], lost["W_hh"]))
        found["cosine at the start"].append(abs(_cosine(right["h0"], lost["h0"])))
    return {name: np.array(values) for name, values in found.items()}


def carried_forward(model: SequenceModel, run: Run) -> np.ndarray:
    """The first word's term of dL_T/dW_x with the product of Jacobians grown from the right, as forward mode does."""
    trace = run.trace
    part = model.cell.immediate(trace, 0, "W_x")[0]  # ∂⁺h_1/∂W_x, (H, H, I)
    for t in range(1, trace.T):
        part = np.tensordot(model.cell.jacobian(trace, t), part, axes=1)
    return np.tensordot(run.dh[-1, 0], part, axes=1)


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float((a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b))
