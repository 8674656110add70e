"""What a learner moves. One explorer a file pair: NAME.py computes and speaks, NAME.js draws.

Needs the course's packages (anywidget); `import bptt_lab` alone does not.
"""

from .cell_switch import CellSwitch
from .decay import Decay
from .four_cells import FourCells
from .four_terms import FourTerms
from .gate_pad import GatePad
from .gradient_by_lag import GradientByLag
from .ledger import Ledger
from .living_equation import LivingEquation
from .predict import Predict
from .predictions import my_predictions
from .quiz import Quiz
from .starts import Starts
from .token_losses import TokenLosses
from .truncation import Truncation
from .wall import Wall
from .word_by_word import WordByWord

__all__ = [
    "CellSwitch", "Decay", "FourCells", "FourTerms", "GatePad", "GradientByLag", "Ledger", "LivingEquation", "Predict", "Quiz",
    "Starts", "TokenLosses", "Truncation", "Wall", "WordByWord", "my_predictions",
]  # fmt: skip
