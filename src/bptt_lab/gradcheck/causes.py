"""The usual mistakes in backpropagation through time, made on purpose: which of them gives this wrong gradient?

Each cause is the right way back with one thing changed, and two may be changed at once. It works for every cell, since only
`pull`, one step back, and `all_pairs`, what a step adds to a gradient, are asked; slopes are changed in the text of `step_back`.
"""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial
from itertools import islice
from types import MethodType
from typing import Any

import numpy as np

from .. import chain_rule
from ..basics import overflow, text
from ..basics.activations import sigmoid
from ..cells import Cell, RNNCell
from ..cells.trace import Trace
from ..model import Run, SequenceModel

Gradients = dict[str, np.ndarray]
Cause = tuple[str, dict[str, Any]]  # in words, and what `FallibleBPTT.gradients` is told
TRIALS = 600  # so many pairs of causes are tried, over the blocks of the cell and 2; the likeliest first


class FallibleBPTT:
    """BPTT over one run, with places to go wrong. Made with none of them taken it gives the gradient."""

    def __init__(self, model: SequenceModel, run: Run):
        self.cell, self.trace = model.cell, run.trace
        self.rows = chain_rule.state_rows(self.cell, run.dh)
        self.T, self.B, _ = self.trace.shape

    def edited(self, transposed=False, step_back: Callable | None = None) -> Trace:
        """The run, as if it were of a cell with every block of W_hh transposed, or with another step back."""
        cell, H = self.cell.frozen(), self.cell.hidden_size
        if transposed:
            W_hh = cell.stack[:, -H:]
            W_hh[:] = W_hh.reshape(-1, H, H).swapaxes(1, 2).reshape(-1, H)
        return self.trace.but(cell.frozen(step_back=MethodType(step_back, cell)) if step_back else cell)

    def way_back(self, transposed=False, step_back=None, rows=None, arrives=None, further=None) -> tuple[np.ndarray, np.ndarray]:
        """dL/da of every step, and what comes back to the start.

        transposed, step_back: as of `edited`. rows: another dL_t/dh_t. arrives: what becomes of that which later steps send
        back. further: what a step sends back, of its own row, what came to it, and what it should send.
        """
        rows, found, trace = self.rows if rows is None else rows, [], self.edited(transposed, step_back)
        back = np.zeros_like(rows[:1])
        for t in reversed(range(self.T)):
            row, came = rows[t : t + 1], arrives(back) if arrives else back
            da, back = chain_rule.pull(self.cell, trace, t, row + came)
            back = further(t, row, came, back) if further else back
            found.append(da)
        return np.concatenate(found[::-1]), back

    @cached_property
    def right(self) -> tuple[np.ndarray, np.ndarray]:
        return self.way_back()

    def gradients(self, names: Iterable[str] = (), counts=None, sees=None, reads=None, **way) -> Gradients:
        """The gradient of these names, or of all of the cell: its parameters, "x" and the start.

        counts: the steps that add. sees: the step whose input W_x is paired with, for each. reads: likewise the place of the
        state that W_hh is paired with, 0 the start. All else is for the `way_back`.
        """
        cell, trace = self.cell, self.trace
        da, start = self.way_back(**way) if way else self.right
        steps = np.arange(self.T) if counts is None else np.array(counts, int)
        pairs, grads = cell.all_pairs(trace, steps, da[steps]), {}
        if sees is not None:
            pairs["W_x"] = [(left, trace.inputs[sees[steps]]) for left, _ in pairs["W_x"]]
        if reads is not None:
            other, states = (reads != np.arange(self.T))[steps, None, None], trace.states[reads[steps]]
            pairs["W_hh"] = [(left, np.where(other, states, right)) for left, right in pairs["W_hh"]]
        for name in set(pairs) & set(names or pairs):
            rows = [left.reshape(-1, left.shape[2]).T @ right.reshape(-1, right.shape[2]) for left, right in pairs[name]]
            grads[name] = np.concatenate(rows).reshape(cell.params[name].shape)
        starts = {f"{part}0": trace.squeeze(value, 0) for part, value in zip(cell.parts, cell.split(start[0]))}
        x = overflow.dot(da.reshape(-1, da.shape[2]), cell.W_x).reshape(trace.inputs.shape)
        return grads | {"x": trace.squeeze(x)} | starts


