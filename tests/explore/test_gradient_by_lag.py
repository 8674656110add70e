"""The numbers of the gradient by lag, against the explicit terms of one run at a time."""

import numpy as np
import pytest
import traitlets

import bptt_lab as bl
from bptt_lab.explore import gradient_by_lag as module
from bptt_lab.explore.gradient_by_lag import HIDDEN, INPUTS, LENGTHS, OFFSETS, OUTPUTS, STEPS, GradientByLag
from bptt_lab.explore.sentence_net import SCALES

SETTINGS = [
    ("tanh", "normal", 1.0, 24),
    ("relu", "orthogonal", 1.21, 8),
    ("sigmoid", "normal", 3.16, 4),
    ("tanh", "normal", 2.15, 64),
]


def one_run(activation, start, weight_scale, T, net):
    """The same net, alone: no batch of scales, no table."""
    rng = np.random.default_rng(net)
    x, targets = 0.1 * rng.standard_normal((STEPS, INPUTS))[:T], rng.integers(OUTPUTS, size=STEPS)[:T]
    cell = bl.RNNCell(INPUTS, HIDDEN, activation, weight_scale, start, seed=net)
    model = bl.SequenceModel(cell, OUTPUTS, seed=net)
    return model, model.forward(x, targets)


def curve(name, activation, start, weight_scale, T, net):
    row = module.carry_back(activation, start, net)[name][SCALES.index(weight_scale)]
    return row[OFFSETS[LENGTHS.index(T)] :][:T]


@pytest.mark.parametrize("net", [0, 5])
@pytest.mark.parametrize("setting", SETTINGS)
def test_the_right_curve_is_the_norm_of_each_explicit_term(setting, net):
    model, run = one_run(*setting, net)
    norms = [term.norm for term in model.chain_rule_terms(run, setting[3] - 1)]
    np.testing.assert_allclose(curve("right", *setting, net), norms[::-1], rtol=1e-5)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_lost_curve_and_the_cosine_are_those_of_backpropagation_without_its_transpose(setting):
    model, run = one_run(*setting, 0)
    trace, W_hh, T = run.trace, model.params["W_hh"], setting[3]
    right = lost = run.dh[T - 1].ravel()  # columns δ: the right way back is W_hhᵀ(f' ⊙ δ), the mistake is W_hh(f' ⊙ δ)
    norms, cosines = [], []
    for k in range(T - 1, -1, -1):
        slope = model.cell.activation.slope(trace.states[k + 1]).ravel()
        a, b = slope * right, slope * lost
        norms.append(np.linalg.norm(b) * np.linalg.norm(trace.inputs[k]))
        cosines.append(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
        right, lost = W_hh.T @ a, W_hh @ b
    np.testing.assert_allclose(curve("lost", *setting, 0), norms, rtol=1e-5)
    np.testing.assert_allclose(curve("cosine", *setting, 0), cosines, atol=1e-5)


def test_forward_mode_finds_the_same_number_for_the_first_word():
    for activation in ("tanh", "relu", "sigmoid"):
        curves = module.carry_back(activation, "normal", 0)
        for place, (T, offset) in enumerate(zip(LENGTHS, OFFSETS)):
            back, forward = curves["right"][:, offset + T - 1], curves["forward"][:, place]
            finite = np.isfinite(back) & np.isfinite(forward) & (back > 1e-37)
            np.testing.assert_allclose(forward[finite], back[finite], rtol=1e-5)
            np.testing.assert_array_equal(np.isfinite(forward), np.isfinite(back))


def test_vanished_and_exploded_are_said_in_words():
    assert "vanished" in GradientByLag(weight_scale=0.1, activation="sigmoid", length=100).sentence()
    assert "exploded" in GradientByLag(weight_scale=10, activation="relu", length=100).sentence()


def test_one_word_has_nothing_to_transpose():
    assert "one term" in GradientByLag(length=1).sentence()


def test_reads_off_where_it_is_told_and_nowhere_beyond_the_first_word():
    explorer = GradientByLag(length=24, lag=10)
    assert f"word 14, 10 back: right {bl.text.say(explorer._at('right')[10])}" in explorer.sentence()
    explorer.lag = 24
    assert "Read off" not in explorer.sentence()


def test_length_stays_on_its_grid():
    assert GradientByLag(length=50).length == 48
    for wrong in (0, 101):
        with pytest.raises(traitlets.TraitError, match="length"):
            GradientByLag(length=wrong)


def test_the_pale_band_holds_19_of_20_cosines_of_unrelated_directions():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 20_000, HIDDEN))
    cosines = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    assert np.mean(abs(cosines) < GradientByLag().unrelated) == pytest.approx(0.95, abs=0.01)
