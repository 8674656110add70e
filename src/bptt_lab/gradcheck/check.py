"""Is a gradient right? If not, where is it wrong and why? And can that be asked at all, with the digits that float64 has?

The loss itself judges, with one entry moved at a time: see `numeric`. At the kink of relu there is no derivative to agree with.
And where a net is so steep that BPTT's own gradient moves with the last digit of the weights, nobody can say who is wrong.
"""

from collections.abc import Mapping

import numpy as np

from ..basics import checks, overflow, text
from ..cells import Cell
from ..model import SequenceModel, check_model
from . import numeric, one_step


class GradCheck:
    """What `gradcheck` found.

    result   "agrees", "wrong", or "no answer": at a kink, or where float64 holds too few digits
    errors   name -> largest difference, divided by the largest derivative of that name (or by what rounding the loss lets
             anyone see, if that is larger: what has vanished so far cannot be judged)
    worst    (name, index) of the entry that is furthest off, measured so; of several that rounding alone tells apart, the first
    step     the first step (of 0 to T − 1, counted from the last) whose part of the gradient is off; None if nothing is, or
             if the steps cannot be told apart. Its message may be right: the part may also be left out, or paired wrongly
    cause    the most likely mistake, in words; None if it is none of the usual ones
    slips    of a cell of one's own: what is wrong in its `step_back` and `pairs`, a sentence each
    numeric  name -> the derivatives by moving each entry; where `moved` is imaginary, only those that seemed furthest off
    moved    name -> by how much the entries were moved; imaginary where no real step can tell
    """

    def __init__(self, found: dict[str, numeric.Found], given: dict[str, np.ndarray]):
        self.errors: dict[str, float] = {name: one.error for name, one in found.items()}
        said = {one.says for one in found.values()}
        self._says = next(says for says in ("wrong", "unknown", "kink", "agrees") if says in said)
        named = [name for name, one in found.items() if one.says == self._says]
        name = named[numeric.first_of_the_largest(np.array([self.errors[name] for name in named]))]
        self.worst: tuple[str, tuple[int, ...]] = (name, found[name].place)
        self.result: str = self._says if self._says in ("agrees", "wrong") else "no answer"
        self.step: int | None = None
        self.cause: str | None = None
        self.slips: list[str] = []
        self.numeric: dict[str, np.ndarray] = {name: one.numeric for name, one in found.items()}
        self.moved: dict[str, complex] = {name: one.moved for name, one in found.items()}
        self._entry = float(given[name][found[name].place])

    @property
    def passed(self) -> bool:
        """Whether the result is "agrees": every error is below 10⁻⁵; a right gradient's is usually below 10⁻⁷."""
        return self.result == "agrees"

    def __repr__(self) -> str:
        lines = [f"{name:>5}  largest error {text.say(error, vanished='0')}" for name, error in self.errors.items()]
        if self.result == "wrong":
            name, index = self.worst
            entry, right = f"{name}[{', '.join(map(str, index))}]", text.say(float(self.numeric[name][index]), vanished="0")
            lines.append(f"Wrong: {entry} is {text.say(self._entry, vanished='0')}, should be near {right}.")
        else:
            from .causes import KNOWN

            lines.append(KNOWN["answers"][self._says])
        if self.step is not None:
            lines.append(f"Counted from the last, the first part that is off is that of step {self.step} (word {self.step + 1}).")
        lines += [] if self.cause is None else [f"Most likely {self.cause}"]
        lines += ["In one step, on made-up numbers:", *self.slips] if self.slips else []
        steps = sorted(f"{text.say(abs(step))}{' i' if step.imag else ''}" for step in set(self.moved.values()))
        lines.append(f"Entries were moved by {' or '.join(steps)}.")
        if any(step.imag for step in self.moved.values()):
            lines.append("With i = √−1 nothing is subtracted, so no digit is lost.")
        return "\n".join(lines)


@overflow.silent
def gradcheck(model: SequenceModel, x, targets, mask=None, grads: Mapping | None = None, h0=None) -> GradCheck:
    """Compare a gradient with what moving each entry does to the loss: the model's own, or `grads`, a dict that was handed in.

    mask, h0: as in `model.forward`. Names in `grads` may be any of the parameters, "x" and "h0" (and "c0"); only those are
    checked. Two forward runs an entry, so keep the net small. The model is left as it was. Raises `ValueError` for an unknown
    name, a wrong shape, or a loss that is not finite: no difference can be taken there.
    """
    check_model(model)
    run, cell = model.forward(x, targets, mask, h0), model.cell
    if not np.isfinite(run.loss):
        raise checks.error("loss", run.loss, "a finite loss", "Take smaller weights or a shorter sequence.")
    x = checks.sequence(cell, x).copy()
    start = {f"{part}0": np.array(getattr(run.trace, f"{part}0")) for part in cell.parts}
    places = {**model.params, "x": x, **start}
    has_own = type(cell).step_back is not Cell.step_back
    bptt = model.backward(run) if has_own or grads is None else {}
    given = bptt if grads is None else _check_names(grads, places)

    def forward(other=model, vector=None):
        values = start.values() if vector is None else np.split(vector, len(start))
        parts = [np.reshape(value, one.shape) for value, one in zip(values, start.values())]
        return other.forward(x, targets, mask, cell.state_of(parts))

    found = numeric.look(model, run, forward, (x, targets, mask), places, given, bptt)
    report = GradCheck(found, given)
    if report.result == "wrong" and has_own:
        off = {name: given[name] for name, one in found.items() if one.says == "wrong"}
        report.slips = [] if cell.quick else one_step.slips(cell)
        if grads is not None and not report.slips:
            from . import causes  # the known mistakes take 7 ms to load: `import bptt_lab` leaves them

            report.step = causes.first_wrong_step(run, {name: value - bptt[name] for name, value in off.items()})
            usual = causes.explanations(model, run, off, bptt, lambda vector: model.backward(forward(model, vector)))
            report.cause = next(filter(None, usual), None)
    return report


def _check_names(grads: Mapping, places: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    if not isinstance(grads, Mapping) or not grads:
        given = "an empty dict" if isinstance(grads, Mapping) else type(grads).__name__
        raise checks.error("grads", given, "a dict from names to arrays, with at least one")
    for name in grads:
        checks.choice("a name in grads", name, places)
    return {name: checks.array(f"grads[{name!r}]", grads[name], places[name].shape, allow_inf=True) for name in grads}
