"""Notebook 08: the whole way back through a GRU, reset after the product."""

import numpy as np

from ..cells import GRUCell
from . import kinds, problems

TASK = (
    "Write the whole way back through a GRU over a sentence, with the reset after the product. "
    "Return the gradients of W_x, W_hh, b and b_hn."
)
HINTS = (
    "It is the loop of notebook 02. The step inside is the one you wrote above, with dh[t] + back in the place of dh.",
    "x and b feed all three blocks directly: their gradients take a_r, a_z, a_n. "
    "The old state and b_hn feed the candidate through r: there its block is r * da_n.",
    "At t = 0 the state before is h0. What goes back is the old state's four roads, added up.",
)
SMALL = problems.by_hand(GRUCell, start=0.5)
STUB = """\
# Take away the # of the next lines, and write your loop under them.
# x, h, h0 = trace.x, trace.h, trace.h0
# W_x, W_hh, b, b_hn = (cell.params[name] for name in ("W_x", "W_hh", "b", "b_hn"))
# r, z, n = (trace.gates[name] for name in ("reset", "update", "candidate"))
# dW_x, dW_hh, db, db_hn = map(np.zeros_like, (W_x, W_hh, b, b_hn))
# At the end: return {"W_x": dW_x, "W_hh": dW_hh, "b": db, "b_hn": db_hn}
return None"""


def solution(cell, trace, dh):
    x, h, h0, W_hh, b_hn = trace.x, trace.h, trace.h0, cell.params["W_hh"], cell.params["b_hn"]
    r, z, n = trace.gates["reset"], trace.gates["update"], trace.gates["candidate"]
    dW_x, dW_hh, db, db_hn = (np.zeros_like(cell.params[name]) for name in ("W_x", "W_hh", "b", "b_hn"))
    W_n, back = np.split(W_hh, 3)[2], np.zeros_like(h0)
    for t in reversed(range(len(h))):
        before = h[t - 1] if t > 0 else h0
        δ = dh[t] + back
        da_n = (1 - z[t]) * δ * (1 - n[t] ** 2)
        da_z = (before - n[t]) * δ * z[t] * (1 - z[t])
        inner = W_n @ before + b_hn
        da_r = inner * da_n * r[t] * (1 - r[t])
        da_u = r[t] * da_n  # what reaches the inner sum
        da = np.concatenate([da_r, da_z, da_n])  # reached from x and b
        da_h = np.concatenate([da_r, da_z, da_u])  # reached from the old state
        dW_x += np.outer(da, x[t])
        dW_hh += np.outer(da_h, before)
        db += da
        db_hn += da_u
        back = z[t] * δ + W_hh.T @ da_h
    return {"W_x": dW_x, "W_hh": dW_hh, "b": db, "b_hn": db_hn}


def problem(rng, i):
    return problems.way_back(GRUCell, rng, i)


SLIPS = r"""
direct road alone | + W_hh.T @ da_h → | Only the direct road goes back. All three blocks read the old state too.
direct road of another word | back = z[t] → back = z[t - 1]
    | The direct road has the gate of the word before. At step t it is z[t].
direct road from its own loss | back = z[t] * δ → back = z[t] * dh[t]
    | On the direct road only the word's own loss goes back. All that has arrived goes on.
state after in dL/dz | (before - n[t]) → (h[t] - n[t]) | In dL/dz stands the state after the step. z multiplied the one before.
reset left out on the way back | da_u = r[t] * da_n → da_u = da_n
    | The candidate read the old state through r. So r is on its way back too: to W_hh, to b_hn and to the old state.
inner bias like the outer | db_hn += da_u → db_hn += da_n | b_hn stands inside, next to W_n h_before. So r is in its gradient too.
W_hh like W_x | np.outer(da_h, before) → np.outer(da, before) | In dL/dW_hh the candidate's block lacks r, which stands by W_n.
state after for state before | np.outer(da_h, before) → np.outer(da_h, h[t])
    | W_hh is paired with the state after the step, not the one before it.
b like W_hh | db += da → db += da_h | b stands beside W_x, outside the reset. So its candidate block takes da_n, without r.
order of the blocks | np.concatenate([da_r, da_z, → np.concatenate([da_z, da_r, | The blocks stand in another order: r, z, n.
back like W_x | W_hh.T @ da_h → W_hh.T @ da | What goes back through the candidate lacks r: it stands beside the product.
the other form | W_hh.T @ da_h → W_hh.T @ np.concatenate([da_r, da_z, 0 * da_n]) + r[t] * (W_n.T @ da_n)
    | That is the way back of the other form, reset before the product. Here r comes after it.
gates swapped | trace.gates["reset"], trace.gates["update"] → trace.gates["update"], trace.gates["reset"]
    | You read the two gates the other way round: reset is r, update is z.
"""
KINDS = (
    kinds.gru("z[t]", "r[t]", "n[t]", "δ", "before"),
    kinds.way_back('{"W_x": dW_x, "W_hh": dW_hh, "b": db, "b_hn": db_hn}', da="da_h", blocks=3, carry="z[t]"),
    kinds.before("h"),
)
