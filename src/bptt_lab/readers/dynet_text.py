"""DyNet's text files: a line that says a parameter's name and shape, a line with its numbers, column by column."""

import re
from pathlib import Path

import numpy as np

from ..basics import checks
from .conventions import CONVENTIONS
from .found import Layer

HEAD = re.compile(r"#(?:Lookup)?Parameter# (?P<name>\S+) \{(?P<shape>[\d,X]+)\} ")


def layers(path: Path) -> list[Layer]:
    """Of VanillaLSTM builders: three arrays a layer, W_x, W_hh and b. The + 1 of the forget gate is in DyNet's code."""
    lines, builders = path.read_text(encoding="utf-8").splitlines(), dict[str, list]()
    for head, numbers in zip(lines, lines[1:]):
        match = HEAD.match(head)
        if match and "vanilla-lstm-builder" in match["name"]:
            shape = [int(n) for n in match["shape"].split("X")[0].split(",")]
            values = np.array(numbers.split(), np.float64)[: np.prod(shape)]
            builders.setdefault(match["name"].rpartition("/")[0], []).append(values.reshape(shape, order="F"))
    found = []
    for name, arrays in builders.items():
        if len(arrays) % 3:
            given = f"{len(arrays)} arrays under {name!r}"
            raise checks.error("path", given, "W_x, W_hh and b of each layer", "Layer normalization is not read.")
        for k in range(0, len(arrays), 3):
            weights = dict(zip(("W_x", "W_hh", "b"), arrays[k : k + 3]))
            note = "1 is added to the forget gate, as DyNet's program does: it is in no file"
            found.append(Layer(name.strip("/"), weights, CONVENTIONS["dynet"], k // 3, notes=[note]))
    return found
