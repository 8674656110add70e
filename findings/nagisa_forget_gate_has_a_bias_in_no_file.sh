#!/usr/bin/env bash
# nagisa cuts Japanese into words with an LSTM of DyNet, whose weights are a text file. Good guess: the file is the network.
# Seen: DyNet's program adds 1 to the forget gate's sum, and the file does not have it. Training took most of it back, so the
# stored biases are −.61 and −.74 in the mean, and with the 1 they are .39 and .26. Read without it, the states are a fifth off.
#
# Seen with nagisa 0.3.0, six 1.17.0, numpy 2.4.6, Python 3.11, 2026-11-29.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 six==1.17.0
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps nagisa==0.3.0
"$folder/venv/bin/python" - <<'PYTHON'
import nagisa
import nagisa_utils
import numpy as np

tagger = nagisa.Tagger()
(net,) = (value for value in vars(tagger).values() if type(value).__name__ == "Model")
inputs, own = [], nagisa_utils.build_ws_input
nagisa_utils.build_ws_input = lambda *given: inputs.append(own(*given)) or inputs[-1]
tagger.wakati("私たちは今朝、庭で見た猫がまたお腹を空かせていることに気づきました。")
x, (forward, backward) = inputs[0], net.ws_model.layers[0]


def read(added):
    """The forward states, with so much added to the forget gate; `forward.b` has the 1 already."""
    h = c = np.zeros(forward.h_dim)
    b, states = forward.b.astype(float), []
    b[forward.h_dim : 2 * forward.h_dim] += added - 1
    for x_t in x.astype(float):
        i, f, o, g = np.split(x_t @ forward.WxT + h @ forward.WhT + b, 4)
        i, f, o = (1 / (1 + np.exp(-a)) for a in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        states.append(h)
    return np.array(states)


theirs = net.ws_model.transduce(x)[:, : forward.h_dim]
off = {added: np.linalg.norm(read(added) - theirs) / np.linalg.norm(theirs) for added in (1, 0)}
for name, way in (("forward", forward), ("backward", backward)):
    print(f"{name}: forget bias {way.b[way.h_dim : 2 * way.h_dim].mean() - 1:.2f} in the file, in the mean")
print(f"states off by {off[1]:.1e} with 1 added, by {off[0]:.0%} without")
assert off[1] < 1e-5 < 0.1 < off[0]
print("A bias in no file, as seen.")
PYTHON
