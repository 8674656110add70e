#!/usr/bin/env bash
# LRU-pytorch is a linear recurrent unit for PyTorch, h = λ h + γ B x with complex λ; it takes a batch, and a state to start from.
# Good guess: each sequence of the batch starts from that state, or it is refused. Seen: the first one does, all others start
# from zero, without a word, so an answer depends on where in the batch its sequence stands. And what a call ends with can be
# had nowhere: outputs alone come back, and `net.state`, which is there to be read, is zero after each call. So a text cut in
# pieces cannot be read on, not even alone in its batch. With λ near 1, for which one takes such a cell, what is lost is no trifle:
# 50 steps on the outputs still miss a third of their length. (No report of it was found; the page names the sizes and says nothing of a state.)
#
# Seen with LRU-pytorch 0.1.3, torch 2.13.0, numpy 2.4.6, Python 3.11, 2026-11-30, |λ| from .95 to .999, shares of an output's length:
#
#   sequence of the batch                      1        2        3        4
#   off from itself alone, with the state      0        0.32     0.41     0.41
#   off from itself without a state            0.47     0        0        0
#   off from the same batch in reverse order   0.44     0        0        0.48
#   off without the state, from step 50 on 0.36; in three pieces, each given net.state, off after the first by 0.36
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 LRU-pytorch==0.1.3
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import torch
from LRU_pytorch import LRU

torch.manual_seed(0)
torch.set_grad_enabled(False)
B, T, I, H = 4, 60, 3, 32
net, x, start = LRU(I, I, H, rmin=0.95, rmax=0.999), torch.randn(B, T, I), torch.randn(H, dtype=torch.complex64)


def off(a, b):
    """For each sequence and step, in lengths of the output."""
    return (a - b).norm(dim=-1) / b.norm(dim=-1)


def row(name, values):
    print(f"{name:42}", *(f"{value:<8.2g}" for value in values))
    return values


alone = torch.stack([net(one, state=start) for one in x])
whole, none = net(x, state=start), net(x)
left = float(net.state.abs().max())
turned = net(x.flip(0), state=start).flip(0)
print("sequence of the batch                     ", *(f"{b:<8}" for b in range(1, B + 1)))
given = row("off from itself alone, with the state", [float(off(whole[b], alone[b]).median()) for b in range(B)])
zero = row("off from itself without a state", [float(off(whole[b], none[b]).median()) for b in range(B)])
place = row("off from the same batch in reverse order", [float(off(turned[b], whole[b]).median()) for b in range(B)])
assert given[0] < 1e-5 < 0.2 < min(given[1:]) and max(zero[1:]) < 1e-5 < 0.2 < zero[0], (given, zero)
assert min(place[0], place[-1]) > 0.2 and max(place[1:-1]) < 1e-5, place
late = float(off(none[:, 50:], alone[:, 50:]).median())
pieces = torch.cat([net(piece, state=net.state) for piece in x[0].split(20)])
read_on = float(off(pieces[20:], net(x[0])[20:]).median())
print(f"off without the state, from step 50 on {late:.2f}; largest |state| left after a call {left}")
print(f"one sequence in three pieces, each given net.state, is off from itself in one by {read_on:.2f} after the first piece")
assert late > 0.1 and left == 0 and read_on > 0.1, (late, left, read_on)
print("As seen.")
PYTHON
