import numpy as np

from ..cells import GRUCell
from . import problems

SMALL = problems.by_hand(GRUCell, start=0.5)


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
