"""The derivative of the loss by moving one entry, which knows nothing of the chain rule; and how far float64 can be trusted.

Moved to both sides, (L(θ + ε) − L(θ − ε)) / 2ε is off by ε²/6 times the third derivative of L, and by 10⁻¹⁶ L/ε from
rounding: ε near 10⁻⁵ balances the two, and a smaller one where the gradient is large. Entries that do not agree so are moved
once more, by iε (Squire & Trapp 1998): L(θ + iε) = L(θ) + iε dL/dθ, where nothing is subtracted and ε may be 10⁻¹⁰⁰.
"""

import contextlib
import copy
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..basics import checks
from ..cells import Cell
from ..model import Run, SequenceModel, losses

TOLERANCE = 1e-5
STEP = 6e-6  # the cube root of float64's 2·10⁻¹⁶
NUDGE = 1e-15  # what rounding may do to a number, and a little more
AGAIN = 24  # so many entries of a name, those that seem furthest off, are moved once more
Arrays = dict[str, np.ndarray]


class Found(NamedTuple):
    """Of one name: "agrees", "wrong", "kink" or "unknown"; the largest error and where; the derivatives; by how much moved."""

    says: str
    error: float
    place: tuple[int, ...]
    numeric: np.ndarray
    moved: complex


def look(model, run: Run, forward: Callable, words: tuple, places: Arrays, given: Arrays, bptt: Arrays) -> dict[str, Found]:
    """What moving each entry says of each gradient in `given`. bptt: BPTT's, whose movement tells where there is no answer."""
    found, floor = {}, np.finfo(float).eps * max(1.0, abs(run.loss)) / TOLERANCE
    largest = {name: np.abs(bptt.get(name, given[name])).max() for name in given}
    for name, value in given.items():
        ε = STEP / min(max(1.0, largest[name] / max(1.0, abs(run.loss))), 1e6)
        numeric = derivatives(places[name], lambda: forward().loss, ε)
        error, index = _furthest(value, numeric, floor)
        found[name] = Found("agrees" if error < TOLERANCE else "wrong", error, index, numeric, ε)
    wrong = [name for name, one in found.items() if one.says == "wrong"]
    if not wrong:
        return found
    others = [model.backward(one) for one in nudged(model, forward)] if bptt else []
    exact = _in_complex_numbers(model, run, *words)
    arrays, loss = exact or (places, lambda: forward().loss)
    for name in wrong:
        sizes = [largest[name], *(np.abs(other[name]).max() for other in others)]
        doubt = max((_furthest(other[name], bptt[name], max(floor, min(sizes)))[0] for other in others), default=0.0)
        if doubt > 1e-2 or bptt and not np.isfinite(largest[name]):
            found[name] = found[name]._replace(says="unknown")
            continue
        tiny = 1e-100j / min(max(largest[name], 1.0), 1e150)
        steps = (tiny,) if exact else tuple(found[name].moved * 0.1**k for k in range(6))
        found[name] = _again(found[name], given[name], arrays[name], loss, steps, doubt, floor)
    return found


def _again(found: Found, given, array, loss, steps, doubt: float, floor: float) -> Found:
    """The entries that seem furthest off, by the two steps that agree best with one another."""
    numeric, off = found.numeric.copy(), np.abs(given - found.numeric)
    again = np.unique([np.abs(given).argmax(), *np.argsort(-np.nan_to_num(off, nan=np.inf), axis=None)[:AGAIN]])
    apart, jumps, here = *np.zeros((2, *given.shape)), loss()
    for place in again:
        index = np.unravel_index(place, array.shape)
        numeric.flat[place], apart.flat[place], jumps.flat[place] = slope(array, index, loss, here, steps)
    moved = np.isin(np.arange(given.size), again).reshape(given.shape)
    size = max(np.abs(numeric[moved]).max(), floor)
    error, index = _furthest(np.where(moved, given, 0.0), np.where(moved, numeric, 0.0), size)
    off = np.abs(given - numeric)[index]
    unknown = error < 30 * doubt or off < 10 * apart[index]
    says = "agrees" if error < TOLERANCE else "kink" if jumps[index] > off / 2 else "unknown" if unknown else "wrong"
    return Found(says, error, index, numeric, steps[0])


def _furthest(given, numeric, floor: float) -> tuple[float, tuple[int, ...]]:
    """The largest difference, over the largest of `numeric` or over the floor; and where."""
    off = np.where(given == numeric, 0.0, np.abs(given - numeric))
    index = tuple(int(i) for i in np.unravel_index(first_of_the_largest(off), off.shape))
    error = off[index] / max(np.abs(numeric).max(), floor)
    return float(np.nan_to_num(error, nan=np.inf, posinf=np.inf)), index


