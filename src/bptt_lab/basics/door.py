"""The door: what a cell is handed is looked at once, here, before anything is computed. Behind it nobody asks again."""

from typing import Any

import numpy as np

from . import checks


def sequence(cell: Any, x) -> np.ndarray:
    """x as a float64 array, (T, I) or (T, B, I)."""
    x, I = checks.array("x", x), cell.input_size
    shape = x.shape
    if not (2 <= len(shape) <= 3 and shape[-1] == I and 0 not in shape):
        raise checks.error("x", f"shape {shape}", f"(T, {I}) or (T, B, {I}) with at least one step and one sequence")
    return x


def inputs(cell: Any, x, h0) -> tuple[np.ndarray, tuple[np.ndarray, ...], bool]:
    """x as (T, B, I), the start as (B, H) each, and whether x came with a batch axis. The weights must be finite too."""
    x = sequence(cell, x)
    batched = x.ndim == 3
    x = x if batched else x[:, None]
    for name, value in cell.params.items():
        checks.array(f"params[{name!r}]", value)
    B, H, n = x.shape[1], cell.hidden_size, len(cell.parts)
    if h0 is None:
        return x, (np.zeros((B, H)),) * n, batched
    if n > 1 and not (isinstance(h0, (tuple, list)) and len(h0) == n):
        given = f"{len(h0)} of them" if isinstance(h0, (tuple, list)) else type(h0).__name__
        raise checks.error("h0", given, "a pair (h0, c0)")
    shape, named = (B, H) if batched else (H,), zip(cell.parts, h0 if n > 1 else (h0,))
    return x, tuple(checks.array(f"{part}0", value, shape).reshape(B, H) for part, value in named), batched


def trace(cell: Any, given) -> None:
    """A trace of another cell would give numbers that mean nothing."""
    if not hasattr(given, "kept"):
        raise checks.error("trace", type(given).__name__, "a trace that this cell's `unroll` returned")
    other = given.cell
    if type(other) is not type(cell) or other.vectors != cell.vectors:
        raise checks.error("trace", f"the trace of a {other!r}", f"the trace of a {cell!r}")
    if other.stack.shape != cell.stack.shape:
        size = f"the trace of a cell with {other.input_size} inputs and {other.hidden_size} units"
        raise checks.error("trace", size, f"one with {cell.input_size} inputs and {cell.hidden_size} units")


def gradients(cell: Any, of, dh, dc) -> tuple[np.ndarray, ...]:
    """dh, and dc where the state has a c, as (T, B, H)."""
    trace(cell, of)
    if dc is not None and "c" not in cell.parts:
        raise checks.error("dc", type(dc).__name__, "None", f"The state of {type(cell).__name__} is h alone: leave dc out.")
    T, B, H = of.shape
    shape = (T, B, H) if of.batched else (T, H)
    given = {"h": dh, "c": np.zeros(shape) if dc is None else dc}
    return tuple(checks.array(f"d{p}", given[p], shape, allow_inf=True).reshape(T, B, H) for p in cell.parts)


def stepped(cell: Any, result, before: tuple[np.ndarray, ...]) -> tuple:
    """What `step` of a cell returned: the state, as large as the one before, and a tuple of what is kept."""
    if not (type(result) is tuple and len(result) == 2 and isinstance(result[1], tuple)):
        raise checks.error("step", _said(result), f"two things: {_state(cell)}, and a tuple of what step_back needs")
    parts, wanted = cell.parts_of(result[0]), before[0].shape
    if len(parts) != len(before) or any(np.shape(part) != wanted for part in parts):
        raise checks.error("step", _said(result[0]), f"{_state(cell)}, each of shape (B, H) = {wanted}")
    for kept in result[1]:
        if np.shape(kept) != wanted:
            raise checks.error("step", f"{_said(kept)} to keep", f"arrays of shape (B, H) = {wanted}")
    return result


def paired(cell: Any, pairs: dict, name: str, ones: np.ndarray) -> list:
    """The pairs of one parameter. What is paired with nothing is paired with ones."""
    if name not in pairs:
        hint = f'Give it as "{name}": [(dL/d{name} of each sequence, None)] beside "W_hh".'
        raise checks.error("pairs", ", ".join(map(repr, pairs)), f"{name!r} of {type(cell).__name__} too", hint)
    return [(left, ones if right is None else right) for left, right in pairs[name]]


def names(cell: Any) -> None:
    """Whether what a cell says of itself are tuples of names: in Python ("forget") is a string, and ("forget",) a tuple."""
    for said in ("blocks", "keeps", "parts", "vectors"):
        value = getattr(cell, said)
        if not isinstance(value, tuple) or not all(isinstance(name, str) for name in value):
            raise checks.error(f"{type(cell).__name__}.{said}", repr(value), "a tuple of names", 'Of one name: ("forget",)')


def _state(cell: Any) -> str:
    return f"the pair ({', '.join(cell.parts)})" if len(cell.parts) > 1 else cell.parts[0]


def _said(value) -> str:
    return f"shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
