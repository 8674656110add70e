"""Two problems of two signals, far apart, at whose end the net says what both were: their sum, or their order."""

import numpy as np

from ..basics import checks
from ..basics.one_hot import OneHot
from .task import Drawn, Task

SYMBOLS = ("A", "B", "c", "d", "e", "f")  # two signals, four that mean nothing
CLASSES = ("AA", "AB", "BA", "BB")


class Adding(Task):
    """Numbers drawn from U[0, 1], two of them marked, one in each half; after the last the net says the sum of the two.

    length: T, at least 2. x[t] is (number, mark), the target stands at the last step. Always to say 1, the mean, has a
    squared error of 1/6. (The variant of Le, Jaitly & Hinton 2015. Hochreiter & Schmidhuber 1997 draw from [−1, 1], and
    their target is .5 + sum/4: there the mean has 1/24.)
    """

    input_size, output_size, loss = 2, 1, "mse"

    def __init__(self, length: int = 50):
        self.length = checks.count("length", length, lowest=2)

    def _batch(self, size: int, rng: np.random.Generator) -> Drawn:
        T, half, sequences = self.length, self.length // 2, np.arange(size)
        x = np.zeros((T, size, 2))
        x[:, :, 0] = rng.random((T, size))
        marked = rng.integers(half, size=size), rng.integers(half, T, size=size)
        targets, mask = np.zeros((T, size)), np.zeros((T, size), bool)
        for places in marked:
            x[places, sequences, 1] = 1.0
            targets[-1] += x[places, sequences, 0]
        mask[-1] = True
        return x, targets, mask


class TemporalOrder(Task):
    """One signal, A or B, in the second tenth of the sequence, one in its fifth tenth; at the end the net says which came when.

    length: T, at least 10. x[t] is one-hot over `SYMBOLS`; the target, a number of `CLASSES`, stands at the last step.
    (Hochreiter & Schmidhuber 1997, as Pascanu, Mikolov & Bengio 2013 set it.)
    """

    input_size, output_size, loss = len(SYMBOLS), len(CLASSES), "cross_entropy"

    def __init__(self, length: int = 20):
        self.length = checks.count("length", length, lowest=10)

    def _batch(self, size: int, rng: np.random.Generator) -> Drawn:
        T, sequences = self.length, np.arange(size)
        symbols = rng.integers(2, len(SYMBOLS), size=(T, size))
        first, second = rng.integers(2, size=(2, size))
        symbols[rng.integers(T // 10, 2 * T // 10, size=size), sequences] = first
        symbols[rng.integers(4 * T // 10, 5 * T // 10, size=size), sequences] = second
        targets, mask = np.zeros((T, size), np.intp), np.zeros((T, size), bool)
        targets[-1], mask[-1] = 2 * first + second, True
        return OneHot(symbols, len(SYMBOLS)), targets, mask
