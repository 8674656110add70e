"""The table of the four terms, against one net at a time."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.explore import FourTerms
from bptt_lab.explore.four_terms import HIDDEN, LENGTHS, SCALES, WORDS
from bptt_lab.lessons.vanishing_and_exploding import inputs

SETTINGS = [(0, 1.0, 16, 5), (2, 1.0, 64, 0), (-2, 0.316, 8, 8), (5, 3.16, 128, 100), (1, 10.0, 1, 0)]


def one_net(gate_bias, weight_scale, length):
    cell = bl.GatedCell(HIDDEN, HIDDEN, weight_scale, "uniform", gate_bias=gate_bias)
    return cell, cell.unroll(inputs(0.1, (LENGTHS[-1], HIDDEN), 0, 1)[:length])


@pytest.mark.parametrize(("gate_bias", "weight_scale", "length", "word"), SETTINGS)
def test_the_table_holds_the_net_of_these_settings(gate_bias, weight_scale, length, word):
    explorer = FourTerms(gate_bias=gate_bias, weight_scale=weight_scale, length=length, word=word)
    cell, trace = one_net(gate_bias, weight_scale, length)
    k = word or length
    for name, matrix in {**cell.jacobian_terms(trace, k - 1), "J": cell.jacobian(trace, k - 1)}.items():
        assert explorer.terms()[name] == pytest.approx(np.linalg.norm(matrix, 2), rel=1e-5)
    np.testing.assert_allclose(explorer.states(), np.abs(trace.h).max(axis=1), rtol=1e-5)
    norms = explorer.norms()
    assert list(norms) == [word for word in WORDS if word <= length]
    for word, norm in norms.items():
        product = bl.memory.jacobian_product(cell, trace, length - 1, word - 1)
        assert norm == pytest.approx(np.linalg.norm(product, 2), rel=1e-4)


def test_the_sentence_gives_half_life_terms_and_verdict():
    explorer = FourTerms(gate_bias=2, length=64)
    assert "near f = 0.881; alone it halves a gradient in 5.46 steps" in explorer.sentence()
    assert "Each of the four is at most 1, and J is above 1." in explorer.sentence()
    explorer.gate_bias = 0
    assert "f = 0.500" in explorer.sentence() and "in 1.00 steps" in explorer.sentence()
    assert "Each of the four is at most 1, and so is J." in explorer.sentence()
    explorer.gate_bias, explorer.weight_scale = 2, 3.16
    assert "Not each of the four is at most 1." in explorer.sentence()
    explorer.gate_bias = -2
    assert "At bias −2" in explorer.sentence()


def test_one_word_has_no_way_back_and_the_terms_of_the_start():
    explorer = FourTerms(length=1)
    assert explorer.norms() == {1: 1.0} and "Over" not in explorer.sentence()
    assert explorer.terms()["dG1"] == 0, "the start is 0, and this term carries it"


def test_a_word_is_read_off_where_it_was_computed():
    explorer = FourTerms(length=128)
    explorer.word = 18
    assert explorer.word in (16, 20) and f"At word {explorer.word}:" in explorer.sentence()
    explorer.length = 8  # the word is not in this sequence: the last one
    assert "At word 8:" in explorer.sentence() and explorer.word in (16, 20)


def test_the_state_grows_at_bias_2_and_does_not_at_bias_0():
    assert max(FourTerms(length=128).states()) < 1
    grown = FourTerms(length=128, gate_bias=2).states()
    assert grown[-1] > 10 and all(size <= word for word, size in enumerate(grown, start=1))


def test_grids_and_the_size_of_what_is_sent():
    assert SCALES[0] == 0.1 and 1.0 in SCALES and SCALES[-1] == 10.0 and FourTerms(length=100).length == 128
    assert len(FourTerms().table) < 300_000
