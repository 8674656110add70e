"""The temporal order problem: two signals among noise, and the order in which they came."""

import numpy as np

from ..basics import checks
from .task import Batch, Task, one_hot

SYMBOLS = ("A", "B", "c", "d", "e", "f")  # two signals, four that mean nothing
CLASSES = ("AA", "AB", "BA", "BB")


class TemporalOrder(Task):
    """One signal, A or B, in the second tenth of the sequence, one in its fifth tenth; at the end the net says which came when.

    length: T, at least 10. x[t] is one-hot over `SYMBOLS`; the target, a number of `CLASSES`, stands at the last step.
    (Hochreiter & Schmidhuber 1997, as Pascanu, Mikolov & Bengio 2013 set it.)
    """

    input_size, output_size, loss = len(SYMBOLS), len(CLASSES), "cross_entropy"

    def __init__(self, length: int = 20):
        self.length = checks.count("length", length, lowest=10)

    def _batch(self, size: int, rng: np.random.Generator) -> Batch:
        T, sequences = self.length, np.arange(size)
        symbols = rng.integers(2, len(SYMBOLS), size=(T, size))
        first, second = rng.integers(2, size=(2, size))
        symbols[rng.integers(T // 10, 2 * T // 10, size=size), sequences] = first
        symbols[rng.integers(4 * T // 10, 5 * T // 10, size=size), sequences] = second
        targets, mask = np.zeros((T, size), np.intp), np.zeros((T, size), bool)
        targets[-1], mask[-1] = 2 * first + second, True
        return one_hot(symbols, len(SYMBOLS)), targets, mask
