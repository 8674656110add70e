import numpy as np

from .. import chain_rule
from . import problems

SMALL = ([np.array([[3.0, 0.0]]), np.array([[-1.0, 1.0]])],)


def problem(rng, i):
    """Among the terms are some that work against the sum."""
    model, run, _, _ = problems.sentence(rng, i)
    terms = [term.gradient for term in model.chain_rule_terms(run, len(run.losses) - 1)]
    return (terms,), chain_rule.sequence_shares(model.cell, run.trace, run.dh, "W_x")[0][-1, :, 0]
