"""What notebooks 02 and 03 measure, against the slow way."""

import numpy as np
import pytest

from bptt_lab import RNNCell, SequenceModel, measure
from bptt_lab.tasks import vocabulary

PYTORCH = "U(±1/√H), PyTorch"


@pytest.mark.parametrize("start", measure.STARTS)
def test_first_over_last_is_a_ratio_of_terms(start):
    ratios = measure.first_over_last(start, 0.1, seeds=3, H=8, I=5)
    for ratio, (model, x, targets) in zip(ratios, measure.nets(start, 8, 5, 4, 0.1, range(3))):
        terms = model.chain_rule_terms(model.forward(x, targets), 3)
        assert ratio == pytest.approx(np.linalg.norm(terms[0].gradient) / np.linalg.norm(terms[3].gradient))


def test_the_first_of_one_word_is_the_last():
    assert measure.first_over_last("Glorot", 0.1, seeds=3, H=4, T=1) == pytest.approx(1)


def test_where_every_relu_is_off_the_ratio_is_zero_and_never_nan():
    ratios = measure.first_over_last("N(0, 1), ReLU", 0.1, seeds=50, H=1)
    assert (ratios == 0).any() and np.isfinite(ratios).all()


def test_a_ratio_says_vanished_and_exploded():
    assert (measure.first_over_last("N(0, .01²)", 0.1, seeds=2, H=8, T=400) == 0).all()
    assert (measure.first_over_last("N(0, 1), ReLU", 0.1, seeds=2, T=600) == np.inf).all()


def test_the_starts_have_the_deviation_that_they_name():
    H = 100
    named = {"N(0, .01²)": 0.01, PYTORCH: 1 / (3 * H) ** 0.5, "N(0, .1²)": 0.1, "Glorot": H**-0.5, "orthogonal": H**-0.5}
    named |= {"N(0, 1)": 1, "N(0, 1), ReLU": 1}
    assert list(named) == list(measure.STARTS)
    for start, deviation in named.items():
        model, *_ = next(measure.nets(start, H, 5, 2, 0.1, [0]))
        assert model.cell.params["W_hh"].std() == pytest.approx(deviation, rel=0.03)
        assert model.cell.activation.name == ("relu" if "ReLU" in start else "tanh")


def test_a_swap_is_what_two_sentences_that_differ_in_word_1_show():
    found = measure.swap_first_word(PYTORCH, 0.5, seeds=3, H=6, I=5)
    for seed, (model, x, targets) in enumerate(measure.nets(PYTORCH, 6, 5, 4, 0.5, range(3))):
        other = x.copy()
        other[0] = 0.5 * np.random.default_rng([seed, 2]).standard_normal(5)
        only_4 = np.arange(4) == 3
        norms = model.ledger(model.forward(x, targets))[3]
        before, after = (model.backward(model.forward(words, targets, mask=only_4)) for words in (x, other))
        first, first_after = (model.chain_rule_terms(model.forward(words, targets), 3)[0].gradient for words in (x, other))
        later, later_after = before["W_x"] - first, after["W_x"] - first_after
        change = {name: np.linalg.norm(after[name] - before[name]) / np.linalg.norm(before[name]) for name in before}
        assert found["term 1"][seed] == pytest.approx(norms[0] / np.linalg.norm(later))
        assert found["later terms"][seed] == pytest.approx(np.linalg.norm(later_after - later) / np.linalg.norm(later))
        assert found["dL_4/dW_hh"][seed] == pytest.approx(change["W_hh"])


def test_a_spread_is_the_median_and_where_nine_seeds_of_ten_lie():
    assert measure.spread(np.arange(101.0), ".0f") == "50 (5 to 95)"
    assert measure.spread(np.arange(101.0) / 1e5) == "5.00·10⁻⁴ (5.00·10⁻⁵ to 9.50·10⁻⁴)"


def test_medians_are_taken_entry_by_entry():
    assert measure.medians({"a": np.array([1.0, 2.0, 9.0]), "b": np.array([4.0])}) == {"a": 2.0, "b": 4.0}


# ---- notebook 02 ------------------------------------------------------------------------------------------------------

SENTENCE = "the cats were hungry"
X, TARGETS = vocabulary.encode(SENTENCE), vocabulary.next_words(SENTENCE)


