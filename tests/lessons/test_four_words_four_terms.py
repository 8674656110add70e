"""What notebook 03 measures, against the slow way."""

import numpy as np
import pytest

from bptt_lab.lessons import four_words_four_terms as lesson

PYTORCH = "U(±1/√H), PyTorch"


@pytest.mark.parametrize("start", lesson.STARTS)
def test_first_over_last_is_a_ratio_of_terms(start):
    ratios = lesson.first_over_last(start, 0.1, seeds=3, H=8, I=5)
    for ratio, (model, x, targets) in zip(ratios, lesson.nets(start, 8, 5, 4, 0.1, range(3))):
        terms = model.chain_rule_terms(model.forward(x, targets), 3)
        assert ratio == pytest.approx(np.linalg.norm(terms[0].gradient) / np.linalg.norm(terms[3].gradient))


def test_the_first_of_one_word_is_the_last():
    assert lesson.first_over_last("Glorot", 0.1, seeds=3, H=4, T=1) == pytest.approx(1)


def test_where_every_relu_is_off_the_ratio_is_zero_and_never_nan():
    ratios = lesson.first_over_last("N(0, 1), ReLU", 0.1, seeds=50, H=1)
    assert (ratios == 0).any() and np.isfinite(ratios).all()


def test_a_ratio_says_vanished_and_exploded():
    assert (lesson.first_over_last("N(0, .01²)", 0.1, seeds=2, H=8, T=400) == 0).all()
    assert (lesson.first_over_last("N(0, 1), ReLU", 0.1, seeds=2, T=600) == np.inf).all()


def test_the_starts_have_the_deviation_that_they_name():
    H = 100
    named = {"N(0, .01²)": 0.01, PYTORCH: 1 / (3 * H) ** 0.5, "N(0, .1²)": 0.1, "Glorot": H**-0.5, "orthogonal": H**-0.5}
    named |= {"N(0, 1)": 1, "N(0, 1), ReLU": 1}
    assert list(named) == list(lesson.STARTS)
    for start, deviation in named.items():
        model, *_ = next(lesson.nets(start, H, 5, 2, 0.1, [0]))
        assert model.cell.params["W_hh"].std() == pytest.approx(deviation, rel=0.03)
        assert model.cell.activation.name == ("relu" if "ReLU" in start else "tanh")


def test_a_swap_is_what_two_sentences_that_differ_in_word_1_show():
    found = lesson.swap_first_word(PYTORCH, 0.5, seeds=3, H=6, I=5)
    for seed, (model, x, targets) in enumerate(lesson.nets(PYTORCH, 6, 5, 4, 0.5, range(3))):
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


def test_medians_are_taken_entry_by_entry():
    assert lesson.medians({"a": np.array([1.0, 2.0, 9.0]), "b": np.array([4.0])}) == {"a": 2.0, "b": 4.0}
