"""DyNet's text files: a line that says a parameter's name and shape, a line with its numbers, column by column."""

import re
from pathlib import Path

import numpy as np

from ..basics import checks
from .found import CONVENTIONS, NOTES, Layer

HEAD = re.compile(r"#(?:Lookup)?Parameter# (?P<name>\S*)/_\d+ \{(?P<shape>[\d,]+)")


def layers(path: Path) -> list[Layer]:
    """Of VanillaLSTM builders: three arrays a layer, W_x, W_hh and b. The + 1 of the forget gate is in DyNet's code."""
    lines, found, arrays = path.read_text(encoding="utf-8", errors="replace").splitlines(), list[Layer](), list[np.ndarray]()
    heads = [(match, numbers) for head, numbers in zip(lines, [*lines[1:], ""]) if (match := HEAD.match(head))]
    shapes = [[int(n) for n in match["shape"].split(",")] for match, _ in heads]
    for k, (match, numbers) in enumerate(heads):
        name, size = match["name"].strip("/"), np.prod(shapes[k])
        place, _, builder = name.rpartition("/")
        if "vanilla-lstm-builder" not in builder:
            continue
        values = np.array(numbers.split()[:size], np.float64)
        if len(values) < size:
            raise checks.error("path", f"{len(values)} numbers under {name!r}", f"{size}, as its line says", "Is the file whole?")
        arrays.append(values.reshape(shapes[k], order="F"))
        if len(arrays) == 3:
            rows, H = shapes[k - 1]
            if shapes[k + 1 : k + 7] == [[rows]] * 4 + [[H]] * 2:
                raise checks.error("path", f"{name!r} with layer normalization", "one without ln_lstm", "No cell here rescales.")
            both = place.rpartition("/")[2].startswith("birnn")  # a builder a direction, the forward one first
            name = place if both else name
            number, backward = divmod(sum(each.name == name for each in found), 1 + both)
            weights = dict(zip(("W_x", "W_hh", "b"), arrays))
            found.append(Layer(name, weights, CONVENTIONS["dynet"], number, bool(backward), [NOTES["dynet"]]))
            arrays = []
    if not heads:
        raise checks.error("path", repr(path.name), "DyNet's text, with lines that begin with #Parameter#")
    others = {match["name"].strip("/") for match, _ in heads if "builder" in match["name"]}
    if not found:
        given = ", ".join(sorted(others)) or f"{len(heads)} parameters, none of a builder"
        raise checks.error("path", given, "a vanilla-lstm-builder", "DyNet's other cells have equations of their own.")
    return found
