#!/usr/bin/env bash
# snntorch brings truncated BPTT along: backprop.TBPTT takes a step of the optimizer every K time steps. Good guess: it cuts any
# sequence so, for any of its neurons, and the average loss that it returns is that of the net, whatever K is. Seen: with data
# that vary in time, which is what is expected unless said, each K is an error, and only K = False runs, which is no truncation. With
# one picture shown T times it runs for nets of one kind of neuron; with two, Leaky and Synaptic say, the state of one kind is
# not cut off, and the second piece is an error. And where K does not divide T, the loss is another: at a learning rate of 0, with
# the same spikes each time, K = 11 of 12 steps reports 1.9 times the loss of K = 12, 6, 4 or 1, and K = 7 reports .78 of it, since the
# mean loss of a last piece of r steps is divided by r, that of the others by T/K. Who looks for K by this number takes 7.
# (The first is a closed report, snntorch 191, and there still; of the other two none was found. The module says that it will go.)
#
# Seen with snntorch 1.0.0, torch 2.13.0, numpy 2.4.6, Python 3.11, 2026-11-30, loss as a share of that of BPTT, learning rate 0:
#
#   K of 12 steps                    12      6      4      1      5      7      11
#   moving, any                     UnboundLocalError for each K; K = False as BPTT
#   still,  Leaky, Leaky            1.000  1.000  1.000  1.000  1.336  0.782  1.935
#   still,  Leaky, Synaptic         1.000  RuntimeError for each K below 12; so too Synaptic, Leaky
#   still,  Synaptic, Synaptic      1.000  1.000  1.000  1.000  1.346  0.775  1.950
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 snntorch==1.0.0
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import snntorch as snn
import torch
from snntorch import backprop, functional

T, B, LENGTHS = 12, 16, (12, 6, 4, 1, 5, 7, 11)
torch.manual_seed(0)
moving, targets = torch.rand(T, B, 5), torch.randint(0, 3, (B,))
neurons = {
    "Leaky": lambda **more: snn.Leaky(beta=0.9, init_hidden=True, **more),
    "Synaptic": lambda **more: snn.Synaptic(alpha=0.9, beta=0.8, init_hidden=True, **more),
}
pairs = [(one, two) for one in neurons for two in neurons]


def loss(one, two, K, still):
    """The average loss that comes back, as a share of BPTT's, or the error's name; nothing is learnt."""
    losses = []
    for train, more in ((backprop.BPTT, {}), (backprop.TBPTT, {"K": K})):
        torch.manual_seed(1)
        net = torch.nn.Sequential(torch.nn.Linear(5, 8), neurons[one](), torch.nn.Linear(8, 3), neurons[two](output=True))
        data, more = ([(moving[0], targets)], more | {"num_steps": T, "time_var": False}) if still else ([(moving, targets)], more)
        try:
            losses.append(float(train(net, data, torch.optim.SGD(net.parameters(), lr=0.0), functional.ce_rate_loss(), **more)))
        except Exception as error:
            return type(error).__name__
    return losses[1] / losses[0]


print("K of 12 steps                   ", *(f"{K:<18}" for K in LENGTHS))
seen = {}
for still in (False, True):
    for one, two in pairs:
        seen[still, one, two] = by = [loss(one, two, K, still) for K in LENGTHS]
        told = (f"{value:<18}" if isinstance(value, str) else f"{value:<18.3f}" for value in by)
        print(f"{'still' if still else 'moving':7} {one + ', ' + two:24}", *told)
for (still, one, two), by in seen.items():
    if not still:
        assert by == ["UnboundLocalError"] * len(LENGTHS), seen
    elif one != two:
        assert abs(by[0] - 1) < 1e-4 and by[1:] == ["RuntimeError"] * (len(LENGTHS) - 1), seen
    else:
        assert max(abs(share - 1) for share in by[:4]) < 1e-4 and by[4] > 1.2 and by[5] < 0.9 and by[6] > 1.7, seen
assert abs(loss("Leaky", "Leaky", False, still=False) - 1) < 1e-4
print("moving, K = False: as BPTT\nAs seen.")
PYTHON
