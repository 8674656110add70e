"""Finite differences that say where a gradient is wrong.

Each entry is moved a little to both sides and the loss computed twice: (L(θ + ε) − L(θ − ε)) / 2ε. That knows nothing
of the chain rule, so it can judge every other way to the gradient. Its error is about ε² from the curvature and 10⁻¹⁶ L/ε
from rounding; ε near 10⁻⁵ balances the two. At the kink of relu there is no derivative to agree with.
"""

from collections.abc import Mapping

import numpy as np

from .. import chain_rule
from ..basics import checks, overflow, text
from ..model import Run, SequenceModel, check_model
from . import causes

EPSILON = 6e-6  # the cube root of float64's 2·10⁻¹⁶


class GradCheck:
    """What `gradcheck` found.

    errors   name -> largest difference, divided by the largest entry of the finite differences of that name (or by what
             rounding lets them see, if that is larger: what has vanished cannot be judged)
    worst    (name, index) of the entry that is furthest off, measured so; of several that rounding alone tells apart, the first
    step     the first step on the way back (counted from 0) from which the gradient is wrong; None if nothing is, or
             if the steps cannot be told apart
    cause    the most likely mistake, in words; None if it is none of the usual ones
    numeric  name -> the finite differences themselves
    """

    TOLERANCE = 1e-5

    def __init__(self, errors, worst, step, cause, numeric, given_entry: float):
        self.errors: dict[str, float] = errors
        self.worst: tuple[str, tuple[int, ...]] = worst
        self.step: int | None = step
        self.cause: str | None = cause
        self.numeric: dict[str, np.ndarray] = numeric
        self._given_entry = given_entry

    @property
    def passed(self) -> bool:
        """Whether every error is below 10⁻⁵; a right gradient is usually below 10⁻⁷."""
        return all(error < self.TOLERANCE for error in self.errors.values())

    def __repr__(self) -> str:
        lines = [f"{name:>5}  largest error {text.say(error, vanished='0')}" for name, error in self.errors.items()]
        name, index = self.worst
        if self.passed:
            lines.append("The gradient agrees with finite differences.")
        else:
            entry = f"{name}[{', '.join(map(str, index))}]"
            right = text.say(float(self.numeric[name][index]), vanished="0")
            lines.append(f"Wrong: {entry} is {text.say(self._given_entry, vanished='0')}, should be near {right}.")
            if self.step is not None:
                lines.append(f"On the way back it goes wrong at step {self.step} (word {self.step + 1}).")
            if self.cause is not None:
                lines.append(f"Most likely {self.cause}")
        return "\n".join(lines)


@overflow.silent
def gradcheck(model: SequenceModel, x, targets, mask=None, grads: Mapping | None = None) -> GradCheck:
    """Compare a gradient with finite differences: the model's own, or `grads`, a dict that was handed in.

    Names in `grads` may be any of the parameters, "x" and "h0" (and "c0"); only those are checked. Two forward runs an entry, so
    keep the net small. The model is left as it was. Raises `ValueError` for an unknown name, a wrong shape, or a loss
    that is not finite: no difference can be taken there.
    """
    check_model(model)
    run = model.forward(x, targets, mask)
    if not np.isfinite(run.loss):
        raise checks.error("loss", run.loss, "a finite loss", "Take smaller weights or a shorter sequence.")
    x = checks.sequence(model.cell, x).copy()
    start = {f"{part}0": np.array(getattr(run.trace, f"{part}0")) for part in model.cell.parts}
    h0 = tuple(start.values()) if len(start) > 1 else start["h0"]
    places = {**model.params, "x": x, **start}
    own = model.backward(run)
    given = own if grads is None else _check_names(grads, places)

    def loss() -> float:
        return model.forward(x, targets, mask, h0).loss

    numeric = {name: _differences(places[name], loss) for name in given}
    # What rounding the loss leaves in a difference: nothing below it can be judged, so errors are not measured by less.
    noise = np.finfo(float).eps * max(1.0, abs(run.loss)) / EPSILON / GradCheck.TOLERANCE
    wrong = {name: np.abs(given[name] - numeric[name]) for name in given}
    sizes = {name: max(float(np.abs(numeric[name]).max()), noise) for name in given}
    errors = {name: float(np.nan_to_num(wrong[name].max() / sizes[name], nan=np.inf, posinf=np.inf)) for name in given}
    name = list(errors)[_first_of_the_largest(np.array(list(errors.values())))]
    index = tuple(int(i) for i in np.unravel_index(_first_of_the_largest(wrong[name]), wrong[name].shape))
    step = cause = None
    if grads is not None and errors[name] >= GradCheck.TOLERANCE:
        off = {n: value for n, value in given.items() if errors[n] >= GradCheck.TOLERANCE}
        step = _first_wrong_step(model, run, {n: value - own[n] for n, value in off.items()})
        cause = causes.likely(model, run, off, own)
    return GradCheck(errors, (name, index), step, cause, numeric, float(given[name][index]))


