"""How far back the recurrent layers of shipped networks reach, on real inputs, measured as those of this course are.

Install, read, verify and measure one network; what is measured is `lessons.networks_in_the_wild`.
"""

import json
from pathlib import Path

import numpy as np

from ..lessons import networks_in_the_wild as lesson
from . import shipped
from .runner import Result, Settings
from .shipped import NETWORKS

FOLDER = Path("build/networks")  # a folder of its own in it for each network


def measure(settings: Settings) -> Result:
    """Install the network, read it, compare its states with those of its own run-time, and measure every layer."""
    name = settings["network"]
    network, opened = NETWORKS[name], shipped.opened(name, FOLDER / name)
    if "heard" in network:
        return {"parts": [], "heard": rounded(opened)}
    found = []
    for part in opened:
        off = None if part.theirs is None else float(np.abs(part.cell.unroll(part.xs[0]).h - part.theirs).max())
        if off is not None and off > 2e-5:
            raise ValueError(f"{name}, {part.name}: states are {off:.2g} off those of {network['runtime']}")
        kind = type(part.cell).__name__.removesuffix("Cell")
        runs = [lesson.one_run(part.cell, x) for x in part.xs]
        head = {"part": part.name, "cell": kind, "units": part.cell.hidden_size, "off": off}
        found.append({**head, "untrained": lesson.untrained(part.cell, part.xs[0]), "runs": runs})
    return {"parts": rounded(found), "heard": {}}


def rounded(value):
    """Four digits of every number: more are not the same on another processor."""
    return json.loads(json.dumps(value), parse_float=lambda digits: float(f"{float(digits):.4g}"))


def settings_of(name: str) -> Settings:
    about = {field: said for field, said in NETWORKS[name].items() if field not in ("reader", "file", "heard")}
    return {"network": name, **about}


def live(*names: str) -> list[tuple[str, ...]]:
    """Rows for `text.table`, measured now, of the networks whose package stands in FOLDER: layer, steps, half-life, λ₁."""
    rows: list[tuple[str, ...]] = []
    for name in names:
        if not (FOLDER / name / "installed").exists() or "heard" in NETWORKS[name]:
            rows.append((name, "", "not installed here", ""))
            continue
        for part in shipped.opened(name, FOLDER / name):
            x = part.xs[0][:200]
            found, rate = lesson.norms(part.cell, x)
            half = lesson.half_life(lesson.lags_of(len(x)), found["state"])
            rows.append((f"{name}, {part.name}", f"{len(x)}", lesson.size(half or np.inf), f"{rate:.3f}"))
    return rows
