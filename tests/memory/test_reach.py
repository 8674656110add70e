"""What reaches the subject and what is held of it, measured on nets whose answer is known."""

import numpy as np
import pytest

from bptt_lab import RNNCell, SequenceModel
from bptt_lab.experiments.training import CELLS, make
from bptt_lab.memory import reach
from bptt_lab.tasks import Agreement


def net(cell="tanh", seed=0, **task):
    return make({"cell": cell, "task": ["Agreement", task], "seed": seed})[1]


def test_sentences_are_those_of_the_task_and_say_which_subject_is_plural():
    x, plural = reach.sentences(7, 6)
    assert x.shape == (9, 6, len(Agreement.vocabulary)) and set(plural) == {0, 1}
    for b, number in enumerate(plural):
        subject = Agreement().decode(x[:, b]).split()[reach.SUBJECT]
        assert (subject.endswith("s") or subject == "children") == number


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_is_each_sentence_s_own(cell):
    model, n = net(cell), 5
    x, plural = reach.sentences(4, n)
    T, norms, ratios = len(x), [], []
    for b in range(n):
        run = model.forward(x[:, b], np.full(T, plural[b]), np.arange(T) == T - 1)
        dx = model.backward(run)["x"]
        norms.append(np.log10(np.linalg.norm(dx[reach.SUBJECT])))
        ratios.append(norms[-1] - np.log10(np.linalg.norm(dx[-1])))
    found = reach.gradient(model, 4, n)
    assert np.allclose([found["norm"], found["ratio"]], [np.median(norms), np.median(ratios)], rtol=1e-9)


def test_next_to_the_verb_nothing_is_lost():
    assert reach.gradient(net(), 0)["ratio"] == 0


def test_a_language_model_is_measured_at_its_verb_alone():
    model = net(targets="all")
    assert -4 < reach.gradient(model, 10)["ratio"] < -1
    assert 0.3 < reach.right(model, 10, n=200) < 0.7


def test_signal_to_noise_is_of_the_signed_rows_and_of_no_scale():
    rng = np.random.default_rng(0)
    signs = np.resize([1, -1], 400)
    rows = signs[:, None] * (np.array([3.0, 0.0, 4.0]) + rng.standard_normal((400, 3)))
    assert reach.signal_to_noise(rows, signs) == pytest.approx(5 / 3**0.5, rel=0.1)
    assert reach.signal_to_noise(rows, np.ones(400)) < 0.2  # unsigned, the two halves cancel
    assert reach.signal_to_noise(1e-200 * rows, signs) == pytest.approx(reach.signal_to_noise(rows, signs))
    assert reach.signal_to_noise(0 * rows, signs) == 0
    assert reach.signal_to_noise(np.ones((3, 2)), np.ones(3)) == np.inf, "all agree, and there is no noise"


def test_norms_survive_where_squares_do_not():
    assert np.allclose(reach.log10_norms(np.array([[3e-200, 4e-200], [3e200, 4e200]])), np.log10(5) + [-200, 200])
    assert reach.log10_norms(np.zeros((1, 3))) == -np.inf


def test_a_net_whose_weights_are_huge_has_vanished_and_gives_no_nan():
    model = SequenceModel(RNNCell(Agreement.input_size, 4, weight_scale=1e6), 2)
    assert reach.gradient(model, 5, n=20)["ratio"] == -np.inf


def test_a_fresh_net_remembers_the_last_word_and_has_forgotten_the_sixth_from_the_end():
    assert reach.held(net(), 0) == 1
    assert reach.held(net(), 5) == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("activation, scale", [("relu", 1e30), ("relu", -1e30), ("relu", 0.0), ("tanh", 0.0), ("tanh", 1e6)])
@pytest.mark.parametrize("distance", (0, 1, 30))
def test_exploded_and_vanished_are_results(activation, scale, distance):
    cell = RNNCell(Agreement.input_size, 4, activation, scale, "identity")
    found = reach.gradient(SequenceModel(cell, 2), distance, n=20)
    assert not np.isnan(list(found.values())).any() and found["snr"] < np.inf
    if activation == "relu" and scale == 1e30 and distance == 1:
        assert found["ratio"] == pytest.approx(30)