def recursion(dh_dW, cell, trace, t):
    return cell.immediate(trace, t, "W_x")[0] + np.tensordot(cell.jacobian(trace, t), dh_dW, axes=1)


def way_back(net, run, matrix, tokens):
    da, back = np.zeros(run.trace.h.shape), 0.0
    for t in reversed(range(len(da))):
        da[t] = (1 - run.trace.h[t] ** 2) * (run.dh[t, 0] * (t in tokens) + back)
        back = matrix @ da[t]
    return da.T @ run.trace.x


def test_four_ways_give_one_gradient_and_terms_only_of_what_is_asked_for():
    rng = np.random.default_rng(0)
    model, x, targets = SequenceModel(RNNCell(3, 4), 5), rng.standard_normal((6, 3)), rng.integers(5, size=6)
    bptt = model.gradient(x, targets)[1]
    found = {way: call() for way, call in measure.four_ways(model, x, targets).items()}
    assert list(found) == list(measure.multiplications(6, 4, 3, 5)) == ["BPTT", "terms", "RTRL", "differences"]
    for way, grads in found.items():
        assert set(model.cell.params) <= set(grads)
        assert measure.difference(grads, bptt) < (1e-6 if way == "differences" else 1e-12)
    assert set(measure.four_ways(model, x, targets, ["W_hh"])["terms"]()) == {"W_hh"}


def test_the_multiplications_are_those_of_the_table():
    """A net so small that they can be counted: T = 2, one unit, one input, one output, so three weights."""
    assert measure.multiplications(2, 1, 1, 1) == {"BPTT": 6, "terms": 9, "RTRL": 6, "differences": 36}


def test_a_difference_is_relative_to_the_largest_entry_and_takes_the_worst_name():
    right = {"W": np.array([1.0, -4.0]), "b": np.array([2.0])}
    assert measure.difference({"W": np.array([2.0, -4.0]), "b": np.array([2.1]), "x": 7.0}, right) == 0.25


def test_forward_and_back_the_first_word_has_the_norm_of_its_term():
    found = measure.both_ways(recursion, SENTENCE, H=5, seeds=2)
    for seed, model in enumerate(measure.readers(5, 2, "uniform")):
        run = model.forward(X, TARGETS)
        for t in range(4):
            terms = model.chain_rule_terms(run, t)
            assert found["word 1 forward"][seed, t] == pytest.approx(terms[0].norm, rel=1e-10)
            assert found["word 1 back"][seed, t] == pytest.approx(terms[0].norm, rel=1e-10)
            assert found["whole"][seed, t] == pytest.approx(np.linalg.norm(sum(term.gradient for term in terms)))


def test_a_lost_transpose_changes_nothing_where_it_is_not_lost():
    def symmetric(net, run, matrix, tokens):
        return way_back(net, run, net.params["W_hh"].T, tokens)

    for values in measure.lost_transpose(symmetric, SENTENCE, 5, "normal", 1.0, seeds=3).values():
        assert values == pytest.approx(np.ones(3))
    found = measure.lost_transpose(way_back, SENTENCE, 5, "normal", 2.0, seeds=2)
    for seed, model in enumerate(measure.readers(5, 2, "normal", 2.0)):
        right = model.gradient(X, TARGETS)[1]["W_x"]
        wrong = way_back(model, model.forward(X, TARGETS), model.params["W_hh"], range(4))
        assert found["norms"][seed] == pytest.approx(np.linalg.norm(wrong) / np.linalg.norm(right))
        unit = right / np.linalg.norm(right), wrong / np.linalg.norm(wrong)
        assert found["cosine"][seed] == pytest.approx((unit[0] * unit[1]).sum())
        assert found["word 1"][seed] < 0.99


def test_losses_around_are_those_of_nets_whose_weights_were_scaled():
    steps = np.array([0.1, 1e-4])
    up, here, down, true = measure.losses_around(SENTENCE, steps, H=4, seeds=2)
    for seed, model in enumerate(measure.readers(4, 2)):
        W = model.params["W_hh"].copy()
        for losses, factors in ((up, 1 + steps), (here, [1.0]), (down, 1 - steps)):
            for i, factor in enumerate(factors):
                model.params["W_hh"] = factor * W
                assert losses[seed, i] == pytest.approx(model.forward(X, TARGETS).loss, rel=1e-13)
        assert (up - down)[seed, 1] / 2e-4 == pytest.approx(true[seed, 0], rel=1e-5)
