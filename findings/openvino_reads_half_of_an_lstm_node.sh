#!/usr/bin/env bash
# A network for OpenVINO is mostly handed over as ONNX. Good guess: an LSTM node that it reads is the whole node, and what it
# cannot do it refuses, as it refuses HardSigmoid. Seen: the peepholes are left out, `input_forget` is left out, and of the
# activations of a bidirectional node the backward direction gets the forward one's. The answers are then those of the file without
# them, no word is said, and they are wrong by .3 to 2. Tanh and Relu the same in both directions, `sequence_lens`, `clip` and
# reverse are read well. Networks with peepholes are out there (madmom's beat tracker); who runs one here runs another network.
# (That `layout=1` is read as 0 is a known report, openvino 37820; of these three none was found.) Precision is float32, asked for.
#
# Seen with openvino 2026.4.1, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6, Python 3.11, 2026-11-29:
#
#   largest difference of Y     OpenVINO: from itself without, from onnxruntime
#   sequence_lens 9, 4                               0.55             7e-08
#   peepholes                                           0               0.5
#   input_forget                                        0               0.3
#   Relu backward only                                  0                 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1
cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import helper, numpy_helper

T, B, I, H = 9, 2, 3, 5
x = np.random.default_rng(1).standard_normal((T, B, I)).astype("f")
BOTH, TWO = ["Sigmoid", "Tanh", "Tanh"] * 2, ["Sigmoid", "Tanh", "Tanh", "Sigmoid", "Relu", "Relu"]


def states(more={}, **attributes):
    """Y of one LSTM node with the same weights each time, by OpenVINO and by onnxruntime."""
    rng, D = np.random.default_rng(0), 2 if "activations" in attributes else 1
    if D == 2:
        attributes["direction"] = "bidirectional"
    shapes = {"W": (D, 4 * H, I), "R": (D, 4 * H, H), "B": (D, 8 * H)}
    tensors = {name: (0.5 * rng.standard_normal(shape)).astype("f") for name, shape in shapes.items()} | more
    names = [name if name in tensors else "" for name in ("W", "R", "B", "lens", "h0", "c0", "P")]
    node = helper.make_node("LSTM", ["X", *names], ["Y"], hidden_size=H, **attributes)
    X, Y = helper.make_tensor_value_info("X", 1, (T, B, I)), helper.make_tensor_value_info("Y", 1, (T, D, B, H))
    graph = helper.make_graph([node], "g", [X], [Y], [numpy_helper.from_array(a, name) for name, a in tensors.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "lstm.onnx")
    core = openvino.Core()
    net = core.compile_model(core.read_model("lstm.onnx"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return net({"X": x})[0], onnxruntime.InferenceSession("lstm.onnx").run(None, {"X": x})[0]


cases = {  # what is asked for, and the same file without it
    "sequence_lens 9, 4": (states({"lens": np.array([9, 4], np.int32)}), states()),
    "clip .1": (states(clip=0.1), states()),
    "Relu in both directions": (states(activations=TWO[3:] * 2), states(activations=BOTH)),
    "peepholes": (states({"P": np.ones((1, 3 * H), "f")}), states()),
    "input_forget": (states(input_forget=1), states()),
    "Relu backward only": (states(activations=TWO), states(activations=BOTH)),
}
print("largest difference of Y     OpenVINO: from itself without, from onnxruntime")
for place, (name, ((vino, ort), (vino_without, ort_without))) in enumerate(cases.items()):
    own, other = float(np.abs(vino - vino_without).max()), float(np.abs(vino - ort).max())
    print(f"{name:30} {own:22.2g} {other:17.1g}")
    assert np.abs(vino_without - ort_without).max() < 1e-5 and np.abs(ort - ort_without).max() > 0.1, name
    assert (own > 0.1 and other < 1e-2) if place < 3 else (own < 1e-6 and other > 0.1), name
try:
    states(activations=["HardSigmoid", "Tanh", "Tanh"] * 2)
    raise AssertionError("HardSigmoid is taken now")
except RuntimeError as error:
    print("HardSigmoid:", type(error).__name__)
print("As seen.")
PYTHON