def derivatives(array: Any, loss: Callable, ε: float) -> np.ndarray:
    """The derivative with respect to each entry, moved to both sides by ε times its size, and by ε at least."""
    here = loss()
    slopes = [slope(array, index, loss, here, (ε * max(1.0, abs(array[index])),))[0] for index in np.ndindex(array.shape)]
    return np.reshape(slopes, array.shape)


def slope(array: np.ndarray, index, loss: Callable, here, steps: tuple) -> tuple[float, float, float]:
    """One derivative by the two steps that agree best; how far these are apart; and how far its two sides are, as at a kink."""
    found = []
    for step in steps:
        (above, up), (below, down) = (_moved(array, index, side, loss) for side in (step, -step))  # as float64 really moved it
        at = array[index]
        jump = abs((above - here) / (up - at) - (here - below) / (at - down))
        found.append((((above - below) / (up - down)).real, jump))
    slopes, jumps = np.array(found).T
    apart = np.abs(np.diff(slopes)) if len(steps) > 1 else np.zeros(1)
    best = int(np.argmin(apart))
    return float(slopes[best]), float(apart[best]), float(jumps.min())


def _moved(array: np.ndarray, index, move, loss: Callable):
    """The loss with one entry moved, and that entry as it was stored."""
    kept = array[index]
    try:
        array[index] = kept + move
        return loss(), array[index]
    finally:
        array[index] = kept


def _in_complex_numbers(model: SequenceModel, run: Run, x, targets, mask) -> tuple[Arrays, Callable] | None:
    """A complex copy of all that can be moved, and its loss; None if the cell's step takes real numbers alone."""
    if not _takes_complex_numbers(model.cell):
        return None
    counts = checks.problem(model, x, mask)[1]
    wanted = checks.wanted(model, targets, counts)
    cell = model.cell.frozen(**{name: value.astype(complex) for name, value in _weights(model.cell).items()})
    real = {"W_oh": run.W_oh, "b_o": run.b_o, "x": run.trace.inputs}
    real |= {f"{name}0": part[0] for name, part in zip(cell.parts, run.trace.parts)}
    arrays = {name: value.astype(complex) for name, value in real.items()}
    start, (_, B, H) = tuple(arrays[f"{part}0"] for part in cell.parts), run.trace.shape

    def loss() -> complex:
        h = cell._read(arrays["x"], start)[0][0][1:].reshape(-1, H)[counts.ravel()]
        return losses.OF[model.loss](h @ arrays["W_oh"].T + arrays["b_o"], wanted)[0].sum() / B

    return {**cell.params, **arrays}, loss


def _weights(cell: Cell) -> Arrays:
    return {name: getattr(cell, name) for name in ("stack", *cell.vectors)}


def _takes_complex_numbers(cell: Cell) -> bool:
    """Whether one step, with everything moved by iε, tells what moving it to both sides tells."""
    rng, weights = np.random.default_rng(0), _weights(cell)
    u, du = rng.standard_normal((2, 4, len(cell.stack)))
    h, dh = rng.uniform(-0.9, 0.9, (2, len(cell.parts), 4, cell.hidden_size))
    along = {name: rng.standard_normal(value.shape) for name, value in weights.items()}

    def after(ε):
        there = cell.frozen(**{name: value + ε * along[name] for name, value in weights.items()})
        return np.array(there.parts_of(there.step(u + ε * du, there.state_of(h + ε * dh))[0]))

    # A cell of one's own may do what it likes with a number that it does not know.
    with contextlib.suppress(Exception), warnings.catch_warnings(action="error"):
        tells = after(1e-100j).imag / 1e-100
        return np.allclose(tells, (after(STEP) - after(-STEP)) / (2 * STEP), rtol=0, atol=1e-5 * np.abs(tells).max())
    return False


def nudged(model: SequenceModel, forward: Callable, tries: int = 3):
    """Runs of the model whose weights, and all that the run kept, are moved by what rounding may do to them."""
    rng = np.random.default_rng(0)

    def a_little(value):
        return value * (1 + NUDGE * rng.choice([-1.0, 1.0], value.shape))

    for _ in range(tries):
        other = copy.copy(model)
        other.cell = model.cell.frozen(**{name: a_little(value) for name, value in _weights(model.cell).items()})
        other.W_oh, other.b_o = a_little(model.W_oh), a_little(model.b_o)
        run = forward(other)
        run.trace = run.trace.with_other(kept=tuple(map(a_little, run.trace.kept)))
        yield run


def first_of_the_largest(values: np.ndarray) -> int:
    """Where the largest stands. Of those that rounding alone tells apart it is the first, and so the same on every processor."""
    values = np.nan_to_num(values.ravel(), nan=np.inf, posinf=np.inf)
    return int(np.argmax(values >= values.max() * (1 - 1e-6)))


def alike(found: np.ndarray, wanted: np.ndarray) -> bool:
    """Equal to a millionth of the largest entry."""
    size = np.abs(wanted).max(initial=0.0)
    return bool(size < np.inf and np.abs(found - wanted).max() <= 1e-6 * size)
