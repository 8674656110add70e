"""PyTorch's results, from a small file that `data/make_torch_reference.py` made. PyTorch itself is not needed."""

import json
from pathlib import Path

import numpy as np
import pytest

import bptt_lab as bl
from tests.conftest import same

SOLVED = json.loads((Path(__file__).parent / "data" / "torch_reference.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", SOLVED["cases"], ids=lambda case: f"{case['nonlinearity']}-{case['loss']}-B{case['B']}")
def test_states_losses_and_gradients_equal_pytorch_s(case):
    arrays = {name: np.array(value) for name, value in case["arrays"].items()}
    weights = {name: value for name, value in arrays.items() if name.startswith("rnn.")}
    model = bl.SequenceModel(bl.RNNCell.from_torch(weights, activation=case["nonlinearity"]), case["O"], loss=case["loss"])
    model.params["W_oh"], model.params["b_o"] = arrays["W_oh"], arrays["b_o"]
    run = model.forward(arrays["x"], arrays["targets"], arrays["mask"], arrays["h0"])
    same(run.trace.h, arrays["h"], 1e-12)
    same(run.y, arrays["y"], 1e-12)
    same(run.losses, arrays["losses"], 1e-12)
    assert run.loss == pytest.approx(float(arrays["loss"]), rel=1e-12)
    grads = model.backward(run)
    for name, value in model.cell.to_torch(grads).items():
        same(value, arrays[f"d rnn.{name}"])
    for name in ("x", "h0", "W_oh", "b_o"):
        same(grads[name], arrays[f"d {name}"])
