"""Which of the things that a cell's `step_back` and `pairs` return is wrong: each against finite differences of `step` alone."""

import numpy as np

from ..basics.arrays import jacobian_by_differences
from ..cells import Cell
from ..cells.trace import Trace

EPSILON = 6e-6


def wrong(cell: Cell, trace: Trace) -> str | None:
    """In words, over all steps of a run at once; None if each is right."""
    cell, steps = trace.cell.frozen(), slice(trace.T)
    kept, h = cell.seen(trace, steps)
    u, before = trace.inputs @ cell.W_x.T + cell.b, cell.join(*cell.parts_of(h))
    δ = np.random.default_rng(0).standard_normal((*before.shape[:-1], 1, before.shape[-1]))

    def after(u=u, rows=before):
        return cell.join(*cell.parts_of(cell.step(u, cell.state_of(cell.split(rows)))[0]))

    def far(found, right) -> bool:
        return found.shape != right.shape or bool(np.abs(found - right).max() > 1e-5 * max(1.0, np.abs(right).max()))

    def by_blocks(found, right) -> str:
        pairs = zip(cell.blocks, cell.split(found), cell.split(right))
        return " and ".join(repr(name) for name, one, other in pairs if far(one, other))

    da = (δ @ jacobian_by_differences(lambda u: after(u), u))[..., 0, :]
    dh = (δ @ jacobian_by_differences(lambda rows: after(rows=rows), before))[..., 0, :]
    my_da, back = cell.step_back(cell.state_of(cell.split(δ[..., 0, :])), kept, h)
    says = [f"dL/da of {blocks}"] if (blocks := by_blocks(my_da, da)) else []
    named = zip(cell.parts, cell.parts_of(back), cell.split(dh))
    says += [f"dL/d{part}, what reaches {part} of the step before" for part, one, other in named if far(one, other)]
    if says:
        return f"the step_back of {type(cell).__name__}: it returns a wrong {', and a wrong '.join(says)}."
    for name, pairs in cell.all_pairs(trace, steps, da).items():
        if name in ("W_x", "b"):  # nothing of the cell's own
            continue
        value = cell.params[name]
        flat = [[side.reshape(-1, side.shape[-1]) for side in pair] for pair in pairs]
        mine, right = np.concatenate([left.T @ v for left, v in flat]).reshape(-1), np.empty(value.size)
        for i, place in enumerate(np.ndindex(value.shape)):
            start, sides = value[place], []
            for side in (EPSILON, -EPSILON):
                value[place] = start + side
                sides.append((δ[..., 0, :] * after()).sum())
            value[place], right[i] = start, (sides[0] - sides[1]) / (2 * EPSILON)
        if far(mine, right):
            rows = by_blocks(*(side.reshape(value.shape).T for side in (mine, right))) if name == "W_hh" else ""
            return f"the pairs of {type(cell).__name__}: dL/d{name} is wrong{f' in the rows of {rows}' if rows else ''}."
    return None
