"""What one run of a recipe does: a cell, a task, a budget and a seed in; what was reached, said and held out."""

import tomllib
from pathlib import Path

import numpy as np

from .. import cells, memory, tasks, train
from ..lessons.short_term_memory import ASKED
from ..memory import reach
from ..model import SequenceModel
from ..tasks.agreement import SUBJECT
from .runner import Result, Settings

CELLS = tomllib.loads(Path(__file__).with_name("cells.toml").read_text(encoding="utf-8"))
DISTANCES = (5, 10, 15, 20, 30)  # of was/were, at which nets are trained and looked at
SHOWN = (1, 2, 3, 5, 10, 20)  # words before the verb, of real English


def make(settings: Settings) -> tuple[tasks.Task, SequenceModel]:
    """The task and the untrained model of some settings: "cell", "task", "seed", and "hidden" (32 if not given)."""
    task_name, arguments = settings["task"]
    task = getattr(tasks, task_name)(**{name: tuple(v) if isinstance(v, list) else v for name, v in arguments.items()})
    cell_name, keywords = CELLS[settings["cell"]]
    start = {"init": "uniform", "seed": settings["seed"], **keywords}
    cell = getattr(cells, cell_name)(task.input_size, settings.get("hidden", 32), **start)
    return task, SequenceModel(cell, task.output_size, task.loss, seed=settings["seed"])


def trained(settings: Settings) -> tuple[SequenceModel, Result]:
    """The model of `train_until`, trained, and its result."""
    task, model = make(settings)
    sign = 1 if task.loss == "cross_entropy" else -1  # more is better of an accuracy, less of an error

    def there(step: int) -> bool:
        return step % 50 == 0 and sign * task.score(model, n=500, seed=10_000 + step) >= sign * settings["reach"]

    history = train.fit(model, task, seed=settings["seed"], progress=False, until=there, **settings["fit"])
    score = task.score(model, n=1000, seed=1)
    overflowed = history.stopped if history.stopped and "as asked" not in history.stopped else None
    reached = len(history) if history.stopped and not overflowed else None
    return model, {"steps": reached, "score": round(score, 4), "overflowed": overflowed}


def train_until(settings: Settings) -> Result:
    """Train until the score is reached or the budget is spent.

    Settings: those of `make`, "fit" (keywords of `train.fit`, "steps" among them), and "reach", the score to reach; it is looked
    at every 50 steps. Result: "steps" to reach it (None if it was not), "score" at the end, and "overflowed".
    """
    return trained(settings)[1]


def train_farther(settings: Settings) -> Result:
    """Train at each of the distances "at", nearest first, from each of so many "seeds".

    Result: "steps", for each distance a list over seeds, None for a seed that did not get there. Once two distances running are
    learned by no seed, farther ones are not tried; their entry is None.
    """
    steps: list[list[int | None] | None] = []
    for distance in settings["at"]:
        if len(steps) > 1 and not any(any(found or ()) for found in steps[-2:]):
            steps.append(None)
            continue
        task = ("Agreement", {"distance": distance})
        found = [train_until({**settings, "task": task, "seed": seed}) for seed in range(settings["seeds"])]
        steps.append([one["steps"] for one in found])
    return {"steps": steps}


def look(settings: Settings) -> Result:
    """Of a fresh net, a list over the distances "at" each: "norm", "ratio" and "snr" of the gradient, and "held"; see `reach`."""
    model = make(settings)[1]
    found = [{**reach.gradient(model, d), "held": reach.held(model, d)} for d in settings["at"]]
    return {what: [round(one[what], 3) for one in found] for what in found[0]}


def train_and_look(settings: Settings) -> Result:
    """`train_until`, and what the trained net has at its distance, the longest one of a range.

    "elsewhere": the share it gets right at each of DISTANCES, trained on or not. "ratio" and "snr": of the subject's gradient,
    and "held": what a line reads of it off the state, as in `reach`. What they were before training is the recipe "gradients".
    """
    model, result = trained(settings)
    distance = settings["task"][1]["distance"]
    at = distance if isinstance(distance, int) else distance[1]
    found = {**reach.gradient(model, at), "held": reach.held(model, at)}
    elsewhere = [round(reach.right(model, d, n=400), 3) for d in DISTANCES]
    return {**result, "elsewhere": elsewhere, **{what: round(found[what], 3) for what in ("ratio", "snr", "held")}}


def asked(model: SequenceModel, distance: int) -> dict[str, float]:
    """The three measurements of one net, `distance` words behind the subject, over 1000 fresh sentences.

    "right": the share of the verbs that it says right. "held": how well a line reads the subject's number off the last state;
    a half is guessing. "left": log10 ‖dh_T/dh_k‖₂, k the subject, the median of 16 sentences.
    """
    x, number, _ = tasks.Agreement(distance).batch(1000, np.random.default_rng([1, 2]))
    held = reach.probe(model.cell.unroll(x).h[-1], number[-1])
    trace = model.cell.unroll(x[:, :16])
    left = memory.norms_back(model.cell, trace, trace.T - 1, [trace.T - 1 - SUBJECT])
    return {"right": reach.right(model, distance), "held": held, "left": float(np.median(left))}


def train_and_ask(settings: Settings) -> Result:
    """Train with "fit" (None: not at all), then ask at each of `ASKED`: "right", "held" and "left" are lists."""
    task, model = make(settings)
    if settings["fit"]:
        train.fit(model, task, seed=settings["seed"], progress=False, **settings["fit"])
    found = [asked(model, distance) for distance in ASKED]
    return {what: [round(answers[what], 3 if what != "left" else 2) for answers in found] for what in found[0]}


def train_english(settings: Settings) -> Result:
    """Train for all steps. Result: the share of the test sentences that are right, for so many "shown" words before the verb.

    "score": with all 20 words. "misled": the same, among the test sentences where the last word alone misleads.
    """
    task, model = tasks.English(), make(settings)[1]
    train.fit(model, task, seed=settings["seed"], progress=False, **settings["fit"])
    shown = [round(float(task.right(model, words).mean()), 4) for words in SHOWN]
    misled = task.right(model)[~task.last_word_right()].mean()
    return {"score": shown[-1], "misled": round(float(misled), 4), "shown": shown}
