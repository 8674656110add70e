"""Was or were, by nets that are to say every next word: does the distance of the sentences they read decide here too?

All distances from 0 to 30 are in the recipe "distances", beside nets that are asked for the verb alone.
"""

from .agreement import SGD
from .distances import train_and_ask
from .recipe import Recipe, grid

LANGUAGE_MODEL = Recipe(
    "language_model",
    "what plain nets say, hold and could learn if they are to say every word, of short sentences or of one distance",
    train_and_ask,
    grid(
        cell=["tanh"],
        task=[("Agreement", {"distance": d, "targets": "all"}) for d in ((0, 5), 5, 20)],
        fit=[SGD],
        seed=range(5),
    ),
)
