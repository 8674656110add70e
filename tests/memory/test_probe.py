import numpy as np
import pytest

from bptt_lab.memory.reach import probe


def test_a_line_reads_what_a_line_can_and_nothing_from_noise():
    rng = np.random.default_rng(0)
    states = rng.standard_normal((4000, 5))
    assert probe(states, states[:, 0] + 2 * states[:, 1] > 0.3) > 0.97
    assert probe(states, rng.integers(2, size=4000)) == pytest.approx(0.5, abs=0.04)
    assert probe(states, states[:, 0] * states[:, 1] > 0) == pytest.approx(0.5, abs=0.05)  # folded up


def test_it_is_scored_on_states_that_it_was_not_fitted_to():
    rng = np.random.default_rng(1)
    assert probe(rng.standard_normal((80, 60)), rng.integers(2, size=80)) < 0.8  # it fits 40 points by heart


def test_more_than_two_classes_and_states_of_any_scale():
    rng = np.random.default_rng(2)
    states = rng.standard_normal((2000, 4))
    for scale in (1e-90, 1.0, 1e90):
        assert probe(scale * states + 3 * scale * np.eye(4)[rng.integers(4, size=2000)], np.arange(2000) % 4) < 0.35
        classes = rng.integers(4, size=2000)
        assert probe(scale * (states + 20 * np.eye(4)[classes]), classes) > 0.99


def test_states_that_all_are_zero_tell_nothing():
    assert probe(np.zeros((100, 3)), np.arange(100) % 2) == 0.5


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: probe(np.zeros(4), np.zeros(4)), "states"),
        (lambda: probe(np.zeros((3, 1)), np.zeros(3)), "states"),
        (lambda: probe(np.full((4, 1), np.nan), np.zeros(4)), "states"),
        (lambda: probe(np.zeros((4, 1)), np.zeros(3)), "labels"),
        (lambda: probe(np.zeros((4, 1)), np.zeros(4), ridge=0), "ridge"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(ValueError, match=rf"^{name}: got .*, expected "):
        call()
