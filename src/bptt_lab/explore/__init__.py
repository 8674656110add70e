"""What a learner moves. One explorer a file pair: NAME.py computes and speaks, NAME.js draws.

Needs the course's packages (anywidget); `import bptt_lab` alone does not.
"""

from .token_losses import TokenLosses

__all__ = ["TokenLosses"]
