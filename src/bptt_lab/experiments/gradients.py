"""The subject's gradient in nets that were not trained yet: how large, and how much of a signal, for each cell and distance."""

from ..memory import reach
from .agreement import CELLS, DISTANCES
from .recipe import Recipe, Result, Settings, grid
from .training import make

OTHER_STARTS = "tanh, orthogonal", "tanh, N(0, 1/H)", "tanh, N(0, 1)"


def look(settings: Settings) -> Result:
    """Of a fresh net, a list over the distances "at" each: "norm", "ratio" and "snr" of the gradient, and "held"; see `reach`."""
    model = make(settings)[1]
    found = [{**reach.gradient(model, d), "held": reach.held(model, d)} for d in settings["at"]]
    return {what: [round(one[what], 3) for one in found] for what in found[0]}


GRADIENTS = Recipe(
    "gradients",
    "what of the verb's gradient reaches the subject, and what the state holds of the subject, before training",
    look,
    grid(cell=(*CELLS, *OTHER_STARTS), task=[("Agreement", {})], at=[[0, *DISTANCES]], seed=range(5)),
)
