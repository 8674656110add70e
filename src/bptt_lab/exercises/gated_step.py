"""Notebook 07: one step of the gated cell, forward."""

import numpy as np

from ..cells import GatedCell
from . import problems

TASK = "Write one step of the free gates. W_x, W_hh and b hold the blocks of G1, G2 and the candidate, in this order."
HINTS = (
    "Both gates go through σ(a) = 1 / (1 + e⁻ᵃ), the candidate through tanh.",
    "Then there are two products, entry by entry, and a sum: what is kept of the old, and what is let in of the new.",
)
SMALL = (np.array([1.0]), np.array([2.0]), np.array([[0.0], [1.0], [0.5]]), np.zeros((3, 1)), np.zeros(3))
STUB = """\
# Take away the # of the next two lines, and write the rest under them.
# a = W_x @ x + W_hh @ h_before + b
# a_1, a_2, a_3 = np.split(a, 3)
return None  # your code here"""


def solution(x, h_before, W_x, W_hh, b):
    a = W_x @ x + W_hh @ h_before + b
    a_1, a_2, a_3 = np.split(a, 3)
    G1, G2, candidate = 1 / (1 + np.exp(-a_1)), 1 / (1 + np.exp(-a_2)), np.tanh(a_3)
    return G1 * h_before + G2 * candidate


def problem(rng, i):
    cell = problems.cell_of(GatedCell, rng, i)
    x, h_before = rng.standard_normal(cell.input_size), rng.standard_normal(cell.hidden_size)
    weights = (cell.params[name].copy() for name in ("W_x", "W_hh", "b"))
    return problems.Problem((x, h_before, *weights), cell.unroll(x[None], h_before).h[0])


SLIPS = r"""
gates swapped | G1 * h_before + G2 * candidate → G2 * h_before + G1 * candidate
    | The gates are swapped: G1 keeps the old state, G2 lets the candidate in.
gates tied | G1 * h_before + G2 * candidate → G1 * h_before + (1 - G1) * candidate
    | You tie the gates. Here both are free: G2 is a gate of its own.
1 − G2 for G2 | G1 * h_before + G2 * candidate → G1 * h_before + (1 - G2) * candidate
    | You let in 1 − G2 of the candidate. Here G2 itself lets it in.
old state replaced | G1 * h_before + G2 * candidate → G2 * candidate
    | The old state is not handed on. It comes first, multiplied by its gate.
old state not gated | G1 * h_before + G2 * candidate → h_before + G2 * candidate
    | The old state is kept whole. Multiply it by the gate that keeps.
candidate not gated | G1 * h_before + G2 * candidate → G1 * h_before + candidate
    | The candidate is let in whole. Multiply it by its gate.
tanh outside | G1 * h_before + G2 * candidate → np.tanh(G1 * h_before + G2 * candidate)
    | One tanh too many: the sum of the two parts is the new state.
tanh gates | 1 / (1 + np.exp(-a_1)), 1 / (1 + np.exp(-a_2)), np.tanh(a_3) → np.tanh(a_1), np.tanh(a_2), np.tanh(a_3)
    | Your gates go through tanh, so they can be negative. Gates are σ.
σ candidate | 1 / (1 + np.exp(-a_1)), 1 / (1 + np.exp(-a_2)), np.tanh(a_3) → 1 / (1 + np.exp(-a_1)), 1 / (1 + np.exp(-a_2)), 1 /
    (1 + np.exp(-a_3)) | Your candidate goes through σ, so it is never negative. It is a tanh.
candidate without tanh | np.tanh(a_3) → a_3 | The candidate's tanh is missing.
gates without σ | 1 / (1 + np.exp(-a_1)), 1 / (1 + np.exp(-a_2)), np.tanh(a_3) → a_1, a_2, np.tanh(a_3)
    | The gates' σ is missing: they are to lie between 0 and 1.
σ turned | np.exp(-a_1) → np.exp(a_1) && np.exp(-a_2) → np.exp(a_2)
    | Your σ falls as its argument grows. Look at the sign in the exponential.
bias left out | + b → | The biases are missing.
old state not read | + W_hh @ h_before → | The gates read x alone. They also read the old state, through W_hh.
order of the blocks | a_1, a_2, a_3 = → a_3, a_1, a_2 = | The blocks stand in another order: G1, G2, candidate.
1 − G1 for G1 | G1 * h_before → (1 - G1) * h_before | You keep 1 − G1 of the old state. Here G1 itself keeps it.
x left out | W_x @ x + → | The word is not read: W_x @ x is missing.
minus for plus | + G2 * → - G2 * | You subtract the candidate. What is let in is added.
gates read the word alone | = np.split(a, 3) → = *np.split(W_x @ x + b, 3)[:2], np.split(a, 3)[2]
    | Your gates read x alone. They also read the old state, as the candidate does.
candidate reads the word alone | = np.split(a, 3) → = *np.split(a, 3)[:2], np.split(W_x @ x + b, 3)[2]
    | Your candidate reads x alone. It also reads the old state, as the gates do.
tanh of σ | np.tanh(a_3) → np.tanh(1 / (1 + np.exp(-a_3)))
    | Your candidate goes through σ and then through tanh. It is the tanh of its own sum alone.
G1 for both | G2 * candidate → G1 * candidate | G1 stands beside both parts. The candidate has a gate of its own, G2.
"""
