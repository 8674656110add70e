"""Values, calls and prints as a learner reads them in a report."""

import html
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..basics.languages import tr

HEADS = BY_HAND, RIGHT, YOURS, PRINTED = "A case to follow by hand", "Right", "Yours", "What it printed here"


def tell(sentence: str, **values) -> str:
    """A sentence that any check may say, in the language in use. Write it out where it is called: so it is found."""
    return tr("checks", sentence).format(**values)


def headed(head: str, rest: str) -> str:
    """A line that begins with one of HEADS."""
    return f"{tell(head)}: {rest}"


def text_of(*lines: str | None) -> str:
    """One line each, without those that are empty."""
    return "\n".join(filter(None, lines))


def as_html(line: str) -> str:
    """A line of a report, with what a machine wrote in a machine's letters."""
    head, colon, rest = line.partition(": ")
    if colon and head in map(tell, HEADS):
        return f"{head}: <code>{html.escape(rest)}</code>"
    return html.escape(line)


def said(printed: str) -> str:
    """What a function printed in its first problem, cut short."""
    lines = printed.strip().splitlines()
    shown = " / ".join(line[:80] for line in lines[:3]) + (" / …" if len(lines) > 3 else "")
    return shown and headed(PRINTED, shown)


def sizes(names: Iterable[str], values: Iterable) -> str:
    """Arguments and their shapes, as far as they have one."""
    return ", ".join(map(_size, names, values))


def _size(name: str, value) -> str:
    if isinstance(value, list):
        return tell("{name}, a list of {n}", name=name, n=len(value))
    if isinstance(value, np.ndarray):
        return tell("{name} of shape {shape}", name=name, shape=value.shape)
    return name if hasattr(value, "__dict__") or isinstance(value, dict) else f"{name} = {value}"


def told(name: str, value) -> str:
    """A value as a person would write it down; of a cell its parameters, of a trace its states."""
    inside = dict(getattr(value, "params", {}))
    if hasattr(value, "h0"):
        inside = {key: getattr(value, key) for key in ("x", "h0", "h", "c0", "c") if hasattr(value, key)}
        inside |= {f"gates[{key!r}]": gate for key, gate in getattr(value, "gates", {}).items()}
    if inside:
        return "; ".join(told(f"{name}.{key}", entry) for key, entry in inside.items())
    if isinstance(value, Mapping):
        shown = "{" + ", ".join(told(repr(key), entry).replace(" = ", ": ", 1) for key, entry in value.items()) + "}"
    elif isinstance(value, list):
        shown = "[" + ", ".join(told("", entry) for entry in value) + "]"
    else:
        digits: Any = {"float_kind": "{:.4g}".format}
        array = np.asarray(value) + 0.0 if np.asarray(value).dtype.kind == "f" else np.asarray(value)  # no "-0"
        text = np.array2string(array, separator=", ", formatter=digits, threshold=1000, edgeitems=3)  # not as the notebook has it
        shown = " ".join(text.split())
    return f"{name} = {shown}" if name else shown
