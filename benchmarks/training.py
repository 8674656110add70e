"""Speed of a step of training, on was/were with T = 20, against the same loop in PyTorch.

    python -m benchmarks.training

One step: a batch, forward, backward, clipping, and the update, B = 32, H = 32, float64, one thread. PyTorch, if it is
installed, is given the same batches, and must come to the same losses. A ratio is theirs over ours, the median over rounds.
Milliseconds are also those of the best round, which other work on the machine disturbs least; the target is for that.
"""

from benchmarks.core import ROUNDS, seconds  # first, since it sets one thread

import statistics  # isort: skip
from collections.abc import Callable  # isort: skip

import numpy as np  # isort: skip

import bptt_lab as bl  # isort: skip

TASK = bl.tasks.Agreement(18)  # 20 words before the verb is said
BATCH, HIDDEN, LR, CLIP = 32, 32, 0.5, 1.0
CELLS: dict[str, tuple[Callable, float | None]] = {
    "tanh": (bl.RNNCell, 1.0),
    "gated": (bl.GatedCell, None),
    "GRU": (bl.GRUCell, None),
    "LSTM": (bl.LSTMCell, 3.0),
}
STEPS = 40  # of a round


def ours(cell):
    model = bl.SequenceModel(cell, TASK.output_size)
    return lambda seed: bl.train.fit(model, TASK, STEPS, BATCH, lr=LR, clip=CLIP, seed=seed, progress=False).loss


def theirs(cell):
    """The same steps with torch.nn and torch.optim; None without torch, or for a cell that it does not have."""
    try:
        import torch
    except ImportError:
        return None
    kind = {bl.RNNCell: torch.nn.RNN, bl.GRUCell: torch.nn.GRU, bl.LSTMCell: torch.nn.LSTM}.get(type(cell))
    if kind is None:
        return None
    torch.set_num_threads(1)
    readout = bl.SequenceModel(cell, TASK.output_size)
    net = torch.nn.ModuleDict(
        {"rnn": kind(cell.input_size, HIDDEN), "readout": torch.nn.Linear(HIDDEN, TASK.output_size)}
    ).double()
    net["rnn"].load_state_dict({name: torch.tensor(value) for name, value in cell.to_torch().items()})
    with torch.no_grad():
        net["readout"].weight.copy_(torch.tensor(readout.params["W_oh"]))
        net["readout"].bias.copy_(torch.tensor(readout.params["b_o"]))
    net["rnn"].bias_hh_l0.requires_grad_(kind is torch.nn.GRU)  # else the two biases of a gate would take the step twice
    weights = [weight for weight in net.parameters() if weight.requires_grad]
    optimizer = torch.optim.SGD(weights, LR)

    def train(seed):
        rng, losses = np.random.default_rng(seed), []
        for _ in range(STEPS):
            x, targets, _ = TASK.batch(BATCH, rng)
            y = net["readout"](net["rnn"](torch.from_numpy(x))[0][-1])
            loss = torch.nn.functional.cross_entropy(y, torch.from_numpy(targets[-1]))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, CLIP)
            optimizer.step()
            losses.append(loss.item())
        return losses

    return train


def floor(cell):
    """What no step is without, as bare calls on arrays that lie ready: drawing words, reading their rows of W_x and summing by
    word, the matrix products, and each tanh and σ."""
    T, I, blocks, parts = TASK.length, TASK.input_size, len(cell.blocks), len(cell.parts)
    z, u, h = (np.ones((T * BATCH, n)) for n in (1 + HIDDEN, blocks * HIDDEN, HIDDEN))
    W_x, W_hh = cell.params["W_x"].T.copy(), cell.params["W_hh"].copy()
    a, by_h, W_hhT, dW = u[:BATCH].copy(), h[:BATCH].copy(), W_hh.T.copy(), np.empty((blocks * HIDDEN, 1 + HIDDEN))
    places = np.random.default_rng(0).integers(I, size=(T * BATCH, 1)) + I * np.arange(blocks * HIDDEN)

    def train(seed):
        rng = np.random.default_rng(seed)
        for _ in range(STEPS):
            words, _ = TASK._draw(BATCH, rng)
            W_x.take(words[:-1].reshape(-1), 0, u, "clip")
            for _ in range(T):
                np.dot(by_h, W_hhT, a)
                np.tanh(a, a)
                for _ in range(parts - 1):
                    np.tanh(by_h, by_h)
                np.dot(a, W_hh, by_h)
            np.dot(u.T, z, dW)
            np.bincount(places.reshape(-1), u.reshape(-1), I * blocks * HIDDEN)

    return train


def times_of(name: str) -> list[list[float]]:
    """Seconds of a step in each round: ours, torch's if it is there, and the floor's."""
    kind = CELLS[name][0]
    runs = [run for make in (ours, theirs, floor) if (run := make(kind(TASK.input_size, HIDDEN, init="uniform")))]
    if len(runs) == 3 and name != "GRU":  # whose two biases of a gate torch trains apart
        np.testing.assert_allclose(runs[0](0), runs[1](0), rtol=1e-7)
    return [[seconds(lambda run=run: run(1), 1) / STEPS for run in runs] for _ in range(ROUNDS)]


def ratio_to_torch(times: list[list[float]], to: int = 0) -> float:
    """Of ours, 0, or of the floor, 2."""
    return statistics.median(row[1] / row[to] for row in times)


def main() -> None:
    print(f"One training step, T={TASK.length}, B={BATCH}, H={HIDDEN}, {TASK.input_size} words, float64, one thread.\n")
    for name, (_, most) in CELLS.items():
        times = times_of(name)
        median, best = (1e3 * of(row[0] for row in times) for of in (statistics.median, min))
        told = f"{name:6} median {median:5.2f} ms, best round {best:5.2f} ms" + (f" (target {most:g})" if most else "")
        if len(times[0]) == 3:
            told += f"   torch takes {ratio_to_torch(times):.2f} times as long, {ratio_to_torch(times, 2):.2f} times the floor"
        print(told + ("" if not most or best < most else "   missed"))


if __name__ == "__main__":
    main()
