"""The numbers of the wall's pictures, against one descent and one place at a time."""

import numpy as np
import pytest

from bptt_lab import explore
from bptt_lab.explore.wall import FRAMES, LIMITS, POINTS, STARTS
from bptt_lab.lessons import partial_cures as wall


def one_descent(w, b, limit, steps):
    """Alone and with plain numbers: no batch, no table."""
    for _ in range(steps):
        _, dw, db = wall.gradient(w, b)
        size = np.hypot(dw, db)
        factor = 0.1 * min(1.0, limit / size)
        w, b = w - factor * dw, b - factor * db
    return float(w), float(b)


@pytest.mark.parametrize("starts", STARTS)
def test_dots_stand_where_a_descent_by_itself_has_got_to(starts):
    explorer = explore.Wall(starts=starts, step=20, limit=1.0)
    places = explorer.shown()["places"]
    w, b = (side.ravel() for side in wall.grid(9, STARTS[starts]))
    for k in (0, 8, 37, 80):
        for row, limit in ((0, np.inf), (1, 1.0)):
            assert places[row, k] == pytest.approx(one_descent(w[k], b[k], limit, 20), rel=1e-4)


def test_at_step_0_both_maps_show_the_starts():
    places = explore.Wall().shown()["places"]
    np.testing.assert_array_equal(places[0], places[1])
    assert places[0, 0].tolist() == [5.0, -4.0] and places[0, 80].tolist() == [7.0, -2.0]


def test_the_counts_are_those_of_the_places_and_errors_shown():
    explorer = explore.Wall(step=500)
    shown = explorer.shown()
    w, b = shown["places"][..., 0], shown["places"][..., 1]
    out = ((w < 0) | (w > 8) | (b < -4) | (b > 0)).sum(axis=1)
    solved = (shown["errors"] < wall.SOLVED).sum(axis=1)
    assert f"without clipping {solved[0]} solved and {out[0]} off the map" in explorer.sentence()
    assert f"clipped at norm 1, {solved[1]} solved and {out[1]} off the map" in explorer.sentence()
    assert solved[0] < 12 and solved[1] > 30 and out[1] == 0


def test_a_coarse_grid_is_part_of_the_finest():
    explorer = explore.Wall()
    for points in POINTS:
        assert explorer._largest(points) == pytest.approx(wall.steepness(*wall.grid(points)).max(), rel=1e-5)
    assert [label for label, _ in explorer.still()] == ["26 points a side", *(f"{n} points a side" for n in POINTS[1:])]


def test_the_limit_picks_its_own_descents():
    explorer = explore.Wall(step=60)
    found = []
    for limit in LIMITS:
        explorer.limit = limit
        found.append(explorer.shown()["places"])
    np.testing.assert_array_equal(found[0][0], found[2][0])  # without clipping nothing changes
    assert not np.array_equal(found[0][1], found[1][1]) and not np.array_equal(found[1][1], found[2][1])


def test_a_lit_start_is_read_out_and_frames_are_steps():
    explorer = explore.Wall(lit=41, step=77)
    assert explorer.step == 80 and "Start 41: error" in explorer.sentence()
    assert FRAMES[0] == 0 and FRAMES[-1] == 500 and list(FRAMES) == sorted(set(FRAMES))
