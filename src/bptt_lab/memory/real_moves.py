"""What stands beside the norm of a product: the blocks of a pair's, what single units do, and a real swap of an input.

*Forgotten* (nothing of a word is left), *unlearnable* (no gradient reaches it) and *without influence* (another word there would
have changed nothing) are three measurements.
"""

import numpy as np

from ..basics import overflow
from ..cells import Cell, Trace
from . import scaled
from .products import check, products

PAIR = {"h ← h": (0, 0), "h ← c": (0, 1), "c ← h": (1, 0), "c ← c": (1, 1)}
SEEN = "h ← (h, c)"  # what a readout sees: it is given h alone


@overflow.silent
def blocks(cell: Cell, trace: Trace, lags) -> dict[str, np.ndarray]:
    """Of a pair: log10 of the norm of each block of d(h, c)_T/d(h, c)_{T−lag}, ([B,] n); `SEEN` is at all lags.

    The norm of the whole hides forgetting where c ← c keeps what h no longer shows.
    """
    check(cell, trace)
    H, T, found = cell.hidden_size, trace.T, dict[str, list]()
    halves, kept = (slice(0, H), slice(H, 2 * H)), list[tuple]()
    for lag, (rows, exponents) in enumerate(products(cell, trace, T - 1, T - 1)):
        kept.append((rows[:, :H], exponents[:, :H]))
        if len(kept) * rows.size > 200_000 or lag == T - 1:
            found.setdefault(SEEN, []).extend(scaled.log10_norms(*map(np.stack, zip(*kept))))
            kept = []
        for name, (i, j) in PAIR.items() if lag in lags else ():
            found.setdefault(name, []).append(scaled.log10_norms(rows[:, halves[i], halves[j]], exponents[:, halves[i]]))
    return {name: trace.squeeze(np.stack(logs, axis=1), axis=0) for name, logs in found.items()}


@overflow.silent
def swapped(trace: Trace, lags, n: int = 4) -> np.ndarray:
    """‖Δh_T‖/‖h_T‖ by lag, the median over sequences and n swaps of input T − lag for one that was read elsewhere in the run.

    NaN where there is no other input, or no finite state.
    """
    x, rng, last = trace.inputs, np.random.default_rng(0), trace.states[-1]
    everything, size = x.reshape(-1, x.shape[-1]), np.abs(last).max(axis=1, keepdims=True)
    found = np.full(len(lags), np.nan)
    if not all(np.isfinite(part).all() for part in trace.parts) or not size.all():
        return found
    for k, lag in enumerate(lags):
        step, moved = trace.T - 1 - lag, []
        others = [np.flatnonzero((everything != each).any(axis=1)) for each in x[step]]
        if all(map(len, others)):
            start = trace.cell.state_of([part[step] for part in trace.parts])
            for _ in range(n):
                tail = x[step:].copy()
                tail[0] = everything[[rng.choice(each) for each in others]]
                moved.append((trace.cell.unroll(tail, start).states[-1] - last) / size)
            found[k] = np.median(np.linalg.norm(moved, axis=2) / np.linalg.norm(last / size, axis=1))
    return found


def keeping_gate(trace: Trace) -> np.ndarray | None:
    """(T, B, H): the gate that keeps; None for a cell that names none."""
    return dict(zip(trace.cell.keeps or trace.cell.blocks, trace.kept)).get(trace.cell.keeping_gate)


def counters(trace: Trace) -> dict[int, float]:
    """Units that count steps, unit -> growth a step: the state that is gated grows on, always one way, its gate all but 1.

    Looked at over the second half of the run, where it must gain 1 or more, in every sequence.
    """
    gate, half = keeping_gate(trace), trace.T // 2
    if gate is None or trace.T < 8 or not np.isfinite(trace.parts[-1]).all():
        return {}
    steps = np.diff(trace.parts[-1][half:], axis=0)
    gained = steps.sum(axis=0)
    steady = ((steps * np.sign(gained) > 0).mean(axis=0) > 0.95) & (np.abs(gained) >= 1) & (gate[half:].mean(axis=0) > 0.99)
    return {int(unit): float(np.abs(steps[:, :, unit]).mean()) for unit in np.flatnonzero(steady.all(axis=0))}
