"""What notebook 07 measures, against the slow way."""

import numpy as np
import pytest

from bptt_lab import memory
from bptt_lab.cells import GatedCell
from bptt_lab.lessons import gates as lesson

RNG = np.random.default_rng(7)


def gated(T=6, B=2, **start):
    cell = GatedCell(3, 4, init="uniform", seed=1, **start)
    return cell, cell.unroll(RNG.standard_normal((T, B, 3)), RNG.standard_normal((B, 4)))


def test_the_norms_of_a_step_are_the_largest_stretches_of_its_terms_and_of_their_sum():
    cell, trace = gated()
    found = lesson.step_norms(cell, trace, [0, 3])
    for place, t in enumerate((0, 3)):
        terms = cell.jacobian_terms(trace, t)
        for name, matrix in {**terms, "J": sum(terms.values())}.items():
            np.testing.assert_allclose(found[name][place], np.linalg.norm(matrix, 2, axis=(-2, -1)), rtol=1e-7)


def test_the_norms_of_one_sequence_have_a_batch_axis_too():
    cell = GatedCell(2, 3)
    found = lesson.step_norms(cell, cell.unroll(np.ones((4, 2))), range(4))
    assert set(found) == {*lesson.TERMS, "J"} and found["J"].shape == (4, 1)


@pytest.mark.parametrize("matrix", [np.zeros((2, 2)), np.eye(2), np.diag([1e-200, 1e-180]), np.diag([1e200, 1.0])])
def test_a_norm_is_right_however_large_or_small(matrix):
    assert lesson.norms(matrix) == pytest.approx(np.abs(matrix).max(), rel=1e-7)


def test_the_sum_of_the_terms_passes_1_at_bias_2_and_not_at_bias_0():
    opened, shut, loud = (lesson.no_longer_bound(*setting, seeds=3, H=16) for setting in ((2, 0.1), (0, 0.1), (0, 1.0)))
    assert (opened["all four ≤ 1"] > 0.7).all() and (opened["and ‖J‖ > 1"] == 1).all() and (opened["largest ‖J‖"] < 4).all()
    assert (shut["all four ≤ 1"] == 1).all() and (shut["and ‖J‖ > 1"] == 0).all() and (shut["largest ‖J‖"] < 1).all()
    assert (0 < loud["and ‖J‖ > 1"]).all() and (loud["and ‖J‖ > 1"] < 0.6).all()


def test_where_a_term_passes_1_it_is_the_one_that_carries_the_state():
    cell = GatedCell(16, 16, init="uniform", gate_bias=2)
    found = lesson.step_norms(cell, cell.unroll(lesson.inputs(0.1, (150, 16), 0, 1)), range(150))
    past = {name: (found[name] > 1).any() for name in lesson.TERMS}
    assert past == {"keep": False, "dG1": True, "dG2": False, "candidate": False}


def test_where_no_step_has_four_small_terms_the_share_is_no_number(monkeypatch):
    real = lesson.step_norms
    monkeypatch.setattr(lesson, "step_norms", lambda *a: {name: size + 2 for name, size in real(*a).items()})
    found = lesson.no_longer_bound(0, seeds=1, H=2, steps=3)
    assert found["all four ≤ 1"] == 0 and np.isnan(found["and ‖J‖ > 1"]) and found["largest ‖J‖"] == 0


def test_the_slope_is_predicted_on_other_sequences_and_the_gate_alone_is_not_it():
    found = lesson.memories(0, seeds=2, H=32)
    assert np.abs(found["slope"] - found["lyapunov"]).max() < 0.02
    assert (found["gate"] == np.log(0.5)).all() and (found["slope"] > -0.35).all() and (found["slope"] < -0.15).all()


def test_at_rest_is_the_spectral_radius_of_a_step_where_states_are_near_0():
    """Large: the radius of a random matrix settles with its width."""
    for bias in (-1.0, 2.0):
        cell = GatedCell(400, 400, init="uniform", seed=2)
        cell.params["b"][:] = 0.0
        cell.params["b"][cell.rows_of("G1")] = bias
        J = cell.jacobian(cell.unroll(np.zeros((1, 400))), 0)
        assert lesson.at_rest(bias) == pytest.approx(np.log(np.abs(np.linalg.eigvals(J)).max()), abs=0.04)
    assert (lesson.memories(2.0, seeds=2, H=4)["at rest"] == lesson.at_rest(2.0)).all()


