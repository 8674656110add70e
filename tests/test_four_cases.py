"""The four cases: the nets made by hand do what their docstrings prove, and each case is where its name says."""

import numpy as np
import pytest

from bptt_lab import LSTMCell, four_cases, memory
from bptt_lab.tasks import Agreement
from bptt_lab.tasks.vocabulary import VOCABULARY


def sentences(distance):
    x, targets, _ = Agreement(distance).batch(400, np.random.default_rng(3))
    return x, targets[-1] == 1


@pytest.mark.parametrize("distance", (0, 30, 300))
def test_the_nets_made_by_hand_are_right_at_any_distance(distance):
    x, plural = sentences(distance)
    assert ((four_cases.latch().unroll(x).h[-1, :, 0] > 0) == plural).all()
    counted = four_cases.count().unroll(x).h[-1]
    assert ((counted[:, 0] > counted[:, 1]) == plural).all()


def test_a_thousand_nouns_of_the_other_number_do_not_turn_the_latch():
    x = np.zeros((1000, len(VOCABULARY)))
    x[:, VOCABULARY.index("cat")] = 1
    assert (four_cases.latch().unroll(x, h0=np.array([0.9575])).h > 0.7).all()


def test_number_knows_all_and_only_the_nouns():
    number = dict(zip(VOCABULARY, four_cases.number()))
    assert number["child"] == number["key"] == -1 and number["children"] == number["pictures"] == 1
    assert np.abs(four_cases.number()).sum() == 30 and number["the"] == number["I"] == number["some"] == 0


def test_all_four_are_where_their_names_say():
    for (gradient, word), found in four_cases.all_four().items():
        assert found["gradient"].shape == found["memory"].shape == (5,)
        assert (found["gradient"] < -15).all() if gradient == "vanished" else (found["gradient"] > 8).all()
        assert (found["memory"] == 1).all() if word == "remembered" else (np.abs(found["memory"] - 0.5) < 0.12).all()


def test_the_gradient_is_the_norm_of_the_product_of_jacobians_also_of_a_pair():
    cell, d = LSTMCell(Agreement.input_size, 6), 5
    x, _, _ = Agreement(d).batch(20, np.random.default_rng(0))
    trace = cell.unroll(x)
    norms = np.linalg.norm(memory.jacobian_product(cell, trace, d + 1, 1), 2, axis=(1, 2))
    assert four_cases.measure(cell, d, n=20)["gradient"] == pytest.approx(np.median(np.log10(norms)))
    assert four_cases.measure(cell, 0, n=20)["gradient"] == 0
