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


def test_four_ways_give_one_gradient():
    rng = np.random.default_rng(0)
    model, x, targets = SequenceModel(RNNCell(3, 4), 5), rng.standard_normal((6, 3)), rng.integers(5, size=6)
    bptt = model.gradient(x, targets)[1]
    found = {way: call() for way, call in lesson.four_ways(model, x, targets).items()}
    assert list(found) == list(lesson.multiplications(6, 4, 3, 5)) == ["BPTT", "terms", "RTRL", "differences"]
    for way, grads in found.items():
        assert set(model.cell.params) <= set(grads)
        assert lesson.difference(grads, bptt) < (1e-6 if way == "differences" else 1e-12)


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


def test_a_first_word_that_is_moved_shows_the_derivative_where_the_net_lets_it():
    steps = np.array([1e-3, 1e-5, 1e-9])
    one, both = lesson.first_word_moved(1.0, steps, H=6, T=5)
    assert both[1] < 1e-6 < one[0] and both[0] < one[0] / 10
    assert both[1] < both[2], "a short step drowns in rounding"
    assert lesson.first_word_moved(0.01, steps, H=6, T=60)[1].min() > 0.1


def test_the_three_verdicts():
    assert lesson.verdicts(1.0, H=6, T=5) == ["agrees", "wrong"]
    assert lesson.verdicts(3.0) == ["no answer", "no answer"]


def test_single_nets_carry_apart_with_the_transpose_lost_as_the_explorer_shows():
    from bptt_lab.explore import GradientByLag

    near, far = (lesson.lost_far(steps) for steps in (23, 99))
    assert 0.7 < np.median(near) < 1.4 and np.mean(np.abs(np.log10(near)) > 1) < 0.05
    assert 0.1 < np.mean(np.abs(np.log10(far)) > 1) < 0.3
    for net in (0, 2):
        explorer = GradientByLag(net=net)
        assert near[net] == pytest.approx(explorer.at("lost")[-1] / explorer.at("right")[-1], rel=1e-6)
    explorer = GradientByLag(length=4)
    bars = explorer.still()
    assert [norm for _, norm in bars[1::2]] == [explorer.at("lost")[lag] for lag in (0, 1, 3)] and "transpose lost" in bars[1][0]


def test_an_answer_is_covered_in_a_page_and_read_where_there_is_none():
    covered = lesson.Covered("a < b\nand b")
    assert repr(covered) == "a < b\nand b"
    assert (
        covered._repr_html_() == "<details><summary>Say it first, then open this.</summary><pre>a &lt; b\nand b</pre></details>"
    )


def test_a_bias_that_is_a_column_makes_norms_that_are_off_by_several_times():
    off = lesson.column_bias(seeds=20)
    assert off.shape == (20,) and off.min() >= 1 and 3 < np.median(off) < 12
