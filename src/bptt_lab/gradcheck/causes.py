"""The usual mistakes in backpropagation through time, made on purpose: which of them gives this wrong gradient?

Each cause is the right way back with one thing changed. It works for every cell, since only `pull`, one step back, and
`all_pairs`, what a step adds to a gradient, are asked; some need the plain cell, whose slope is its own.
"""

from collections.abc import Callable, Iterator

import numpy as np

from .. import chain_rule
from ..basics import overflow, text
from ..cells import Cell, RNNCell
from ..cells.trace import Trace
from ..model import Run, SequenceModel

Gradients = dict[str, np.ndarray]


class FallibleBPTT:
    """BPTT over one run, with places to go wrong. Made with none of them taken it gives the gradient."""

    def __init__(self, model: SequenceModel, run: Run):
        self.model, self.run = model, run
        self.cell, self.trace = model.cell, run.trace
        self.rows = chain_rule.state_rows(self.cell, run.dh)
        self.steps = self.trace.T

    def gradients(
        self, *, trace=None, rows=None, carried=None, carries=True, adds=True, counts=lambda t: True,
        sees=lambda t: t, reads=lambda t: t,
    ) -> Gradients:  # fmt: skip
        """The gradient of every parameter of the cell and of "x".

        trace: another one to carry back with; carried: the same, for what goes further back alone. rows: another dL_t/dh_t.
        carries: what later steps send back arrives, or "one" step back, or is "kept" and added to. adds: a step's part is added,
        not put in place of the others. counts: the steps that add. sees: the step whose input W_x is paired with. reads: the
        place of the state that W_hh is paired with, 0 the start.
        """
        cell, trace, rows = self.cell, trace or self.trace, self.rows if rows is None else rows
        grads = {name: np.zeros_like(value) for name, value in cell.params.items()}
        dx, back, W_x = np.zeros(self.trace.inputs.shape), np.zeros_like(rows[:1]), cell.params["W_x"]
        for t in reversed(range(self.steps)):
            row, came = rows[t : t + 1], back
            da, back = chain_rule.pull(cell, trace, t, row + (came if carries else 0.0))
            if carried or carries == "one":
                back = chain_rule.pull(cell, carried or trace, t, row if carries == "one" else row + came)[1]
            if carries == "kept":
                back = back + came
            dx[t] = overflow.dot(da[0], W_x)
            for name in grads if counts(t) else ():
                part = self._part(name, t, da, sees(t), reads(t))
                grads[name] = grads[name] + part if adds else part
        return {**grads, "x": self.trace.squeeze(dx)}

    def _part(self, name, t, da, seen, read) -> np.ndarray:
        """What step t adds to the gradient of a parameter."""
        pairs = self.cell.all_pairs(self.trace, t, da)[name]
        if name == "W_x":
            pairs = [(left, self.trace.inputs[seen]) for left, _ in pairs]
        if name == "W_hh" and read != t:
            pairs = [(left, self.trace.states[read]) for left, _ in pairs]
        rows = [np.einsum("nbr,bm->rm", left, right) for left, right in pairs]
        return np.concatenate(rows).reshape(self.cell.params[name].shape)


def transpose_lost(cell: Cell, trace: Trace) -> Trace:
    """The same trace with every block of W_hh transposed: who carries back over it has forgotten the transpose."""
    I, H = cell.input_size, cell.hidden_size
    weights = trace.cell.stack.copy()
    weights[:, I + 1 :] = weights[:, I + 1 :].reshape(-1, H, H).swapaxes(1, 2).reshape(-1, H)
    return trace.but(trace.cell.frozen(stack=weights))


def with_slope(trace: Trace, slope: Callable[[np.ndarray], np.ndarray]) -> Trace:
    """The same trace, whose activation has another slope."""
    return trace.but(trace.cell.frozen(activation=trace.cell.activation._replace(slope=slope)))


