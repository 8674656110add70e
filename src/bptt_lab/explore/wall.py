"""Notebook 06: the error surface of one unit, and 81 descents on it, with and without clipping."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import traitlets

from ..basics.text import say
from ..lessons import partial_cures as wall
from .base import Control, Count, Explorer, as_sent

POINTS = (26, 51, 101, 201)  # each grid is part of the next: every second point of it
FRAMES = (*range(61), *range(70, 501, 10))
LIMITS = (10.0, 1.0, 0.1)
STARTS = {"near": wall.NEAR, "everywhere": wall.BOX}


class Wall(Explorer):
    """E(w, b) or the norm of its gradient as a map, and where 81 gradient descents have got to: unclipped, and clipped.

    Settings: `step` (0 to 500; each up to 60, then every tenth), `starts` ("near" the wall or "everywhere"), `limit` of the
    gradient's norm (10, 1, 0.1), `view` ("error", "gradient"), `points` a side of the map's grid (26, 51, 101, 201), and
    `lit`, the start whose path is drawn (1 to 81, row by row from the lowest b; 0 for none). The learning rate is 0.1.
    """

    name = "wall"
    step = Count(0, FRAMES[-1], 0, FRAMES).tag(sync=True)
    starts = traitlets.Enum(tuple(STARTS), "near").tag(sync=True)
    limit = traitlets.Enum(LIMITS, 1.0).tag(sync=True)
    view = traitlets.Enum(("error", "gradient"), "error").tag(sync=True)
    points = Count(POINTS[0], POINTS[-1], POINTS[-1], POINTS).tag(sync=True)
    lit = Count(0, 81, 0).tag(sync=True)
    box = traitlets.List([list(side) for side in wall.BOX], read_only=True).tag(sync=True)
    solved = traitlets.Float(wall.SOLVED, read_only=True).tag(sync=True)
    controls = (
        Control("step", "slider", FRAMES),
        Control("limit", "choice", LIMITS),
        Control("starts", "choice", tuple(STARTS)),
        Control("view", "choice", ("error", "gradient")),
        Control("points", "slider", POINTS),
    )

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        yield surface()
        for starts in STARTS:
            yield descents(starts)

    def shown(self) -> dict[str, np.ndarray]:
        """places (2, 81, 2) and errors (2, 81) at the present step: without clipping, and clipped."""
        rows, at = [0, 1 + LIMITS.index(self.limit)], FRAMES.index(self.step)
        places, errors = (self._arrays[f"{name}_{self.starts}"][rows][:, :, at] for name in ("places", "errors"))
        return {"places": places.astype(float), "errors": errors.astype(float)}

    def _counts(self) -> tuple[list[int], list[int]]:
        """How many of each are solved, and how many have left the map."""
        shown, out = self.shown(), np.zeros((2, 81), dtype=bool)
        for axis, (low, high) in enumerate(wall.BOX):
            out |= (shown["places"][:, :, axis] < low) | (shown["places"][:, :, axis] > high)
        return (shown["errors"] < np.float32(wall.SOLVED)).sum(axis=1).tolist(), out.sum(axis=1).tolist()

    def _largest(self, points: int) -> float:
        every = (POINTS[-1] - 1) // (points - 1)
        return float(self._arrays["gradient"][::every, ::every].max())

    def sentence(self) -> str:
        (solved, clipped), (out, out_clipped) = self._counts()
        values = {"solved": solved, "out": out, "limit": f"{self.limit:g}", "clipped": clipped, "out_clipped": out_clipped}
        text = self.say("shows", step=self.step, **values)
        text += " " + self.say(f"map_{self.view}", points=self.points, largest=say(self._largest(self.points)))
        if self.lit:
            shown, i = self.shown(), self.lit - 1
            numbers = {name: say(float(shown["errors"][row, i])) for row, name in ((0, "error"), (1, "error_clipped"))}
            text += " " + self.say("lit", k=self.lit, **numbers)
        return text

    def still(self) -> list[tuple[str, float]]:
        return [(self.say("bar", points=points), self._largest(points)) for points in POINTS]


@lru_cache(maxsize=1)
def surface() -> dict[str, np.ndarray]:
    """error and gradient (its norm), each (points, points) on the finest grid; row 0 is the lowest b."""
    w, b = wall.grid(POINTS[-1])
    E, dw, db = wall.gradient(w, b)
    return {"error": as_sent(E), "gradient": as_sent(np.hypot(dw, db))}


@lru_cache(maxsize=len(STARTS))
def descents(starts: str) -> dict[str, np.ndarray]:
    """places (1 + limits, 81, frames, 2) and errors (1 + limits, 81, frames), named for the starts; row 0 is unclipped."""
    w, b = (side.ravel() for side in wall.grid(9, STARTS[starts]))
    places, errors = wall.descend(w, b, (np.inf, *LIMITS), keep=FRAMES)
    return {f"places_{starts}": as_sent(places), f"errors_{starts}": as_sent(errors)}
