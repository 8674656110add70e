"""Which part of a gradient is the first that is off, counted from the last word."""

import numpy as np

from ..chain_rule import state_rows
from ..model import Run
from .causes import way_back


def first_wrong_step(run: Run, wrong: dict[str, np.ndarray]) -> int | None:
    """The latest step whose part of the gradient is off.

    "x" has a step of its own in each row. A weight is shared by all steps, and its gradient is Σ_t dL/da_t v_tᵀ, with v_t
    what it multiplies. So an error is Σ_t (error of dL/da_t) v_tᵀ if the v_t are right, and Σ_t dL/da_t (error of v_t)ᵀ if
    the dL/da_t are. Where the steps are few enough, either can be solved for; if both explain it, the one that blames fewer
    steps is taken.
    """
    if "x" in wrong:
        return _last_row(wrong["x"].reshape(run.trace.T, -1))
    trace, T = run.trace, run.trace.T
    da, _ = way_back(trace, state_rows(trace.cell, run.dh))
    for name, pairs in trace.cell.all_pairs(trace, slice(T), da).items():
        if name in wrong:
            errors = np.split(wrong[name], np.cumsum([left.shape[-1] for left, _ in pairs])[:-1])
            found = [_solve(error.reshape(len(error), -1), left, v, T) for error, (left, v) in zip(errors, pairs)]
            if steps := [step for step in found if step is not None]:
                return max(steps)
    return None


def _solve(error: np.ndarray, da: np.ndarray, v: np.ndarray, T: int) -> int | None:
    """The last step that Σ_t dL/da_t v_tᵀ must be wrong at to be off by `error`; None if that cannot be told."""
    largest, da, v = np.abs(error).max(), da.reshape(-1, da.shape[-1]), v.reshape(-1, v.shape[-1])
    if not 0 < largest < np.inf:
        return None
    error, explanations = error / largest, []
    for known, sought in ((v, error.T), (da, error)):
        counts = known.any(axis=1)  # what multiplies 0, as W_hh does a start of zeros, cannot be wrong
        solved, _, rank, _ = np.linalg.lstsq(known[counts].T, sought, rcond=1e-9)
        explained = np.linalg.norm(known[counts].T @ solved - sought) < 1e-4 * np.linalg.norm(sought)
        if rank == counts.sum() < known.shape[1] and explained:  # with as many unknowns as entries, anything is explained
            off = np.zeros((len(known), solved.shape[1]))
            off[counts] = solved
            explanations.append(off.reshape(T, -1))
    return _last_row(min(explanations, key=lambda off: _wrong_rows(off).sum())) if explanations else None


def _wrong_rows(off: np.ndarray) -> np.ndarray:
    """Which rows differ from zero by more than rounding, or are not finite."""
    size = np.abs(off).max(axis=1)
    finite = np.isfinite(size)
    return ~finite | (size > 1e-4 * size[finite].max(initial=0.0))


def _last_row(off: np.ndarray) -> int | None:
    """The last row that is wrong."""
    wrong = np.flatnonzero(_wrong_rows(off))
    return int(wrong[-1]) if wrong.size else None
