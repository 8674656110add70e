import numpy as np

from ..cells import LSTMCell
from . import problems

SMALL = problems.by_hand(LSTMCell, start=0.5)


def solution(cell, trace, dh):
    x, h, h0, c, c0, W_hh = trace.x, trace.h, trace.h0, trace.c, trace.c0, cell.params["W_hh"]
    i, f, g, o = (trace.gates[name] for name in ("input", "forget", "cell", "output"))
    dW_x, dW_hh, db = (np.zeros_like(value) for value in cell.params.values())
    back_h = np.zeros_like(h0)
    back_c = np.zeros_like(c0)
    for t in reversed(range(len(h))):
        h_before = h[t - 1] if t > 0 else h0
        c_before = c[t - 1] if t > 0 else c0
        δh = dh[t] + back_h
        δc = back_c + o[t] * (1 - np.tanh(c[t]) ** 2) * δh  # from the next step, and through h
        da_i = g[t] * δc * i[t] * (1 - i[t])
        da_f = c_before * δc * f[t] * (1 - f[t])
        da_g = i[t] * δc * (1 - g[t] ** 2)
        da_o = np.tanh(c[t]) * δh * o[t] * (1 - o[t])
        da = np.concatenate([da_i, da_f, da_g, da_o])
        dW_x += np.outer(da, x[t])
        dW_hh += np.outer(da, h_before)
        db += da
        back_h = W_hh.T @ da
        back_c = f[t] * δc
    return {"W_x": dW_x, "W_hh": dW_hh, "b": db}


def problem(rng, i):
    return problems.way_back(LSTMCell, rng, i)