def test_the_slope_alone_is_that_of_the_memories():
    assert np.array_equal(lesson.slopes(1.0, seeds=2, H=6), lesson.memories(1.0, seeds=2, H=6)["slope"])


def test_one_unit_hears_one_word_and_what_it_keeps_of_it_is_a_power_of_its_gate():
    for keep in (0.0, 0.3, 1.0):
        state = lesson.one_unit(keep, ["a", "b", "c", "d", "b"], "b")
        np.testing.assert_allclose(state, [0, 1, keep, keep**2, 1 + keep**3], atol=1e-11)
    assert lesson.CATS[1] == "cats" and len(lesson.one_unit(0.5)) == len(lesson.CATS)


def test_the_slope_along_a_sequence_is_the_fit_to_its_own_norms():
    (along,) = lesson.slopes_along(2, ends=(160, 200), seeds=1, H=8)
    cell = GatedCell(8, 8, init="uniform", gate_bias=2)
    trace = cell.unroll(lesson.inputs(0.1, (200, 8), 0, 1))
    for slope, end in zip(along, (160, 200)):
        logs = memory.norms_back(cell, trace, end - 1, lesson.LAGS) * np.log(10)
        assert slope == pytest.approx(np.polyfit(lesson.LAGS, logs, 1)[0])


def test_states_are_largest_entries_and_stay_under_their_bounds():
    free, gru, lstm = (lesson.states(kind, 2.0, seeds=2, H=8, steps=100) for kind in lesson.CELLS)
    assert free.shape == (2, 100) and (free <= np.arange(1, 101)).all() and (gru < 1).all()
    cell = lesson.LSTMCell(8, 8, init="uniform", seed=1, gate_bias=2.0)
    c = cell.unroll(lesson.inputs(0.1, (100, 8), 1, 1)).c
    np.testing.assert_array_equal(lstm[1], np.abs(c).max(axis=1))
    with pytest.raises(ValueError, match="kind.*'plain'"):
        lesson.states("plain", 2.0)


@pytest.mark.parametrize(("G1", "G2"), [(0.0, 1.0), (1.0, 0.0), (0.881, 0.119), (1.0, 1.0)])
def test_held_gates_stand_where_they_are_held(G1, G2):
    cell = lesson.held(GatedCell(3, 4), G1, G2)
    gates = cell.unroll(5 * RNG.standard_normal((6, 3))).gates
    np.testing.assert_allclose(gates["G1"], G1, atol=1e-15)
    np.testing.assert_allclose(gates["G2"], G2, atol=1e-15)


def test_tied_gates_add_up_to_1_in_each_unit_at_each_step():
    cell = lesson.tied(GatedCell(3, 4, gate_bias=1.0))
    gates = cell.unroll(RNG.standard_normal((6, 3))).gates
    np.testing.assert_allclose(gates["G1"] + gates["G2"], 1.0, atol=1e-15)
    assert np.ptp(gates["G1"]) > 0.01


def test_a_gate_is_opened_by_the_bias_that_it_has_there():
    for G in (0.1, 0.5, 0.9):
        assert lesson.gate(lesson.opening(G)) == pytest.approx(G)
    assert lesson.gate(0) == 0.5 and lesson.gate(-1e4) == 0 and lesson.gate(1e4) == 1
    for G in (-0.1, 1.1):
        with pytest.raises(ValueError, match="from 0 to 1"):
            lesson.opening(G)
    with pytest.raises(ValueError, match="G1"):
        lesson.held(GatedCell(2, 2), np.nan, 0.5)


def test_open_free_gates_have_a_slope_at_each_place_that_comes_nearer_to_0():
    early, late = lesson.slopes_along(2, (160, 2000)).T
    assert early.min() > 0.03 and abs(np.median(late)) < 0.02 and (late < early).all()
