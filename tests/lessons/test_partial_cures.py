"""What notebook 06 measures: the wall, its gradient by hand and descents on it; starts and cuts, against plain products."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.lessons import partial_cures as lesson

PLACES = [(3.0, -1.0), (4.2, -2.2), (5.0, -2.0), (6.0, -3.9), (0.0, 0.0), (-3.0, 1.5), (8.0, -4.0)]


@pytest.mark.parametrize("steps", [1, 2, 7, 50])
@pytest.mark.parametrize(("w", "b"), PLACES)
def test_the_gradient_agrees_with_finite_differences(w, b, steps):
    ε = 1e-6
    E, dw, db = lesson.gradient(w, b, steps)
    by_w = (lesson.error(w + ε, b, steps) - lesson.error(w - ε, b, steps)) / (2 * ε)
    by_b = (lesson.error(w, b + ε, steps) - lesson.error(w, b - ε, steps)) / (2 * ε)
    assert [dw, db] == pytest.approx([by_w, by_b], rel=1e-6, abs=1e-9)
    assert E == lesson.error(w, b, steps) and np.shape(E) == ()


def test_the_gradient_agrees_with_forward_mode_and_with_the_cell_of_the_package():
    """h_t = σ(a_t) makes the same net an RNNCell: h_t = σ(w h_{t-1} + b), started at σ(.5)."""
    w, b, σ = 4.9, -2.4, lambda a: 1 / (1 + np.exp(-a))
    a, by_w, by_b = 0.5, 0.0, 0.0
    for _ in range(50):
        h = σ(a)
        by_w, by_b, a = h + w * h * (1 - h) * by_w, 1 + w * h * (1 - h) * by_b, w * h + b
    last = 2 * (σ(a) - 0.7) * σ(a) * (1 - σ(a))
    E, dw, db = lesson.gradient(w, b)
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
    w, b = lesson.grid(5)
    assert w.shape == (5, 5) and (w[0, 0], w[0, -1], b[0, 0], b[-1, 0]) == (0, 8, -4, 0)
    whole = np.array(lesson.gradient(w, b))
    for i, j in ((0, 0), (2, 3), (4, 4)):
        np.testing.assert_allclose(whole[:, i, j], lesson.gradient(w[i, j], b[i, j]), rtol=1e-12)


def test_on_the_line_the_start_is_a_fixed_point_and_the_error_jumps_across_it():
    w = np.array([4.6, 5.0, 6.0, 7.0])
    np.testing.assert_allclose(w / (1 + np.exp(-0.5)) + lesson.line(w), 0.5, rtol=1e-12)
    low, high = lesson.error(w, lesson.line(w) - 0.05), lesson.error(w, lesson.line(w) + 0.05)
    assert (low > 0.25).all() and (high < 0.1).all()
    assert lesson.growth(4.25) < 1 < lesson.growth(4.26)


def test_the_steepness_of_the_wall_is_the_product_of_its_factors():
    """On the line every factor is w σ'(.5) = r, so da_T/db = 1 + r + … + r^{T−1}."""
    w, output = 5.0, 1 / (1 + np.exp(-0.5))
    r = w * output * (1 - output)
    last = 2 * (output - 0.7) * output * (1 - output)
    _, dw, db = lesson.gradient(w, lesson.line(w))
    total = (r**50 - 1) / (r - 1)
    assert [dw, db] == pytest.approx([last * output * total, last * total], rel=1e-6)


def test_the_largest_gradient_depends_on_the_grid():
    largest = [lesson.steepness(*lesson.grid(points)).max() for points in (51, 101, 401)]
    assert largest == pytest.approx([2.174, 16.27, 231.97], rel=1e-3)
    near = lesson.steepness(*lesson.grid(201, ((5.905, 5.907), (-3.1765, -3.1755)))).max()
    assert near > 1e5


