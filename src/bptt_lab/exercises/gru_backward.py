"""Notebook 08: the whole way back through a GRU, reset after the product."""

import numpy as np

from ..cells import GRUCell
from .base import Exercise, Problem, edits
from .bptt import small
from .where import at_which_word


def stub(cell, trace, dh):
    # Take away the # of the next lines, and write your loop under them.
    # x, h, h0 = trace.x, trace.h, trace.h0
    # W_x, W_hh, b, b_hn = (cell.params[name] for name in ("W_x", "W_hh", "b", "b_hn"))
    # r, z, n = (trace.gates[name] for name in ("reset", "update", "candidate"))
    # dW_x, dW_hh, db, db_hn = map(np.zeros_like, (W_x, W_hh, b, b_hn))
    # At the end: return {"W_x": dW_x, "W_hh": dW_hh, "b": db, "b_hn": db_hn}
    return None


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
        da_r = (W_n @ before + b_hn) * da_n * r[t] * (1 - r[t])
        inner = r[t] * da_n  # what reaches W_n h_before + b_hn
        da = np.concatenate([da_r, da_z, da_n])  # reached from x and b
        da_h = np.concatenate([da_r, da_z, inner])  # reached from the old state
        dW_x += np.outer(da, x[t])
        dW_hh += np.outer(da_h, before)
        db += da
        db_hn += inner
        back = z[t] * δ + W_hh.T @ da_h
    return {"W_x": dW_x, "W_hh": dW_hh, "b": db, "b_hn": db_hn}


def problem(rng, i):
    T, I, H = ((4, 5, 3), (2, 2, 4), (5, 6, 2))[i]
    cell = GRUCell(I, H, seed=i)
    for name in ("b", "b_hn"):
        cell.params[name] = 0.5 * rng.standard_normal(cell.params[name].shape)
    x = np.eye(I)[rng.permutation(I)[:T]]
    trace, dh = cell.unroll(x, rng.standard_normal(H)), rng.standard_normal((T, H))
    grads = cell.backward(trace, dh)
    return Problem((cell, trace, dh), {name: grads[name] for name in cell.params}, at_which_word(x, grads["W_x"]))


