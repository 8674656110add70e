"""Forgotten and untrainable, each measured on nets whose answer is known."""

import numpy as np
import pytest

from bptt_lab import RNNCell, SequenceModel, memory, short_term
from bptt_lab.experiments.training import CELLS, make
from bptt_lab.tasks import Agreement


def net(cell="tanh", seed=0, **task):
    return make({"cell": cell, "task": ["Agreement", task], "seed": seed})[1]


def test_sentences_are_those_of_the_task_and_say_which_subject_is_plural():
    x, plural = short_term.sentences(7, 6)
    assert x.shape == (9, 6, len(Agreement.vocabulary)) and set(plural) == {0, 1}
    for b, number in enumerate(plural):
        subject = Agreement().decode(x[:, b]).split()[short_term.SUBJECT]
        assert (subject.endswith("s") or subject == "children") == number


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_is_each_sentence_s_own(cell):
    model, n = net(cell), 5
    x, plural = short_term.sentences(4, n)
    T, norms, ratios = len(x), [], []
    for b in range(n):
        run = model.forward(x[:, b], np.full(T, plural[b]), np.arange(T) == T - 1)
        dx = model.backward(run)["x"]
        norms.append(np.log10(np.linalg.norm(dx[short_term.SUBJECT])))
        ratios.append(norms[-1] - np.log10(np.linalg.norm(dx[-1])))
    found = short_term.gradient(model, 4, n)
    assert np.allclose([found["norm"], found["ratio"]], [np.median(norms), np.median(ratios)], rtol=1e-9)


def test_next_to_the_verb_nothing_is_lost():
    assert short_term.gradient(net(), 0)["ratio"] == 0


def test_a_language_model_is_measured_at_its_verb_alone():
    model = net(targets="all")
    assert -4 < short_term.gradient(model, 10)["ratio"] < -1
    assert 0.3 < short_term.right(model, 10, n=200) < 0.7


def test_signal_to_noise_is_of_the_signed_rows_and_of_no_scale():
    rng = np.random.default_rng(0)
    signs = np.resize([1, -1], 400)
    rows = signs[:, None] * (np.array([3.0, 0.0, 4.0]) + rng.standard_normal((400, 3)))
    assert short_term.signal_to_noise(rows, signs) == pytest.approx(5 / 3**0.5, rel=0.1)
    assert short_term.signal_to_noise(rows, np.ones(400)) < 0.2  # unsigned, the two halves cancel
    assert short_term.signal_to_noise(1e-200 * rows, signs) == pytest.approx(short_term.signal_to_noise(rows, signs))
    assert short_term.signal_to_noise(0 * rows, signs) == 0


def test_norms_survive_where_squares_do_not():
    assert np.allclose(short_term.log10_norms(np.array([[3e-200, 4e-200], [3e200, 4e200]])), np.log10(5) + [-200, 200])
    assert short_term.log10_norms(np.zeros((1, 3))) == -np.inf


def test_a_net_whose_weights_are_huge_has_vanished_and_gives_no_nan():
    model = SequenceModel(RNNCell(Agreement.input_size, 4, weight_scale=1e6), 2)
    assert short_term.gradient(model, 5, n=20)["ratio"] == -np.inf


def test_a_fresh_net_remembers_the_last_word_and_has_forgotten_the_sixth_from_the_end():
    assert short_term.remembered(net().cell, 0) == 1
    assert short_term.remembered(net().cell, 5) == pytest.approx(0.5, abs=0.08)


def test_the_latch_answers_at_any_distance_and_no_noun_turns_it():
    cell = short_term.latch()
    for distance in (0, 30, 300):
        x, plural = short_term.sentences(distance, 400)
        h = cell.unroll(x).h[short_term.SUBJECT :, :, 0]
        assert ((h > 0) == plural).all()
    x = np.zeros((1000, len(short_term.VOCABULARY)))
    x[:, short_term.VOCABULARY.index("cat")] = 1  # a thousand nouns of the other number
    assert (cell.unroll(x, h0=np.array([0.9575])).h > 0.7).all()


def test_the_count_is_right_by_its_largest_unit_at_any_distance():
    for distance in (0, 30, 300):
        x, plural = short_term.sentences(distance, 400)
        h = short_term.count().unroll(x).h[-1]
        assert ((h[:, 0] > h[:, 1]) == plural).all()


def test_nouns_knows_all_and_only_the_nouns_by_their_number():
    number = dict(zip(short_term.VOCABULARY, short_term.nouns()))
    assert number["child"] == number["key"] == -1 and number["children"] == number["pictures"] == 1
    assert np.abs(short_term.nouns()).sum() == 30 and number["the"] == number["I"] == number["some"] == 0


def test_all_four_cases_exist():
    for (message, state), found in short_term.four_cases().items():
        assert found["gradient"].shape == found["memory"].shape == (5,)
        assert (found["gradient"] < -15).all() if message == "vanished" else (found["gradient"] > 8).all()
        assert (found["memory"] == 1).all() if state == "remembered" else (np.abs(found["memory"] - 0.5) < 0.1).all()


def test_reach_is_the_norm_of_the_product_of_jacobians():
    cell, d = net("LSTM, open").cell, 6
    trace = cell.unroll(short_term.sentences(d, 1)[0])
    product = memory.jacobian_product(cell, trace, d + 1, 1)[0]
    assert short_term.reach(cell, d, n=1) == pytest.approx(np.log10(np.linalg.norm(product, 2)))
    assert short_term.reach(cell, 0) == 0


def test_the_scalar_latch_keeps_both_states_apart_while_its_gradient_is_gone():
    apart, gradient = short_term.scalar(2.0)
    assert apart == pytest.approx(1.915, abs=1e-3) and gradient == pytest.approx(-77.5, abs=0.1)
    lost, larger = short_term.scalar(0.9)
    assert lost < 1e-4 and larger - gradient > 70
    h = np.tanh(1.0)  # by hand: dh_T/dh_1 is the product of w (1 − h²)
    assert short_term.scalar(2.0, steps=1)[1] == pytest.approx(np.log10(2 * (1 - np.tanh(2 * h) ** 2)))
