from ..cells import GRUCell
from . import problems

SMALL = problems.by_hand(GRUCell, start=0.5)


def problem(rng, i):
    return problems.way_back(GRUCell, rng, i)
