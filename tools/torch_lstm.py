"""Make src/bptt_lab/readers/data/torch_lstm_*.npz: PyTorch LSTMs before and after training on the adding problem.

    python -m tools.torch_lstm           needs torch; `make test-torch` installs it

Five seeds, PyTorch's own start, Adam. Each file holds a `state_dict` under PyTorch's names, in float32.
"""

import numpy as np
import torch

from bptt_lab.readers import EXAMPLES, example
from bptt_lab.tasks import Adding

LENGTH, HIDDEN, BATCH, MOST, ENOUGH = 50, 24, 32, 6000, 0.01


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(Adding.input_size, HIDDEN)
        self.readout = torch.nn.Linear(HIDDEN, Adding.output_size)

    def forward(self, x):
        return self.readout(self.lstm(x)[0][-1])[:, 0]


def save(net: Net, state: str, seed: int) -> None:
    np.savez_compressed(example(state, seed), **{name: value.numpy() for name, value in net.state_dict().items()})


def train(seed: int) -> None:
    torch.manual_seed(seed)
    net, task, rng = Net(), Adding(LENGTH), np.random.default_rng(seed)
    save(net, "untrained", seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    errors: list[float] = []
    while len(errors) < MOST and (len(errors) < 50 or np.mean(errors[-50:]) > ENOUGH):
        x, targets, _ = task.batch(BATCH, rng)
        loss = (net(torch.tensor(x, dtype=torch.float32)) - torch.tensor(targets[-1], dtype=torch.float32)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        errors.append(loss.item())
    save(net, "trained", seed)
    print(f"seed {seed}: {len(errors)} steps, squared error {np.mean(errors[-50:]):.4f}", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for seed in EXAMPLES:
        train(seed)
