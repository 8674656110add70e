"""The one-unit net: its gradient by hand against finite differences and forward mode, its wall, and descents on it."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab import wall

PLACES = [(3.0, -1.0), (4.2, -2.2), (5.0, -2.0), (6.0, -3.9), (0.0, 0.0), (-3.0, 1.5), (8.0, -4.0)]


@pytest.mark.parametrize("steps", [1, 2, 7, 50])
@pytest.mark.parametrize(("w", "b"), PLACES)
def test_the_gradient_agrees_with_finite_differences(w, b, steps):
    ε = 1e-6
    E, dw, db = wall.gradient(w, b, steps)
    by_w = (wall.error(w + ε, b, steps) - wall.error(w - ε, b, steps)) / (2 * ε)
    by_b = (wall.error(w, b + ε, steps) - wall.error(w, b - ε, steps)) / (2 * ε)
    assert [dw, db] == pytest.approx([by_w, by_b], rel=1e-6, abs=1e-9)
    assert E == wall.error(w, b, steps) and np.shape(E) == ()


def test_the_gradient_agrees_with_forward_mode_and_with_the_cell_of_the_package():
    """h_t = σ(a_t) makes the same net an RNNCell: h_t = σ(w h_{t-1} + b), started at σ(.5)."""
    w, b, σ = 4.9, -2.4, lambda a: 1 / (1 + np.exp(-a))
    a, by_w, by_b = 0.5, 0.0, 0.0
    for _ in range(50):
        h = σ(a)
        by_w, by_b, a = h + w * h * (1 - h) * by_w, 1 + w * h * (1 - h) * by_b, w * h + b
    last = 2 * (σ(a) - 0.7) * σ(a) * (1 - σ(a))
    E, dw, db = wall.gradient(w, b)
    assert [dw, db] == pytest.approx([last * by_w, last * by_b], rel=1e-9)
    cell = bl.RNNCell(1, 1, "sigmoid")
    cell.params["W_hh"], cell.params["b"], cell.params["W_x"] = [[w]], [b], [[0.0]]
    trace = cell.unroll(np.zeros((50, 1)), h0=[σ(0.5)])
    dh = np.zeros((50, 1))
    dh[-1] = 2 * (trace.h[-1] - 0.7)
    grads = cell.backward(trace, dh)
    assert [dw, db] == pytest.approx([grads["W_hh"].item(), grads["b"].item()], rel=1e-9)
    assert E == pytest.approx((trace.h[-1].item() - 0.7) ** 2, rel=1e-9)


def test_grids_and_single_places_give_the_same_numbers():
    w, b = wall.grid(5)
    assert w.shape == (5, 5) and (w[0, 0], w[0, -1], b[0, 0], b[-1, 0]) == (0, 8, -4, 0)
    whole = np.array(wall.gradient(w, b))
    for i, j in ((0, 0), (2, 3), (4, 4)):
        np.testing.assert_allclose(whole[:, i, j], wall.gradient(w[i, j], b[i, j]), rtol=1e-12)


def test_on_the_line_the_start_is_a_fixed_point_and_the_error_jumps_across_it():
    w = np.array([4.6, 5.0, 6.0, 7.0])
    np.testing.assert_allclose(w / (1 + np.exp(-0.5)) + wall.line(w), 0.5, rtol=1e-12)
    low, high = wall.error(w, wall.line(w) - 0.05), wall.error(w, wall.line(w) + 0.05)
    assert (low > 0.25).all() and (high < 0.1).all()
    assert wall.growth(4.25) < 1 < wall.growth(4.26)


def test_the_height_of_the_wall_is_the_product_of_its_factors():
    """On the line every factor is w σ'(.5) = r, so da_T/db = 1 + r + … + r^{T−1}."""
    w, output = 5.0, 1 / (1 + np.exp(-0.5))
    r = w * output * (1 - output)
    last = 2 * (output - 0.7) * output * (1 - output)
    _, dw, db = wall.gradient(w, wall.line(w))
    total = (r**50 - 1) / (r - 1)
    assert [dw, db] == pytest.approx([last * output * total, last * total], rel=1e-6)


def test_the_largest_gradient_depends_on_the_grid():
    largest = [wall.steepness(*wall.grid(points)).max() for points in (51, 101, 401)]
    assert largest == pytest.approx([2.174, 16.27, 231.97], rel=1e-3)
    near = wall.steepness(*wall.grid(201, ((5.905, 5.907), (-3.1765, -3.1755)))).max()
    assert near > 1e5


def test_a_descent_is_gradient_descent_and_clipping_keeps_its_direction():
    w, b = np.array([5.0, 6.0]), np.array([-2.75, -3.25])
    places, errors = wall.descend(w, b, [np.inf, 0.05], lr=0.1, steps=3)
    assert places.shape == (2, 2, 4, 2) and errors.shape == (2, 2, 4)
    E, dw, db = wall.gradient(w, b)
    move = np.stack([dw, db], axis=1)
    np.testing.assert_allclose(places[0, :, 1] - places[0, :, 0], -0.1 * move, rtol=1e-9)
    clipped, size = places[1, :, 1] - places[1, :, 0], np.linalg.norm(move, axis=1, keepdims=True)
    np.testing.assert_allclose(clipped, -0.1 * move * np.minimum(1, 0.05 / size), rtol=1e-9)
    assert (size > 0.05).any()
    np.testing.assert_array_equal(errors[:, :, 0], [E, E])
    some = wall.descend(w, b, [np.inf, 0.05], lr=0.1, steps=3, keep=[0, 3])
    np.testing.assert_array_equal(some[0], places[:, :, [0, 3]])


