"""One training as a run: a cell, a task, a budget and a seed in; the steps it took and the score it reached out."""

from collections.abc import Callable

from .. import cells, tasks, train
from ..model import SequenceModel
from .recipe import Result, Settings

# The names of the course, and what they stand for: a cell, and what it is made with.
CELLS: dict[str, tuple[str, dict]] = {
    "tanh": ("RNNCell", {}),
    "tanh, N(0, 1/H)": ("RNNCell", {"init": "normal"}),
    "tanh, N(0, 1)": ("RNNCell", {"init": "normal", "weight_scale": 32**0.5}),  # for 32 units
    "tanh, orthogonal": ("RNNCell", {"init": "orthogonal"}),
    "identity ReLU": ("RNNCell", {"activation": "relu", "init": "identity"}),
    "gated, open": ("GatedCell", {"gate_bias": 2.0}),
    "gated, closed": ("GatedCell", {}),
    "gated, bias 1": ("GatedCell", {"gate_bias": 1.0}),
    "GRU, open": ("GRUCell", {"gate_bias": 1.0}),
    "GRU, closed": ("GRUCell", {}),
    "LSTM, open": ("LSTMCell", {"gate_bias": 2.0}),
    "LSTM, closed": ("LSTMCell", {}),
}


def make(settings: Settings) -> tuple[tasks.Task, SequenceModel]:
    """The task and the untrained model of some settings: "cell", "task", "seed", and "hidden" (32 if not given)."""
    task_name, arguments = settings["task"]
    task = getattr(tasks, task_name)(**{name: tuple(v) if isinstance(v, list) else v for name, v in arguments.items()})
    cell_name, keywords = CELLS[settings["cell"]]
    start = {"init": "uniform", "seed": settings["seed"], **keywords}
    cell = getattr(cells, cell_name)(task.input_size, settings.get("hidden", 32), **start)
    return task, SequenceModel(cell, task.output_size, task.loss, seed=settings["seed"])


def train_until(settings: Settings) -> Result:
    """Train until the score is reached or the budget is spent.

    Settings: those of `make`, "fit" (keywords of `train.fit`, "steps" among them), and "reach", the score to reach; it is looked
    at every 50 steps. Result: "steps" to reach it (None if it was not), "score" at the end, and "overflowed".
    """
    return trained(settings)[1]


def fit(model: SequenceModel, task: tasks.Task, settings: Settings, until: Callable[[int], bool] | None = None) -> train.History:
    """`train.fit` with the settings' "fit" and "seed"."""
    return train.fit(model, task, seed=settings["seed"], progress=False, until=until, **settings["fit"])


def trained(settings: Settings) -> tuple[SequenceModel, Result]:
    """The model of `train_until`, trained, and its result."""
    task, model = make(settings)
    sign = 1 if task.loss == "cross_entropy" else -1  # more is better of an accuracy, less of an error

    def there(step: int) -> bool:
        return step % 50 == 0 and sign * task.score(model, n=500, seed=10_000 + step) >= sign * settings["reach"]

    history = fit(model, task, settings, there)
    score = task.score(model, n=1000, seed=1)
    overflowed = history.stopped if history.stopped and "as asked" not in history.stopped else None
    reached = len(history) if history.stopped and not overflowed else None
    return model, {"steps": reached, "score": round(score, 4), "overflowed": overflowed}
