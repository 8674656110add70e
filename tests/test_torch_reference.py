"""PyTorch's results, from a small file that `data/make_torch_reference.py` made. PyTorch itself is not needed."""

import json
from pathlib import Path

import numpy as np
import pytest

import bptt_lab as bl
from tests.conftest import same

SOLVED = json.loads((Path(__file__).parent / "data" / "torch_reference.json").read_text(encoding="utf-8"))


def cell_of(case, weights):
    if "cell" in case:
        return {"GRU": bl.GRUCell, "LSTM": bl.LSTMCell}[case["cell"]].from_torch(weights)
    return bl.RNNCell.from_torch(weights, activation=case["nonlinearity"])


def name_of(case):
    return f"{case.get('cell') or case['nonlinearity']}-{case['loss']}-B{case['B']}"


@pytest.mark.parametrize("case", SOLVED["cases"], ids=name_of)
def test_states_losses_and_gradients_equal_pytorch_s(case):
    arrays = {name: np.array(value) for name, value in case["arrays"].items()}
    weights = {name: value for name, value in arrays.items() if name.startswith("rnn.")}
    model = bl.SequenceModel(cell_of(case, weights), case["O"], loss=case["loss"])
    model.params["W_oh"], model.params["b_o"] = arrays["W_oh"], arrays["b_o"]
    h0 = (arrays["h0"], arrays["c0"]) if "c0" in arrays else arrays["h0"]
    run = model.forward(arrays["x"], arrays["targets"], arrays["mask"], h0)
    same(run.trace.h, arrays["h"], 1e-12)
    same(run.y, arrays["y"], 1e-12)
    same(run.losses, arrays["losses"], 1e-12)
    assert run.loss == pytest.approx(float(arrays["loss"]), rel=1e-12)
    grads = model.backward(run)
    for name, value in model.cell.to_torch(grads).items():
        same(value, arrays[f"d rnn.{name}"])
    for name in ("x", "h0", "W_oh", "b_o", *(["c0"] if "c0" in arrays else [])):
        same(grads[name], arrays[f"d {name}"])
