import numpy as np

from . import problems
from .telling import tell

SMALL = (np.ones(1), [np.full((1, 1), j) for j in (7.0, 0.5, 2.0)], np.full((3, 1), 0.5), np.arange(1.0, 4.0)[:, None])


def problem(rng, i):
    model, run, J, dL_dh = problems.sentence(rng, i)
    T, right = len(J), model.ledger(run)[-1]

    def where(found):
        wrong = np.flatnonzero(np.shape(found.get("")) == (T,) and ~np.isclose(found[""], right))
        at = {"word": wrong[-1] + 1, "T": T, "k": wrong[-1]} if len(wrong) else {}
        return tell("On the way back the norms first go wrong at word {word} of {T}, k={k}.", **at) if at else ""

    return (dL_dh, J, 1 - run.trace.h**2, run.trace.x), right, where
