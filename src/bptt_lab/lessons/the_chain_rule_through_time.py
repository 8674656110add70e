"""What notebook 02 measures over many seeds: four ways to one gradient, and what a wrong one would do.

Each function states its setting; each seed is one net, which reads one-hot words of the vocabulary and guesses the next.
"""

import html
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import numpy as np

from ..basics import text
from ..cells import Cell, RNNCell, Trace
from ..gradcheck import gradcheck
from ..gradcheck.causes import transposed
from ..model import Run, SequenceModel, rtrl
from ..tasks import vocabulary

WORDS = len(vocabulary.VOCABULARY)
Gradients = dict[str, np.ndarray]
Recursion = Callable[[np.ndarray, Cell, Trace, int], np.ndarray]
WayBack = Callable[[SequenceModel, Run, np.ndarray, Iterable[int]], np.ndarray]
MOVED = "tanh, H = 32, 100 words, inputs of std 0.05, medians of 10 nets"  # what `first_word_moved` is about
spread = partial(text.spread, middle=0.9)  # as notebooks 02 to 04 say it of many seeds: in brackets where the middle 90 % lie


class Covered(str):
    """What answers a question of a notebook, behind a line that is opened: first the learner says what it will be."""

    __repr__ = str.__str__

    def _repr_html_(self) -> str:
        return f"<details><summary>Say it first, then open this.</summary><pre>{html.escape(self)}</pre></details>"


def readers(H: int, seeds: int, init: str = "normal", weight_scale: float = 1.0) -> Iterator[SequenceModel]:
    """For each seed a fresh tanh net of H units that reads one-hot words and guesses the next."""
    for seed in range(seeds):
        yield SequenceModel(RNNCell(WORDS, H, init=init, weight_scale=weight_scale, seed=seed), WORDS, seed=seed)


def four_ways(model: SequenceModel, x: np.ndarray, targets: np.ndarray) -> dict[str, Callable[[], Gradients]]:
    """Four calls, each of which gives the gradient of the cell's parameters (and maybe of others) in a way of its own."""
    run = model.forward(x, targets)

    def all_terms(wrt: str) -> np.ndarray:  # the sum of every term of every token's dL_t/dW
        return np.sum([term.gradient for t in range(len(x)) for term in model.chain_rule_terms(run, t, wrt)], axis=0)

    return {
        "BPTT": lambda: model.backward(run),
        "terms": lambda: {name: all_terms(name) for name in model.cell.params},
        "RTRL": lambda: rtrl(model, run),
        "differences": lambda: gradcheck(model, x, targets).numeric,
    }


def multiplications(T: int, H: int, I: int, O: int) -> dict[str, int]:
    """What each of the four ways multiplies for one sentence, leaving out what all share; O outputs."""
    weights, step = H * I + H * H + H, 2 * H * H + H * I  # of the cell; of one step back
    return {
        "BPTT": T * step,
        "terms": T * (T + 1) // 2 * step,
        "RTRL": T * H * H * weights,
        "differences": 2 * weights * T * H * (H + I + O),
    }


def difference(grads: Mapping[str, np.ndarray], right: Mapping[str, np.ndarray]) -> float:
    """The largest difference of an entry, divided by the largest entry of that name in `right`; over the names in both."""
    names = grads.keys() & right.keys()
    return max(float(np.abs(grads[name] - right[name]).max() / np.abs(right[name]).max()) for name in names)


def both_ways(recursion: Recursion, sentence: str, H: int = 32, seeds: int = 50) -> dict[str, np.ndarray]:
    """Three norms for each token t of a sentence that has its first word once, each (seeds, T); PyTorch's start.

    `recursion(dh_dW, cell, trace, t)` takes dh_{t-1}/dW_x to dh_t/dW_x, each (H, H, I). "whole": of dL_t/dW_x. "word 1
    forward": of its column of the first word, which is that word's term. "word 1 back": of the same term from the way back.
    """
    found, first = [], vocabulary.indices(sentence)[0]
    for model in readers(H, seeds, "uniform"):
        run = model.forward(vocabulary.encode(sentence), vocabulary.next_words(sentence))
        dh_dW, grads = np.zeros((H, H, WORDS)), []
        for t, dh_t in enumerate(run.dh[:, 0]):
            dh_dW = recursion(dh_dW, model.cell, run.trace, t)
            grads.append(np.tensordot(dh_t, dh_dW, axes=1))
        forward = np.linalg.norm(np.array(grads)[:, :, first], axis=1)
        found.append((np.linalg.norm(grads, axis=(1, 2)), forward, model.ledger(run)[:, 0]))
    return dict(zip(("whole", "word 1 forward", "word 1 back"), np.array(found).swapaxes(0, 1)))