def test_there_is_a_largest_gradient_and_no_grid_meets_it():
    w, b, size = lesson.summit()
    assert w == pytest.approx(7.23, abs=0.005) and b == pytest.approx(-4, abs=0.005) and 1.1e11 < size < 1.3e11
    assert size == lesson.steepness(w, b) and 1e-12 < abs(b - lesson.line(w)) < 6e-12
    places = lesson.grid(401)
    assert lesson.steepness(*places).max() < 1e-8 * size and lesson.error(*places).max() < 0.47


def test_in_narrow_nets_from_the_identity_every_path_may_close():
    closed = {H: int((lesson.open_paths(150, seeds=40, H=H) == 0).sum()) for H in (16, 64)}
    assert 1 <= closed[16] <= 5 and closed[64] == 0


def test_a_descent_is_gradient_descent_and_clipping_keeps_its_direction():
    w, b = np.array([5.0, 6.0]), np.array([-2.75, -3.25])
    places, errors = lesson.descend(w, b, [np.inf, 0.05], lr=0.1, steps=3)
    assert places.shape == (2, 2, 4, 2) and errors.shape == (2, 2, 4)
    E, dw, db = lesson.gradient(w, b)
    move = np.stack([dw, db], axis=1)
    np.testing.assert_allclose(places[0, :, 1] - places[0, :, 0], -0.1 * move, rtol=1e-9)
    clipped, size = places[1, :, 1] - places[1, :, 0], np.linalg.norm(move, axis=1, keepdims=True)
    np.testing.assert_allclose(clipped, -0.1 * move * np.minimum(1, 0.05 / size), rtol=1e-9)
    assert (size > 0.05).any()
    np.testing.assert_array_equal(errors[:, :, 0], [E, E])
    some = lesson.descend(w, b, [np.inf, 0.05], lr=0.1, steps=3, keep=[0, 3])
    np.testing.assert_array_equal(some[0], places[:, :, [0, 3]])


def test_near_the_wall_clipping_solves_many_starts_that_are_thrown_off_without_it():
    w, b = (side.ravel() for side in lesson.grid(9, lesson.NEAR))
    places, errors = lesson.descend(w, b, [np.inf, 1.0], keep=[500])
    solved = (errors[:, :, 0] < lesson.SOLVED).sum(axis=1)
    assert solved[0] < 12 and 30 < solved[1] < 50
    assert np.abs(places[0]).max() > 50 and np.abs(places[1]).max() < 8


def test_the_cliff_is_found_where_the_line_predicts_it():
    for w in (4.8, 6.3):
        cliff = lesson.cliff(w)
        assert abs(cliff - lesson.line(w)) < 2e-3
        assert abs(lesson.error(w, cliff + 2e-3) - lesson.error(w, cliff - 2e-3)) > 0.1


def test_the_share_that_is_solved_is_counted_by_set_and_by_limit():
    found = lesson.solved(lesson.NEAR, [np.inf, 1.0], np.random.default_rng(3), sets=3, starts=10)
    rng = np.random.default_rng(3)
    w, b = rng.uniform(5, 7, size=30), rng.uniform(-4, -2, size=30)
    _, errors = lesson.descend(w, b, [np.inf, 1.0], keep=[500])
    assert found.shape == (2, 3)
    assert found[1].tolist() == [10.0 * (errors[1, k : k + 10] < 1e-3).sum() for k in (0, 10, 20)]
    assert found[0].mean() < found[1].mean()


def test_a_share_is_said_to_the_ten_percent():
    assert lesson.about(np.array([[48.0, 54.0], [3.0, 8.0], [64.0, 68.0]])) == ["about 50 %", "under 10 %", "about 70 %"]


