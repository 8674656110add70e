#!/usr/bin/env bash
# A recurrent net of ReLUs with the identity as W_hh keeps a sum as long as one likes, the plainest answer to vanishing gradients.
# pnnx brings nets from PyTorch to ncnn, for phones. Good guess: such a net comes over, or it is refused and there is no file. Seen:
# among some 30 lines one says "RNN nonlinearity=relu not supported", and then the file is written all the same, with no exception: it is
# that of a tanh network, to the letter. A net that counts its ones, exact in PyTorch, says .762 after one and never more than .961 in ncnn,
# as PyTorch's tanh net with these weights does. pnnx's own file on the way still has the ReLU. With tanh, and as GRU or LSTM,
# nets come over rightly. (No report of it was found, and nothing on pages of the tools.)
#
# Seen with pnnx 20261020, ncnn 1.0.20261020, torch 2.13.0, numpy 2.4.6, Python 3.11, 2026-11-30:
#
#   ones seen                     1       2       5      10      20
#   torch, relu               1.000   2.000   5.000  10.000  20.000
#   ncnn, from relu           0.762   0.943   0.961   0.961   0.961
#   largest difference of ncnn from torch, random nets: RNN tanh 1e-07, GRU 6e-08, LSTM 9e-08, RNN relu 9e-01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 pnnx==20261020 ncnn==1.0.20261020
cd "$folder"
PATH="$folder/venv/bin:$PATH" "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import contextlib
import os
from pathlib import Path

import ncnn
import numpy as np
import pnnx
import torch

torch.set_num_threads(1)
torch.manual_seed(0)


class States(torch.nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)[0]


@contextlib.contextmanager
def kept(path):
    """What a program of another language prints, in a file."""
    own, out = [os.dup(1), os.dup(2)], os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1), os.dup2(out, 2)
    try:
        yield
    finally:
        os.dup2(own[0], 1), os.dup2(own[1], 2)


def both(name, net, x):
    """The states by torch and by ncnn, in float32."""
    states = States(net).eval()
    with kept(f"{name}.said"):
        pnnx.export(states, f"{name}.pt", (x,), fp16=False)
    loaded = ncnn.Net()
    loaded.opt.use_fp16_packed = loaded.opt.use_fp16_storage = loaded.opt.use_fp16_arithmetic = False
    loaded.load_param(f"{name}.ncnn.param")
    loaded.load_model(f"{name}.ncnn.bin")
    run = loaded.create_extractor()
    run.input("in0", ncnn.Mat(x[0].numpy()))
    return states(x)[0].detach().numpy(), np.array(run.extract("out0")[1])


counter = torch.nn.RNN(1, 1, nonlinearity="relu", batch_first=True)
tanh = torch.nn.RNN(1, 1, batch_first=True)
for net in (counter, tanh):
    for name, value in net.named_parameters():
        torch.nn.init.constant_(value, 1.0 if "weight" in name else 0.0)
ones, AT = torch.ones(1, 20, 1), (1, 2, 5, 10, 20)
theirs, by_ncnn = both("counter", counter, ones)
as_tanh = both("tanh", tanh, ones)[0]
print("ones seen              ", *(f"{n:7}" for n in AT))
for name, of in (("torch, relu", theirs), ("ncnn, from relu", by_ncnn), ("torch, tanh", as_tanh)):
    print(f"{name:23}", *(f"{of[n - 1, 0]:7.3f}" for n in AT))
files = [Path(f"{name}.ncnn.param").read_text() for name in ("counter", "tanh")]
passed_on, said = "nonlinearity=relu" in Path("counter.pnnx.param").read_text(), Path("counter.said").read_text().splitlines()
warned = [line for line in said if "relu" in line.lower()]
print(f"ncnn's files of both the same: {files[0] == files[1]}; pnnx's own has relu: {passed_on}; said of it in {len(said)} lines: {warned}")
x, off = torch.randn(1, 12, 3), {}
nets = {"RNN tanh": torch.nn.RNN, "GRU": torch.nn.GRU, "LSTM": torch.nn.LSTM}
nets["RNN relu"] = lambda *sizes, **more: torch.nn.RNN(*sizes, nonlinearity="relu", **more)
for name, make in nets.items():
    a, b = both(name.replace(" ", "_"), make(3, 5, batch_first=True), x)
    off[name] = float(np.abs(a - b).max())
print("largest difference:", ", ".join(f"{name} {value:.0e}" for name, value in off.items()))
assert theirs[[n - 1 for n in AT], 0].tolist() == list(AT) and 0.75 < by_ncnn.min() and by_ncnn.max() < 1, (theirs, by_ncnn)
assert np.abs(by_ncnn - as_tanh).max() < 1e-5 and files[0] == files[1] and passed_on
assert warned == ["RNN nonlinearity=relu not supported"], warned
assert max(off["RNN tanh"], off["GRU"], off["LSTM"]) < 1e-5 and off["RNN relu"] > 0.1, off
print("As seen.")
PYTHON
