"""The long runs behind the course's figures: recipes, what does them, and their committed results.

python -m bptt_lab.experiments agreement        do, or continue, the runs of a recipe
bl.experiments.load("agreement")                its committed results, one dict a run
"""

from .agreement import AGREEMENT
from .recipe import Recipe, grid
from .runner import load, run

RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in (AGREEMENT,)}

__all__ = ["RECIPES", "Recipe", "grid", "load", "run"]
