"""The usual mistakes in backpropagation through time, made on purpose: which of them gives this wrong gradient?

Each cause is the right way back with one thing changed, and two may be changed at once. It works for every cell, since only
`pull`, one step back, and `all_pairs`, what a step adds to a gradient, are asked; slopes are changed in the text of `step_back`.
"""

import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import combinations, islice
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
Cause = tuple[str, dict[str, Any]]  # in words, and what `FallibleBPTT` is told


class FallibleBPTT:
    """BPTT over one run, with places to go wrong. Made with none of them taken it gives the gradient."""

    def __init__(self, model: SequenceModel, run: Run):
        self.cell, self.trace = model.cell, run.trace
        self.rows = chain_rule.state_rows(self.cell, run.dh)
        self.T, self.B, _ = self.trace.shape

    def way_back(self, edits=(), carried=None, rows=None, arrives=None, carries=True) -> tuple[np.ndarray, np.ndarray]:
        """dL/da of every step, and what comes back to the start.

        edits: each makes another cell of the cell that carries back; carried: the same for what goes further back alone. rows:
        another dL_t/dh_t. arrives: what becomes of that which later steps send back. carries: they send it "one" step back, or
        it is "kept" and added to.
        """
        rows, found = self.rows if rows is None else rows, []
        trace, back = self.trace.but(changed(self.trace.cell, edits)), np.zeros_like(rows[:1])
        further = self.trace.but(carried(self.trace.cell)) if carried else trace
        for t in reversed(range(self.T)):
            row, came = rows[t : t + 1], arrives(back) if arrives else back
            da, back = chain_rule.pull(self.cell, trace, t, row + came)
            if carried or carries == "one":
                back = chain_rule.pull(self.cell, further, t, row if carries == "one" else row + came)[1]
            back = back + came if carries == "kept" else back
            found.append(da)
        return np.concatenate(found[::-1]), back

    def gradients(self, names: Iterable[str] = (), da=None, counts=None, sees=None, reads=None, **way) -> Gradients:
        """The gradient of these names, or of all of the cell: its parameters, "x" and the start.

        counts: the steps that add. sees: the step whose input W_x is paired with, for each. reads: likewise the place of the
        state that W_hh is paired with, 0 the start. All else is for the `way_back`, if it is not handed in as `da`.
        """
        cell, trace = self.cell, self.trace
        da, start = da or self.way_back(**way)
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
        return {
            **grads,
            "x": trace.squeeze(overflow.dot(da.reshape(-1, da.shape[2]), cell.W_x).reshape(trace.inputs.shape)),
            **starts,
        }


def changed(cell: Cell, edits) -> Cell:
    for edit in edits:
        cell = edit(cell)
    return cell


def transposed(cell: Cell) -> Cell:
    """Every block of W_hh transposed: who carries back over it has forgotten the transpose."""
    I, H, weights = cell.input_size, cell.hidden_size, cell.stack.copy()
    weights[:, I + 1 :] = weights[:, I + 1 :].reshape(-1, H, H).swapaxes(1, 2).reshape(-1, H)
    return cell.frozen(stack=weights)


def transpose_lost(cell: Cell, trace: Trace) -> Trace:
    return trace.but(transposed(trace.cell))


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
SLOPE = re.compile(r"\(1 - (\w+) \*\*? ?(?:\1|2)\)|\b(\w+) \* \(1 - \2\)|self\.activation\.slope\((\w+)\)")


def slopes(cell: Cell) -> Iterator[Cause]:
    """Every slope in `step_back` got wrong: all of a kind, then each by itself. None if its text cannot be had."""
    try:
        body = textwrap.dedent(inspect.getsource(type(cell).step_back))
    except (OSError, TypeError):
        return
    found = [(place.lastindex, place[place.lastindex or 0], place.span()) for place in SLOPE.finditer(body)]
    named = {1: (TANH, "the slope of tanh"), 2: (LOGISTIC, "the slope of the gates")}
    if isinstance(cell, RNNCell):
        named[3] = {"tanh": TANH, "sigmoid": LOGISTIC, "relu": RELU}[cell.activation.name], "the slope of the activation"
    for kind, (wrong, name) in named.items():
        those = [(v, span) for group, v, span in found if group == kind]
        each = [[one for one in those if one[0] == v] for v in dict.fromkeys(v for v, _ in those)]
        for places in ([those] if those else []) + (each if len(each) > 1 else []):
            subject = name if places is those else f"the slope at {places[0][0]}"
            for says, slope in wrong.items():
                code, names = body, {**type(cell).step_back.__globals__, "wrong_slope": slope}
                for v, (start, end) in reversed(places):
                    code = f"{code[:start]}wrong_slope({v}){code[end:]}"
                exec(code, names)
                yield says.format(subject), {"edits": (partial(_with, names["step_back"]),), "alone": places is not those}