def test_what_is_thrown_far_stays_finite():
    for lr in (1e6, 1e300):
        places, errors = lesson.descend([7.2], lesson.line([7.2]), [np.inf], lr=lr, steps=30)
        assert np.isfinite(places).all() and np.isfinite(errors).all() and np.abs(places).max() == lesson.FAR
    w = np.array([1e9])
    assert not np.isfinite(lesson.steepness(w, lesson.line(w)))
    assert np.isfinite(lesson.descend(w, lesson.line(w), [np.inf, 1.0], steps=3)[0]).all()
    for w, b in ((1e9, -1e9), (1e300, 0.0), (-1e300, 1e300)):
        assert not np.isnan(lesson.gradient(w, b)).any()


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="w"):
        lesson.gradient(np.nan, 0.0)
    with pytest.raises(ValueError, match="steps"):
        lesson.error(1.0, 1.0, steps=0)
    with pytest.raises(ValueError, match="keep"):
        lesson.descend([1.0], [1.0], [1.0], steps=5, keep=[6])
    with pytest.raises(ValueError, match="lr"):
        lesson.descend([1.0], [1.0], [1.0], lr=np.inf)
    for limit in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="limits"):
            lesson.descend([1.0], [1.0], [limit])


def test_one_start_one_limit_and_a_step_that_is_kept_twice():
    places, errors = lesson.descend(6.0, -3.2, 1.0, steps=3, keep=[3, 0, 3])
    assert places.shape == (1, 1, 3, 2) and errors.shape == (1, 1, 3)
    np.testing.assert_array_equal(places[:, :, 0], places[:, :, 2])
    assert places[0, 0, 1].tolist() == [6.0, -3.2] and errors[0, 0, 0] == errors[0, 0, 2] == lesson.error(*places[0, 0, 0])


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: lesson.line("steep"), "w"),
        (lambda: lesson.line(np.nan), "w"),
        (lambda: lesson.growth(None), "w"),
        (lambda: lesson.cliff("steep"), "w"),
        (lambda: lesson.solved((0, 1), [1], np.random.default_rng(0)), "box"),
        (lambda: lesson.grid(2.5), "points"),
        (lambda: lesson.grid(0), "points"),
        (lambda: lesson.grid(3, (0, 1)), "box"),
        (lambda: lesson.grid(3, ((np.nan, 1), (0, 1))), "box"),
        (lambda: lesson.descend([1.0], [1.0], "small"), "limits"),
        (lambda: lesson.descend([1.0], [1.0], [np.nan]), "limits"),
        (lambda: lesson.descend([1.0, 2.0], [1.0], [1]), "w, b"),
        (lambda: lesson.descend(np.ones((2, 2)), np.ones((2, 2)), [1]), "w, b"),
        (lambda: lesson.descend([1.0], [1.0], [1], keep=[]), "keep"),
    ],
)
def test_what_is_no_place_or_limit_is_named(call, name):
    with pytest.raises(ValueError, match=rf"{name}.*: got .*, expected"):
        call()


@pytest.mark.parametrize(("start", "activation"), [("N(0, 1/H)", "tanh"), ("orthogonal", "relu"), ("N(0, 1)", "relu")])
def test_a_slope_is_the_line_through_the_norms_of_products_of_jacobians(start, activation):
    cell, trace = lesson.run(start, activation, 0.1, seed=3, H=12)
    product, logs = np.eye(12), {}
    for lag in range(1, 151):
        product = product @ cell.jacobian(trace, lesson.STEPS - lag)
        logs[lag] = np.log(np.linalg.norm(product, 2))
    line = np.polyfit(lesson.LAGS, [logs[lag] for lag in lesson.LAGS], 1)[0]
    assert lesson.slopes(start, activation, 0.1, seeds=4, H=12)[3] == pytest.approx(line, rel=1e-6)


def test_the_slopes_by_start_are_those_of_each_start_at_each_size_of_the_inputs():
    found = lesson.by_start("tanh", spreads=(0.1, 1.0), seeds=2, H=8)
    assert found.shape == (len(lesson.STARTS), 2, 2)
    for i, start in enumerate(lesson.STARTS):
        np.testing.assert_array_equal(found[i, 1], lesson.slopes(start, "tanh", 1.0, seeds=2, H=8))


