import numpy as np

from .. import memory
from ..cells import RNNCell

SMALL = (2.0, 0.5, 0.0, 2)


def problem(rng, i):
    w, a, b, steps = ((2.0, -0.4, 0.1, 8), (0.9, 0.8, -0.3, 6), (-1.5, 0.2, 0.7, 5), (3.0, 0.5, -0.6, 1), (-0.3, 0.0, 2.0, 3))[i]
    cell = RNNCell(1, 1, seed=i)
    cell.params["W_hh"] = [[w]]
    from_a, from_b = (cell.unroll(np.zeros((steps, 1)), [start]) for start in (a, b))
    gradient = memory.jacobian_product(cell, from_a, steps - 1, -1)[0, 0]
    return (w, a, b, steps), {"apart": abs(from_a.h[-1, 0] - from_b.h[-1, 0]), "gradient": gradient}