def _with(step_back: Callable, cell: Cell) -> Cell:
    return cell.frozen(step_back=MethodType(step_back, cell))


def _before(cell: Cell) -> Cell:
    """A cell whose slope is read from the state before the step."""
    return cell.frozen(step_back=lambda δ, kept, h: type(cell).step_back(cell, δ, (h,), h))


def on_the_way(way: FallibleBPTT) -> Iterator[Cause]:
    """What goes wrong between the steps, or within one."""
    last_alone, first_sequence = np.zeros_like(way.rows), np.zeros_like(way.rows)
    last_alone[-1], first_sequence[:, 0] = way.rows[-1], way.rows[:, 0] * way.B
    yield "W_hh stands where its transpose belongs, on the way back.", {"edits": (transposed,)}
    yield "nothing is carried back from later steps: each step has its own loss alone.", {"arrives": np.zeros_like}
    yield "the losses of all steps but the last are left out.", {"rows": last_alone}
    yield "what comes back reaches one step and stops.", {"carries": "one"}
    yield "what comes back is kept and added to: the new part takes its place.", {"carries": "kept"}
    if way.B > 1:
        yield "only the first sequence of the batch is in it.", {"rows": first_sequence}
    for part, name in enumerate(way.cell.parts if len(way.cell.parts) > 1 else ()):
        mask = np.repeat(np.arange(len(way.cell.parts)) != part, way.cell.hidden_size)
        yield f"nothing is carried back to {name} from later steps.", {"arrives": partial(np.multiply, mask)}
    for most in (0.1, 1, 5, 10):
        yield f"what comes back is clipped at ±{most:g} inside the loop.", {"arrives": partial(np.clip, a_min=-most, a_max=most)}
    of_cell = list(slopes(way.cell))
    yield from of_cell
    if isinstance(way.cell, RNNCell):
        yield "the slope is taken at the state before the step.", {"edits": (_before,)}
    for says, told in of_cell:
        if "missing" in says and not told["alone"]:
            yield f"{says[:-1]} in what goes back: dL/da goes through W_hh, not dL/dh.", {"carried": told["edits"][0]}


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


def wrong_ways(model: SequenceModel, run: Run) -> Iterator[tuple[str, Callable[[], Gradients]]]:
    """Each cause in words, and the gradient that it gives."""
    way = FallibleBPTT(model, run)
    for says, told in [*on_the_way(way), *in_the_sums(way.T)]:
        yield says, partial(way.gradients, **_plain(told))


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
        back, sums = list(on_the_way(way)), list(in_the_sums(way.T))
        carried = [(says, way.way_back(**_plain(told))) for says, told in back]
        yield from (explained(way.gradients(given, da), says) for says, da in carried)
        yield from (explained(way.gradients(given, **told), says) for says, told in sums)
        for k in range(2, way.T):
            yield explained(model.backward(run, truncate=k), f"it is truncated, as of backward(run, truncate={k}).")
        if any(part[0].any() for part in run.trace.parts):
            yield explained(from_start(np.zeros(way.rows[0].size)), "it belongs to a start of zeros, not to this h0.")
        elif (start := _other_start(given, from_start, way.rows[0].size)) is not None:
            yield f"it belongs to another start, near {np.array2string(start, precision=3, threshold=8)}: hand it in as h0."
        pairs = [(one, two) for one, two in combinations(back, 2) if not (one[1].get("alone") or two[1].get("alone"))]
        for (first, one), (second, two) in islice(pairs, 3000 // way.T):
            if one.keys() & two.keys() <= {"edits", "alone"}:
                edits = {"edits": one.get("edits", ()) + two.get("edits", ())}
                yield explained(way.gradients(given, **_plain(one | two | edits)), first, second)
        for first, da in carried:
            yield from (explained(way.gradients(given, da, **told), first, says) for says, told in sums)
        for (first, one), (second, two) in combinations(sums, 2):
            if not one.keys() & two.keys():
                yield explained(way.gradients(given, way.way_back(), **one, **two), first, second)

    with overflow.quietly():
        return next(filter(None, found()), None)


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "alone"}


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