def test_a_row_has_the_name_of_its_start_and_says_only_which_half_it_is_over_where_nets_are_chaotic():
    found = np.tile([0.206, 0.673, 0.944], (5, 2, 1))
    tanh, relu = lesson.rows(found, "tanh"), lesson.rows(found, "relu")
    assert [row[0] for row in tanh] == list(lesson.STARTS) and tanh[:4] == relu[:4]
    assert relu[4] == ["N(0, 1)", *["0.67 (0.21 to 0.94)"] * 2] and tanh[4] == ["N(0, 1)", *["over 0.5"] * 2]
    assert lesson.rows(-found / 3, "tanh")[4][1] == "over -0.5" and lesson.rows(found / 3, "tanh")[4][1] == "over 0.0"


def test_each_start_draws_the_variance_of_its_name():
    for start, variance in (("N(0, 1/H)", 1 / 64), ("He, N(0, 2/H)", 2 / 64), ("orthogonal", 1 / 64), ("N(0, 1)", 1.0)):
        W = np.array([lesson.run(start, "relu", 0.1, seed)[0].params["W_hh"] for seed in range(3)])
        assert W.var() == pytest.approx(variance, rel=0.06)
    np.testing.assert_array_equal(lesson.run("identity", "relu", 0.1, 0)[0].params["W_hh"], np.eye(64))


def test_open_paths_are_the_units_that_were_on_at_every_step():
    _, trace = lesson.run("identity", "relu", 0.1, seed=2)
    for lag in (1, 40):
        assert lesson.open_paths(lag, seeds=3)[2] == (trace.h[-lag:] > 0).all(axis=0).mean()


def test_relu_with_n01_leaves_float32_and_tanh_does_not():
    steps = lesson.past_float32("N(0, 1)", "relu", seeds=3)
    _, trace = lesson.run("N(0, 1)", "relu", 0.1, seed=2)
    with np.errstate(over="ignore"):
        single = trace.h.astype(np.float32)
    assert steps[2] == int(np.argmax(np.isinf(single).any(axis=1))) + 1 and 40 < steps.min() < steps.max() < 70
    assert not lesson.past_float32("N(0, 1)", "tanh", seeds=3).any()


def test_without_a_cut_nothing_is_lost():
    np.testing.assert_allclose(lesson.truncated(32, 1.0, seeds=3), 1.0, rtol=1e-12)
    assert (lesson.truncated(8, 1.0, seeds=3)[:, 1] < 0.999).all()


def test_scored_nets_are_fresh_and_have_a_loss_where_it_is_said():
    (first, run), (second, other) = lesson.scored(6, 1.0, seeds=2, only_last=True, init="uniform")
    assert (run.losses[:5] == 0).all() and run.losses[5] > 0 and run.trace.x.shape == (6, 8)
    assert not np.array_equal(first.params["W_hh"], second.params["W_hh"])
    assert not np.array_equal(run.trace.x, other.trace.x)
    assert np.abs(first.params["W_hh"]).max() < 1 / np.sqrt(32)  # U(±1/√H)
    ((_, run),) = lesson.scored(6, 0.1, seeds=1)
    assert (run.losses > 0).all() and np.abs(run.trace.x).max() < 1


def test_a_far_share_is_the_first_message_over_the_last():
    assert lesson.far_share(np.array([[3.0, 4.0], [7.0, 7.0], [0.0, 10.0]])) == 0.5


def test_powers_say_0_where_nothing_is_left():
    assert lesson.powers(np.array([0.0, 2e-8, 1e-4])) == "10⁻⁸ (0 to 10⁻⁴)"


def test_clipping_keeps_every_share_and_truncation_takes_the_far_ones():
    model, rng = bl.SequenceModel(bl.RNNCell(3, 8), 4), np.random.default_rng(0)
    run = model.forward(rng.standard_normal((12, 3)), rng.integers(4, size=12), mask=np.arange(12) == 11)
    plain, cut = model.backward(run), model.backward(run, truncate=4)
    clipped, _ = bl.train.clip_by_norm(plain, 1e-3)
    np.testing.assert_allclose(clipped["x"] / clipped["x"][-1, 0], plain["x"] / plain["x"][-1, 0], rtol=1e-12)
    assert not cut["x"][:8].any() and cut["x"][8:].any()


