"""The switch of notebook 08: its curves against one net at a time, and what it says."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.explore.cell_switch import HIDDEN, CellSwitch
from bptt_lab.explore.sentence_net import PREFIXES
from bptt_lab.lessons import gru_and_lstm as roads
from bptt_lab.tasks import vocabulary

SETTINGS = [
    {"reset": "after", "z": "keeps", "forget": "with", "gate_bias": 2, "weight_scale": 1.0, "length": 23},
    {"reset": "before", "z": "keeps", "forget": "without", "gate_bias": 0, "weight_scale": 2.15, "length": 16},
    {"reset": "before", "z": "writes", "forget": "with", "gate_bias": -1, "weight_scale": 0.316, "length": 8},
    {"reset": "after", "z": "writes", "forget": "without", "gate_bias": 4, "weight_scale": 3.16, "length": 23},
]


def products(cell, trace, T):
    found = [np.eye(cell.jacobian(trace, 0).shape[-1])]
    for t in range(T - 1, 0, -1):
        found.append(found[-1] @ cell.jacobian(trace, t))
    return [block[-HIDDEN:, -HIDDEN:] for block in found]


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_curves_are_those_of_one_net_with_scale_and_bias_in_its_weights(setting):
    curves, T = CellSwitch(**setting).curves(), setting["length"]
    x = vocabulary.encode(" ".join(PREFIXES[T]))
    start = {"init": "uniform", "weight_scale": setting["weight_scale"], "gate_bias": setting["gate_bias"]}
    gru = bl.GRUCell(98, HIDDEN, reset_after=setting["reset"] == "after", **start)
    if setting["z"] == "writes":
        roads.z_writes(gru)
    lstm = bl.LSTMCell(98, HIDDEN, **start)
    if setting["forget"] == "without":
        roads.without_forget_gate(lstm)
    for name, cell, gate in (("gru", gru, "update"), ("lstm", lstm, "forget")):
        trace = cell.unroll(x)
        true = [np.linalg.norm(block) / HIDDEN**0.5 for block in products(cell, trace, T)]
        direct = [np.sqrt((trace.gates[gate][T - lag :].prod(axis=0) ** 2).mean()) for lag in range(T)]
        np.testing.assert_allclose(curves[f"{name}_true"], true, rtol=1e-4, atol=1e-37)
        np.testing.assert_allclose(curves[f"{name}_direct"], direct, rtol=1e-5, atol=1e-37)


def test_without_a_forget_gate_the_direct_road_is_the_identity():
    assert (CellSwitch(forget="without", gate_bias=-2).curves()["lstm_direct"] == 1).all()


def test_a_bias_opens_a_z_that_keeps_and_closes_the_memory_of_one_that_writes():
    keeps, writes = (CellSwitch(z=z, gate_bias=3).curves()["gru_true"][-1] for z in ("keeps", "writes"))
    assert writes < 1e-6 < 1e-2 < keeps


def test_the_sentence_names_the_forms_and_reads_off():
    explorer = CellSwitch()
    assert "At “cats”, steps back: 21. Gate bias 2. GRU (reset after the product, z keeps)" in explorer.sentence()
    explorer.reset, explorer.z, explorer.forget, explorer.lag = "before", "writes", "without", 6
    assert (
        "At “beside”, steps back: 6." in explorer.sentence() and "GRU (reset before the product, z writes)" in explorer.sentence()
    )
    assert "LSTM (without a forget gate), its c" in explorer.sentence()
    explorer.length = 4  # the place is not on this curve: the cats again
    assert explorer.sentence().startswith("At “cats”, steps back: 2.")
