"""Notebook 07: the four terms of the gated cell's Jacobian."""

import numpy as np

from ..cells import GatedCell
from .base import Exercise, Problem, edits


def stub(h_before, G1, G2, candidate, W_hh):
    # Take away the # of the next line, and write the four terms under it.
    # W_1, W_2, W_3 = np.split(W_hh, 3)
    return None  # at the end: return {"keep": …, "dG1": …, "dG2": …, "candidate": …}


def solution(h_before, G1, G2, candidate, W_hh):
    W_1, W_2, W_3 = np.split(W_hh, 3)
    return {
        "keep": np.diag(G1),
        "dG1": np.diag(h_before * G1 * (1 - G1)) @ W_1,
        "dG2": np.diag(candidate * G2 * (1 - G2)) @ W_2,
        "candidate": np.diag(G2 * (1 - candidate**2)) @ W_3,
    }


def problem(rng, i):
    H = (4, 2, 5)[i]
    cell = GatedCell(3, H, seed=i)
    h_before = rng.standard_normal(H)
    trace = cell.unroll(rng.standard_normal((1, 3)), h_before)
    gates = (trace.gates[name][0].copy() for name in cell.blocks)
    return Problem((h_before, *gates, cell.params["W_hh"].copy()), cell.jacobian_terms(trace, 0))


def _columns(h_before, G1, G2, candidate, W_hh):
    """Your factors multiply columns. Row i belongs to unit i of the new state, so its factor multiplies row i of W."""
    W_1, W_2, W_3 = np.split(W_hh, 3)
    dG1, dG2 = h_before * G1 * (1 - G1), candidate * G2 * (1 - G2)
    return {"keep": np.diag(G1), "dG1": W_1 * dG1, "dG2": W_2 * dG2, "candidate": W_3 * (G2 * (1 - candidate**2))}


EDITS = {
    "slope of G1 missing": (" * G1 * (1 - G1)", "", "The slope of G1 is missing: its curve is σ, with slope G1 (1 − G1)."),
    "slope of G2 missing": (" * G2 * (1 - G2)", "", "The slope of G2 is missing: its curve is σ, with slope G2 (1 − G2)."),
    "slope of tanh missing": (" * (1 - candidate**2)", "", "The slope of tanh is missing: it is 1 − ĥ²."),
    "slope of σ for tanh": (
        "(1 - candidate**2)",
        "candidate * (1 - candidate)",
        "The candidate goes through tanh, whose slope is 1 − ĥ². You used the slope of σ.",
    ),
    "old state left out": ("h_before * G1", "G1", "G1 multiplies the old state. So the second term carries h_before."),
    "candidate left out": ("candidate * G2", "G2", "G2 multiplies the candidate. So the third term carries ĥ."),
    "gate left out": (
        "G2 * (1 - candidate**2)",
        "(1 - candidate**2)",
        "The candidate is let in by G2. So the fourth term carries G2.",
    ),
    "old state and candidate swapped": (
        'np.diag(h_before * G1 * (1 - G1)) @ W_1,\n        "dG2": np.diag(candidate',
        'np.diag(candidate * G1 * (1 - G1)) @ W_1,\n        "dG2": np.diag(h_before',
        "G1 stands beside the old state and G2 beside the candidate. You have them the other way round.",
    ),
    "keep without diag": (
        "np.diag(G1),",
        "G1,",
        "The first term is a matrix too. Put the list on the diagonal of one that is 0 elsewhere.",
    ),
    "transposed": (
        "W_1, W_2, W_3 = np.split(W_hh, 3)",
        "W_1, W_2, W_3 = (W.T for W in np.split(W_hh, 3))",
        "The blocks are transposed. Row i of W holds what unit i reads.",
    ),
    "order of the blocks": (
        "W_1, W_2, W_3 =",
        "W_3, W_1, W_2 =",
        "The blocks of W_hh stand in another order: G1, G2, candidate.",
    ),
    "keep with a slope": (
        '"keep": np.diag(G1)',
        '"keep": np.diag(G1 * (1 - G1))',
        "In the first term the gate is held and the old state moves. So it carries G1 itself, without a slope.",
    ),
    "kept whole": (
        '"keep": np.diag(G1)',
        '"keep": np.eye(len(G1))',
        "The old state is kept whole in your first term. G1 multiplies it.",
    ),
    "keep with the state": (
        '"keep": np.diag(G1)',
        '"keep": np.diag(G1 * h_before)',
        "In the first term the old state is what moves. Its derivative is 1, so only the gate is left.",
    ),
    "tanh for σ in G1": (
        "h_before * G1 * (1 - G1)",
        "h_before * (1 - G1**2)",
        "G1 goes through σ, whose slope is G1 (1 − G1). You used the slope of tanh.",
    ),
    "tanh for σ in G2": (
        "candidate * G2 * (1 - G2)",
        "candidate * (1 - G2**2)",
        "G2 goes through σ, whose slope is G2 (1 − G2). You used the slope of tanh.",
    ),
    "entry by entry": (
        ") @ W",
        ") * W",
        "You multiply entry by entry, so only the diagonal is left. Use @, or a column of numbers.",
    ),
    "other gate": (
        "np.diag(G2 * (1 - candidate**2))",
        "np.diag(G1 * (1 - candidate**2))",
        "The candidate is let in by G2. You have G1 beside it.",
    ),
    "tanh once more": (
        "candidate**2",
        "np.tanh(candidate) ** 2",
        "The candidate is already a tanh. Its slope needs no second one.",
    ),
}

EXERCISE = Exercise(
    name="four_terms",
    notebook="07_gates",
    function="four_terms",
    task="Write the four terms of dh_t/dh_{t-1} of the gated cell, each an (H, H) array.",
    hints=(
        "Hold three of the four places where the old state stands, and move the fourth. That gives one term.",
        "A gate is σ(a), and W_1 @ h_before is the part of a that moves. So ∂G1 is np.diag(G1 * (1 - G1)) @ W_1.",
        "Beside ∂G1 stands h_before, beside ∂G2 the candidate, beside ∂ĥ the gate G2. Each goes into the np.diag.",
    ),
    stub=stub,
    solution=solution,
    problem=problem,
    mistakes={"columns instead of rows": _columns, **edits(solution, EDITS)},
    small=(*np.array([[2.0], [0.5], [0.75], [0.5]]), np.array([[1.0], [2.0], [4.0]])),
)
