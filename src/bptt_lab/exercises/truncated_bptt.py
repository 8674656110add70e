"""Notebook 06: truncated backpropagation through time."""

import numpy as np

from ..cells import RNNCell
from . import bptt, kinds, problems

TASK = (
    "Write BPTT with a cut every k steps: nothing goes back from step k to step k − 1, from 2k to 2k − 1, and so on. "
    "The states stay as they are."
)
HINTS = (
    'All but one line is the BPTT of notebook 02. Its solution is bl.exercises.get("bptt").solution.',
    "At the end of each step you renew back. Just after which steps must it be zero?",
    "t % k is what is left when t is divided by k: it is 0 at 0, k, 2k, …",
)
SMALL = (*problems.by_hand(RNNCell), 1)
STUB = """\
# Start from your BPTT of notebook 02. One line of it changes.
return None  # at the end: return {"W_x": dW_x, "W_hh": dW_hh, "b": db}"""


def solution(cell, trace, dh, k):
    x, h, h0, W_hh = trace.x, trace.h, trace.h0, cell.params["W_hh"]
    dW_x, dW_hh, db = (np.zeros_like(value) for value in cell.params.values())
    back = np.zeros_like(h0)
    for t in reversed(range(len(h))):
        δ = dh[t] + back
        da = (1 - h[t] ** 2) * δ
        dW_x += np.outer(da, x[t])
        dW_hh += np.outer(da, h[t - 1] if t > 0 else h0)
        db += da
        back = W_hh.T @ da if t % k else np.zeros_like(h0)  # a cut before the steps 0, k, 2k, …
    return {"W_x": dW_x, "W_hh": dW_hh, "b": db}


def problem(rng, i):
    return problems.way_back(RNNCell, rng, i, k=(3, 2, 2, 4, 3)[i])


SLIPS = r"""
k steps each | t in reversed(range(len(h))) → s, t in [(s, t) for s in range(len(h)) for t in range(s, max(s - k, -1), -1)] &&
    dh[t] + back → dh[t] if s == t else back && if t % k else np.zeros_like(h0) →
    | You let each word look back k steps. A cut is at a fixed place: just after it, a word sees only itself.
nothing cut | if t % k else np.zeros_like(h0) → | Nothing is cut: this is the whole gradient.
nothing carried back | W_hh.T @ da if t % k else np.zeros_like(h0) → np.zeros_like(h0)
    | You cut at every step. Between two cuts the message goes on.
cut one step late | t % k → (t - 1) % k
    | The cut is one step off: you cut before step 1, k + 1, … Step k belongs to the later piece, so nothing goes from it to step
    k − 1.
cut one step early | t % k → (t + 1) % k | The cut is one step off, before step k − 1, … That is the last of the earlier piece.
counted from the end | t % k → (len(h) - t) % k
    | You count the pieces from the end. The first piece is the steps 0 to k − 1, and the last one may be shorter.
turned | if t % k else np.zeros_like(h0) → if t % k == 0 else np.zeros_like(h0)
    | It is turned: you carry the message across the cuts, and nowhere else.
state cut too | h[t - 1] if t > 0 else h0 → h[t - 1] if t % k else 0 * h0
    | You set the state before a cut to 0. The state runs on across the cut; only the message back stops.
start at every cut | h[t - 1] if t > 0 else h0 → h[t - 1] if t % k else h0
    | You start each piece from h0. The state runs on across the cut; only the message back stops.
last piece alone | dh[t] + back → (dh[t] + back) * (t >= (len(h) - 1) // k * k)
    | Only the last piece is in it. The earlier ones have losses too: go on after a cut.
own loss lost | dh[t] + back → (dh[t] if (t + 1) % k else 0) + back
    | The word before a cut has lost its own loss. Only what comes back is cut.
mean over the pieces | {"W_x": dW_x, "W_hh": dW_hh, "b": db} → {name: g / -(-len(h) // k) for name, g in zip(cell.params, (dW_x,
    dW_hh, db))} | You divide by the number of pieces. Their gradients are summed.
step at a cut left out | dh[t] + back → (dh[t] + back) * (t % k > 0)
    | The steps 0, k, 2k, … are left out of the sums. Only what goes back from them is cut off.
one cut alone | if t % k else → if t != k else | There is one cut, before step k. There is another before 2k, and so on.
pieces too long | t % k → t % (k + 1) | Your pieces are one step too long: each holds k + 1 steps.
first piece uncut | if t % k else → if t >= k else
    | You cut inside the first piece, and nowhere later. A cut is just before the steps k, 2k, and so on.
one step a piece | reversed(range(len(h))) → reversed(range(0, len(h), k))
    | You visit one step of each piece. Visit every step; only the message stops at the cuts.
"""
KINDS = (
    bptt.SLIPS,
    kinds.tanh("h[t]"),
    kinds.way_back('{"W_x": dW_x, "W_hh": dW_hh, "b": db}'),
    kinds.before("h"),
)