# What stands for a slope, read from h = f(a), by those who get it wrong.
TANH = {
    "{} is missing.": np.ones_like,
    "it is divided by {}; that multiplies.": lambda h: 1 / (1 - h * h),
    "{} is taken as 1 − h: the square is forgotten.": lambda h: 1 - h,
    "{} is taken as h (1 − h), which is the logistic function's.": lambda h: h * (1 - h),
    "{} is taken as 1 − a², of the pre-activation; h² belongs there.": lambda h: 1 - np.arctanh(h) ** 2,
    "{} is taken as 1 − tanh² h, but h is a tanh already.": lambda h: 1 - np.tanh(h) ** 2,
}
LOGISTIC = {
    "{} is missing.": np.ones_like,
    "it is divided by {}; that multiplies.": lambda h: 1 / (h * (1 - h)),
    "{} is taken as h alone: the factor 1 − h is forgotten.": lambda h: h,
    "{} is taken as 1 − h alone: the factor h is forgotten.": lambda h: 1 - h,
    "{} is taken as 1 − h², which is tanh's.": lambda h: 1 - h * h,
    "{} is taken as σ(h) (1 − σ(h)), but h is a σ already.": lambda h: sigmoid(h) * (1 - sigmoid(h)),
}
RELU = {"{} is missing.": np.ones_like, "{} is taken as h itself.": lambda h: h}
WRONG = {"tanh": TANH, "sigmoid": LOGISTIC, "relu": {"{} is missing.": np.ones_like, "{} is taken as h itself.": lambda h: h}}
SLOPES = {
    r"\(1 - (\w+) \*\*? ?(?:\1|2)\)": "tanh",
    r"\b(\w+) \* \(1 - \1\)": "the gates",
    r"self\.activation\.slope\((\w+)\)": "the activation",
}


def slopes(cell: Cell) -> Iterator[Cause]:
    """Every slope in `step_back` got wrong: all of a kind, then each by itself. None if its text cannot be had."""
    try:
        body = textwrap.dedent(inspect.getsource(type(cell).step_back))
    except (OSError, TypeError):
        return
    for pattern, kind in SLOPES.items():
        places = list(dict.fromkeys(place[1] for place in re.finditer(pattern, body)))
        wrong = WRONG[cell.activation.name if isinstance(cell, RNNCell) else "tanh" if kind == "tanh" else "sigmoid"]
        for v in [r"\w+", *places] if len(places) > 1 else [r"\w+"] * len(places):
            code = compile(re.sub(pattern.replace(r"\w+", v, 1), r"wrong_slope(\1)", body), "step_back", "exec")
            for says, slope in wrong.items():
                names = {**type(cell).step_back.__globals__, "wrong_slope": slope}
                exec(code, names)
                subject = f"the slope of {kind}" if v == r"\w+" else f"the slope at {v}"
                yield says.format(subject), {"step_back": names["step_back"]}


def on_the_way(way: FallibleBPTT) -> Iterator[Cause]:
    """What goes wrong between the steps, or within one."""
    last_alone, first_sequence = np.zeros_like(way.rows), np.zeros_like(way.rows)
    last_alone[-1], first_sequence[:, 0] = way.rows[-1], way.rows[:, 0] * way.B

    def sent(trace, t, row, came, back):
        return chain_rule.pull(way.cell, trace, t, row + came)[1]

    yield "W_hh stands where its transpose belongs, on the way back.", {"transposed": True}
    yield "nothing is carried back from later steps: each step has its own loss alone.", {"arrives": np.zeros_like}
    yield "the losses of all steps but the last are left out.", {"rows": last_alone}
    yield "what comes back reaches one step and stops.", {"further": lambda t, row, *_: sent(way.trace, t, row, 0, 0)}
    yield (
        "what comes back is kept and added to: the new part takes its place.",
        {"further": lambda t, row, came, back: back + came},
    )
    if way.B > 1:
        yield "only the first sequence of the batch is in it.", {"rows": first_sequence}
    for part, name in enumerate(way.cell.parts if len(way.cell.parts) > 1 else ()):
        mask = np.repeat(np.arange(len(way.cell.parts)) != part, way.cell.hidden_size)
        yield f"nothing is carried back to {name} from later steps.", {"arrives": partial(np.multiply, mask)}
    for most in (0.1, 1, 5, 10):
        yield f"what comes back is clipped at ±{most:g} inside the loop.", {"arrives": partial(np.clip, a_min=-most, a_max=most)}
    if isinstance(way.cell, RNNCell):
        step_back = type(way.cell).step_back
        before = {"step_back": lambda cell, δ, kept, h: step_back(cell, δ, (h,), h)}
        yield "the slope is taken at the state before the step.", before
    for says, told in slopes(way.cell):
        yield says, told
        if "missing" in says and "slope of" in says:
            further = partial(sent, way.edited(**told))
            yield f"{says[:-1]} in what goes back: dL/da goes through W_hh, not dL/dh.", {"further": further}


def in_the_sums(T: int) -> Iterator[Cause]:
    """What goes wrong where each step adds its part."""
    t = np.arange(T)
    yield "= stands where += belongs: only one step's part is left.", {"counts": t[:1]}
    yield "W_hh is paired with the state after the step, not before it.", {"reads": t + 1}
    yield "W_x is paired with the last input, not with each step's own.", {"sees": 0 * t + T - 1}
    yield "W_x is paired with the input of the step before.", {"sees": t - 1}
    yield "W_x is paired with the input of the step after.", {"sees": np.minimum(t + 1, T - 1)}
    yield "the first step is left out.", {"counts": t[1:]}
    yield "the last step is left out of the sums.", {"counts": t[:-1]}
    yield "the last state stands where the start belongs: in Python h[-1] is the last.", {"reads": np.where(t, t, T)}