def lost_transpose(
    way_back: WayBack, sentence: str, H: int, init: str, weight_scale: float, seeds: int = 200
) -> dict[str, np.ndarray]:
    """What W_hh in place of its transpose does to dL/dW_x; each (seeds,).

    `way_back(net, run, matrix, tokens)` gives dL/dW_x, (H, I), of the losses of these tokens, carried back by a matrix.
    "norms": the wrong norm over the right one. "cosine": between the two. "word 1": the size of the cosine for the first
    word's term of the last token's gradient.
    """
    found, first = [], vocabulary.indices(sentence)[0]
    for model in readers(H, seeds, init, weight_scale):
        run, W = model.forward(vocabulary.encode(sentence), vocabulary.next_words(sentence)), model.params["W_hh"]
        last = run.trace.T - 1
        right, lost = (way_back(model, run, matrix, range(last + 1)) for matrix in (W.T, W))
        right_1, lost_1 = (way_back(model, run, matrix, [last])[:, first] for matrix in (W.T, W))
        norms = np.linalg.norm(lost) / np.linalg.norm(right)
        found.append((norms, _cosine(right, lost), abs(_cosine(right_1, lost_1))))
    return dict(zip(("norms", "cosine", "word 1"), np.array(found).T))


def lost_far(steps: int, H: int = 32, seeds: int = 200) -> np.ndarray:
    """(seeds,): ‖dL_T/da_1‖ with W_hh in place of its transpose over the right one, so many steps before the only loss.

    N(0, 1/H), tanh, 8 Gaussian inputs of standard deviation 0.1 and 8 classes: the nets of the explorer GradientByLag.
    """
    found = []
    for seed in range(seeds):
        rng, model = np.random.default_rng(seed), SequenceModel(RNNCell(8, H, seed=seed), 8, seed=seed)
        run = model.forward(0.1 * rng.standard_normal((100, 8))[: steps + 1], rng.integers(8, size=100)[: steps + 1])
        slope, W = 1 - run.trace.h[..., None] ** 2, model.params["W_hh"]
        matrices, da = np.stack([W.T, W]), slope[-1] * run.dh[-1, 0, :, None]
        for f in slope[-2::-1]:
            da = f * (matrices @ da)
        right, lost = np.linalg.norm(da, axis=(-2, -1))
        found.append(lost / right)
    return np.array(found)


def _cosine(u: np.ndarray, v: np.ndarray) -> float:
    return float(np.vdot(u, v) / np.linalg.norm(u) / np.linalg.norm(v))


def first_word_moved(weight_scale: float, steps: np.ndarray, H: int = 32, T: int = 200) -> tuple[np.ndarray, ...]:
    """How far dL/dx of the first word is off by moving it, to one side and to both: (steps,) each, the medians of 10 nets.

    The nets read T inputs of standard deviation 0.05 and have one loss, at the end.
    """
    errors = []
    for model, x, targets, mask in _with_one_loss(weight_scale, H, T, seeds=10):
        true, moves = model.gradient(x, targets, mask)[1]["x"][0, 0], np.concatenate([steps, [0.0], -steps])
        moved, *rest = (np.repeat(values[:, None], len(moves), axis=1) for values in (x, targets, mask))
        moved[0, :, 0] += moves
        up, here, down = np.split(model.forward(moved, *rest).losses[-1], [len(steps), len(steps) + 1])
        errors.append(np.abs([(up - here) / steps / true - 1, (up - down) / (2 * steps) / true - 1]))
    return tuple(np.median(errors, axis=0))


def verdicts(weight_scale: float, H: int = 32, T: int = 200) -> list[str]:
    """What gradcheck says of dL/dx of the first of these nets: as it is, and with W_hh in place of its transpose."""
    model, x, targets, mask = next(_with_one_loss(weight_scale, H, T, seeds=1))
    run = model.forward(x, targets, mask)
    ways = (run.trace, transposed(run.trace))
    return [gradcheck(model, x, targets, mask, {"x": model.cell.backward(way, run.dh[:, 0])["x"]}).result for way in ways]


def _with_one_loss(weight_scale: float, H: int, T: int, seeds: int) -> Iterator[tuple]:
    for seed in range(seeds):
        rng, cell = np.random.default_rng(seed), RNNCell(2, H, weight_scale=weight_scale, seed=seed)
        x, targets = 0.05 * rng.standard_normal((T, 2)), rng.integers(3, size=T)
        yield SequenceModel(cell, 3, seed=seed), x, targets, np.arange(T) == T - 1


def column_bias(seeds: int = 50, H: int = 8, T: int = 10) -> np.ndarray:
    """(seeds,): by what factor, up or down, ‖J_T ⋯ J_1‖₂ is off where the bias has shape (H, 1).

    NumPy then makes each state a matrix, and `np.diag` reads the slopes from its diagonal. W_hh is from N(0, 9/H), inputs from
    N(0, 1).
    """
    norms = np.empty((2, seeds))
    for seed in range(seeds):
        P, rng = RNNCell(2, H, weight_scale=3, seed=seed).params, np.random.default_rng(seed)
        b, words = 0.5 * rng.standard_normal(H), rng.standard_normal((T, 2))
        for i, bias in enumerate((b, b[:, None])):
            h, product = np.zeros(H), np.eye(H)
            for word in words:
                h = np.tanh(P["W_x"] @ word + P["W_hh"] @ h + bias)
                slopes = 1 - h**2 if h.ndim == 1 else np.diag(1 - h**2)
                product = np.diag(slopes) @ P["W_hh"] @ product
            norms[i, seed] = np.linalg.norm(product, 2)
    return np.max([norms[1] / norms[0], norms[0] / norms[1]], axis=0)
