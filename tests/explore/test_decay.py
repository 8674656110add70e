"""The numbers of notebook 04's explorer, against one net at a time, and what it says of a guess."""

import numpy as np
import pytest
import traitlets

from bptt_lab import memory
from bptt_lab.basics import text
from bptt_lab.cells import GatedCell, GRUCell, LSTMCell, RNNCell
from bptt_lab.explore import decay
from bptt_lab.explore.decay import HIDDEN, LENGTHS, SCALES, Decay

SETTINGS = [
    {"activation": "tanh", "start": "normal", "weight_scale": 1.0, "inputs": 0.1, "length": 32},
    {"activation": "relu", "start": "orthogonal", "weight_scale": 2.15, "inputs": 1.0, "length": 16},
    {"activation": "sigmoid", "start": "uniform", "weight_scale": 4.64, "inputs": 1.0, "length": 8},
    {"activation": "tanh", "start": "shift", "weight_scale": 0.681, "inputs": 0.0, "length": 64},
]


def one_net(activation, start, weight_scale, inputs, length):
    """The explorer's net alone: its scale is in the weights, no batch, no table."""
    x = inputs * np.random.default_rng(0).standard_normal((LENGTHS[-1], HIDDEN))
    cell = decay.cell_of(start, activation)
    cell.params["W_hh"] = weight_scale * cell.params["W_hh"]
    return cell, cell.unroll(x[:length])


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_table_holds_the_ladder_of_each_net(setting):
    cell, trace = one_net(**setting)
    T, explorer = setting["length"], Decay(**setting)
    W = cell.params["W_hh"]
    J = [cell.jacobian(trace, t) for t in range(T)]
    for lag, norm in explorer.norms().items():
        product = np.linalg.multi_dot([np.eye(HIDDEN), *J[T - 1 : T - 1 - lag : -1], np.eye(HIDDEN)])
        assert norm == pytest.approx(np.linalg.norm(product, 2), rel=1e-4)
        bound = np.prod([np.linalg.norm(J[t], 2) for t in range(T - lag, T)])
        assert explorer.norms("product")[lag] == pytest.approx(bound, rel=1e-4)
        sigma = (cell.activation.gamma * np.linalg.norm(W, 2)) ** lag
        assert explorer.norms("sigma")[lag] == pytest.approx(sigma, rel=1e-4)
        assert explorer.norms("radius")[lag] == pytest.approx(np.abs(np.linalg.eigvals(W)).max() ** lag, rel=1e-4)
        assert norm <= 1.0001 * bound <= 1.0002 * sigma
    stretches = np.linalg.svd(product, compute_uv=False)  # of the largest lag
    assert 10 ** explorer.at("stretches") == pytest.approx(stretches, rel=1e-3, abs=1e-6 * stretches[0])
    assert list(explorer.norms())[-1] == T - 1
    explorer.curve, alive = "shown", (stretches > stretches[0] / 1000).sum()
    assert f"{alive} of the product’s 16 singular values are within" in explorer.sentence() and 0 < alive < 16


def test_the_shift_has_radius_one_half_and_grows_first():
    norms = Decay(start="shift", inputs=0.0, length=64).norms()
    assert max(norms.values()) > 100 > 1 > norms[63]
    assert Decay(start="shift").norms("radius")[1] == pytest.approx(0.5)


def test_a_guess_is_judged_in_powers_of_ten_and_only_when_the_curve_is_shown():
    explorer = Decay(length=64)
    far = explorer.norms()[63]
    assert "No guess yet" in explorer.sentence() and text.say(far) not in explorer.sentence()
    explorer.guess = 0
    assert text.say(far) not in explorer.sentence() and "Now show the curve" in explorer.sentence()
    explorer.curve = "shown"
    off = -np.log10(far)
    assert f"the norm is {text.say(far)}. You guessed 1: {off:.1f} powers of ten too high" in explorer.sentence()
    explorer.guess = -12
    assert f"{12 - off:.1f} powers of ten too low" in explorer.sentence()
    explorer.guess = round(-off)
    assert "right to half a power of ten" in explorer.sentence()


def test_nothing_of_the_curve_is_told_while_it_is_hidden():
    explorer = Decay(lag=8, product=True, sigma=True, radius=True)
    said = explorer.sentence()
    assert "Read off" not in said and "singular values" not in said and "The truth" not in said
    assert "∏‖J‖₂ allows" in said and "ρ^lag guesses" in said


