"""What a learner moves. One explorer a file pair: NAME.py computes and speaks, NAME.js draws.

Needs the course's packages (anywidget); `import bptt_lab` alone does not.
"""

from .decay import Decay
from .gradient_by_lag import GradientByLag
from .ledger import Ledger
from .living_equation import LivingEquation
from .starts import Starts
from .token_losses import TokenLosses
from .truncation import Truncation
from .wall import Wall

__all__ = ["Decay", "GradientByLag", "Ledger", "LivingEquation", "Starts", "TokenLosses", "Truncation", "Wall"]
