from ..cells import LSTMCell
from . import problems

SMALL, problem = problems.whole_way(LSTMCell, start=0.5)
