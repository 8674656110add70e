"""The long runs behind the course's figures: recipes, what does them, and their committed results.

python -m bptt_lab.experiments agreement        do, or continue, the runs of a recipe
bl.experiments.load("agreement")                its committed results, one dict a run
"""

from ..basics.runs import arrived, each, seed_rows, values
from .adding import ADDING
from .agreement import AGREEMENT
from .controls import CONTROLS
from .distances import DISTANCES
from .english import ENGLISH
from .gradients import GRADIENTS
from .language_model import LANGUAGE_MODEL
from .rates import RATES
from .recipe import Recipe, grid
from .runner import load, run
from .temporal_order import TEMPORAL_ORDER
from .wild import WILD

_ALL = (AGREEMENT, GRADIENTS, DISTANCES, RATES, LANGUAGE_MODEL, ADDING, TEMPORAL_ORDER, ENGLISH, CONTROLS, WILD)
RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in _ALL}

__all__ = ["RECIPES", "Recipe", "arrived", "each", "grid", "load", "run", "seed_rows", "values"]
