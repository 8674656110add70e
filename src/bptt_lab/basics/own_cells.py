"""What a cell of one's own says of itself and returns: looked at where it is made, and at its first step."""

import sys
import warnings
from typing import Any

import numpy as np

from . import arrays, checks, overflow


def stepped(cell: Any, result, before: tuple[np.ndarray, ...]) -> tuple:
    """What `step` of a cell returned: the state, as large as the one before, and a tuple of what is kept."""
    two = type(result) is tuple and len(result) == 2
    if not (two and isinstance(result[1], tuple)):
        given = f"{_said(result[1])} to keep" if two else _said(result)
        raise checks.error("step", given, f"two things: {_state(cell)}, and a tuple of what step_back needs")
    names, keeps = cell.keeps or cell.blocks, len(result[1])
    if keeps > len(names) or keeps < len(cell.keeps):
        given = f"{len(names)} names, {', '.join(names)}" + ("" if cell.keeps else " (the blocks, since keeps is not said)")
        raise checks.error("keeps", given, f"{keeps}, one for each thing that step keeps, in its order")
    parts, wanted = cell.parts_of(result[0]), before[0].shape
    if len(parts) != len(before) or any(np.shape(part) != wanted for part in parts):
        raise checks.error("step", _said(result[0]), f"{_state(cell)}, each of shape (B, H) = {wanted}")
    for kept in result[1]:
        if np.shape(kept) != wanted:
            raise checks.error("step", f"{_said(kept)} to keep", f"arrays of shape (B, H) = {wanted}")
    return result


def stepped_back(cell: Any, result, δ: tuple[np.ndarray, ...]) -> tuple:
    """What `step_back` of a cell returned: dL/da, (B, rows), and dL/d(state before), as large as δ."""
    size, rows = δ[0].shape, (*δ[0].shape[:-1], len(cell.stack))
    wanted = f"two things: dL/da of shape (B, rows) = {rows}, and dL/d{_state(cell)} of shape (B, H) = {size}"
    if type(result) is not tuple or len(result) != 2:
        raise checks.error("step_back", _said(result), wanted, "End it with `return da, before`.")
    da, before = result
    if np.shape(da) != rows:
        hint = "dL/da is the gradient of u, and has its shape."
        if np.shape(before) == rows:
            hint = "They are in the other order: `return da, before`."
        elif np.ndim(da) < len(rows):
            hint = "Sum over nothing: the sums over sequences are made for you."
        elif len(cell.blocks) > 1:
            hint = f"Join the blocks: `self.join({', '.join(f'da_{name}' for name in cell.blocks)})`."
        raise checks.error("step_back", f"{_said(da)} for dL/da", wanted, hint)
    parts = cell.parts_of(before)
    if len(parts) != len(δ) or any(np.shape(part) != size for part in parts):
        hint = "It is what reaches the state before, by every way."
        raise checks.error("step_back", f"{_said(before)} for dL/d{_state(cell)}", wanted, hint)
    return result


def named(cell: Any, pairs) -> dict:
    """What `pairs` of a cell returned: the name of each parameter, and its pairs (left, right)."""
    if cell.quick:  # a cell of the course: its pairs are right
        return pairs
    if not isinstance(pairs, dict):
        raise checks.error("pairs", _said(pairs), "a dict from names to lists of pairs", 'Try {"W_hh": [(da, h)]}.')
    for name, groups in pairs.items():
        example = "[(da, h)]" if name == "W_hh" else f"[(d{name}, None)]"
        if not isinstance(groups, list) or any(type(pair) is not tuple or len(pair) != 2 for pair in groups):
            raise checks.error("pairs", f"{_said(groups)} for {name!r}", "a list of pairs (left, right)", f"Try {example}.")
        rows, H = len(cell.stack) if name == "W_hh" else cell.hidden_size, cell.hidden_size
        if sum(np.shape(left)[-1] if np.ndim(left) else 0 for left, _ in groups) != rows:
            given = " and ".join(_said(left) for left, _ in groups)
            hint = "A pair for each group of rows, from the top." if name == "W_hh" else "A number for each unit."
            raise checks.error("pairs", f"lefts of {given} for {name!r}", f"(…, {rows}) side by side", hint)
        for _, right in groups:
            if right is not None and np.shape(right)[-1:] != (H,):
                given = f"a right of {_said(right)} for {name!r}"
                raise checks.error("pairs", given, f"(…, H) = (…, {H}), what W_hh multiplies", "Often it is h.")
    return pairs


def paired(cell: Any, pairs: dict, name: str, ones: np.ndarray) -> list:
    """The pairs of one parameter. What is paired with nothing is paired with ones."""
    if name not in pairs:
        hint = f'Give it as "{name}": [(dL/d{name} of each sequence, None)] beside "W_hh".'
        raise checks.error("pairs", ", ".join(map(repr, pairs)), f"{name!r} of {type(cell).__name__} too", hint)
    return [(left, ones if right is None else right) for left, right in pairs[name]]


def jacobians(cell: Any, trace: Any, steps) -> np.ndarray:
    """dh_t/dh_{t-1} of a cell without `step_back`, by moving each unit of h_{t-1} a little to both sides."""
    _warn_of_differences(cell)
    then, (_, h) = trace.cell, cell.kept_at(trace, steps)
    u = trace.inputs[steps] @ then.W_x.T + then.b

    def after(rows):
        return cell.join(*cell.parts_of(then.step(u, cell.state_of(cell.split(rows)))[0]))

    return overflow.settled(arrays.jacobian_by_differences, after, cell.join(*cell.parts_of(h)))


def _warn_of_differences(cell: Any) -> None:
    """Say that Jacobians are finite differences, at the line that asked: Python shows what a line warns of once."""
    level, frame = 1, sys._getframe()
    while frame.f_back and frame.f_globals["__name__"].startswith(("bptt_lab.", "numpy.")):  # NumPy's @silent is on the way
        level, frame = level + 1, frame.f_back
    digits = "right to about 10⁻¹⁰ of their largest entry"
    said = f"{type(cell).__name__} has no step_back: its Jacobians are finite differences, {digits}."
    warnings.warn(said, stacklevel=level)


def names(cell: Any) -> None:
    """Whether what a cell says of itself are tuples of names: in Python ("forget") is a string, and ("forget",) a tuple."""
    for said in ("blocks", "keeps", "parts", "vectors"):
        value = getattr(cell, said)
        if not isinstance(value, tuple) or not all(isinstance(name, str) for name in value):
            raise checks.error(f"{type(cell).__name__}.{said}", repr(value), "a tuple of names", 'Of one name: ("forget",)')


def _state(cell: Any) -> str:
    return f"the pair ({', '.join(cell.parts)})" if len(cell.parts) > 1 else cell.parts[0]


def _said(value) -> str:
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    return f"shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
