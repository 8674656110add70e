"""Products of Jacobians against plain products and exact arithmetic; what bounds them; the report."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bptt_lab as bl
from bptt_lab import memory
from bptt_lab.memory import scaled
from tests import reference
from tests.conftest import ACTIVATIONS, make, plain_problems, problems, same

pytestmark = pytest.mark.filterwarnings("error")


def plain_product(cell, trace, t, k):
    """(B, D, D), multiplied out from the left."""
    B, D = trace.shape[1], cell.jacobian(trace, t).shape[-1]
    product = np.tile(np.eye(D), (B, 1, 1))
    for j in range(t, k, -1):
        product = product @ cell.jacobian(trace, j).reshape(B, D, D)
    return product


def log10_norm(product):
    with np.errstate(divide="ignore"):
        return np.log10(np.linalg.norm(product, 2, axis=(-2, -1)))


def close(got, expected, digits=1e-9):
    """−inf exactly where expected; else equal to that many in the logarithm."""
    got, expected = np.broadcast_arrays(got, expected)
    assert (np.isneginf(got) == np.isneginf(expected)).all() and not np.isnan(got).any()
    finite = np.isfinite(expected)
    assert np.abs(got[finite] - expected[finite]).max(initial=0.0) <= digits


def net(W_hh, activation="relu", bias=1e-3):
    """A cell with that W_hh, fed by its bias alone."""
    cell = bl.RNNCell(1, len(W_hh), activation)
    cell.params["W_hh"], cell.params["W_x"] = W_hh, np.zeros((len(W_hh), 1))
    cell.params["b"] = np.full(len(W_hh), bias)
    return cell


@given(problems, st.data())
def test_every_view_agrees_with_plain_products(p, data):
    cell = p.model.cell
    scales = None
    if p.x.ndim == 3 and data.draw(st.booleans()):
        scales = np.linspace(-2.0, 3.0, p.x.shape[1])
    trace = cell.unroll(p.x, p.h0, scales)
    T, B, H = trace.shape
    D = len(cell.parts) * H
    norms = memory.norms(cell, trace)
    assert norms.shape == (*p.x.shape[1:-1], T, T)
    assert np.isnan(norms[..., *np.triu_indices(T, 1)]).all()
    norms = norms.reshape(B, T, T)
    for t in range(T):
        back = memory.norms_back(cell, trace, t).reshape(B, t + 1)
        close(back[:, ::-1], norms[:, t, : t + 1], 1e-12)
        assert (norms[:, t, t] == 0).all()
        for k in range(-1, t):
            expected = plain_product(cell, trace, t, k)
            product = memory.jacobian_product(cell, trace, t, k)
            assert product.shape == (*p.x.shape[1:-1], D, D)
            same(product, expected.reshape(product.shape), 1e-12)
            if k >= 0:
                close(norms[:, t, k], log10_norm(expected))


def test_the_identity_and_the_start():
    p = make(T=3, B=2)
    cell, trace = p.model.cell, p.model.cell.unroll(p.x, p.h0)
    assert (memory.jacobian_product(cell, trace, 1, 1) == np.eye(4)).all()
    assert (memory.jacobian_product(cell, trace, 0, -1) == cell.jacobian(trace, 0)).all()
    assert (memory.norms_back(cell, trace, 1, [0]) == 0).all()


def test_a_net_that_halves_the_gradient_keeps_its_logarithm_for_two_thousand_steps():
    cell = net(np.eye(3) / 2)
    trace = cell.unroll(np.zeros((2000, 1)))
    expected = -np.log10(2) * 1999
    assert expected == pytest.approx(-601.76, abs=0.005)
    assert memory.norms_back(cell, trace, 1999)[-1] == pytest.approx(expected, abs=1e-9)
    assert not memory.jacobian_product(cell, trace, 1999, 0).any(), "past float64's end"
    assert memory.lyapunov(cell, trace) == pytest.approx(-np.log(2) * np.ones(3))
    small = bl.RNNCell(1, 1, "relu", init="identity", weight_scale=0.5)
    trace = small.unroll(np.ones((2000, 1)))
    small_norms = memory.norms(small, trace)
    if small.params["W_x"][0, 0] > 0:
        assert small_norms[1999, 0] == pytest.approx(expected, abs=1e-9)


def test_a_product_just_inside_the_end_of_floats_is_not_lost():
    for power in (511.9, -511.9):
        cell = net(np.array([[2.0**power]]))
        trace = cell.unroll(np.zeros((3, 1)), h0=np.ones(1))
        product = memory.jacobian_product(cell, trace, 2, 0)
        assert product[0, 0] == pytest.approx((2.0**power) ** 2, rel=1e-12) and np.isfinite(product[0, 0])


@pytest.mark.parametrize("scale", [10.0, 1e6])
def test_relu_that_explodes_has_a_logarithm_too(scale):
    cell = bl.RNNCell(4, 16, "relu", weight_scale=scale)
    trace = cell.unroll(np.random.default_rng(0).standard_normal((2000, 4)))
    norms = memory.norms_back(cell, trace, 1999, [1, 500, 1999])
    assert np.isfinite(norms).all() and norms[2] > 700 and norms[1] > norms[0]
    assert np.isinf(memory.jacobian_product(cell, trace, 1999, 0)).any()
    assert memory.lyapunov(cell, trace)[0] == pytest.approx(norms[2] / 1999 * np.log(10), rel=0.02)


def test_a_path_that_shrinks_beside_one_that_grows_is_not_lost():
    """Unit 0 grows 2^1500 and is then off; what is left came through unit 1, which shrank as far."""
    slopes = np.array([[2.0, 0.5]] * 1500 + [[0.0, 0.5]])

    class Diagonal(bl.RNNCell):
        def jacobians(self, trace, steps):
            return np.stack([np.diag(slopes[t]) for t in steps])[:, None]

        def jacobian(self, trace, t):
            return np.diag(slopes[t])

    cell = Diagonal(1, 2)
    trace = cell.unroll(np.zeros((1501, 1)))
    expected = -1501 * np.log10(2)
    assert memory.norms_back(cell, trace, 1500, [1501])[0] == pytest.approx(expected)
    assert memory.norms(cell, trace)[1500, 0] == pytest.approx(-1500 * np.log10(2))


def exact_norm(cell, trace, t, lag):
    return reference.log10_norm([cell.jacobian(trace, j) for j in range(t, t - lag, -1)])


@pytest.mark.parametrize(
    ("init", "scale", "activation", "H", "spread"),
    [
        ("normal", 1.0, "tanh", 5, 0.1),
        ("normal", 5**0.5, "tanh", 5, 1.0),  # N(0, 1)
        ("normal", 12.0, "tanh", 5, 1.0),  # slopes of 10⁻⁸ beside slopes of 1
        ("orthogonal", 1.0, "tanh", 5, 0.1),
        ("uniform", 1.0, "sigmoid", 4, 1.0),
        ("normal", 1.4, "relu", 8, 0.1),
        ("identity", 1.0, "relu", 6, 0.1),
    ],
)
def test_norms_equal_exact_arithmetic(init, scale, activation, H, spread):
    cell = bl.RNNCell(4, H, activation, scale, init, seed=3)
    trace = cell.unroll(spread * np.random.default_rng(1).standard_normal((100, 4)))
    lags = [1, 2, 7, 40]
    close(memory.norms_back(cell, trace, 99, lags), [exact_norm(cell, trace, 99, lag) for lag in lags], 1e-11)


def test_the_largest_eigenvalue_where_the_power_method_misses_it():
    rng, D = np.random.default_rng(0), 32
    frame = np.linalg.qr(rng.standard_normal((D, D)))[0]
    spectra = [np.r_[1.0, q ** np.arange(1, D)] for q in (0.0, 0.1, 0.5, 0.9, 0.999, 1.0)]
    G = [(frame * values) @ frame.T for values in spectra]
    unseen = np.outer(np.r_[1, -1, np.zeros(D - 2)], np.r_[1, -1, np.zeros(D - 2)])  # the largest stands across the start
    G += [unseen + np.diag(np.r_[0, 0, 1.9, np.zeros(D - 3)]), np.zeros((D, D)), np.diag(np.arange(1.0, D + 1))]
    G = np.repeat(G, 10, axis=0)
    with np.errstate(all="ignore"):
        found = scaled.largest_eigenvalues(G.reshape(2, -1, D, D)).ravel()
    assert found == pytest.approx(np.linalg.eigvalsh(G)[:, -1], rel=3e-13, abs=1e-300)


def test_the_norm_of_a_product_where_the_power_method_has_not_settled():
    rng, D = np.random.default_rng(0), 32
    left, right = (np.linalg.qr(rng.standard_normal((D, D)))[0] for _ in range(2))
    spectra = [np.r_[1.0, q * np.ones(2), np.zeros(D - 3)] for q in (0.0, 0.1, 0.3, 0.5, 0.6, 0.9, 1.0)]
    A = np.repeat([(left * values) @ right.T for values in spectra], 10, axis=0)
    assert A.size > scaled.FEW
    with np.errstate(all="ignore"):
        assert scaled.squared_norms(A) == pytest.approx(np.ones(len(A)), rel=3e-13)


def test_weights_all_alike_leave_one_exponent():
    cell = net(np.full((10, 10), 0.2), "tanh")
    trace = cell.unroll(np.zeros((20, 1)))
    found = memory.lyapunov(cell, trace)
    assert np.isfinite(found[0]) and np.isneginf(found[1:]).all()


def test_a_radius_of_a_half_that_first_grows_to_a_million():
    cell = net(0.5 * np.eye(10) + 3 * np.eye(10, k=1))
    trace = cell.unroll(np.zeros((120, 1)), h0=np.ones(10))
    bounds = memory.bounds(cell, trace, 119, range(121))
    assert bounds["true"].argmax() == 17 and 10 ** bounds["true"][17] == pytest.approx(1.9e6, rel=0.02)
    assert bounds[memory.GUESS][17] == pytest.approx(17 * np.log10(0.5))
    assert bounds["true"][120] < -9


@given(plain_problems)
def test_the_ladder_of_bounds(p):
    cell, trace = p.model.cell, p.model.cell.unroll(p.x, p.h0)
    t = trace.T - 1
    lags = [0, t, t + 1]
    bounds = memory.bounds(cell, trace, t, lags)
    assert list(bounds) == ["true", "product of norms", "(γσ_max)^lag", "ρ^lag"]
    true, product, global_bound, guess = bounds.values()
    assert (true <= product + 1e-9).all() and (product <= global_bound + 1e-9).all()
    assert all(array.shape == (*p.x.shape[1:-1], 3) and (array[..., 0] == 0).all() for array in bounds.values())
    J = [log10_norm(cell.jacobian(trace, j)) for j in range(t, -1, -1)]
    close(product[..., 2], np.sum(J, axis=0))
    W = p.model.params["W_hh"]
    close(global_bound[..., 2], (t + 1) * np.log10(cell.activation.gamma * np.linalg.norm(W, 2)))
    close(guess[..., 2], (t + 1) * np.log10(np.abs(np.linalg.eigvals(W)).max()), 1e-7)


def test_bounds_follow_the_scale_of_each_sequence():
    p = make(T=5, B=3)
    scales = np.array([0.5, -2.0, 0.0])
    cell, trace = p.model.cell, p.model.cell.unroll(p.x, scales=scales)
    bounds = memory.bounds(cell, trace, 4, [3])
    for b, scale in enumerate(scales[:2]):
        alone = bl.RNNCell(3, 4, weight_scale=scale)
        alone.params["b"] = p.model.params["b"]
        expected = memory.bounds(alone, alone.unroll(p.x[:, b]), 4, [3])
        for name, values in bounds.items():
            close(values[b], expected[name])
    assert all(np.isneginf(values[2]).all() for values in bounds.values())


def test_a_stationary_net_has_the_exponents_of_its_matrix():
    W = np.diag([0.2, 0.5, 0.9])
    W[0, 2] = 4.0
    cell = net(W, bias=0.1)
    trace = cell.unroll(np.zeros((400, 1)), h0=np.ones(3))
    assert memory.lyapunov(cell, trace) == pytest.approx(np.log([0.9, 0.5, 0.2]), abs=0.02)
    assert (memory.lyapunov(cell, trace, leading=1) == memory.lyapunov(cell, trace)[:1]).all()
    both = cell.unroll(np.zeros((400, 2, 1)), h0=np.ones((2, 3)))
    assert memory.lyapunov(cell, both) == pytest.approx(memory.lyapunov(cell, trace))


def test_exponents_are_the_mean_over_sequences_and_their_sum_is_that_of_the_determinants():
    p = make(T=40, B=3, H=5, scale=1.5)
    cell, trace = p.model.cell, p.model.cell.unroll(p.x)
    found = memory.lyapunov(cell, trace)
    determinants = [np.linalg.slogdet(cell.jacobian(trace, t))[1] for t in range(4, 40)]
    assert found.sum() == pytest.approx(np.mean(determinants))
    alone = [memory.lyapunov(cell, cell.unroll(p.x[:, b])) for b in range(3)]
    same(found, np.mean(alone, axis=0))
    assert (np.diff(found) <= 0).all()


def test_exponents_come_largest_first_also_where_they_are_all_but_equal():
    for seed in range(5):
        cell = bl.RNNCell(2, 6, init="orthogonal", seed=seed)
        trace = cell.unroll(0.3 * np.random.default_rng(seed).standard_normal((12, 2)))
        assert (np.diff(memory.lyapunov(cell, trace)) <= 0).all()


def test_exponents_of_a_saturated_net_keep_their_digits():
    """Slopes of 10⁻⁸ beside slopes of 1: the sum of all exponents is the mean logarithm of the determinants."""
    cell = bl.RNNCell(4, 8, weight_scale=5.0, seed=3)
    trace = cell.unroll(np.random.default_rng(1).standard_normal((100, 4)))
    slopes = cell.activation.slope(trace.states[11:101])
    expected = np.log(slopes).sum() / 90 + np.linalg.slogdet(cell.params["W_hh"])[1]
    assert memory.lyapunov(cell, trace).sum() == pytest.approx(expected, rel=1e-11)


def test_paths_that_are_cut_one_after_the_other_all_vanish():
    """Unit 0 is off at step 60, unit 1 at step 80: the third alone is left."""
    slopes = np.ones((100, 3))
    slopes[60, 0] = slopes[80, 1] = 0.0

    class Cut(bl.RNNCell):
        def jacobians(self, trace, steps):
            return np.stack([0.9 * np.diag(slopes[t]) for t in steps])[:, None]

        def jacobian(self, trace, t):
            return 0.9 * np.diag(slopes[t])

    cell = Cut(1, 3)
    trace = cell.unroll(np.zeros((100, 1)))
    found = memory.lyapunov(cell, trace)
    assert found[0] == pytest.approx(np.log(0.9), abs=0.02) and np.isneginf(found[1:]).all()


def test_units_that_are_off_have_exponents_of_minus_infinity():
    cell = bl.RNNCell(4, 12, "relu", weight_scale=1.4, seed=1)
    trace = cell.unroll(np.random.default_rng(0).standard_normal((200, 4)))
    alive = int(cell.activation.slope(trace.states[21:201]).sum(axis=(1, 2)).min())
    assert 0 < alive < 12
    assert np.isneginf(memory.lyapunov(cell, trace)[alive:]).all()


# The slope of ln‖dh_t/dh_k‖ over the lags 20–150, nats a step, H=I=64, inputs of std .1: the mean of six seeds. Seeds differ:
# over twelve of them PyTorch's start has −.36 to −.54, and gain 1 has −.004 to −.14.
@pytest.mark.parametrize(
    ("init", "scale", "expected", "band"),
    [
        ("uniform", 1.0, -0.48, 0.06),
        ("normal", 1.0, -0.057, 0.03),
        ("normal", 1.5, 0.015, 0.02),
        ("normal", 3.0, 0.267, 0.06),
        ("orthogonal", 1.0, -0.06, 0.02),
    ],
)
def test_the_slope_of_long_lags_is_the_largest_exponent(init, scale, expected, band):
    slopes, exponents = [], []
    for seed in range(6):
        cell = bl.RNNCell(64, 64, weight_scale=scale, init=init, seed=seed)
        trace = cell.unroll(0.1 * np.random.default_rng([seed, 1]).standard_normal((300, 64)))
        lags = np.arange(20, 151, 10)
        slopes.append(np.polyfit(lags, memory.norms_back(cell, trace, 299, lags) * np.log(10), 1)[0])
        exponents.append(memory.lyapunov(cell, trace, leading=1)[0])
    assert np.mean(slopes) == pytest.approx(expected, abs=band), slopes
    assert np.mean(exponents) == pytest.approx(np.mean(slopes), abs=band), exponents


@pytest.mark.parametrize("T", [1, 2, 3, 60])
@pytest.mark.parametrize("B", [None, 1, 3])
@pytest.mark.parametrize("H", [1, 5])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("scale", [0.0, 1.0, 1e6, 1e200])
def test_whatever_the_weights_there_is_a_result_in_words(T, B, H, activation, scale):
    p = make(T=T, B=B, H=H, activation=activation, scale=scale)
    cell, trace = p.model.cell, p.model.cell.unroll(p.x, p.h0)
    report = memory.report(cell, p.x)
    words = repr(report)
    assert "nan" not in words.lower() and "inf" not in words and "None" not in words
    found = [memory.norms_back(cell, trace, T - 1), memory.lyapunov(cell, trace), report.norms, *report.bounds.values()]
    found.append(memory.jacobian_product(cell, trace, T - 1, -1))
    assert not any(np.isnan(array).any() for array in found)
    assert not np.isnan(memory.norms(cell, trace)[..., *np.tril_indices(T)]).any()
    assert (report.slope is None) == (report.half_life is None) == (T < 3)


def test_scales_past_the_end_of_floats_are_results_too():
    p = make(T=6, B=2, activation="relu", scale=1e200)
    trace = p.model.cell.unroll(p.x, scales=np.array([1e200, 1e-300]))
    bounds = memory.bounds(p.model.cell, trace, 5)
    assert not any(np.isnan(array).any() for array in bounds.values())


def test_the_columns_of_a_report_stay_apart_however_long_their_numbers():
    report = repr(memory.report(net(1e6 * np.eye(2)), np.zeros((5000, 1))))
    table = [re.split("  +", line.strip()) for line in report.splitlines()[-5:]]
    assert table[0][-1] == "lag 4999" and table[1][-1] == "1.00·10²⁹⁹⁹⁴"
    assert {len(row) for row in table} == {9}, report


def test_the_numbers_of_a_report():
    cell = net(0.8 * np.eye(2), bias=0.1)
    report = memory.report(cell, np.zeros((100, 1)))
    assert report.slope == pytest.approx(np.log(0.8)) and report.lyapunov == pytest.approx(np.log(0.8))
    assert report.half_life == pytest.approx(np.log(2) / -np.log(0.8))
    assert report.horizon == 21 and 0.8**20 > 0.01 > 0.8**21
    assert report.fitted == range(10, 100)
    assert report.norms == pytest.approx(np.arange(100) * np.log10(0.8))
    assert "−0.223 nats a step, over the lags 10 to 99" in repr(report) and "no bound" in repr(report)
    grows = memory.report(net(1.1 * np.eye(2)), np.zeros((50, 1)))
    assert grows.half_life == np.inf and grows.horizon == np.inf and "does not shrink" in repr(grows)
    off = memory.report(net(1e6 * np.eye(2), "tanh", 1.0), np.zeros((50, 1)))
    assert off.slope == -np.inf and off.half_life == 0.0 and off.horizon == 1 and "vanished" in repr(off)
    assert "three steps" in repr(memory.report(cell, np.zeros((2, 1))))


def test_over_sequences_the_norms_are_geometric_means():
    p = make(T=20, B=3)
    report = memory.report(p.model.cell, p.x)
    alone = [memory.report(p.model.cell, p.x[:, b]) for b in range(3)]
    same(report.norms, np.mean([one.norms for one in alone], axis=0))
    assert report.slope == pytest.approx(np.mean([one.slope for one in alone]))
    assert report.lyapunov == pytest.approx(np.mean([one.lyapunov for one in alone]))
    assert "geometric means of 3 sequences" in repr(report)


def test_what_is_wrong_is_named():
    p = make(T=4)
    cell, trace = p.model.cell, p.model.cell.unroll(p.x)
    for call, name in [
        (lambda: memory.jacobian_product(cell, trace, 4, 0), "t: got 4"),
        (lambda: memory.jacobian_product(cell, trace, 2, 3), "k: got 3"),
        (lambda: memory.norms_back(cell, trace, 2, [4]), "lags: got 4"),
        (lambda: memory.norms_back(cell, trace, 2, 1), "lags: got shape"),
        (lambda: memory.norms_back(cell, trace, 2, []), "lags: got shape"),
        (lambda: memory.norms(bl.RNNCell(3, 5), trace), "trace: got"),
        (lambda: memory.lyapunov(cell, p.x), "trace: got ndarray"),
        (lambda: memory.report(p.model, p.x), "cell: got SequenceModel"),
        (lambda: memory.lyapunov(cell, trace, leading=0), "leading: got 0"),
        (lambda: memory.report(cell, np.zeros((3, 9))), "x: got shape"),
    ]:
        with pytest.raises(ValueError, match="^" + name.replace("(", r"\(")):
            call()


def test_a_slope_is_that_of_the_line_and_a_norm_that_vanished_makes_it_minus_infinity():
    assert memory.slope((1, 2, 4), np.log10(np.exp([-1.0, -2.0, -4.0]))) == pytest.approx(-1.0)
    assert memory.slope([1, 2], np.array([0.0, -np.inf])) == -np.inf


@pytest.mark.parametrize(
    ("lags", "logs", "says"),
    [
        ([3], [1.0], "lags: got \\[3.0\\], expected two different lags or more. One point has no slope"),
        ([3, 3], [1.0, 2.0], "lags: got \\[3.0, 3.0\\], expected two different lags"),
        ([], [], "lags: got \\[\\], expected two different lags"),
        ([1, 2], [0.0, np.nan], "log10_norms: got nan, expected numbers, −inf where a norm has vanished. Where `norms` has NaN"),
        ([1, 2], [0.0, np.inf], "log10_norms: got inf, expected numbers"),
        ([1, 2], [0.0], "log10_norms: got shape \\(1,\\), expected shape \\(2,\\)"),
    ],
)
def test_where_there_is_no_slope_it_says_so(lags, logs, says):
    with pytest.raises(ValueError, match=says):
        memory.slope(lags, np.array(logs))


def test_no_rate_has_no_half_life():
    with pytest.raises(ValueError, match="rate: got nan, expected a rate in nats a step"):
        memory.half_life(np.nan)
    assert memory.half_life(-np.inf) == 0 and memory.half_life(0.0) == np.inf
