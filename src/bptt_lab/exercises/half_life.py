import numpy as np

from .. import memory
from ..lessons import gates as free_gates
from . import problems

SMALL = (0.0,)


def solution(bias):
    f = 1 / (1 + np.exp(-bias))
    return -np.log(2) / np.log(f)


def problem(rng, i):
    bias = (2.0, -1.0, 4.5, 0.0, -3.0)[i]
    return problems.Problem((bias,), memory.half_life(np.log(free_gates.gate(bias))))
