"""Forgotten is not untrainable: what nets hold and what their gradients reach, before training and after it on near subjects."""

from .. import short_term, train
from .agreement import CELLS, DISTANCES, SGD
from .recipe import Recipe, Result, Settings, grid
from .training import make

FAR = (5, 10, 20, 30, 60, 100)


def look_untrained(settings: Settings) -> Result:
    """`short_term.look` of a fresh net, a list over the settings' distances "at" for each of its numbers."""
    return _looks(make(settings)[1], settings["at"])


def train_and_look_far(settings: Settings) -> Result:
    """Train for all steps; then the same, and "right", the share right, at the settings' distances "at"."""
    task, model = make(settings)
    train.fit(model, task, seed=settings["seed"], progress=False, **settings["fit"])
    right = [round(short_term.right(model, d), 3) for d in settings["at"]]
    return {"score": round(task.score(model, n=1000, seed=1), 4), "right": right, **_looks(model, settings["at"])}


def _looks(model, distances) -> Result:
    looks = [short_term.look(model, d) for d in distances]
    return {name: [found[name] for found in looks] for name in looks[0]}


def _runs(distance, fit) -> list[Settings]:
    return grid(cell=["tanh"], task=[("Agreement", {"distance": distance})], fit=[fit], at=[list(FAR)], seed=range(5))


GRADIENTS = Recipe(
    "gradients",
    "the subject's gradient at the verb, and what the state still holds of the subject, in fresh nets at each distance",
    look_untrained,
    grid(
        cell=(*CELLS, "tanh, N(0, 1/H)", "tanh, N(0, 1)"),
        task=[("Agreement", {})],
        at=[[0, *DISTANCES]],
        seed=range(5),
    ),
)

FORGOTTEN = Recipe(
    "forgotten",
    "what a plain net that only saw near subjects, or only far ones, answers at each distance, and its gradient there",
    train_and_look_far,
    _runs((0, 5), {**SGD, "steps": 1000}) + _runs((15, 25), SGD),
)
