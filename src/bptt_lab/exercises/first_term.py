import numpy as np

from . import problems

SMALL = (np.ones(1), [np.full((1, 1), j) for j in (7.0, 0.5, 2.0, 3.0)], np.full((4, 1), 0.5), np.arange(1.0, 5.0)[:, None])


def problem(rng, i):
    model, run, J, dL_dh = problems.sentence(rng, i, T=4)
    return (dL_dh, J, 1 - run.trace.h**2, run.trace.x), model.chain_rule_terms(run, 3)[0].gradient
