"""The usual mistakes in backpropagation through time, made on purpose: which of them gives this wrong gradient? From which step?

`way_back` and `sums` are BPTT of any cell. A mistake is one change of their text, or of the text of the cell's `step_back`;
two may be made at once. mistakes.toml lists the changes, and what is said of each.
"""

import inspect
import re
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from types import MethodType
from typing import Any, NamedTuple

import numpy as np

from .. import chain_rule
from ..basics import activations, arrays, text
from ..cells import Cell, RNNCell, Trace
from ..model import Run
from .numeric import alike

Gradients = dict[str, np.ndarray]
KNOWN = tomllib.loads(Path(__file__).with_name("mistakes.toml").read_text(encoding="utf-8"))
TRIALS = 600  # so many pairs of mistakes are tried, over the blocks of the cell and 2; the likeliest first


class Mistake(NamedTuple):
    """What stands in `way_back` or `sums`, what a mistake has in its place, what is said of it, and what its text needs."""

    old: str
    new: str
    says: str
    names: dict[str, Any] = {}


def way_back(trace: Trace, dh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """dL/da of every step, (T, B, rows of W), and dL/d(start), (B, D). dh: each step's own dL_t/d(state)_t, (T, B, D)."""
    T, B, _ = trace.shape
    way = trace
    own = dh
    back, all_da = 0 * dh[:1], list[np.ndarray]()
    for t in reversed(range(T)):
        arrives = back
        da, sent = pull(way, t, own[t : t + 1] + arrives)
        back = sent
        all_da.insert(0, da)
    return np.concatenate(all_da), back[0]


def sums(trace: Trace, da: np.ndarray) -> Gradients:
    """The gradient of every parameter: the sum over the steps that count of da times what the parameter is paired with."""
    cell, T = trace.cell, trace.T
    t = np.arange(T)
    counts = t
    sees = t  # the step whose input W_x is paired with
    reads = t  # the place of the state that W_hh is paired with: 0 is the start
    pairs = cell.all_pairs(trace, counts, da[counts])
    pairs["W_x"] = [(left, trace.inputs[sees[counts]]) for left, _ in pairs["W_x"]]
    right_ones, states = (reads == t)[counts, None, None], trace.states[reads[counts]]
    pairs["W_hh"] = [(left, np.where(right_ones, right, states)) for left, right in pairs["W_hh"]]
    rows = {name: np.concatenate([np.einsum("tbi,tbj", *pair) for pair in groups]) for name, groups in pairs.items()}
    return {name: value.reshape(cell.params[name].shape) for name, value in rows.items()}


TEXT = inspect.getsource(way_back) + inspect.getsource(sums)


def gradients(run: Run, *mistakes: Mistake) -> Gradients:
    """The gradient of the cell's parameters, "x" and the start with these mistakes made; without any it is right."""
    body, names, trace = TEXT, dict(globals()), run.trace
    for mistake in mistakes:
        body = body.replace(mistake.old, mistake.new)
        names |= mistake.names
    exec(body, names)
    da, start = names["way_back"](trace, chain_rule.state_rows(trace.cell, run.dh))
    starts = {f"{part}0": trace.squeeze(value, 0) for part, value in zip(trace.cell.parts, trace.cell.split(start))}
    return names["sums"](trace, da) | {"x": trace.squeeze(da @ trace.cell.W_x)} | starts


def pull(trace: Trace, t: int, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return chain_rule.pull(trace.cell, trace, t, rows)


def transposed(trace: Trace) -> Trace:
    """The run, as if it were of a cell with every block of W_hh transposed."""
    cell = trace.cell.frozen()
    cell.W_hh[...] = np.concatenate([W.T for W in trace.cell.blocks_of(cell.W_hh)])
    return trace.with_other(cell)


def part(trace: Trace, which: int) -> np.ndarray:
    """1 in one part of a state that is a pair, and 0 in the other, (D,)."""
    return np.repeat(np.arange(2) == which, trace.shape[2])


def in_step_back(cell: Cell) -> Iterator[Mistake]:
    """Every slope in `step_back` got wrong: all of a kind, then each by itself. None if its text cannot be had."""
    right = type(cell).step_back

    def changed(says: str, step_back: Callable) -> Mistake:
        frozen = lambda trace: trace.cell.frozen(step_back=MethodType(step_back, trace.cell))  # noqa: E731
        return Mistake("pull(way", "pull(changed(way)", says, {"changed": lambda trace: trace.with_other(frozen(trace))})

    if isinstance(cell, RNNCell):
        yield changed("the slope is taken at the state before the step.", lambda cell, δ, kept, h: right(cell, δ, (h,), h))
    try:
        body = textwrap.dedent(inspect.getsource(right))
    except (OSError, TypeError):
        return
    for kind, pattern in KNOWN["written"].items():
        function = cell.activation.name if isinstance(cell, RNNCell) else "tanh" if kind == "tanh" else "sigmoid"
        places = list(dict.fromkeys(re.findall(pattern, body)))
        for v in [r"\w+"] * bool(places) + places * (len(places) > 1):
            subject = f"the slope of {kind}" if v == r"\w+" else f"the slope at {v}"
            for says, slope in KNOWN["slopes"][function].items():
                names = {"np": np, "sigmoid": activations.sigmoid, **right.__globals__}
                wrong = slope.replace("{h}", r"\1")
                exec(re.sub(pattern.replace(r"\w+", v, 1), f"({wrong})", body), names)
                mistake = changed(says.format(subject), names["step_back"])
                yield mistake
                if "missing" in says and v == r"\w+":
                    new = "_, back = pull(sending(way), t, own[t : t + 1] + arrives)"
                    more = " in what goes back: dL/da goes through W_hh, not dL/dh."
                    yield Mistake("back = sent", new, mistake.says[:-1] + more, {"sending": mistake.names["changed"]})


def wrong_ways(trace: Trace) -> list[Mistake]:
    """Every mistake; of two, what goes wrong on the way back comes before what goes wrong in the sums."""
    kinds = ["on_the_way"] + ["of_a_batch"] * (trace.shape[1] > 1) + ["of_a_pair"] * (len(trace.cell.parts) > 1)
    on_the_way = [Mistake(*one) for kind in kinds for one in KNOWN[kind]]
    return [*on_the_way, *in_step_back(trace.cell), *(Mistake(*one) for one in KNOWN["in_the_sums"])]


def explanations(model, run: Run, given: Gradients, right: Gradients, from_start: Callable) -> Iterator[str | None]:
    """The mistake, or the two, that give all of `given`, which is wrong in each of its names, the simplest first; None for each
    that does not. from_start: the gradient of the same words from another start, given as one vector.
    """
    T, B, H = run.trace.shape
    factors = {
        -1: "the sign is turned.",
        1 / T: "it is the mean over the steps, not the sum.",
        T: "it is multiplied by the number of steps.",
        B: "it is the sum over the sequences; this loss is their mean.",
        1 / B: "it is divided by the number of sequences once more.",
        1: "",
    }

    def explained(wrong: Gradients, *says: str) -> str | None:
        factor = _factor(given, wrong) if given.keys() <= wrong.keys() else None
        also = [words for known, words in factors.items() if factor and abs(factor / known - 1) < 1e-6]
        return " And ".join(filter(None, (*says, *also))) if also else None

    yield explained(right)
    if all(value.shape == value.T.shape and alike(value.T, right[name]) for name, value in given.items()):
        yield "the matrix is transposed."
    if (scale := _factor(given, right)) not in (None, 1):
        yield f"it is {text.say(scale, '0')} times the right one, in every entry."
    most = max(np.abs(value).max() for value in given.values())
    if all(alike(value, np.clip(right[name], -most, most)) for name, value in given.items()):
        yield f"each entry is clipped at ±{most:.3g}."
    mistakes, wrongs = wrong_ways(run.trace), []
    for one in mistakes:
        wrongs.append(gradients(run, one))
        yield explained(wrongs[-1], one.says)
    for k in range(2, T):
        yield explained(model.backward(run, truncate=k), f"it is truncated, as of backward(run, truncate={k}).")
    n = B * H * len(run.trace.parts)
    if any(value[0].any() for value in run.trace.parts):
        yield explained(from_start(np.zeros(n)), "it belongs to a start of zeros, not to this h0.")
    elif (start := _other_start(given, from_start, n)) is not None:
        yield f"it belongs to another start, near {np.array2string(start, precision=3, threshold=8)}: hand it in as h0."
    if given.keys() <= wrongs[0].keys():  # W_oh and b_o are no part of the way back
        for i, j in islice(_likeliest(given, right, wrongs), TRIALS // (2 + len(model.cell.blocks))):
            one, two = mistakes[i], mistakes[j]
            if one.old != two.old:
                yield explained(gradients(run, one, two), one.says, two.says)


def _likeliest(given: Gradients, right: Gradients, wrongs: list[Gradients]) -> Iterator[tuple[int, int]]:
    """The pairs of wrong gradients, those first of which one explains a name alone, then those whose sum points the same way."""
    tiny = np.finfo(float).tiny
    sizes = {name: max(np.linalg.norm(right[name]), tiny) for name in given}
    known = [np.concatenate([(one[name] / sizes[name]).ravel() for name in given]) for one in (given, right, *wrongs)]
    mine, none, *each = np.nan_to_num(known, posinf=0.0, neginf=0.0)
    moved = np.array(each) - none
    counts = np.abs(moved).max(axis=1) > 1e-9  # what changes nothing alone changes nothing with another
    explains = np.array([any(alike(value, one[name]) for name, value in given.items()) for one in wrongs])
    first, second = np.nonzero(np.triu(np.outer(counts, counts), 1))
    both = none + moved[first] + moved[second]
    along = both @ mine / np.maximum(np.linalg.norm(both, axis=1), tiny)
    order = np.lexsort([-along, ~(explains[first] | explains[second])])
    return zip(first[order].tolist(), second[order].tolist())


def _other_start(given: Gradients, from_start: Callable, n: int) -> np.ndarray | None:
    """The start whose gradient is `given`, by Newton's method; None if there is none, or if too little is known to tell."""
    if sum(value.size for value in given.values()) < 2 * n or n > 100:
        return None
    sizes = {name: np.abs(value).max() or 1.0 for name, value in given.items()}

    def off(start):
        wrong = from_start(start)
        return np.concatenate([((wrong[name] - value) / sizes[name]).ravel() for name, value in given.items()])

    start = np.zeros(n)
    for _ in range(12):
        here = off(start)
        if not np.isfinite(here).all():
            return None
        if np.abs(here).max() < 1e-7:
            return start
        step = np.linalg.lstsq(arrays.jacobian_by_differences(off, start), here)[0]
        start = start - step * min(1.0, 0.5 / np.abs(step).max())
    return None


def _factor(given: Gradients, right: Gradients) -> float | None:
    """The one number by which all of `given` differs from the right gradient; None if there is none."""
    largest = max(given, key=lambda name: np.abs(right[name]).max(initial=0.0))
    place = np.abs(right[largest]).argmax()
    factor = float(given[largest].flat[place] / right[largest].flat[place])
    return factor if factor and all(alike(value, factor * right[name]) for name, value in given.items()) else None


def first_wrong_step(run: Run, wrong: dict[str, np.ndarray]) -> int | None:
    """The latest step whose part of the gradient is off: the first that is, counted from the last word.

    "x" has a step of its own in each row. A weight is shared by all steps, and its gradient is Σ_t dL/da_t v_tᵀ, with v_t
    what it multiplies. So an error is Σ_t (error of dL/da_t) v_tᵀ if the v_t are right, and Σ_t dL/da_t (error of v_t)ᵀ if
    the dL/da_t are. Where the steps are few enough, either can be solved for; if both explain it, the one that blames fewer
    steps is taken.
    """
    trace, T = run.trace, run.trace.T
    if "x" in wrong:
        return max(_wrong_rows(wrong["x"].reshape(T, -1)), default=None)
    da, _ = way_back(trace, chain_rule.state_rows(trace.cell, run.dh))
    for name, pairs in trace.cell.all_pairs(trace, slice(T), da).items():
        if name in wrong:
            errors = np.split(wrong[name], np.cumsum([left.shape[-1] for left, _ in pairs])[:-1])
            steps = [_solve(error.reshape(len(error), -1), left, v, T) for error, (left, v) in zip(errors, pairs)]
            if any(steps):
                return max(chain(*steps))
    return None


def _solve(error: np.ndarray, da: np.ndarray, v: np.ndarray, T: int) -> list[int]:
    """The steps that Σ_t dL/da_t v_tᵀ must be wrong at to be off by `error`; none if that cannot be told."""
    largest, da, v = np.abs(error).max(), da.reshape(-1, da.shape[-1]), v.reshape(-1, v.shape[-1])
    if not 0 < largest < np.inf:
        return []
    error, explanations = error / largest, []
    for known, sought in ((v, error.T), (da, error)):
        counts = known.any(axis=1)  # what multiplies 0, as W_hh does a start of zeros, cannot be wrong
        solved, _, rank, _ = np.linalg.lstsq(known[counts].T, sought, rcond=1e-9)
        explained = np.linalg.norm(known[counts].T @ solved - sought) < 1e-4 * np.linalg.norm(sought)
        if rank == counts.sum() < known.shape[1] and explained:  # with as many unknowns as entries, anything is explained
            off = np.zeros((len(known), solved.shape[1]))
            off[counts] = solved
            explanations.append(_wrong_rows(off.reshape(T, -1)))
    return min(explanations, key=len, default=[])


def _wrong_rows(off: np.ndarray) -> list[int]:
    """Which rows differ from zero by more than rounding, or are not finite."""
    size = np.abs(off).max(axis=1)
    finite = np.isfinite(size)
    return np.flatnonzero(~finite | (size > 1e-4 * size[finite].max(initial=0.0))).tolist()
