"""Notebook 03: the first word's term of dL_4/dW_x, as the product of its factors."""

import numpy as np

from . import problems

TASK = "Compute the first word's term of dL_4/dW_x by multiplying its factors. Return an array of the shape of W_x."
HINTS = (
    "A row times a matrix is row @ matrix. Which Jacobians lie between h_4 and h_1?",
    "dL_dh @ J[3] @ J[2] @ J[1] is the row dL_4/dh_1. What is left is ∂⁺h_1/∂W_x.",
    "Multiply that row by the slope of word 1, entry by entry. Then np.outer with x[0].",
)
SMALL = (np.ones(1), [np.full((1, 1), j) for j in (7.0, 0.5, 2.0, 3.0)], np.full((4, 1), 0.5), np.arange(1.0, 5.0)[:, None])


def solution(dL_dh, J, slope, x):
    row = dL_dh @ J[3] @ J[2] @ J[1]  # dL_4/dh_1
    return np.outer(row * slope[0], x[0])


def problem(rng, i):
    model, run, J, dL_dh = problems.sentence(rng, i, T=4)
    return problems.Problem((dL_dh, J, 1 - run.trace.h**2, run.trace.x), model.chain_rule_terms(run, 3)[0].gradient)


SLIPS = r"""
order turned | J[3] @ J[2] @ J[1] → J[1] @ J[2] @ J[3]
    | The Jacobians stand in the wrong order. The last step's comes next to dL_dh.
one Jacobian too many | @ J[1] → @ J[1] @ J[0] | One Jacobian too many: J[0] leads from h_1 to the start, beyond word 1.
one Jacobian too few | @ J[1] → | One Jacobian too few. From h_4 to h_1 there are three steps.
counted from one | J[3] @ J[2] @ J[1] → J[2] @ J[1] @ J[0]
    | These belong to steps 3, 2 and 1. Code counts from 0: J[3] is dh_4/dh_3.
no Jacobian | @ J[3] @ J[2] @ J[1] → | No Jacobian stands between h_4 and h_1. There are three steps on this road.
transposed | J[3] @ J[2] @ J[1] → J[3].T @ J[2].T @ J[1].T | Each Jacobian is transposed. A row is multiplied from the right by J.
column for row | dL_dh @ J[3] @ J[2] @ J[1] → J[3] @ J[2] @ J[1] @ dL_dh
    | The product acts on a column. dL_dh is a row, at the left.
entry by entry | J[3] @ J[2] @ J[1] → (J[3] * J[2] * J[1])
    | You multiply the Jacobians entry by entry. Use @, the product of matrices.
slope missing | row * slope[0] → row | The slope of word 1 is missing: ∂⁺h_1/∂W_x carries f'(a_1).
slope added | row * slope[0] → row + slope[0] | You add the slope. The factors on one road multiply.
slope of the last word | slope[0] → slope[3] | The slope is that of word 4. ∂⁺h_1/∂W_x carries f'(a_1).
last word | x[0] → x[3] | This is paired with word 4. The first word's term holds x[0].
outer turned | np.outer(row * slope[0], x[0]) → np.outer(x[0], row * slope[0])
    | The result is transposed. The row of units comes first in np.outer.
slope carried twice | J[3] @ J[2] @ J[1] → (slope[3][:, None] * J[3]) @ (slope[2][:, None] * J[2]) @ (slope[1][:, None] * J[1])
    | The slopes of words 2 to 4 are in it twice. Each J has them already: it is diag(f') W_hh.
word 2's term | @ J[1] → && slope[0], x[0] → slope[1], x[1] | This is word 2's whole term. Code counts from 0: word 1 has index 0.
word 2 for word 1 | slope[0], x[0] → slope[1], x[1] | Slope and input are those of word 2. Code counts from 0: word 1 has index 0.
slope of word 2 | slope[0] → slope[1] | The slope is that of word 2. Code counts from 0, and ∂⁺h_1/∂W_x carries f'(a_1).
input of word 2 | x[0] → x[1] | This is paired with word 2. Code counts from 0, and word 1 has index 0.
added, not multiplied | J[3] @ J[2] @ J[1] → (J[3] + J[2] + J[1]) | You add the Jacobians. Steps that follow each other multiply.
one step left out | J[3] @ J[2] @ J[1] → J[3] @ J[1]
    | The step from h_3 to h_2 is left out. Each step on the road has its Jacobian.
"""