def test_near_the_wall_clipping_solves_many_starts_that_are_thrown_off_without_it():
    w, b = (side.ravel() for side in wall.grid(9, wall.NEAR))
    places, errors = wall.descend(w, b, [np.inf, 1.0], keep=[500])
    solved = (errors[:, :, 0] < wall.SOLVED).sum(axis=1)
    assert solved[0] < 12 and 30 < solved[1] < 50
    assert np.abs(places[0]).max() > 50 and np.abs(places[1]).max() < 8


def test_the_cliff_is_found_where_the_line_predicts_it():
    for w in (4.8, 6.3):
        cliff = wall.cliff(w)
        assert abs(cliff - wall.line(w)) < 2e-3
        assert abs(wall.error(w, cliff + 2e-3) - wall.error(w, cliff - 2e-3)) > 0.1


def test_the_share_that_is_solved_is_counted_by_set_and_by_limit():
    found = wall.solved(wall.NEAR, [np.inf, 1.0], np.random.default_rng(3), sets=3, starts=10)
    rng = np.random.default_rng(3)
    w, b = rng.uniform(5, 7, size=30), rng.uniform(-4, -2, size=30)
    _, errors = wall.descend(w, b, [np.inf, 1.0], keep=[500])
    assert found.shape == (2, 3)
    assert found[1].tolist() == [10.0 * (errors[1, k : k + 10] < 1e-3).sum() for k in (0, 10, 20)]
    assert found[0].mean() < found[1].mean()


def test_a_share_is_said_to_the_ten_percent():
    assert wall.about(np.array([[48.0, 54.0], [3.0, 8.0], [64.0, 68.0]])) == ["about 50 %", "under 10 %", "about 70 %"]


def test_what_is_thrown_far_stays_finite():
    for lr in (1e6, 1e300):
        places, errors = wall.descend([7.2], wall.line([7.2]), [np.inf], lr=lr, steps=30)
        assert np.isfinite(places).all() and np.isfinite(errors).all() and np.abs(places).max() == wall.FAR
    w = np.array([1e9])
    assert not np.isfinite(wall.steepness(w, wall.line(w)))
    assert np.isfinite(wall.descend(w, wall.line(w), [np.inf, 1.0], steps=3)[0]).all()
    for w, b in ((1e9, -1e9), (1e300, 0.0), (-1e300, 1e300)):
        assert not np.isnan(wall.gradient(w, b)).any()


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="w"):
        wall.gradient(np.nan, 0.0)
    with pytest.raises(ValueError, match="steps"):
        wall.error(1.0, 1.0, steps=0)
    with pytest.raises(ValueError, match="keep"):
        wall.descend([1.0], [1.0], [1.0], steps=5, keep=[6])
    with pytest.raises(ValueError, match="lr"):
        wall.descend([1.0], [1.0], [1.0], lr=np.inf)
    for limit in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="limits"):
            wall.descend([1.0], [1.0], [limit])


def test_one_start_one_limit_and_a_step_that_is_kept_twice():
    places, errors = wall.descend(6.0, -3.2, 1.0, steps=3, keep=[3, 0, 3])
    assert places.shape == (1, 1, 3, 2) and errors.shape == (1, 1, 3)
    np.testing.assert_array_equal(places[:, :, 0], places[:, :, 2])
    assert places[0, 0, 1].tolist() == [6.0, -3.2] and errors[0, 0, 0] == errors[0, 0, 2] == wall.error(*places[0, 0, 0])


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: wall.line("steep"), "w"),
        (lambda: wall.line(np.nan), "w"),
        (lambda: wall.growth(None), "w"),
        (lambda: wall.cliff("steep"), "w"),
        (lambda: wall.solved((0, 1), [1], np.random.default_rng(0)), "box"),
        (lambda: wall.grid(2.5), "points"),
        (lambda: wall.grid(0), "points"),
        (lambda: wall.grid(3, (0, 1)), "box"),
        (lambda: wall.grid(3, ((np.nan, 1), (0, 1))), "box"),
        (lambda: wall.descend([1.0], [1.0], "small"), "limits"),
        (lambda: wall.descend([1.0], [1.0], [np.nan]), "limits"),
        (lambda: wall.descend([1.0, 2.0], [1.0], [1]), "w, b"),
        (lambda: wall.descend(np.ones((2, 2)), np.ones((2, 2)), [1]), "w, b"),
        (lambda: wall.descend([1.0], [1.0], [1], keep=[]), "keep"),
    ],
)
def test_what_is_no_place_or_limit_is_named(call, name):
    with pytest.raises(ValueError, match=rf"{name}.*: got .*, expected"):
        call()