RETURN = '{"W_x": dW_x, "W_hh": dW_hh, "b": db, "b_hn": db_hn}'
EDITS = {
    "nothing carried back": (
        "dh[t] + back",
        "dh[t]",
        "Each word gets its own loss alone. What comes back from later words is missing.",
    ),
    "own loss left out": (
        "dh[t] + back",
        "(dh[t] if t == len(h) - 1 else 0) + back",
        "Only the last word's own loss is in it. Every word adds its dh[t].",
    ),
    "direct road missing": (
        "z[t] * δ + W_hh",
        "W_hh",
        "The direct road is missing in what goes back: h_before also stands in z * h_before.",
    ),
    "direct road alone": (" + W_hh.T @ da_h", "", "Only the direct road goes back. All three blocks read the old state too."),
    "direct road not gated": ("z[t] * δ + W_hh", "δ + W_hh", "On the direct road the old state is multiplied by z."),
    "road of another word": (
        "z[t] * δ + W_hh",
        "z[t - 1] * δ + W_hh",
        "The direct road is gated by z of the word before. At step t it is z[t].",
    ),
    "z and 1 − z swapped": ("(1 - z[t]) * δ", "z[t] * δ", "n is multiplied by 1 − z. Here z is what keeps the old state."),
    "n left out of dL/dz": ("(before - n[t])", "before", "z stands twice in h = z h_before + (1 − z) n. The second has a minus."),
    "state after in dL/dz": (
        "(before - n[t])",
        "(h[t] - n[t])",
        "In dL/dz stands the state after the step. z multiplied the one before.",
    ),
    "slope of tanh missing": (" * (1 - n[t] ** 2)", "", "The slope of tanh is missing in da_n. It is 1 − n²."),
    "slope of z missing": (" * z[t] * (1 - z[t])", "", "The slope of the logistic curve is missing in da_z. It is z (1 − z)."),
    "slope of r missing": (" * r[t] * (1 - r[t])", "", "The slope of the logistic curve is missing in da_r. It is r (1 − r)."),
    "inner bias left out": (" + b_hn)", ")", "r multiplies the inner sum, and b_hn is a part of that."),
    "r beside the old state": (
        "(W_n @ before + b_hn)",
        "before",
        "r multiplies the inner sum, not the old state. That is the other form of the GRU.",
    ),
    "reset left out on the way back": (
        "inner = r[t] * da_n",
        "inner = da_n",
        "The candidate read the old state through r. So r is on its way back too: to W_hh, to b_hn and to the old state.",
    ),
    "inner bias like the outer": (
        "db_hn += inner",
        "db_hn += da_n",
        "b_hn stands inside, next to W_n h_before. So r multiplies its gradient too.",
    ),
    "W_hh like W_x": (
        "np.outer(da_h, before)",
        "np.outer(da, before)",
        "In dL/dW_hh the candidate's block lacks r: W_n h_before stands inside, next to r.",
    ),
    "state after for state before": (
        "np.outer(da_h, before)",
        "np.outer(da_h, h[t])",
        "W_hh is paired with the state after the step. It multiplied the one before.",
    ),
    "b like W_hh": (
        "db += da",
        "db += da_h",
        "b stands beside W_x, outside the reset. So its candidate block takes da_n, without r.",
    ),
    "what came back kept": (
        "        back = z[t]",
        "        back = back + z[t]",
        "What came back is in δ already. The part for the step before takes its place, and is not added to it.",
    ),
    "own loss nowhere": ("dh[t] + back", "back", "No word's own loss is in it. Every word adds its dh[t]."),
    "transpose lost": (
        "W_hh.T @ da_h",
        "sum(W @ d for W, d in zip(np.split(W_hh, 3), np.split(da_h, 3)))",
        "The way back goes through W_hh transposed, block by block.",
    ),
    "order of the blocks": (
        "np.concatenate([da_r, da_z,",
        "np.concatenate([da_z, da_r,",
        "The blocks stand in another order: reset, update, candidate.",
    ),
    "last state for the start": (
        "h[t - 1] if t > 0 else h0",
        "h[t - 1]",
        "At t=0, h[t - 1] is h[-1], which is the last state. The state before the first word is h0.",
    ),
    "start taken as zero": ("else h0", "else 0 * h0", "At t=0 the state before the step is h0, which need not be zero."),
    "walks forward": (
        "reversed(range(len(h)))",
        "range(len(h))",
        "You walk from the first word to the last. What comes back starts at the last.",
    ),
    "first word left out": ("range(len(h))", "range(1, len(h))", "The loop stops before the first word, t=0."),
    "word before for word": ("x[t])", "x[t - 1])", "W_x is paired with the word before. At step t it multiplied x[t]."),
    "= for +=": (" += ", " = ", "Only one word's part is left in it. Each word is to be *added*: look at = and +=."),
    "mean for sum": (
        RETURN,
        "{name: g / len(h) for name, g in zip(cell.params, (dW_x, dW_hh, db, db_hn))}",
        "This is the mean over the words. The weights are shared, so their parts are summed.",
    ),
    "direct road by 1 − z": (
        "back = z[t] * δ",
        "back = (1 - z[t]) * δ",
        "The direct road is gated by 1 − z in yours. Here z is what keeps the old state.",
    ),
    "direct road from its own loss": (
        "back = z[t] * δ",
        "back = z[t] * dh[t]",
        "On the direct road only the word's own loss goes back. All that has arrived goes on.",
    ),
    "sign of dL/dz": ("(before - n[t])", "(n[t] - before)", "The sign of dL/dz is turned: more z is more of the old state."),
    "candidate let in whole": ("(1 - z[t]) * δ", "δ", "n is multiplied by 1 − z. In da_n that is missing."),
    "σ for tanh": (
        "(1 - n[t] ** 2)",
        "n[t] * (1 - n[t])",
        "n goes through tanh, whose slope is 1 − n². You used the slope of σ.",
    ),
    "back like W_x": (
        "W_hh.T @ da_h",
        "W_hh.T @ da",
        "What goes back to the old state through the candidate lacks r: the product stands inside, next to r.",
    ),
    "the other form": (
        "W_hh.T @ da_h",
        "W_hh.T @ np.concatenate([da_r, da_z, 0 * da_n]) + r[t] * (W_n.T @ da_n)",
        "That is the way back of the other form, reset before the product. Here r comes after it.",
    ),
    "gates swapped": (
        'trace.gates["reset"], trace.gates["update"]',
        'trace.gates["update"], trace.gates["reset"]',
        "You read the two gates the other way round: reset is r, update is z.",
    ),
    "inner sum left out": (
        "(W_n @ before + b_hn) * da_n",
        "da_n",
        "r multiplies the inner sum, W_n h_before + b_hn. So da_r carries that.",
    ),
    "sign": (
        '{"W_x": dW_x, "W_hh": dW_hh, "b": db, "b_hn": db_hn}',
        "{name: -g for name, g in zip(cell.params, (dW_x, dW_hh, db, db_hn))}",
        "The sign is turned. The gradient points uphill; going down is the optimiser's work.",
    ),
}

EXERCISE = Exercise(
    name="gru_backward",
    notebook="08_gru_and_lstm",
    function="gru_backward",
    task="Write the whole way back through a GRU over a sentence, with the reset after the product. "
    "Return the gradients of W_x, W_hh, b and b_hn.",
    hints=(
        "It is the loop of notebook 02. The step inside is the one you wrote above, with dh[t] + back in the place of dh.",
        "x and b feed all three blocks directly: their gradients take a_r, a_z, a_n. "
        "The old state and b_hn feed the candidate through r: there its block is r * da_n.",
        "At t = 0 the state before is h0. What goes back is the old state's four roads, added up.",
    ),
    stub=stub,
    solution=solution,
    problem=problem,
    mistakes=edits(solution, EDITS),
    small=small(GRUCell(1, 1), T=1),
)
