"""Notebook 03: what each term adds along the whole gradient."""

import numpy as np

from .. import chain_rule
from . import problems

TASK = "Here are the terms of one gradient, a list of arrays; their sum is G. Return their signed shares, ⟨term, G⟩ / ‖G‖²."
HINTS = (
    "⟨A, B⟩ multiplies two arrays entry by entry and sums: (A * B).sum().",
    "‖G‖² is ⟨G, G⟩. Python's sum adds up a list of arrays.",
)
SMALL = ([np.array([[3.0, 0.0]]), np.array([[-1.0, 1.0]])],)


def solution(terms):
    whole = sum(terms)
    return np.array([(term * whole).sum() for term in terms]) / (whole**2).sum()


def problem(rng, i):
    """Among the terms are some that work against the sum."""
    model, run, _, _ = problems.sentence(rng, i)
    terms = [term.gradient for term in model.chain_rule_terms(run, len(run.losses) - 1)]
    return problems.Problem((terms,), chain_rule.sequence_shares(model.cell, run.trace, run.dh, "W_x")[-1, :, 0])


SLIPS = r"""
ratio of norms | (term * whole).sum() → np.linalg.norm(term) * np.linalg.norm(whole)
    | These are ratios of norms. They have no sign, and do not sum to 1: terms may point apart.
part of the norms | np.array([(term * whole).sum() for term in terms]) / (whole**2).sum() → np.array([np.linalg.norm(term) for
    term in terms]) / sum(np.linalg.norm(term) for term in terms)
    | You divide norms by the sum of norms. That sums to 1, but does not know that terms may work against each other.
cosine | / (whole**2).sum() → / np.array([np.linalg.norm(term) * np.linalg.norm(whole) for term in terms])
    | This is the cosine between term and whole. A share also knows how large the term is.
square missing | (whole**2).sum() → np.linalg.norm(whole)
    | You divide by the norm of the whole gradient. Its square is needed: only then do the shares sum to 1.
not divided | / (whole**2).sum() → | These are the products of each term with the whole. As shares of the whole they sum to 1.
sign lost | (term * whole).sum() → abs((term * whole).sum()) | The signs are lost. A term against the sum has a negative share.
term with itself | (term * whole).sum() → (term * term).sum()
    | You multiply each term with itself. A share is how far it points along the whole.
entries summed | [(term * whole).sum() for term in terms]) / (whole**2).sum() → [term.sum() for term in terms]) / whole.sum()
    | You compare sums of entries. Entries of different sign cancel there: multiply with the whole gradient first.
entry by entry | (term * whole).sum() → np.abs(term * whole).sum() | You add up sizes, entry by entry. Keep each product's sign.
turned over | np.array([(term * whole).sum() for term in terms]) / (whole**2).sum() → (whole**2).sum() / np.array([(term *
    whole).sum() for term in terms]) | It is turned over: the whole's square belongs below the line.
percent | / (whole**2).sum() → / (whole**2).sum() * 100 | These are percent. Shares that sum to 1 are asked for.
last word first | in terms] → in reversed(terms)] | They stand in the wrong order: the first word's term comes first.
part of the squares | return np.array([(term * whole).sum() for term in terms]) / (whole**2).sum() → sizes =
    np.array([(term**2).sum() for term in terms])\nreturn sizes / sizes.sum()
    | You divide squares by the sum of squares. That sums to 1, but does not know that terms may work against each other.
each by its own square | np.array([(term * whole).sum() for term in terms]) / (whole**2).sum() → np.array([(term * whole).sum() /
    (term**2).sum() for term in terms])
    | You divide by each term's own square. Divide all by the whole's: then the shares sum to 1.
mean for the whole | sum(terms) → sum(terms) / len(terms) | The whole gradient is the sum of the terms. You took their mean.
last term for the whole | sum(terms) → terms[-1] | You compare with the last term. The whole gradient is the sum of all terms.
running total | return np.array([(term * whole).sum() for term in terms]) → return np.cumsum([(term * whole).sum() for term in
    terms]) | You add up the shares as you go. Each entry is one term's share alone.
"""
