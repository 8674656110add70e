"""Is a gradient right, and if not, where is it wrong and why?"""

from .check import GradCheck, gradcheck

__all__ = ["GradCheck", "gradcheck"]
