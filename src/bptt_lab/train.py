"""Training: gradient descent with clipping and truncation, step by step.

p ← p − lr · g                                        "sgd"
m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²        "adam" (Kingma & Ba 2015), β₁ = .9, β₂ = .999, ε = 1e-8
p ← p − lr · m̂ / (√v̂ + ε)                            m̂ and v̂ are m and v over 1 − βⁿ after n steps
"""

import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from copy import copy
from types import SimpleNamespace
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from .basics import checks, overflow, text
from .engine.scratch import Scratch
from .model import SequenceModel, check_fits
from .tasks import Task

Item = TypeVar("Item")


class History:
    """What happened at each step of a training, and why it ended early if it did.

    loss       (steps,)  the loss of that step's batch, before its update
    grad_norm  (steps,)  the gradient's norm over all parameters, before clipping
    lr         (steps,)  the learning rate
    stopped    None, or a sentence: what ended the run before its last step
    """

    def __init__(self, asked: int):
        self.asked = asked
        self.stopped: str | None = None
        self.rows: list[tuple[float, float, float]] = []

    def _column(self, i: int) -> np.ndarray:
        return np.array([row[i] for row in self.rows])

    loss = property(lambda self: self._column(0))
    grad_norm = property(lambda self: self._column(1))
    lr = property(lambda self: self._column(2))

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        said = f"History of {len(self)} of {self.asked} steps"
        if self.rows:
            last = self.loss[-100:]
            said += f": loss {text.say(self.loss[0])} at first, {text.say(last.mean())} over the last {len(last)}"
        return f"{said}. {self.stopped}" if self.stopped else said + "."


def fit(
    model: SequenceModel,
    task,
    steps: int,
    batch_size: int = 32,
    optimizer: str = "sgd",
    lr: float | Callable[[int], float] = 0.5,
    clip: float | None = 1.0,
    truncate: int | None = None,
    seed: int = 0,
    progress: bool = True,
    until: Callable[[int], bool] | None = None,
) -> History:
    """Train a model on fresh batches of a task; `model.params` change in place.

    optimizer: "sgd" or "adam". lr: a number, or a function of the step, which counts from 0. clip: the gradient's largest
    norm, None for no clipping. truncate: as in `model.backward`. seed: of the batches. progress: show a bar (with tqdm, if
    it is installed), and say why a run ended early. until: a function of the number of steps done that ends the run by
    returning true, for example once a score is reached.

    If the loss or the gradient overflows, the weights stay those before it; `History.stopped` says at which step, and what
    to try. The stop button, a KeyboardInterrupt, stops this run and what follows it. The weights are then those of the last
    whole step, and the same call on the same model goes on from there, to the weights and the history of a run that was never
    stopped. Another task, batch_size, optimizer, clip, truncate or seed, or other weights, begin anew.
    """
    check_fits(model, task)
    steps, batch_size = checks.count("steps", steps), checks.count("batch_size", batch_size)
    rng = np.random.default_rng(checks.seed("seed", seed))
    direction = OPTIMIZERS[checks.choice("optimizer", optimizer, OPTIMIZERS)]()
    fixed_rate = None if callable(lr) else checks.positive("lr", lr)
    limit = np.inf if clip is None else checks.positive("clip", clip)
    truncate = None if truncate is None else checks.count("truncate", truncate)
    progress = checks.flag("progress", progress)
    if until is not None and not callable(until):
        raise checks.error("until", repr(until), "a function of the number of steps done, or None")
    params = model.params
    shapes = {name: value.shape for name, value in params.items()}
    new, gradient = Scratch(shapes), Scratch(shapes)  # all parameters in one vector, and their gradient
    batch = task._batch if getattr(task.batch, "__func__", None) is Task.batch else task.batch  # words may stay numbers, `OneHot`
    training = repr(task), batch_size, optimizer, clip, truncate, seed
    history, (random, direction) = _unfinished(model, training, steps) or (History(steps), (rng.bit_generator.state, direction))
    before, step = (random, direction), len(history)  # what a stop before the first step leaves
    rng.bit_generator.state = random
    with _bar(steps, progress, len(history)) as bar:
        try:
            for step in range(len(history), steps + 1):
                before = rng.bit_generator.state, copy(direction)
                if step and until and until(step):
                    history.stopped = f"Ended after step {step}, as asked."
                if step == steps or history.stopped:
                    break
                run = model.forward(*batch(batch_size, rng))
                run.trace.needs_dx = False  # a step with H=32 and 98 words takes an eighth less time so
                _copy(model.backward(run, truncate), gradient.arrays)
                norm = _clip([gradient.flat], limit)
                lr_now = fixed_rate or checks.positive("lr", lr(step))  # type: ignore[operator]
                _copy(params, new.arrays)
                with overflow.quietly():
                    update = direction(gradient.flat)
                    update *= lr_now
                    new.flat -= update
                if not (math.isfinite(run.loss) and math.isfinite(norm) and checks.all_finite(new.flat)):
                    looked_at = {"the loss": run.loss, "the gradient": norm}
                    what = next((name for name, value in looked_at.items() if not math.isfinite(value)), "an update")
                    cure = "a smaller lr" if clip is not None else "clip=1.0, or a smaller lr"
                    history.stopped = f"Stopped at step {step + 1}: {what} exploded. The weights are those before it. "
                    history.stopped += f"Try {cure}, or a smaller weight_scale."
                    break
                history.rows.append((run.loss, norm, lr_now))
                _copy(new.arrays, params)
                bar.update()
        except KeyboardInterrupt:
            if len(history) == step + 1:  # the step counts, so all of its update does
                _copy(new.arrays, params)
                before = rng.bit_generator.state, direction
            UNFINISHED[model] = training, history, before, {name: value.copy() for name, value in params.items()}
            if progress:
                print(f"Stopped after step {len(history)} of {steps}. The same call on this model goes on from there.")
            raise
    if progress and history.stopped:
        print(history.stopped)
    return history


