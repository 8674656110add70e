"""The pad of the two gates, against one net at a time, and the nets that its places are."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.explore import GatePad
from bptt_lab.explore.gate_pad import BIASES, HIDDEN, LENGTHS, PLACES, SCALES, VALUES
from bptt_lab.explore.sentence_net import PREFIXES
from bptt_lab.lessons import gates as free_gates
from bptt_lab.tasks import vocabulary

V = len(vocabulary.VOCABULARY)


def heard(length):
    return vocabulary.encode(" ".join(PREFIXES[length]))


def pad_cell(gates, b1, b2, weight_scale):
    """The net of the pad alone: its biases are in its own b."""
    wide = bl.GatedCell(V + 2, HIDDEN, weight_scale)
    cell = bl.GatedCell(V, HIDDEN, weight_scale)
    cell.params["W_x"], cell.params["W_hh"] = wide.params["W_x"][:, :V], wide.params["W_hh"]
    if gates == "tied":
        free_gates.tied(cell)
    for name, bias in (("G1", b1), ("G2", b2)):
        rows = cell.rows_of(name)
        if gates == "held":
            cell.params["W_x"][rows] = cell.params["W_hh"][rows] = 0.0
        cell.params["b"][rows] = bias
    return cell


@pytest.mark.parametrize("gates", ["free", "tied", "held"])
@pytest.mark.parametrize(
    ("b1", "weight_scale", "length"), [(0, 1.0, 23), (2, 2.15, 8), (4, 0.464, 16), (free_gates.SHUT, 1.0, 4)]
)
def test_the_table_holds_the_net_of_these_settings(gates, b1, weight_scale, length):
    b2 = -b1 if gates == "tied" else 1
    explorer = GatePad(G1=free_gates.gate(b1), G2=free_gates.gate(b2), gates=gates, weight_scale=weight_scale, length=length)
    cell = pad_cell(gates, b1, b2, weight_scale)
    trace = cell.unroll(heard(length))
    found = explorer.numbers()
    product = bl.memory.jacobian_product(cell, trace, length - 1, 1)  # word 2, the cats
    assert found["gradient"] == pytest.approx(np.linalg.norm(product, 2), rel=1e-4)
    assert found["state"] == pytest.approx(np.abs(trace.h[-1]).max(), rel=1e-5)
    for name in ("G1", "G2"):
        assert found[name] == pytest.approx(trace.gates[name].mean(), rel=1e-5)


def test_the_plain_net_is_a_place():
    wide = bl.GatedCell(V + 2, HIDDEN)
    plain = bl.RNNCell(V, HIDDEN)
    rows = wide.rows_of("candidate")
    plain.params["W_x"], plain.params["W_hh"] = wide.params["W_x"][rows, :V], wide.params["W_hh"][rows]
    trace = plain.unroll(heard(23))
    found = GatePad(gates="held", G1=0.0, G2=1.0).numbers()
    assert found["gradient"] == pytest.approx(np.linalg.norm(bl.memory.jacobian_product(plain, trace, 22, 1), 2), rel=1e-5)
    assert found["state"] == pytest.approx(np.abs(trace.h[-1]).max(), rel=1e-5)


def test_what_keeps_all_and_hears_nothing_has_a_gradient_of_1_and_a_state_of_0():
    for gates in ("free", "held"):
        found = GatePad(gates=gates, G1=1.0, G2=0.0).numbers()
        assert found["gradient"] == pytest.approx(1.0) and found["state"] < 1e-12


def test_tied_gates_stand_on_their_line_whatever_the_other_slider_says():
    explorer = GatePad(gates="tied", G1=0.881, G2=1.0)
    before = explorer.numbers()
    assert before["G1"] + before["G2"] == pytest.approx(1.0) and before["state"] < 1
    explorer.G2 = 0.0
    assert explorer.numbers() == before


def test_each_place_is_on_the_grid_and_says_what_it_is():
    explorer = GatePad()
    for name, gates, G1, G2 in PLACES:
        assert G1 in VALUES and G2 in VALUES
        explorer.gates, explorer.G1, explorer.G2 = gates, G1, G2
        assert explorer.sentence().endswith(f"{explorer.words[f'place_{name}']}: {explorer.words[f'is_{name}']}")
    explorer.G2 = 0.0
    assert not explorer.sentence().endswith(explorer.words["is_article"])


def test_the_lstm_s_difference_is_said():
    assert "never c itself" in GatePad().words["is_lstm"]


def test_grids_and_the_size_of_what_is_sent():
    assert BIASES == tuple(-bias for bias in reversed(BIASES)) and VALUES[0] == 0 and VALUES[-1] == 1
    assert 1.0 in SCALES and LENGTHS == (4, 8, 16, 23) and len(GatePad().table) < 300_000


def test_a_state_of_0_is_called_0_and_not_vanished():
    assert "the largest entry of the state is 0." in GatePad(gates="held", G1=1.0, G2=0.0).sentence()
