import numpy as np

from ..cells import GRUCell

SMALL = (*np.array([[1.0], [0.25], [0.5], [2.0]]), np.array([[1.0], [4.0]]))


def problem(rng, i):
    """A GRU that resets before the product is this unit once z = 1 − r: once the update's rows are the reset's, negated."""
    H = (4, 3, 5, 2, 1)[i]
    cell = GRUCell(2, H, seed=i, reset_after=False)
    reset, update, rest = (cell.rows_of(name) for name in cell.blocks)
    cell.params["b"] = rng.standard_normal(3 * H)
    cell.stack[update] = -cell.stack[reset]
    h_before, dh = rng.standard_normal(H), rng.standard_normal(H)
    trace = cell.unroll(rng.standard_normal((1, 2)), h_before)
    grads = cell.backward(trace, dh[None])
    da, dW_hh = ((g[reset] - g[update], g[rest]) for g in (grads["b"], grads["W_hh"]))
    gates = (trace.gates[name][0].copy() for name in ("reset", "candidate"))
    W_hh = np.concatenate([cell.params["W_hh"][rows] for rows in (reset, rest)])
    truth = {"a_f": da[0], "a_h": da[1], "h_before": grads["h0"], "W_hh": np.concatenate(dW_hh)}
    return (dh, *gates, h_before, W_hh), truth
