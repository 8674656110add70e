"""The long runs behind the course's figures: recipes, what does them, and their committed results.

python -m bptt_lab.experiments agreement        do, or continue, the runs of a recipe
bl.experiments.load("agreement")                its committed results, one dict a run
"""

from ..basics.runs import arrived, each, seed_rows, values
from .recipes import RECIPES
from .runner import Recipe, grid, load, run

__all__ = ["RECIPES", "Recipe", "arrived", "each", "grid", "load", "run", "seed_rows", "values"]
