#!/usr/bin/env bash
# One wheel, one name, three networks. silero-vad 6.2.3 ships its voice detector for 16 kHz in six files, as if these were
# formats of one model. Good guess: the same weights in each, rounded at most. Seen: the recurrent weights W_hh of the LSTM
# are three different matrices. The safetensors file differs from the ONNX files by far more than rounding, and the half
# precision file is not the float file in half precision. Who measures this network's memory must say which file was read.
#
# Seen with silero-vad 6.2.3, onnx 1.20.0, safetensors 0.7.0, numpy 2.4.6, Python 3.11, 2026-11-29:
#
#   silero_vad_16k_op15.onnx         largest singular value of W_hh 28.246
#   silero_vad_16k_sequence.onnx     28.246, rows in another order (ONNX: i o f c)
#   silero_vad_op18_ifless.onnx      28.246
#   silero_vad_16k.safetensors       27.27
#   silero_vad_half.onnx             22.636
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 onnx==1.20.0 safetensors==0.7.0
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps silero-vad==6.2.3
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.util
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import load_file

data = Path(importlib.util.find_spec("silero_vad").origin).parent / "data"


def onnx_weights(name):
    """W_hh of the 16 kHz net: an initializer that keeps PyTorch's name, or the LSTM node's third input."""
    graph = onnx.load(data / name).graph
    kept = {tensor.name: numpy_helper.to_array(tensor).astype(float) for tensor in graph.initializer}
    for tensor in kept:
        if tensor.endswith("decoder.rnn.weight_hh") and "8k" not in tensor:
            return kept[tensor]
    (node,) = [node for node in graph.node if node.op_type == "LSTM"]
    constants = {n.output[0]: n.attribute[0].t for n in graph.node if n.op_type == "Constant"}
    R = kept.get(node.input[2])
    R = numpy_helper.to_array(constants[node.input[2]]).astype(float) if R is None else R
    i, o, f, c = R[0].reshape(4, 128, 128)  # ONNX's order of the blocks
    return np.concatenate([i, f, c, o])


names = "silero_vad_16k_op15.onnx", "silero_vad_16k_sequence.onnx", "silero_vad_op18_ifless.onnx", "silero_vad_half.onnx"
found = {name: onnx_weights(name) for name in names}
found["silero_vad_16k.safetensors"] = load_file(data / "silero_vad_16k.safetensors")["lstm_cell.weight_hh"].astype(float)
first = found[names[0]]
for name, W in found.items():
    largest = np.linalg.svd(W, compute_uv=False)[0]
    apart = np.abs(W - first).max()
    print(f"{name:32} largest singular value of W_hh {largest:.3f}, largest difference from the first {apart:.2g}")
same = [name for name, W in found.items() if np.abs(W - first).max() < 1e-6]
assert same == list(names[:3]), same
assert np.abs(found["silero_vad_16k.safetensors"] - first).max() > 0.1, "rounding alone"
half = first.astype(np.float16).astype(float)
assert np.abs(found["silero_vad_half.onnx"] - half).max() > 0.1, "the half file is the float file in half precision after all"
assert np.abs(found["silero_vad_half.onnx"] - found["silero_vad_16k.safetensors"]).max() > 0.1
print("Three networks, as seen.")
PYTHON
