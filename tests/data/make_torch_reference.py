"""Make torch_reference.json: PyTorch's own states, losses and gradients for a few small nets.

python tests/data/make_torch_reference.py        # needs PyTorch; `make test` only reads the file
"""

import json
from pathlib import Path

import torch

CASES = [
    {"T": 1, "B": None, "I": 2, "H": 3, "O": 2, "nonlinearity": "tanh", "loss": "cross_entropy", "h0": False, "mask": False},
    {"T": 5, "B": None, "I": 3, "H": 4, "O": 3, "nonlinearity": "tanh", "loss": "cross_entropy", "h0": True, "mask": True},
    {"T": 5, "B": 3, "I": 3, "H": 4, "O": 3, "nonlinearity": "tanh", "loss": "mse", "h0": True, "mask": True},
    {"T": 6, "B": 2, "I": 2, "H": 5, "O": 4, "nonlinearity": "relu", "loss": "cross_entropy", "h0": True, "mask": False},
    {"T": 4, "B": 1, "I": 1, "H": 1, "O": 1, "nonlinearity": "relu", "loss": "mse", "h0": False, "mask": False},
    {"T": 6, "B": None, "I": 3, "H": 4, "O": 3, "cell": "GRU", "loss": "cross_entropy", "h0": False, "mask": True},
    {"T": 5, "B": 3, "I": 2, "H": 5, "O": 2, "cell": "GRU", "loss": "mse", "h0": True, "mask": False},
    {"T": 6, "B": None, "I": 3, "H": 4, "O": 3, "cell": "LSTM", "loss": "cross_entropy", "h0": False, "mask": True},
    {"T": 5, "B": 3, "I": 2, "H": 5, "O": 2, "cell": "LSTM", "loss": "mse", "h0": True, "mask": False},
]


def solve(case: dict, seed: int) -> dict:
    torch.manual_seed(seed)
    torch.set_default_dtype(torch.float64)
    more = {"nonlinearity": case["nonlinearity"]} if "nonlinearity" in case else {}
    rnn = getattr(torch.nn, case.get("cell", "RNN"))(case["I"], case["H"], **more)
    readout = torch.nn.Linear(case["H"], case["O"])
    steps = (case["T"],) if case["B"] is None else (case["T"], case["B"])
    x = torch.randn(*steps, case["I"], requires_grad=True)
    h0 = torch.randn(1, *steps[1:], case["H"]) * (1.0 if case["h0"] else 0.0)
    h0.requires_grad_(True)
    mask = torch.rand(steps) < 0.6 if case["mask"] else torch.ones(steps, dtype=torch.bool)
    mask.view(-1)[-1] = True
    start = h0
    if case.get("cell") == "LSTM":
        c0 = torch.randn(h0.shape) * (1.0 if case["h0"] else 0.0)
        start = h0, c0.requires_grad_(True)
    h, _ = rnn(x, start)
    y = readout(h)
    if case["loss"] == "mse":
        targets = torch.randn(steps if case["O"] == 1 else (*steps, case["O"]))
        losses = ((y - targets.reshape(y.shape)) ** 2).sum(-1)
    else:
        targets = torch.randint(case["O"], steps)
        losses = torch.nn.functional.cross_entropy(y.reshape(-1, case["O"]), targets.reshape(-1), reduction="none").reshape(steps)
    losses = losses * mask
    loss = losses.sum(0).mean()
    loss.backward()
    found = {"x": x, "h0": h0[0], "mask": mask, "targets": targets, "h": h, "y": y, "losses": losses, "loss": loss}
    found |= {f"rnn.{name}": value for name, value in rnn.state_dict().items()}
    found |= {"W_oh": readout.weight, "b_o": readout.bias}
    found |= {f"d rnn.{name}": value.grad for name, value in rnn.named_parameters()}
    found |= {"d x": x.grad, "d h0": h0.grad[0], "d W_oh": readout.weight.grad, "d b_o": readout.bias.grad}
    if case.get("cell") == "LSTM":
        found |= {"c0": c0[0], "d c0": c0.grad[0]}
    return {**case, "arrays": {name: value.detach().tolist() for name, value in found.items()}}


if __name__ == "__main__":
    solved = {
        "made with": f"PyTorch {torch.__version__.split('+')[0]}",
        "cases": [solve(case, i) for i, case in enumerate(CASES)],
    }
    path = Path(__file__).with_name("torch_reference.json")
    path.write_text(json.dumps(solved) + "\n", encoding="utf-8")
    print(path.name, path.stat().st_size, "bytes")
