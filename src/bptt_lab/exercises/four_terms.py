"""Notebook 07: the four terms of the gated cell's Jacobian."""

import numpy as np

from ..cells import GatedCell
from . import kinds, problems

TASK = "Write the four terms of dh_t/dh_{t-1} of the gated cell, each an (H, H) array."
HINTS = (
    "Hold three of the four places where the old state stands, and move the fourth. That gives one term.",
    "A gate is σ(a), and W_1 @ h_before is the part of a that moves. So ∂G1 is np.diag(G1 * (1 - G1)) @ W_1.",
    "Beside ∂G1 stands h_before, beside ∂G2 the candidate, beside ∂ĥ the gate G2. Each goes into the np.diag.",
)
SMALL = (*np.array([[2.0], [0.5], [0.75], [0.5]]), np.array([[1.0], [2.0], [4.0]]))
STUB = """\
# Take away the # of the next line, and write the four terms under it.
# W_1, W_2, W_3 = np.split(W_hh, 3)
return None  # at the end: return {"keep": …, "dG1": …, "dG2": …, "candidate": …}"""


def solution(h_before, G1, G2, candidate, W_hh):
    W_1, W_2, W_3 = np.split(W_hh, 3)
    keep = np.diag(G1)
    dG1 = np.diag(h_before * G1 * (1 - G1)) @ W_1
    dG2 = np.diag(candidate * G2 * (1 - G2)) @ W_2
    new = np.diag(G2 * (1 - candidate**2)) @ W_3
    return {"keep": keep, "dG1": dG1, "dG2": dG2, "candidate": new}


def problem(rng, i):
    cell = problems.cell_of(GatedCell, rng, i)
    h_before = rng.standard_normal(cell.hidden_size)
    trace = cell.unroll(rng.standard_normal((1, cell.input_size)), h_before)
    gates = (trace.gates[name][0].copy() for name in ("G1", "G2", "candidate"))
    return problems.Problem((h_before, *gates, cell.params["W_hh"].copy()), cell.jacobian_terms(trace, 0))


SLIPS = r"""
columns instead of rows | dG1 = → dG1 = W_1 @ && ) @ W_1 → ) && dG2 = → dG2 = W_2 @ && ) @ W_2 → ) && new = → new = W_3 @ && ) @
    W_3 → ) | Your factors multiply columns. Row i belongs to unit i of the new state, so its factor multiplies row i of W.
old state and candidate swapped | np.diag(h_before * G1 → np.diag(candidate * G1 && np.diag(candidate * G2 → np.diag(h_before * G2
    | G1 stands beside the old state and G2 beside the candidate. You have them the other way round.
keep without diag | keep = np.diag(G1) → keep = G1 | The first term is a matrix too: the list stands on its diagonal.
old state left out | h_before * G1 → G1 | G1 multiplies the old state. So the second term carries h_before.
candidate left out | candidate * G2 → G2 | G2 multiplies the candidate. So the third term carries ĥ.
gate left out | G2 * (1 - candidate**2) → (1 - candidate**2) | The candidate is let in by G2. So the fourth term carries G2.
transposed | W_1, W_2, W_3 = np.split(W_hh, 3) → W_1, W_2, W_3 = (W.T for W in np.split(W_hh, 3))
    | The blocks are transposed. Row i of W holds what unit i reads.
order of the blocks | W_1, W_2, W_3 = → W_3, W_1, W_2 = | The blocks of W_hh stand in another order: G1, G2, candidate.
keep with a slope | keep = np.diag(G1) → keep = np.diag(G1 * (1 - G1))
    | In the first term the gate is held and the old state moves. So it carries G1 itself, without a slope.
kept whole | keep = np.diag(G1) → keep = np.eye(len(G1)) | The old state is kept whole in your first term. G1 multiplies it.
keep with the state | keep = np.diag(G1) → keep = np.diag(G1 * h_before)
    | In the first term the old state is what moves. Its derivative is 1, so only the gate is left.
entry by entry | @ W_1 → * W_1 && @ W_2 → * W_2 && @ W_3 → * W_3
    | You multiply entry by entry, so only the diagonal is left. Use @, or a column of numbers.
other gate | np.diag(G2 * (1 - candidate**2)) → np.diag(G1 * (1 - candidate**2))
    | The candidate is let in by G2. You have G1 beside it.
"""
KINDS = (
    kinds.tanh("candidate", says="ĥ"),
    kinds.sigma("G1"),
    kinds.sigma("G2"),
)
