from ..cells import GRUCell
from . import problems

SMALL, problem = problems.whole_way(GRUCell, start=0.5)