def wrong_ways(way: FallibleBPTT) -> list[Cause]:
    """Every cause; of two, what goes wrong on the way back comes before what goes wrong in the sums."""
    return [*on_the_way(way), *in_the_sums(way.T)]


def likely(model: SequenceModel, run: Run, given: Gradients, right: Gradients, from_start: Callable) -> str | None:
    """The mistake, or the two, that give all of `given`, which is wrong in each of its names; None if it is none of the usual.

    from_start: the gradient of the same words from another start, given as one vector.
    """
    way = FallibleBPTT(model, run)
    factors = {
        -1.0: "the sign is turned.",
        1 / way.T: "it is the mean over the steps, not the sum.",
        float(way.T): "it is multiplied by the number of steps.",
        float(way.B): "it is the sum over the sequences; this loss is their mean.",
        1 / way.B: "it is divided by the number of sequences once more.",
    }
    factors = {factor: says for factor, says in factors.items() if factor != 1}

    def explained(wrong: Gradients, *says: str) -> str | None:
        factor = _factor(given, wrong) if given.keys() <= wrong.keys() else None
        also = [words for known, words in factors.items() if factor and abs(factor / known - 1) < 1e-6]
        if factor is None or not also and abs(factor - 1) > 1e-6:
            return None
        return " And ".join((*says, *also))

    def found() -> Iterator[str | None]:
        yield explained(right)
        if all(value.shape == value.T.shape and _same(value.T, right[name]) for name, value in given.items()):
            yield "the matrix is transposed."
        if (scale := _factor(given, right)) not in (None, 1):
            yield f"it is {text.say(scale, '0')} times the right one, in every entry."
        most = max(np.abs(value).max() for value in given.values())
        if all(_same(value, np.clip(right[name], -most, most)) for name, value in given.items()):
            yield f"each entry is clipped at ±{most:.3g}."
        causes, wrongs = wrong_ways(way), []
        for says, told in causes:
            wrongs.append(way.gradients(given, **told))
            yield explained(wrongs[-1], says)
        for k in range(2, way.T):
            yield explained(model.backward(run, truncate=k), f"it is truncated, as of backward(run, truncate={k}).")
        if any(part[0].any() for part in run.trace.parts):
            yield explained(from_start(np.zeros(way.rows[0].size)), "it belongs to a start of zeros, not to this h0.")
        elif (start := _other_start(given, from_start, way.rows[0].size)) is not None:
            yield f"it belongs to another start, near {np.array2string(start, precision=3, threshold=8)}: hand it in as h0."
        for i, j in islice(_likeliest(given, right, wrongs), TRIALS // (2 + len(way.cell.blocks))):
            (first, one), (second, two) = causes[i], causes[j]
            if not one.keys() & two.keys():
                yield explained(way.gradients(given, **one, **two), first, second)

    with overflow.quietly():
        return next(filter(None, found()), None)


def _likeliest(given: Gradients, right: Gradients, wrongs: list[Gradients]) -> Iterator[tuple[int, int]]:
    """The pairs of wrong gradients, those first of which one explains a name alone, then those whose sum points the same way."""
    if not given.keys() <= wrongs[0].keys():  # W_oh and b_o are no part of the way back
        return iter(())
    sizes = {name: max(np.linalg.norm(right[name]), np.finfo(float).tiny) for name in given}
    known = [np.concatenate([(one[name] / sizes[name]).ravel() for name in given]) for one in (given, right, *wrongs)]
    mine, none, *each = np.nan_to_num(known, posinf=0.0, neginf=0.0)
    moved = np.array(each) - none
    counts = np.abs(moved).max(axis=1) > 1e-9  # what changes nothing alone changes nothing with another
    explains = np.array([any(_same(value, one[name]) for name, value in given.items()) for one in wrongs])
    first, second = np.nonzero(np.triu(np.outer(counts, counts), 1))
    both = none + moved[first] + moved[second]
    along = both @ mine / np.maximum(np.linalg.norm(both, axis=1), np.finfo(float).tiny)
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
        if not np.isfinite(here).all() or np.abs(here).max() < 1e-7:
            return start if np.isfinite(here).all() else None
        bend = np.stack([(off(start + move) - here) / 1e-6 for move in 1e-6 * np.eye(n)], axis=1)
        step = np.linalg.lstsq(bend, here)[0]
        start = start - step * min(1.0, 0.5 / np.abs(step).max())
    return None


def _factor(given: Gradients, right: Gradients) -> float | None:
    """The one number by which all of `given` differs from the right gradient; None if there is none."""
    largest = max(given, key=lambda name: np.abs(right[name]).max(initial=0.0))
    place = np.abs(right[largest]).argmax()
    with overflow.quietly():
        factor = float(given[largest].flat[place] / right[largest].flat[place])
        alike = np.isfinite(factor) and all(_same(value, factor * right[name]) for name, value in given.items())
    return factor if alike and factor else None


def _same(found: np.ndarray, wanted: np.ndarray) -> bool:
    """Equal to a millionth of the largest entry."""
    size = np.abs(wanted).max(initial=0.0)
    return bool(size < np.inf and np.abs(found - wanted).max() <= 1e-6 * size)
