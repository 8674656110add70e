"""Notebook 03: one row of the ledger."""

import numpy as np

from . import problems
from .telling import tell

TASK = (
    "Return the last row of the ledger: the norm of each word's term in the gradient of the last loss, first word first. "
    "The sentence may have any length."
)
HINTS = (
    "Carry the row dL_t/dh_k from the last word to the first. Begin with dL_dh, and multiply by one Jacobian at each step.",
    "The term of word k is np.outer(row * slope[k], x[k]). Its norm is np.linalg.norm of that.",
    "First take the norm at word k. Then row = row @ J[k] carries it to word k − 1.",
)
SMALL = (np.ones(1), [np.full((1, 1), j) for j in (7.0, 0.5, 2.0)], np.full((3, 1), 0.5), np.arange(1.0, 4.0)[:, None])


def solution(dL_dh, J, slope, x):
    row, norms = dL_dh, np.zeros(len(x))
    for k in reversed(range(len(x))):
        norms[k] = np.linalg.norm(np.outer(row * slope[k], x[k]))
        row = row @ J[k]
    return norms


def problem(rng, i):
    model, run, J, dL_dh = problems.sentence(rng, i)
    T, right = len(J), model.ledger(run)[-1]

    def where(found):
        off = [k for k in range(T) if np.shape(found.get("")) == (T,) and not np.isclose(found[""][k], right[k])]
        if not off:
            return ""
        k = off[-1]
        return tell("On the way back the norms first go wrong at word {word} of {T}, k={k}.", word=k + 1, T=T, k=k)

    return problems.Problem((dL_dh, J, 1 - run.trace.h**2, run.trace.x), right, where)


SLIPS = r"""
product of norms | dL_dh, np. → np.linalg.norm(dL_dh), np. && np.linalg.norm(np.outer(row * slope[k], x[k])) → row *
    slope[k].max() * np.linalg.norm(x[k]) && row @ J[k] → row * np.linalg.norm(J[k], 2)
    | You multiply norms. That is only a bound: carry the row itself, and take its norm at each word.
order turned | dL_dh, np. → np.eye(len(dL_dh)), np. && row * slope[k] → (dL_dh @ row) * slope[k] && row @ J[k] → J[k] @ row
    | The Jacobians stand in the wrong order. The last word's comes first, next to dL_dh.
last word first | norms[k] = → norms[-1 - k] = | The norms stand in the wrong order: the first word's comes first.
walks forward | reversed(range(len(x))) → range(len(x))
    | You walk from the first word on. The row starts at the loss, at the last word.
nothing carried | row = row @ J[k] → row = dL_dh | The row stays as it is. Each step back multiplies it by one more Jacobian.
transposed | row @ J[k] → J[k] @ row | Each Jacobian is transposed. A row is multiplied from the right by J itself.
one Jacobian late | row @ J[k] → row @ J[k - 1] | Your Jacobians are one step off. From word k to the word before leads J[k].
one Jacobian too many | row * slope[k] → row @ J[k] * slope[k]
    | One Jacobian too many: take the norm at word k first, and carry the row on afterwards.
slope missing | row * slope[k] → row | The slope of word k is missing: ∂⁺h_k/∂W_x carries f'(a_k).
slope carried twice | row = row @ → row = (row * slope[k]) @
    | The slope is carried twice. J[k] has it already: it is diag(f') W_hh.
slope of the last word | slope[k] → slope[-1] | Every term has the last word's slope. The term of word k carries f'(a_k).
input left out | np.linalg.norm(np.outer(row * slope[k], x[k])) → np.linalg.norm(row * slope[k])
    | The input is missing: ∂⁺h_k/∂W_x carries x_k. The norm of an outer product is the product of the norms.
input of the last word | x[k]) → x[-1]) | Every term is paired with the last word. The term of word k holds x[k].
x_j for x_k | x[k]) → x[k - 1]) | The term of word k is paired with the word before it. It holds x[k].
squares | x[k])) → x[k])) ** 2 | These are squares. A norm is the root of the sum of squares.
added up | return norms → return np.cumsum(norms[::-1])[::-1] | You add up the norms on the way. Each entry is one term's norm.
one number | return norms → return norms.sum()
    | This is one number. Return a norm for each word: they do not add up to the gradient's.
one Jacobian alone | row @ J[k] → dL_dh @ J[k] | You start from dL_dh again at each word. Carry on the row that you have.
last Jacobian again | row @ J[k] → row @ J[-1]
    | Every step back uses the last word's Jacobian. From word k to the word before leads J[k].
rows added up | row @ J[k] → row + row @ J[k]
    | You keep the old row and add the new one. On the way back the new row takes its place.
norm of the Jacobian | row @ J[k] → row * np.linalg.norm(J[k]) | You multiply by a norm. Multiply the row by the matrix itself.
sum of sizes | np.linalg.norm(np.outer(row * slope[k], x[k])) → np.abs(np.outer(row * slope[k], x[k])).sum()
    | You add up the sizes of the entries. The norm is the root of the sum of their squares.
slope of the word before | slope[k] → slope[k - 1] | The slope is that of the word before. The term of word k carries f'(a_k).
parts of the sum | return norms → return norms / norms.sum() | You divide by the sum. The norms themselves are asked for.
logarithms | return norms → return np.log10(norms) | These are logarithms. The norms themselves are asked for.
"""