def wrong_ways(model: SequenceModel, run: Run) -> Iterator[tuple[str, Callable[[], Gradients]]]:
    """Each cause in words, and the gradient that it gives."""
    way = FallibleBPTT(model, run)
    T, B, _ = way.trace.shape
    last_alone = np.zeros_like(way.rows)
    last_alone[-1] = way.rows[-1]
    first_sequence = np.zeros_like(way.rows)
    first_sequence[:, 0] = way.rows[:, 0] * B
    yield (
        "W_hh stands where its transpose belongs, on the way back.",
        lambda: way.gradients(trace=transpose_lost(way.cell, way.trace)),
    )
    yield "nothing is carried back from later steps: each step has its own loss alone.", lambda: way.gradients(carries=False)
    yield "= stands where += belongs: only one step's part is left.", lambda: way.gradients(adds=False)
    yield "the losses of all steps but the last are left out.", lambda: way.gradients(rows=last_alone)
    yield "W_hh is paired with the state after the step, not before it.", lambda: way.gradients(reads=lambda t: t + 1)
    yield "W_x is paired with the last input, not with each step's own.", lambda: way.gradients(sees=lambda t: T - 1)
    yield "W_x is paired with the input of the step before.", lambda: way.gradients(sees=lambda t: t - 1)
    yield "W_x is paired with the input of the step after.", lambda: way.gradients(sees=lambda t: min(t + 1, T - 1))
    yield "the first step is left out.", lambda: way.gradients(counts=lambda t: t > 0)
    yield "the last step is left out of the sums.", lambda: way.gradients(counts=lambda t: t < T - 1)
    yield (
        "the last state stands where the start belongs: in Python h[-1] is the last.",
        lambda: way.gradients(reads=lambda t: t or T),
    )
    yield "what comes back reaches one step and stops.", lambda: way.gradients(carries="one")
    yield "what comes back is kept and added to: the new part takes its place.", lambda: way.gradients(carries="kept")
    if B > 1:
        yield "only the first sequence of the batch is in it.", lambda: way.gradients(rows=first_sequence)
    if isinstance(model.cell, RNNCell):
        slope = model.cell.activation.slope
        yield "the slope of the activation is missing.", lambda: way.gradients(trace=with_slope(way.trace, np.ones_like))
        yield (
            "it is divided by the slope of the activation; that multiplies.",
            lambda: way.gradients(trace=with_slope(way.trace, lambda h: 1 / slope(h))),
        )
        before = way.trace.but(kept=(way.trace.states[:-1],))
        yield "the slope is taken at the state before the step.", lambda: way.gradients(trace=before)
        yield (
            "the slope is missing in what goes back: dL/da goes through W_hh, not dL/dh.",
            lambda: way.gradients(carried=with_slope(way.trace, np.ones_like)),
        )


def likely(model: SequenceModel, run: Run, given: Gradients, right: Gradients) -> str | None:
    """The one mistake that gives all of `given`, which is wrong in each of its names; None if it is none of the usual ones."""
    T, B, _ = run.trace.shape
    factors = {
        -1.0: "the sign is turned.",
        1 / T: "it is the mean over the steps, not the sum.",
        float(T): "it is multiplied by the number of steps.",
        float(B): "it is the sum over the sequences; this loss is their mean.",
        1 / B: "it is divided by the number of sequences once more.",
    }
    for factor, says in factors.items():
        if factor != 1 and all(_same(value, factor * right[name]) for name, value in given.items()):
            return says
    if all(value.shape == value.T.shape and _same(value.T, right[name]) for name, value in given.items()):
        return "the matrix is transposed."
    scale = _factor(given, right)
    if scale is not None and scale != 1:
        return f"it is {text.say(scale, '0')} times the right one, in every entry."
    with overflow.quietly():
        for says, gradients in wrong_ways(model, run):
            wrong = gradients()
            if all(name in wrong and _same(value, wrong[name]) for name, value in given.items()) and any(
                map(np.any, given.values())
            ):
                return says
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