def test_what_is_far_past_the_axis_is_still_a_number_and_what_vanished_exactly_is_a_word():
    assert "nothing at all is left" in Decay(activation="relu", inputs=0.0, guess=0, curve="shown").sentence()
    assert Decay(activation="relu", weight_scale=10, length=64).norms()[63] > 1e40
    assert 0 < Decay(activation="sigmoid", weight_scale=0.1, length=64).norms()[63] < 1e-60


def test_a_rung_that_the_truth_passes_is_said_to_be_no_bound():
    explorer = Decay(start="shift", inputs=0.0, radius=True, curve="shown", length=16)
    assert explorer.norms("radius")[15] < explorer.norms()[15] and "ρ^lag is no upper bound" in explorer.sentence()
    explorer.start = "orthogonal"  # without inputs and in a rotation the guess is exact
    assert "ρ^lag is no upper bound" not in explorer.sentence()


def test_one_word_has_no_step_back():
    assert "no step back" in Decay(length=1).sentence()


def test_settings_stay_on_their_grids():
    assert Decay(length=50).length == 64 and Decay(length=3).length == 2
    assert len(SCALES) == 13 and SCALES[6] == 1.0
    for wrong in ({"guess": 7}, {"inputs": 0.5}, {"start": "glorot"}, {"curve": True}):
        with pytest.raises(traitlets.TraitError):
            Decay(**wrong)


def test_the_explorer_s_net_is_an_ordinary_cell():
    assert np.array_equal(decay.cell_of("normal", "tanh").params["W_hh"], RNNCell(HIDDEN, HIDDEN).params["W_hh"])


def test_what_the_browser_looks_up_by_a_name_put_together_exists():
    words = Decay().words
    for name, values in (("start", decay.STARTS), ("inputs", [f"{value:g}" for value in decay.INPUTS]), ("guess", range(-12, 7))):
        assert all(f"{name}_{value}" in words for value in values)
    assert {"close", "too_high", "too_low", "nothing_left", "shows", "shows_hidden"} <= words.keys()
    assert all(rung in words and f"at_{rung}" in words for rung in decay.RUNGS)


def test_the_still_picture_keeps_the_curve_hidden_until_it_is_shown():
    explorer = Decay(length=32, guess=-3)
    assert explorer.still() == [("lag 0", 1.0), ("your guess at lag 31", 1e-3)]
    explorer.curve = "shown"
    assert explorer.still()[-1] == ("lag 31", explorer.norms()[31]) and len(explorer.still()) == 7


@pytest.mark.parametrize("kind", [GatedCell, GRUCell, LSTMCell, RNNCell])
@pytest.mark.parametrize(("weight_scale", "inputs", "length"), [(1.0, 0.1, 32), (2.15, 1.0, 8)])
def test_a_cell_that_is_handed_in_has_its_own_curve(kind, weight_scale, inputs, length):
    cell, scaled = kind(5, 7, init="uniform"), kind(5, 7, init="uniform", weight_scale=weight_scale)
    explorer = Decay(cell=cell, weight_scale=weight_scale, inputs=inputs, length=length, product=True, curve="shown")
    trace = scaled.unroll(inputs * np.random.default_rng(0).standard_normal((LENGTHS[-1], 5))[:length])
    norms = memory.norms_back(scaled, trace, length - 1)
    for lag, norm in explorer.norms().items():
        assert np.log10(norm) == pytest.approx(norms[lag], abs=1e-4)
        bound = np.prod([np.linalg.norm(scaled.jacobian(trace, t), 2) for t in range(length - lag, length)])
        assert explorer.norms("product")[lag] == pytest.approx(bound, rel=1e-4)
    said = explorer.sentence()
    assert "∏‖J‖₂ allows" in said and f"of the product’s {14 if kind is LSTMCell else 7} singular values" in said
    assert ("spectral radius" in said) == (kind is RNNCell)
    explorer.curve = "hidden"
    assert f"{length - 1} steps of your {kind.__name__}, inputs of scale {inputs:g}" in explorer.sentence()


def test_a_cell_that_is_handed_in_has_the_controls_that_it_makes_sense_of():
    every = [control.name for control in Decay.controls]
    assert [control.name for control in Decay(cell=RNNCell(3, 4)).controls] == [
        name for name in every if name not in ("start", "activation")
    ]
    explorer = Decay(cell=GRUCell(3, 4), sigma=True, radius=True)
    assert [control["trait"] for control in explorer.spec["controls"]] == [
        "weight_scale",
        "length",
        "inputs",
        "guess",
        "curve",
        "product",
    ]
    assert "ρ" not in explorer.sentence() and "σ" not in explorer.sentence()


def test_what_is_no_cell_is_refused_and_said():
    with pytest.raises(ValueError, match="cell"):
        Decay(cell="GRU")
