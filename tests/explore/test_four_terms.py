"""The table of the four terms, against one net at a time."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.explore import FourTerms
from bptt_lab.explore.four_terms import HIDDEN, LENGTHS, SCALES
from bptt_lab.explore.sentence_net import PREFIXES
from bptt_lab.tasks import vocabulary

SETTINGS = [(0, 1.0, 16, 5), (2, 1.0, 23, 0), (-2, 0.316, 8, 8), (5, 3.16, 23, 20), (1, 10.0, 1, 0)]


def one_net(gate_bias, weight_scale, length):
    cell = bl.GatedCell(98, HIDDEN, weight_scale, "uniform", gate_bias=gate_bias)
    return cell, cell.unroll(vocabulary.encode(" ".join(PREFIXES[length])))


@pytest.mark.parametrize(("gate_bias", "weight_scale", "length", "word"), SETTINGS)
def test_the_table_holds_the_net_of_these_settings(gate_bias, weight_scale, length, word):
    explorer = FourTerms(gate_bias=gate_bias, weight_scale=weight_scale, length=length, word=word)
    cell, trace = one_net(gate_bias, weight_scale, length)
    k = word or length
    for name, matrix in {**cell.jacobian_terms(trace, k - 1), "J": cell.jacobian(trace, k - 1)}.items():
        assert explorer.terms()[name] == pytest.approx(np.linalg.norm(matrix, 2), rel=1e-5)
    np.testing.assert_allclose(explorer.at("states"), np.abs(trace.h).max(axis=1), rtol=1e-5)
    products = [np.linalg.norm(bl.memory.jacobian_product(cell, trace, length - 1, k), 2) for k in range(length)]
    np.testing.assert_allclose(explorer.norms(), products, rtol=1e-4)
    assert explorer.at_cats() == pytest.approx(products[PREFIXES[length].index("cats")], rel=1e-4)


def test_the_sentence_gives_half_life_terms_and_verdict():
    explorer = FourTerms(gate_bias=2)
    assert "near f = 0.881; alone it halves a gradient in 5.46 steps" in explorer.sentence()
    assert "Each of the four is at most 1, and J is above 1." in explorer.sentence()
    explorer.gate_bias = 0
    assert "f = 0.500" in explorer.sentence() and "in 1.00 steps" in explorer.sentence()
    assert "Each of the four is at most 1, and so is J." in explorer.sentence()
    explorer.gate_bias, explorer.weight_scale = 2, 3.16
    assert "Not each of the four is at most 1." in explorer.sentence()
    explorer.gate_bias = -2
    assert "At bias −2" in explorer.sentence()


def test_the_words_are_named_where_numbers_are_told():
    said = FourTerms(gate_bias=2, word=2).sentence()
    assert "At “cats”, 21 steps back, f as the only factor" in said and "At word 2, “cats”: keep" in said
    assert FourTerms(gate_bias=2).still()[0][0] == "dh_T/dh_k, “morning”, 0 back"
    assert any("“cats”, 21 back" in label for label, _ in FourTerms().still())


def test_one_word_has_no_way_back_and_the_terms_of_the_start():
    explorer = FourTerms(length=1)
    assert explorer.norms() == [1.0] and "steps back" not in explorer.sentence()
    assert explorer.terms()["dG1"] == 0, "the start is 0, and this term carries it"


def test_a_word_that_is_not_in_this_sentence_reads_off_the_last():
    explorer = FourTerms(word=17)
    assert "At word 17, “beside”:" in explorer.sentence()
    explorer.length = 8
    assert "At word 8, “morning”:" in explorer.sentence()


def test_the_state_grows_at_bias_2_and_the_term_that_carries_it_and_not_at_bias_0():
    assert max(FourTerms().at("states")) < 0.5
    explorer = FourTerms(gate_bias=2)
    assert explorer.at("states")[-1] > 3 and all(size <= word for word, size in enumerate(explorer.at("states"), start=1))
    explorer.word, last = 2, explorer.terms()["dG1"]
    assert last > 10 * explorer.terms()["dG1"]


def test_grids_and_the_size_of_what_is_sent():
    assert SCALES[0] == 0.1 and 1.0 in SCALES and SCALES[-1] == 10.0 and FourTerms(length=20).length == 23
    assert LENGTHS == (1, 2, 4, 8, 16, 23) and len(FourTerms().table) < 200_000
