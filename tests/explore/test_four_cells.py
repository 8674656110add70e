"""The colours of notebook 08, against one net at a time and against finite differences."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.explore import four_cells
from bptt_lab.explore.four_cells import ACTIVATIONS, BIASES, HIDDEN, LENGTHS, PREFIXES, SCALES, FourCells
from bptt_lab.tasks import vocabulary

KINDS = {"gated": bl.GatedCell, "gru": bl.GRUCell, "lstm": bl.LSTMCell}
SETTINGS = [(8, 1.0, 0, "tanh", 0), (4, 2.15, 4, "relu", 3), (16, 0.316, -2, "sigmoid", 1), (1, 1.0, 1, "tanh", 0)]


def one_net(cell, length, weight_scale, gate_bias, activation, net):
    """The same net alone: scale and bias are in its weights, no batch, no table."""
    start = {"weight_scale": weight_scale, "init": "uniform", "seed": net}
    if cell == "plain":
        return bl.RNNCell(98, HIDDEN, activation, **start)
    return KINDS[cell](98, HIDDEN, gate_bias=gate_bias, **start)


def setting(length, weight_scale, gate_bias, activation, net):
    return {"length": length, "weight_scale": weight_scale, "gate_bias": gate_bias, "activation": activation, "net": net}


@pytest.mark.parametrize("values", SETTINGS)
def test_the_table_holds_the_gradient_of_the_verb_s_loss_for_each_word(values):
    norms = FourCells(**setting(*values)).norms()
    x = vocabulary.encode(" ".join(PREFIXES[values[0]]))
    T = len(x)
    for cell in four_cells.CELLS:
        model = bl.SequenceModel(one_net(cell, *values), 98, seed=values[-1])
        targets = np.full(T, vocabulary.indices("were")[0])
        dx = model.gradient(x, targets, mask=np.arange(T) == T - 1)[1]["x"]
        np.testing.assert_allclose(norms[cell], np.linalg.norm(dx, axis=1), rtol=1e-5)


def test_the_gradient_is_what_nudging_a_word_finds():
    model = bl.SequenceModel(one_net("lstm", 4, 1.0, 2, "tanh", 0), 98)
    x, ε = vocabulary.encode("the cats I saw"), 1e-5
    targets, last = np.full(4, vocabulary.indices("were")[0]), np.arange(4) == 3
    slopes = []
    for j in range(98):
        nudge = np.zeros_like(x)
        nudge[1, j] = ε  # cats
        losses = [model.forward(x + sign * nudge, targets, mask=last).loss for sign in (1, -1)]
        slopes.append((losses[0] - losses[1]) / (2 * ε))
    assert FourCells(length=4, gate_bias=2).norms()["lstm"][1] == pytest.approx(np.linalg.norm(slopes), rel=1e-4)


def test_every_prefix_has_the_subject_and_asks_for_the_verb():
    assert LENGTHS == (1, 2, 4, 8, 16, 23)
    for n, words in PREFIXES.items():
        assert len(words) == n and words.count("cats") == 1
        vocabulary.encode(" ".join(words))


def test_the_sentence_says_which_gradient_it_is_and_reads_off_the_lit_word():
    explorer = FourCells(length=8, gate_bias=-1)
    said = explorer.sentence()
    assert "‖dL/dx_k‖" in said and "nothing is trained" in said and "gate bias −1" in said
    assert "word 2, “cats”, 6 back" in said
    explorer.lit = 8
    assert "word 8, “morning”, 0 back" in explorer.sentence()
    explorer.length = 4  # the lit word is not in this sentence: the subject again
    assert "word 2, “cats”, 2 back" in explorer.sentence()


def test_a_bias_moves_the_cells_with_gates_and_the_activation_the_plain_one_alone():
    explorer = FourCells()
    before = explorer.norms()
    explorer.gate_bias = 4
    after = explorer.norms()
    assert np.array_equal(before["plain"], after["plain"])
    assert all((after[cell] != before[cell]).any() for cell in KINDS)
    explorer.activation = "relu"
    assert all(np.array_equal(explorer.norms()[cell], after[cell]) for cell in KINDS)
    assert (explorer.norms()["plain"] != before["plain"]).any()


def test_another_net_sends_the_length_on_show_first():
    explorer, sent = FourCells(length=16), []
    explorer.observe(lambda _: sent.append(set(explorer.layout_of_table)), "table")
    explorer.net = 7
    assert sent[0] == {f"{cell}16" for cell in four_cells.CELLS} and len(sent[1]) == 4 * len(LENGTHS)


def test_settings_stay_on_their_grids():
    assert len(SCALES) == 13 and BIASES == tuple(range(-2, 6)) and ACTIVATIONS == ("tanh", "relu", "sigmoid")
    assert FourCells(length=20).length == 23 and FourCells(length=3).length in (2, 4)


@pytest.mark.parametrize("kind", [bl.RNNCell, bl.GatedCell, bl.GRUCell, bl.LSTMCell])
def test_a_cell_that_is_handed_in_stands_beside_the_four(kind):
    explorer = FourCells(cell=kind(98, HIDDEN, init="uniform", seed=3), length=4, net=3, weight_scale=2.15)
    norms = explorer.norms()
    twin = {bl.RNNCell: "plain", bl.GatedCell: "gated", bl.GRUCell: "gru", bl.LSTMCell: "lstm"}[kind]
    np.testing.assert_allclose(norms["yours"], norms[twin], rtol=1e-6)
    explorer.gate_bias = 3  # is of the four
    assert (explorer.norms()["yours"] == norms["yours"]).all()
    assert f"Your {kind.__name__}: {bl.text.say(norms['yours'][1])} there" in explorer.sentence()
    assert explorer.still()[-1][0] == f"your {kind.__name__}, “cats”"
    assert "Your" not in FourCells().sentence()


def test_a_cell_that_cannot_read_the_words_is_refused():
    with pytest.raises(ValueError, match="cell: .*input_size=98"):
        FourCells(cell=bl.GRUCell(97, 4))
