import numpy as np

from .. import memory
from ..lessons import gates as free_gates

SMALL = (0.0,)


def problem(rng, i):
    bias = (2.0, -1.0, 4.5, 0.0, -3.0)[i]
    return (bias,), memory.half_life(np.log(free_gates.gate(bias)))
