"""What notebook 02 measures, against the slow way."""

import numpy as np
import pytest

from bptt_lab import RNNCell, SequenceModel, chain_rule
from bptt_lab.lessons import the_chain_rule_through_time as lesson
from bptt_lab.tasks import vocabulary

SENTENCE = "the cats were hungry"
X, TARGETS = vocabulary.encode(SENTENCE), vocabulary.next_words(SENTENCE)


def recursion(dh_dW, cell, trace, t):
    return chain_rule.immediate(cell, trace, t, "W_x")[0] + np.tensordot(cell.jacobian(trace, t), dh_dW, axes=1)


def way_back(net, run, matrix, tokens):
    da, back = np.zeros(run.trace.h.shape), 0.0
    for t in reversed(range(len(da))):
        da[t] = (1 - run.trace.h[t] ** 2) * (run.dh[t, 0] * (t in tokens) + back)
        back = matrix @ da[t]
    return da.T @ run.trace.x


def test_a_spread_is_the_median_and_where_nine_seeds_of_ten_lie():
    assert lesson.spread(np.arange(101.0), ".0f") == "50 (5 to 95)"
    assert lesson.spread(np.arange(101.0) / 1e5) == "5.00·10⁻⁴ (5.00·10⁻⁵ to 9.50·10⁻⁴)"


def test_four_ways_give_one_gradient_and_terms_only_of_what_is_asked_for():
    rng = np.random.default_rng(0)
    model, x, targets = SequenceModel(RNNCell(3, 4), 5), rng.standard_normal((6, 3)), rng.integers(5, size=6)
    bptt = model.gradient(x, targets)[1]
    found = {way: call() for way, call in lesson.four_ways(model, x, targets).items()}
    assert list(found) == list(lesson.multiplications(6, 4, 3, 5)) == ["BPTT", "terms", "RTRL", "differences"]
    for way, grads in found.items():
        assert set(model.cell.params) <= set(grads)
        assert lesson.difference(grads, bptt) < (1e-6 if way == "differences" else 1e-12)
    assert set(lesson.four_ways(model, x, targets, ["W_hh"])["terms"]()) == {"W_hh"}


def test_the_multiplications_are_those_of_the_table():
    """A net so small that they can be counted: T = 2, one unit, one input, one output, so three weights."""
    assert lesson.multiplications(2, 1, 1, 1) == {"BPTT": 6, "terms": 9, "RTRL": 6, "differences": 36}


def test_a_difference_is_relative_to_the_largest_entry_and_takes_the_worst_name():
    right = {"W": np.array([1.0, -4.0]), "b": np.array([2.0])}
    assert lesson.difference({"W": np.array([2.0, -4.0]), "b": np.array([2.1]), "x": 7.0}, right) == 0.25


def test_forward_and_back_the_first_word_has_the_norm_of_its_term():
    found = lesson.both_ways(recursion, SENTENCE, H=5, seeds=2)
    for seed, model in enumerate(lesson.readers(5, 2, "uniform")):
        run = model.forward(X, TARGETS)
        for t in range(4):
            terms = model.chain_rule_terms(run, t)
            assert found["word 1 forward"][seed, t] == pytest.approx(terms[0].norm, rel=1e-10)
            assert found["word 1 back"][seed, t] == pytest.approx(terms[0].norm, rel=1e-10)
            assert found["whole"][seed, t] == pytest.approx(np.linalg.norm(sum(term.gradient for term in terms)))


def test_a_lost_transpose_changes_nothing_where_it_is_not_lost():
    def symmetric(net, run, matrix, tokens):
        return way_back(net, run, net.params["W_hh"].T, tokens)

    for values in lesson.lost_transpose(symmetric, SENTENCE, 5, "normal", 1.0, seeds=3).values():
        assert values == pytest.approx(np.ones(3))
    found = lesson.lost_transpose(way_back, SENTENCE, 5, "normal", 2.0, seeds=2)
    for seed, model in enumerate(lesson.readers(5, 2, "normal", 2.0)):
        right = model.gradient(X, TARGETS)[1]["W_x"]
        wrong = way_back(model, model.forward(X, TARGETS), model.params["W_hh"], range(4))
        assert found["norms"][seed] == pytest.approx(np.linalg.norm(wrong) / np.linalg.norm(right))
        unit = right / np.linalg.norm(right), wrong / np.linalg.norm(wrong)
        assert found["cosine"][seed] == pytest.approx((unit[0] * unit[1]).sum())
        assert found["word 1"][seed] < 0.99


def test_losses_around_are_those_of_nets_whose_weights_were_scaled():
    steps = np.array([0.1, 1e-4])
    up, here, down, true = lesson.losses_around(SENTENCE, steps, H=4, seeds=2)
    for seed, model in enumerate(lesson.readers(4, 2)):
        W = model.params["W_hh"].copy()
        for losses, factors in ((up, 1 + steps), (here, [1.0]), (down, 1 - steps)):
            for i, factor in enumerate(factors):
                model.params["W_hh"] = factor * W
                assert losses[seed, i] == pytest.approx(model.forward(X, TARGETS).loss, rel=1e-13)
        assert (up - down)[seed, 1] / 2e-4 == pytest.approx(true[seed, 0], rel=1e-5)
