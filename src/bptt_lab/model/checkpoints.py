"""Backpropagation through time that keeps √T states and computes the rest a second time (Gruslys et al. 2016, simplified).

The steps are cut into about 2√T pieces of √T/2 steps. A first pass keeps the state before each piece; then, last piece first, a
piece is read again and its gradient taken, with what came back from the piece after it. One more forward pass buys √T memory.
"""

import math

import numpy as np

from ..basics import checks, overflow


@overflow.silent
def gradient(model, x, targets, mask, checkpoint) -> tuple[float, dict[str, np.ndarray]]:
    """(loss, gradients) as `model.gradient` gives them.

    States that explode cannot be started from again: then the ordinary way is taken, with its memory.
    """
    checks.flag("checkpoint", checkpoint)
    x, counts = checks.problem(model, x, mask)
    T, cell, targets = len(x), model.cell, checks.targets(model, targets, counts.shape)
    size = math.isqrt(T) // 2 + 1  # a step inside a piece takes several times the memory of a kept state
    pieces = [slice(start, min(start + size, T)) for start in range(0, T, size)]
    for piece in pieces:  # complain before anything is computed; a piece at a time, since this makes copies
        checks.wanted(model, targets[piece], counts[piece])
    starts = [None]
    for piece in pieces[:-1]:
        end = cell.unroll(x[piece], starts[-1]).end
        if not checks.all_finite(np.asarray(end)):
            return model.gradient(x, targets, counts)
        starts.append(end)
    dx, token_losses = np.empty_like(x), np.zeros(counts.shape[1:])
    total: dict[str, np.ndarray] = {}
    later: dict[str, np.ndarray] = {}
    while pieces:
        piece = pieces.pop()
        run = model.forward(x[piece], targets[piece], counts[piece], starts.pop())
        token_losses += run.losses.sum(0)
        later = _backward(cell, run, later)
        dx[piece] = later["x"]
        total = {name: overflow.exploded(later[name] + total.get(name, 0.0)) for name in model.params}
    starting = {name: later[name] for name in later if name not in (*model.params, "x")}  # "h0", and "c0" if there is one
    return float(token_losses.mean()), {**{name: total[name] for name in model.cell.params}, "x": dx, **starting, **total}


def _backward(cell, run, later: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The gradient of one piece. later: that of the piece after it, whose start is this piece's last state."""
    dh, trace, second = run.dh, run.trace, {}
    if later:
        dh[-1] = overflow.exploded(dh[-1] + later["h0"])
    if "c0" in later:
        dc = np.zeros_like(dh)
        dc[-1] = later["c0"]
        second = {"dc": trace.squeeze(dc)}
    return {**cell.backward(trace, trace.squeeze(dh), **second), **run.readout_gradients()}
