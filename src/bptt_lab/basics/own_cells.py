"""What a cell of one's own says of itself and returns: looked at where it is made, and at its first step."""

from typing import Any

import numpy as np

from . import checks


def stepped(cell: Any, result, before: tuple[np.ndarray, ...]) -> tuple:
    """What `step` of a cell returned: the state, as large as the one before, and a tuple of what is kept."""
    two = type(result) is tuple and len(result) == 2
    if not (two and isinstance(result[1], tuple)):
        given = f"{_said(result[1])} to keep" if two else _said(result)
        raise checks.error("step", given, f"two things: {_state(cell)}, and a tuple of what step_back needs")
    if len(result[1]) < len(cell.keeps):
        raise checks.error("keeps", f"{len(cell.keeps)} names", f"as many as step keeps, which is {len(result[1])}")
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
