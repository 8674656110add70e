"""What notebook 03 measures over many seeds. Each function states its setting; each seed is one net and one input.

Inputs are Gaussian of standard deviation `spread`, targets are drawn evenly among 10 classes. The loss is the cross-entropy.
The start draws W_hh; W_x, W_oh and the biases are as `cells.starts` says for it: N(0, 1/fan-in) and 0, but U(±1/√H)
everywhere for PyTorch's. Everything depends on these settings: name them beside a number.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from .. import chain_rule
from ..cells import RNNCell
from ..model import SequenceModel
from .the_chain_rule_through_time import difference as difference
from .the_chain_rule_through_time import spread as spread

OUTPUTS = 10

# The starts that are compared, with `init`, the standard deviation of one entry of W_hh where it is given, and f.
STARTS: dict[str, tuple[str, float | None, str]] = {
    "N(0, .01²)": ("normal", 0.01, "tanh"),
    "U(±1/√H), PyTorch": ("uniform", None, "tanh"),
    "N(0, .1²)": ("normal", 0.1, "tanh"),
    "Glorot": ("glorot", None, "tanh"),
    "orthogonal": ("orthogonal", None, "tanh"),
    "N(0, 1)": ("normal", 1.0, "tanh"),
    "N(0, 1), ReLU": ("normal", 1.0, "relu"),
}


def nets(start: str, H: int, I: int, T: int, spread: float, seeds: Iterable[int]) -> Iterator[tuple]:
    """For each seed a fresh net of that start, T random inputs (T, I) and targets (T,)."""
    init, deviation, activation = STARTS[start]
    weight_scale = 1.0 if deviation is None else deviation * H**0.5  # "normal" draws N(0, 1/H)
    for seed in seeds:
        model = SequenceModel(RNNCell(I, H, activation, weight_scale, init, seed), OUTPUTS, seed=seed)
        rng = np.random.default_rng([seed, 1])
        yield model, spread * rng.standard_normal((T, I)), rng.integers(OUTPUTS, size=T)


def typical_stretch(start: str, H: int = 64) -> float:
    """g = σ√H, about how much W_hh of this start stretches a typical vector; σ is the standard deviation of an entry.

    >>> round(typical_stretch("N(0, .01²)"), 3), round(typical_stretch("U(±1/√H), PyTorch"), 3), typical_stretch("Glorot")
    (0.08, 0.577, 1.0)
    """
    init, deviation, _ = STARTS[start]
    return deviation * H**0.5 if deviation is not None else 3**-0.5 if init == "uniform" else 1.0


def first_over_last(start: str, spread: float, seeds: int = 200, H: int = 64, I: int = 64, T: int = 4) -> np.ndarray:
    """(seeds,): the norm of the first word's term of dL_T/dW_x over that of the last word's.

    0 where the first term has vanished, inf where it has exploded. Where all ReLUs are off at word T, every term is 0;
    the ratio is then 0 too.
    """
    norms = [[term.norm for term in _terms(*net)] for net in nets(start, H, I, T, spread, range(seeds))]
    return np.array([row[0] / row[-1] if 0 < row[0] < np.inf else row[0] for row in norms])


def _terms(model: SequenceModel, x: np.ndarray, targets: np.ndarray, wrt: str = "W_x") -> list[chain_rule.Term]:
    """The terms of the last token's dL_T/dW."""
    return model.chain_rule_terms(model.forward(x, targets), len(x) - 1, wrt)


def swap_first_word(start: str, spread: float, seeds: int = 200, H: int = 32, I: int = 32) -> dict[str, np.ndarray]:
    """What another first word does to the gradient of word 4's loss. Each entry is (seeds,), relative to the norm before.

    "term 1": the norm of term 1 of dL_4/dW_x, and "later terms": the change of the sum of terms 2 to 4, both over the
    norm of that sum before the swap. "dL_4/dW_hh": the change of that whole gradient over its norm.
    """
    found = []
    for seed, (model, x, targets) in enumerate(nets(start, H, I, 4, spread, range(seeds))):
        swapped = x.copy()
        swapped[0] = spread * np.random.default_rng([seed, 2]).standard_normal(I)
        before, after = _terms(model, x, targets), _terms(model, swapped, targets)
        first = before[0].norm / np.linalg.norm(np.sum([term.gradient for term in before[1:]], axis=0))
        whole = _change(*(_terms(model, sentence, targets, "W_hh") for sentence in (x, swapped)))
        found.append((first, _change(before[1:], after[1:]), whole))
    return dict(zip(("term 1", "later terms", "dL_4/dW_hh"), np.array(found).T))


def _change(before: list[chain_rule.Term], after: list[chain_rule.Term]) -> float:
    """‖sum of the terms after − before‖ / ‖sum before‖."""
    a, b = (np.sum([term.gradient for term in terms], axis=0) for terms in (before, after))
    return float(np.linalg.norm(b - a) / np.linalg.norm(a))


def medians(found: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The median over seeds of each entry."""
    return {name: float(np.median(values)) for name, values in found.items()}
