"""What notebook 06 measures, against Jacobians multiplied in the open."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab import cures


@pytest.mark.parametrize(("start", "activation"), [("N(0, 1/H)", "tanh"), ("orthogonal", "relu"), ("N(0, 1)", "relu")])
def test_a_slope_is_the_line_through_the_norms_of_products_of_jacobians(start, activation):
    cell, trace = cures.run(start, activation, 0.1, seed=3, H=12)
    product, logs = np.eye(12), {}
    for lag in range(1, 151):
        product = product @ cell.jacobian(trace, cures.STEPS - lag)
        logs[lag] = np.log(np.linalg.norm(product, 2))
    line = np.polyfit(cures.LAGS, [logs[lag] for lag in cures.LAGS], 1)[0]
    assert cures.slopes(start, activation, 0.1, seeds=4, H=12)[3] == pytest.approx(line, rel=1e-6)


def test_the_slopes_by_start_are_those_of_each_start_at_each_size_of_the_inputs():
    found = cures.by_start("tanh", spreads=(0.1, 1.0), seeds=2, H=8)
    assert found.shape == (len(cures.STARTS), 2, 2)
    for i, start in enumerate(cures.STARTS):
        np.testing.assert_array_equal(found[i, 1], cures.slopes(start, "tanh", 1.0, seeds=2, H=8))


def test_a_row_has_the_name_of_its_start_and_says_only_which_half_it_is_over_where_nets_are_chaotic():
    found = np.tile([0.206, 0.673, 0.944], (5, 2, 1))
    tanh, relu = cures.rows(found, "tanh"), cures.rows(found, "relu")
    assert [row[0] for row in tanh] == list(cures.STARTS) and tanh[:4] == relu[:4]
    assert relu[4] == ["N(0, 1)", *["0.67 (0.21 to 0.94)"] * 2] and tanh[4] == ["N(0, 1)", *["over 0.5"] * 2]
    assert cures.rows(-found / 3, "tanh")[4][1] == "over -0.5" and cures.rows(found / 3, "tanh")[4][1] == "over 0.0"


def test_each_start_draws_the_variance_of_its_name():
    for start, variance in (("N(0, 1/H)", 1 / 64), ("He, N(0, 2/H)", 2 / 64), ("orthogonal", 1 / 64), ("N(0, 1)", 1.0)):
        W = np.array([cures.run(start, "relu", 0.1, seed)[0].params["W_hh"] for seed in range(3)])
        assert W.var() == pytest.approx(variance, rel=0.06)
    np.testing.assert_array_equal(cures.run("identity", "relu", 0.1, 0)[0].params["W_hh"], np.eye(64))


def test_open_paths_are_the_units_that_were_on_at_every_step():
    _, trace = cures.run("identity", "relu", 0.1, seed=2)
    for lag in (1, 40):
        assert cures.open_paths(lag, seeds=3)[2] == (trace.h[-lag:] > 0).all(axis=0).mean()


def test_relu_with_n01_leaves_float32_and_tanh_does_not():
    steps = cures.past_float32("N(0, 1)", "relu", seeds=3)
    _, trace = cures.run("N(0, 1)", "relu", 0.1, seed=2)
    with np.errstate(over="ignore"):
        single = trace.h.astype(np.float32)
    assert steps[2] == int(np.argmax(np.isinf(single).any(axis=1))) + 1 and 40 < steps.min() < steps.max() < 70
    assert not cures.past_float32("N(0, 1)", "tanh", seeds=3).any()


def test_without_a_cut_nothing_is_lost():
    np.testing.assert_allclose(cures.truncated(32, 1.0, seeds=3), 1.0, rtol=1e-12)
    assert (cures.truncated(8, 1.0, seeds=3)[:, 1] < 0.999).all()


def test_scored_nets_are_fresh_and_have_a_loss_where_it_is_said():
    (first, run), (second, other) = cures.scored(6, 1.0, seeds=2, only_last=True, init="uniform")
    assert (run.losses[:5] == 0).all() and run.losses[5] > 0 and run.trace.x.shape == (6, 8)
    assert not np.array_equal(first.params["W_hh"], second.params["W_hh"])
    assert not np.array_equal(run.trace.x, other.trace.x)
    assert np.abs(first.params["W_hh"]).max() < 1 / np.sqrt(32)  # U(±1/√H)
    ((_, run),) = cures.scored(6, 0.1, seeds=1)
    assert (run.losses > 0).all() and np.abs(run.trace.x).max() < 1


def test_a_far_share_is_the_first_message_over_the_last():
    assert cures.far_share(np.array([[3.0, 4.0], [7.0, 7.0], [0.0, 10.0]])) == 0.5


def test_powers_say_0_where_nothing_is_left():
    assert cures.powers(np.array([0.0, 2e-8, 1e-4])) == "10^-8 (0 to 10^-4)"


def test_clipping_keeps_every_share_and_truncation_takes_the_far_ones():
    model, rng = bl.SequenceModel(bl.RNNCell(3, 8), 4), np.random.default_rng(0)
    run = model.forward(rng.standard_normal((12, 3)), rng.integers(4, size=12), mask=np.arange(12) == 11)
    plain, cut = model.backward(run), model.backward(run, truncate=4)
    clipped, _ = bl.train.clip_by_norm(plain, 1e-3)
    np.testing.assert_allclose(clipped["x"] / clipped["x"][-1, 0], plain["x"] / plain["x"][-1, 0], rtol=1e-12)
    assert not cut["x"][:8].any() and cut["x"][8:].any()


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: cures.slopes("he", "relu", 0.1), "start"),
        (lambda: cures.past_float32(None, "relu"), "start"),
        (lambda: cures.slopes("N(0, 1)", "relu", "loud"), "spread"),
        (lambda: cures.slopes("N(0, 1)", "relu", 0.1, H="wide"), "H"),
        (lambda: cures.open_paths("far"), "lag"),
        (lambda: cures.open_paths(161), "lag"),
        (lambda: cures.open_paths(-1), "lag"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(ValueError, match=f"^{name}: got .*, expected"):
        call()