# What was stopped by hand, for each model: the call, its history, the state of its generator and optimizer, and the weights.
UNFINISHED: WeakKeyDictionary[SequenceModel, tuple] = WeakKeyDictionary()


def _unfinished(model: SequenceModel, training: tuple, steps: int):
    """The history and the state to go on from, if this very training of this model was stopped and nothing changed since."""
    same, history, state, weights = UNFINISHED.pop(model, (None, (), None, {}))
    changed = any(not np.array_equal(value, model.params[name]) for name, value in weights.items())
    if same != training or len(history) > steps or changed:
        return None
    history.asked = steps
    return history, state


def _copy(arrays: Mapping[str, np.ndarray], to: Mapping[str, np.ndarray]) -> None:
    for name, place in to.items():
        place[...] = arrays[name]


def _bar(steps: int, progress: bool, done: int):
    """A progress bar, if there is something to show one with."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return nullcontext(SimpleNamespace(update=lambda: None))
    return tqdm(total=steps, initial=done, disable=not progress, leave=False, unit="step")


def watched(items: Iterable[Item]) -> Iterator[Item]:
    """The items one after the other. In a notebook, "2 of 8 done" stands under the cell while it takes, and is gone at the end.

    What the cell showed before is cleared with it. A bar of tqdm's would leave a dead widget in the saved file. Nothing is shown
    with BPTT_PROGRESS=off in the environment, as when notebooks are run by a program.
    """
    IPython = sys.modules.get("IPython")
    if IPython is None or not IPython.get_ipython() or os.environ.get("BPTT_PROGRESS") == "off":
        yield from items
        return
    items = list(items)
    for n, item in enumerate(items):
        IPython.display.clear_output(wait=True)
        print(f"{n} of {len(items)} done")
        yield item
    IPython.display.clear_output()


class _Adam:
    def __init__(self):
        self.m = self.v = np.zeros(())
        self.n = 0

    def __call__(self, gradient: np.ndarray) -> np.ndarray:
        self.n += 1
        self.m = 0.9 * self.m + 0.1 * gradient
        with overflow.quietly():
            self.v = 0.999 * self.v + 0.001 * np.square(gradient)
        return self.m / (1 - 0.9**self.n) / (np.sqrt(self.v / (1 - 0.999**self.n)) + 1e-8)


OPTIMIZERS: dict[str, Callable[[], Callable]] = {"sgd": lambda: lambda gradient: gradient, "adam": _Adam}


def clip_by_norm(grads: Mapping[str, np.ndarray], limit: float) -> tuple[dict[str, np.ndarray], float]:
    """(clipped gradients, norm before): all arrays together are scaled down to Euclidean norm `limit` if theirs is larger.

    The direction is kept (Pascanu, Mikolov & Bengio 2013). Where entries have exploded to ±inf, they alone are left, all of
    one size: the direction of the rest is lost beside them, and the result has norm `limit` like any other. Zero stays
    zero. limit: a number above 0; infinity clips nothing. Returns new arrays.
    """
    limit = checks.positive("limit", limit, allow_inf=True)
    if not isinstance(grads, Mapping):
        raise checks.error("grads", type(grads).__name__, "a dict from names to arrays")
    arrays = {name: checks.array(f"grads[{name!r}]", value, allow_inf=True).copy() for name, value in grads.items()}
    return arrays, _clip([*arrays.values()], limit)


@overflow.silent
def _clip(arrays: list[np.ndarray], limit: float) -> float:
    """The norm before; the arrays are clipped where they stand."""
    largest = float(max((max(array.max(initial=0.0), -array.min(initial=0.0)) for array in arrays), default=0.0))
    # Divided by the largest entry first, so that squares neither overflow nor vanish.
    finite = largest < np.inf
    of = lambda array: array / (largest or 1.0) if finite else np.where(np.isinf(array), np.sign(array), 0.0)  # noqa: E731
    directions = [of(array) for array in arrays]
    length = float(np.sqrt(sum(np.square(direction).sum() for direction in directions)))
    if largest * length > limit:
        for array, direction in zip(arrays, directions):
            np.multiply(direction, limit / length, array)
    return largest * length
