import numpy as np

from .. import memory

SMALL = (np.array([[4.0, 3.0], [2.0, 5.0]]),)


def problem(rng, i):
    B, H = ((6, 3), (4, 5), (9, 2), (2, 1), (5, 4))[i]
    g = rng.standard_normal(H) + (0.5, 1.0, 2.0, 0.01, 100.0)[i] * rng.standard_normal((B, H))
    return (g,), memory.norm_and_signal(g)[1]