def _first_of_the_largest(values: np.ndarray) -> int:
    """Where the largest stands. Of those that rounding alone tells apart it is the first, and so the same on every processor."""
    values = np.nan_to_num(values.ravel(), nan=np.inf, posinf=np.inf)
    return int(np.argmax(values >= values.max() * (1 - 1e-6)))


def _check_names(grads: Mapping, places: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    if not isinstance(grads, Mapping) or not grads:
        given = "an empty dict" if isinstance(grads, Mapping) else type(grads).__name__
        raise checks.error("grads", given, "a dict from names to arrays, with at least one")
    for name in grads:
        checks.choice("a name in grads", name, places)
    return {name: checks.array(f"grads[{name!r}]", grads[name], places[name].shape, allow_inf=True) for name in grads}


def _differences(array: np.ndarray, loss) -> np.ndarray:
    result = np.empty(array.shape)
    for index in np.ndindex(array.shape):
        kept = array[index]
        ε = EPSILON * max(1.0, abs(float(kept)))
        try:
            array[index] = kept + ε
            above, up = loss(), array[index]
            array[index] = kept - ε
            below, down = loss(), array[index]
        finally:
            array[index] = kept
        result[index] = (above - below) / (up - down)  # the step that float64 really took
    return result


def _first_wrong_step(model: SequenceModel, run: Run, wrong: dict[str, np.ndarray]) -> int | None:
    """The step where the way back goes wrong first, which is the latest one.

    "x" has a step of its own in each row. A weight is shared by all steps, and its gradient is Σ_t dL/da_t v_tᵀ, with v_t
    what it multiplies. So an error is Σ_t (error of dL/da_t) v_tᵀ if the v_t are right, and Σ_t dL/da_t (error of v_t)ᵀ if
    the dL/da_t are. Where the steps are few enough, either can be solved for; if both explain it, the one that blames fewer
    steps is taken.
    """
    if "x" in wrong:
        return _last_row(wrong["x"].reshape(run.trace.T, -1))
    cell, trace, da = model.cell, run.trace, []
    T, B, _ = trace.shape
    rows = chain_rule.state_rows(cell, run.dh)
    back = np.zeros_like(rows[:1])
    for t in range(T - 1, -1, -1):
        da_t, back = chain_rule.pull(cell, trace, t, rows[t : t + 1] + back)
        da.append(da_t)
    for name in (name for name in cell.params if name in wrong):
        found, error, row = [], wrong[name].reshape(len(wrong[name]), -1), 0
        for left, v in cell.all_pairs(trace, slice(0, T), np.concatenate(da[::-1]))[name]:
            first, row = row, row + left.shape[-1]
            found.append(_solve(error[first:row], left.reshape(T * B, -1), v.reshape(T * B, -1), T))
        steps = [step for step in found if step is not None]
        if steps:
            return max(steps)
    return None


def _solve(error: np.ndarray, da: np.ndarray, v: np.ndarray, T: int) -> int | None:
    """The last step that Σ_t dL/da_t v_tᵀ must be wrong at to be off by `error`; None if that cannot be told."""
    largest = np.abs(error).max()
    if not 0 < largest < np.inf:
        return None
    error, explanations = error / largest, []
    for known, sought in ((v, error.T), (da, error)):
        counts = known.any(axis=1)  # what multiplies 0, as W_hh does a start of zeros, cannot be wrong
        solved, _, rank, _ = np.linalg.lstsq(known[counts].T, sought, rcond=1e-9)
        explained = np.linalg.norm(known[counts].T @ solved - sought) < 1e-4 * np.linalg.norm(sought)
        if rank == counts.sum() < known.shape[1] and explained:  # with as many unknowns as entries, anything is explained
            off = np.zeros((len(known), solved.shape[1]))
            off[counts] = solved
            explanations.append(off.reshape(T, -1))
    return _last_row(min(explanations, key=lambda off: _wrong_rows(off).sum())) if explanations else None


def _wrong_rows(off: np.ndarray) -> np.ndarray:
    """Which rows differ from zero by more than rounding, or are not finite."""
    size = np.abs(off).max(axis=1)
    finite = np.isfinite(size)
    return ~finite | (size > 1e-4 * size[finite].max(initial=0.0))


def _last_row(off: np.ndarray) -> int | None:
    """The last row that is wrong."""
    wrong = np.flatnonzero(_wrong_rows(off))
    return int(wrong[-1]) if wrong.size else None
