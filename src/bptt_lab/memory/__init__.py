"""How far back a gradient reaches: products of Jacobians and their norms, exponents, bounds, a report.

norms(cell, trace)          log10 ‖dh_t/dh_k‖₂ of every pair of steps
report(cell, x)             the memory of a cell in a few numbers, in words and as a picture

Read products.py first. scaled.py says how a product of a thousand Jacobians stays inside float64, exponents.py makes rates of
norms, memory_report.py puts both into words, reach.py is the message of was/were, real_moves.py swaps a real input.
"""

from .exponents import half_life, lyapunov, slope
from .memory_report import GUESS, MemoryReport, bounds, report, rungs
from .products import jacobian_product, norms, norms_back
from .reach import norm_and_signal

__all__ = [
    "GUESS", "MemoryReport", "bounds", "half_life", "jacobian_product", "lyapunov", "norm_and_signal", "norms", "norms_back",
    "report", "rungs", "slope",
]  # fmt: skip
