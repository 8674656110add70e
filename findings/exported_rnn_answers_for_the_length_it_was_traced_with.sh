#!/usr/bin/env bash
# A length that the signature leaves free and the body does not. torch.onnx.export unrolls nn.RNN, while nn.LSTM and nn.GRU become
# one node. Good guess: where a dynamic length was asked for and the export says nothing, the file reads any length, or it refuses.
# Seen, traced with 12 steps and `Dim.AUTO`: the input's length has a name of its own in the file, 20 steps are taken without a
# word, and 12 states come out; 5 steps are an error inside. With a named Dim the length is 12 in the file, also without a word.
#
# Seen with torch 2.13.0, onnx 1.23.2, onnxscript 0.7.2, onnxruntime 1.32.0, numpy 2.4.6, Python 3.11, 2026-11-29:
#
#   AUTO   length in the file: s31, nodes: 64 (12 MatMul, no RNN); states for 12, 20, 5 steps: 12, 12, error
#   named  length in the file: 12, nodes: 75 (12 MatMul, no RNN); states for 12, 20, 5 steps: 12, error, error
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0 torch==2.13.0
cd "$folder"
"$folder/venv/bin/python" -W ignore - 2>"$folder/warnings" <<'PYTHON'
from collections import Counter

import onnx
import onnxruntime
import torch

onnxruntime.set_default_logger_severity(4)
net, seen = torch.nn.RNN(3, 4).eval(), {}
for name, length in (("AUTO", torch.export.Dim.AUTO), ("named", torch.export.Dim("T", min=2, max=100))):
    torch.onnx.export(net, (torch.randn(12, 1, 3),), "rnn.onnx", input_names=["x"], dynamic_shapes=({0: length},), dynamo=True, verbose=False)
    graph = onnx.load("rnn.onnx").graph
    first, nodes = graph.input[0].type.tensor_type.shape.dim[0], Counter(node.op_type for node in graph.node)
    session, answers = onnxruntime.InferenceSession("rnn.onnx"), []
    for T in (12, 20, 5):
        try:
            answers.append(len(session.run(None, {"x": torch.randn(T, 1, 3).numpy()})[0]))
        except Exception:
            answers.append("error")
    seen[name] = bool(first.dim_param), *answers
    told = f"{nodes['MatMul']} MatMul, {'an' if nodes['RNN'] else 'no'} RNN"
    answered = ", ".join(map(str, answers))
    print(f"{name:6} length in the file: {first.dim_param or first.dim_value}, nodes: {len(graph.node)} ({told}); states for 12, 20, 5 steps: {answered}")
assert seen == {"AUTO": (True, 12, 12, "error"), "named": (False, 12, "error", "error")}, seen
print("As seen.")
PYTHON
