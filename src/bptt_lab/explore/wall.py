"""Notebook 06: the error surface of one unit, and 81 descents on it, with and without clipping."""

import numpy as np

from ..lessons import partial_cures as wall
from .base import Arrays, Bars, Choice, Explorer, Grid, Parts, Pointed, Said, kept

POINTS = (26, 51, 101, 201)  # each grid is part of the next: every second point of it
FRAMES = (*range(61), *range(70, 501, 10))
LIMITS = (10.0, 1.0, 0.1)
STARTS = {"near": wall.NEAR, "everywhere": wall.BOX}


class Wall(Explorer):
    """E(w, b) or the norm of its gradient as a map, and where 81 gradient descents have got to: unclipped, and clipped.

    `starts` are "near" the wall or "everywhere"; `limit` is that of the gradient's norm; `points` are a side of the map's grid;
    `lit` is the start whose path is drawn, 1 to 81, row by row from the lowest b, 0 for none. The learning rate is 0.1.
    """

    name = "wall"
    facts = {"box": [list(side) for side in wall.BOX], "solved": wall.SOLVED}
    step = Grid(FRAMES)
    limit = Choice(LIMITS, 1.0)
    starts = Choice(STARTS)
    view = Choice(("error", "gradient"))
    points = Grid(POINTS, POINTS[-1])
    lit = Pointed(range(82))

    def parts(self) -> Parts:
        yield surface()
        for starts in STARTS:
            yield descents(starts)

    def shown(self) -> Arrays:
        """places (2, 81, 2) and errors (2, 81) at the present step: without clipping, and clipped."""
        rows, at = [0, 1 + LIMITS.index(self.limit)], FRAMES.index(self.step)
        return {name: self.look_up(f"{name}_{self.starts}")[rows][:, :, at] for name in ("places", "errors")}

    def counts(self) -> tuple[list[int], list[int]]:
        """How many of each are solved, and how many have left the map."""
        shown, (low, high) = self.shown(), np.transpose(wall.BOX)
        out = ((shown["places"] < low) | (shown["places"] > high)).any(axis=-1)
        return (shown["errors"] < np.float32(wall.SOLVED)).sum(axis=1).tolist(), out.sum(axis=1).tolist()

    def _largest(self, points: int) -> float:
        every = (POINTS[-1] - 1) // (points - 1)
        return float(self.arrays["gradient"][::every, ::every].max())

    def said(self) -> Said:
        (solved, clipped), (out, out_clipped) = self.counts()
        values = {"solved": solved, "out": out, "limit": f"{self.limit:g}", "clipped": clipped, "out_clipped": out_clipped}
        yield self.say("shows", step=self.step, **values)
        yield self.say(f"map_{self.view}", points=self.points, largest=self._largest(self.points))
        if self.lit:
            error, error_clipped = self.shown()["errors"][:, self.lit - 1]
            yield self.say("lit", k=self.lit, error=error, error_clipped=error_clipped)

    def still(self) -> Bars:
        return [(self.say("bar", points=points), self._largest(points)) for points in POINTS]


@kept
def surface() -> Arrays:
    """error and gradient (its norm), each (points, points) on the finest grid; row 0 is the lowest b."""
    E, dw, db = wall.gradient(*wall.grid(POINTS[-1]))
    return {"error": E, "gradient": np.hypot(dw, db)}


@kept
def descents(starts: str) -> Arrays:
    """places (1 + limits, 81, frames, 2) and errors (1 + limits, 81, frames), named for the starts; row 0 is unclipped."""
    w, b = (side.ravel() for side in wall.grid(9, STARTS[starts]))
    places, errors = wall.descend(w, b, (np.inf, *LIMITS), keep=FRAMES)
    return {f"places_{starts}": places, f"errors_{starts}": errors}
