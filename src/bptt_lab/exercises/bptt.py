from ..cells import RNNCell
from . import problems

SMALL, problem = problems.whole_way(RNNCell)