def test_a_moving_window_lets_each_loss_go_back_k_steps_and_fixed_pieces_do_not():
    """Each loss alone, cut right behind its last k steps, is what a window keeps of it."""
    model, rng, k = bl.SequenceModel(bl.RNNCell(3, 8), 4), np.random.default_rng(0), 4
    x, targets = rng.standard_normal((10, 3)), rng.integers(4, size=10)
    run, total = model.forward(x, targets), 0.0
    for t in range(10):
        first = max(0, t - k + 1)
        before = run.trace.h[first - 1] if first else None
        last = np.arange(first, t + 1) == t
        total += model.backward(model.forward(x[first : t + 1], targets[first : t + 1], last, before))["W_x"]
    np.testing.assert_allclose(lesson.moving_window(model, run, k), total, rtol=1e-9)
    assert not np.allclose(lesson.CUTS["pieces"](model, run, k), total, rtol=0.01)
    for cut in lesson.CUTS.values():
        np.testing.assert_allclose(cut(model, run, 10), model.backward(run)["W_x"], rtol=1e-9)
    for cut in lesson.CUTS.values():  # one step each: triangles and bands of one cell
        np.testing.assert_allclose(cut(model, run, 1), lesson.CUTS["pieces"](model, run, 1), rtol=1e-9)


def test_what_each_cut_keeps_is_drawn_and_counted():
    assert lesson.kept_terms(4, 2).splitlines() == ["pieces  window", "■     ■", "■■    ■■", "··■   ·■■", "··■■  ··■■"]
    drawn = lesson.kept_terms(32, 8)
    pieces, window = ("".join(line[at : at + 32] for line in drawn.splitlines()[1:]) for at in (0, 34))
    assert pieces.count("■") == 528 - 384 and window.count("■") == 528 - 300


def test_a_window_keeps_more_of_the_gradient_than_pieces_at_scale_1_and_neither_what_exploded():
    found, rows = lesson.both_cuts((1, 2), (4, 8))
    pieces, window = (np.median([both[cut] for both in found.values()], axis=2) for cut in (0, 1))
    assert (window[:2, 1] > pieces[:2, 1] + 0.05).all() and (pieces[2, 0], window[2, 0]) < (0.1, 0.1)
    assert np.array_equal(found[1, 4][0].T, lesson.truncated(4, 1)) and [len(row) for row in rows] == 4 * [6]
    with pytest.raises(ValueError, match="cut: got 'door'"):
        lesson.truncated(4, 1, "door", seeds=1)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: lesson.slopes("he", "relu", 0.1), "start"),
        (lambda: lesson.past_float32(None, "relu"), "start"),
        (lambda: lesson.slopes("N(0, 1)", "relu", "loud"), "spread"),
        (lambda: lesson.slopes("N(0, 1)", "relu", 0.1, H="wide"), "H"),
        (lambda: lesson.open_paths("far"), "lag"),
        (lambda: lesson.open_paths(161), "lag"),
        (lambda: lesson.open_paths(-1), "lag"),
    ],
)
def test_bad_input_of_starts_and_cuts_is_named(call, name):
    with pytest.raises(ValueError, match=f"^{name}: got .*, expected"):
        call()


def test_a_tenth_of_the_rate_needs_no_clipping():
    """What notebook 06 says of clipping, of the two nets that need the fewest steps; the others take more of them."""
    from bptt_lab.experiments import RECIPES, training

    task = ("TemporalOrder", {"length": 20})
    for seed in (3, 4):
        settings = {**RECIPES["temporal_order"].runs[0], "cell": "tanh, N(0, 1/H)", "task": task, "seed": seed}
        settings["fit"] = {**settings["fit"], "lr": 0.01, "clip": None, "steps": 4000}
        assert training.train_until(settings)["steps"] is not None
