"""Speed of the cells: forward and backward, with gradients for parameters and inputs, against other ways to get them.

    python -m benchmarks.core

All contenders take turns in one process, on one thread, in float64; a ratio is theirs over ours, the median over rounds.
Torch and JAX take part if they are installed. The target is half of what a prototype reached on its machine.
"""

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import statistics  # noqa: E402
import time  # noqa: E402
import tracemalloc  # noqa: E402
from collections.abc import Callable  # noqa: E402

import numpy as np  # noqa: E402

import bptt_lab as bl  # noqa: E402

# (T, B, I, H) and the target ratio to torch of the plain cell, GRU and LSTM
SIZES = {
    (4, 1, 8, 8): (15.5, 8.0, 10.0),
    (20, 1, 16, 16): (11.0, 7.5, 7.0),
    (100, 1, 32, 32): (7.5, 6.0, 3.35),
    (50, 16, 32, 32): (2.95, 2.15, 2.05),
    (100, 32, 64, 64): (1.25, 1.15, 1.1),
    (500, 16, 64, 64): (1.5, 1.7, 1.2),
    (1000, 8, 128, 128): (1.45, 1.35, 1.2),
}
ROUNDS, ROUND_SECONDS = 9, 0.04


def ours(x, dh, cell) -> Callable:
    return lambda: cell.backward(cell.unroll(x), dh)


def one_step_numpy(x, dh, cell) -> Callable:
    """The usual teaching code: every product in the loop, a new array for each."""
    W_x, W_hh, b = (np.array(cell.params[name]) for name in ("W_x", "W_hh", "b"))

    def both():
        T, B, _ = x.shape
        states = [np.zeros((B, len(b)))]
        for t in range(T):
            states.append(np.tanh(x[t] @ W_x.T + states[-1] @ W_hh.T + b))
        dW_x, dW_hh, db, dx, back = np.zeros_like(W_x), np.zeros_like(W_hh), np.zeros_like(b), np.zeros_like(x), 0.0
        for t in reversed(range(T)):
            da = (1 - states[t + 1] ** 2) * (dh[t] + back)
            dW_x += da.T @ x[t]
            dW_hh += da.T @ states[t]
            db += da.sum(axis=0)
            dx[t] = da @ W_x
            back = da @ W_hh
        return {"W_x": dW_x, "W_hh": dW_hh, "b": db, "x": dx, "h0": back}

    return both


def torch_rnn(x, dh, cell) -> Callable | None:
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    kind = {bl.RNNCell: torch.nn.RNN, bl.GRUCell: torch.nn.GRU, bl.LSTMCell: torch.nn.LSTM}[type(cell)]
    rnn = kind(cell.input_size, cell.hidden_size).double()
    rnn.load_state_dict({name: torch.tensor(value) for name, value in cell.to_torch().items()})
    inputs, upstream = torch.tensor(x, requires_grad=True), torch.tensor(dh)

    def both():
        rnn.zero_grad()
        inputs.grad = None
        rnn(inputs)[0].backward(upstream)
        return {"W_x": rnn.weight_ih_l0.grad.numpy(), "W_hh": rnn.weight_hh_l0.grad.numpy(), "x": inputs.grad.numpy()}

    return both


def jax_scan(x, dh, cell) -> Callable | None:
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)

    def forward(weights, x):
        def a(x_t, h):
            return x_t @ weights["W_x"].T + weights["b"] + h @ weights["W_hh"].T

        def step(h, x_t):
            h = jnp.tanh(a(x_t, h))
            return h, h

        def lstm_step(state, x_t):
            i, f, g, o = jnp.split(a(x_t, state[0]), 4, axis=-1)
            c = jax.nn.sigmoid(f) * state[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        start = jnp.zeros((x.shape[1], cell.hidden_size))
        pair = isinstance(cell, bl.LSTMCell)
        return jax.lax.scan(lstm_step if pair else step, (start, start) if pair else start, x)[1]

    @jax.jit
    def gradients(weights, x, dh):
        return jax.vjp(forward, weights, x)[1](dh)

    weights = {name: jnp.array(value) for name, value in cell.params.items()}

    def both():
        by_name, dx = jax.block_until_ready(gradients(weights, x, dh))
        return {"W_x": np.asarray(by_name["W_x"]), "W_hh": np.asarray(by_name["W_hh"]), "x": np.asarray(dx)}

    return both


def floor(x, dh, cell) -> Callable:
    """What no way in NumPy is without, as bare calls on arrays that lie ready: the products, and one tanh for all of a_t."""
    (T, B, I), (rows, H) = x.shape, cell.params["W_hh"].shape
    n = I + 1 + H if B == 1 else H  # of one sequence all of W z_t in one product, else W_x x_t of all steps first: less time
    z_t, a_t, c_t = (np.full((m, B) if B > 1 else m, 0.1) for m in (n, rows, H))
    W, W_back, W_x, W_xT = (np.full(shape, 0.1) for shape in ((rows, n), (n, rows), (rows, I), (I, rows)))
    z, a, xs, dx = (np.full(shape, 0.1) for shape in ((T * B, I + 1 + H), (rows, T * B), (I, T * B), (I, T * B)))
    dW = np.empty((rows, I + 1 + H))

    def both():
        if B > 1:
            W_x.dot(xs, a)
        for _ in range(T):
            W.dot(z_t, a_t)
            np.tanh(a_t, a_t)
            if rows == 4 * H:
                np.tanh(c_t, c_t)
        for _ in range(T):
            W_back.dot(a_t, z_t)
        a.dot(z, dW)
        if B > 1:
            W_xT.dot(a, dx)

    return both


def seconds(run: Callable, times: int) -> float:
    """Of the processor, on which all run alone in this process: what else runs on the machine is left out so."""
    start = time.process_time()
    for _ in range(times):
        run()
    return (time.process_time() - start) / times


def measured(runs: dict[str, Callable | None]) -> dict[str, list[float]]:
    """Seconds of each contender in each round; all give the gradients of the first."""
    live = {name: run for name, run in runs.items() if run}
    expected = next(iter(live.values()))()
    for name, run in live.items():
        for key in ("W_x", "W_hh", "x"):
            if name not in ("gated", "floor"):
                np.testing.assert_allclose(run()[key], expected[key], rtol=1e-6, atol=1e-9, err_msg=name)
    times = {name: max(1, round(ROUND_SECONDS / seconds(run, 1))) for name, run in live.items()}
    rounds = [{name: seconds(run, times[name]) for name, run in live.items()} for _ in range(ROUNDS)]
    return {name: [taken[name] for taken in rounds] for name in live}


def ratio(taken: dict[str, list[float]], name: str, over: str = "ours") -> str:
    if name not in taken or over not in taken:
        return "–"
    return f"{statistics.median(theirs / own for theirs, own in zip(taken[name], taken[over])):.2f}"


def against(rival: str) -> list[float]:
    """Torch's or JAX's times over ours, and over the floor's: of all sizes and the cells that it has here the geometric means;
    and at the size where ours is least, less those of one long sequence."""
    kinds = (bl.RNNCell, bl.GRUCell, bl.LSTMCell) if rival == "torch" else (bl.RNNCell, bl.LSTMCell)
    found = {}
    for size in SIZES:
        for kind in kinds:
            (x, dh), cell = problem(*size), kind(*size[2:])
            runs = {"ours": ours, rival: torch_rnn if rival == "torch" else jax_scan, "floor": floor}
            taken = measured({name: make(x, dh, cell) for name, make in runs.items()})
            found[size, kind] = [float(ratio(taken, rival, over)) for over in ("ours", "floor")]
    least = min(ratios for ((T, B, _, _), _), ratios in found.items() if B > 1 or T < 100)
    return [*map(statistics.geometric_mean, zip(*found.values())), *least]


def main() -> None:
    print("Forward + backward, float64, one thread. Ratios are theirs / ours, medians of paired rounds.\n")
    print(f"{'Plain cell, T, B, I, H':>24} {'ours, µs':>10} {'torch':>8} {'(target)':>9} {'jax':>8} {'one-step NumPy':>15}")
    problems = {size: problem(*size) for size in SIZES}
    for size, targets in SIZES.items():
        cell = bl.RNNCell(*size[2:])
        makers = {"ours": ours, "torch": torch_rnn, "jax": jax_scan, "one-step NumPy": one_step_numpy}
        taken = measured({name: make(*problems[size], cell) for name, make in makers.items()})
        own = statistics.median(taken["ours"]) * 1e6
        columns = f"{ratio(taken, 'jax'):>8} {ratio(taken, 'one-step NumPy'):>15}"
        print(f"{', '.join(map(str, size)):>24} {own:10.1f} {ratio(taken, 'torch'):>8} {targets[0]:9.2f} {columns}")
    head = "".join(f" {name + ', µs':>10} {'torch':>8} {'(target)':>9}" for name in ("GRU", "LSTM"))
    print(f"\n{'T, B, I, H':>24}{head} {'gated / GRU':>12}")
    for size, targets in SIZES.items():
        x, dh = problems[size]
        gru, lstm, gated = (kind(*size[2:]) for kind in (bl.GRUCell, bl.LSTMCell, bl.GatedCell))
        taken = measured({"ours": ours(x, dh, gru), "torch": torch_rnn(x, dh, gru), "gated": ours(x, dh, gated)})
        long = measured({"ours": ours(x, dh, lstm), "torch": torch_rnn(x, dh, lstm)})
        line = [f"{', '.join(map(str, size)):>24}"]
        for found, target in ((taken, targets[1]), (long, targets[2])):
            line.append(f"{statistics.median(found['ours']) * 1e6:10.1f} {ratio(found, 'torch'):>8} {target:9.2f}")
        print(*line, f"{ratio(taken, 'gated'):>12}")
    course_s_own()
    memory_s_own()


def problem(T: int, B: int, I: int, H: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((T, B, I)), rng.standard_normal((T, B, H))


def course_s_own() -> None:
    """The course's own computations, in ms."""
    print("\nThe course's own computations, median ms:")
    scales = np.geomspace(0.1, 10, 150)
    for kind, T, H in ((bl.RNNCell, 4, 8), (bl.RNNCell, 100, 32), (bl.GatedCell, 100, 32), (bl.LSTMCell, 100, 32)):
        rng = np.random.default_rng(0)
        model = bl.SequenceModel(kind(H, H), 8)
        x, targets = rng.standard_normal((T, H)), rng.integers(8, size=T)
        run = model.forward(x, targets)
        batch = np.repeat(x[:, None], len(scales), axis=1)
        work = {
            "all terms of one dL_t/dW_x": lambda: model.chain_rule_terms(run, T - 1),
            "the whole ledger": lambda: model.ledger(run),
            "150 weight scales at once": lambda: model.cell.unroll(batch, scales=scales),
            "… and their gradients": lambda: model.cell.backward(model.cell.unroll(batch, scales=scales), batch),
            "forward mode (RTRL)": lambda: bl.rtrl(model, run),
            "BPTT": lambda: model.backward(run),
        }
        for name, call in work.items():
            call()
            taken = statistics.median(seconds(call, 1) for _ in range(5)) * 1e3
            print(f"  {kind.__name__:9} T={T:3}, H={H:2}  {name:28} {taken:8.3f}")


def memory_s_own() -> None:
    """Products of Jacobians at H=32, T=100, in ms, each with its target; and the price of checkpoints."""
    print("\nMemory, T=100, H=32, fastest of 7, ms (target):")
    rng = np.random.default_rng(0)
    cell, x = bl.RNNCell(32, 32), rng.standard_normal((100, 32))
    trace, lags = cell.unroll(x), np.unique(np.geomspace(1, 99, 20).astype(int))
    sweep = cell.unroll(np.repeat(x[:, None], 150, axis=1), scales=np.geomspace(0.1, 10, 150))
    work: dict[str, tuple[Callable, float | None]] = {
        "norms of all lags of one t": (lambda: bl.memory.norms_back(cell, trace, 99), 5.0),
        "the report": (lambda: bl.memory.report(cell, x), 10.0),
        "the matrix of norms": (lambda: bl.memory.norms(cell, trace), 300.0),
        "all exponents": (lambda: bl.memory.lyapunov(cell, trace), None),
        "norms at 20 lags, 150 scales": (lambda: bl.memory.norms_back(cell, sweep, 99, lags), None),
        "bounds at 20 lags, 150 scales": (lambda: bl.memory.bounds(cell, sweep, 99, lags), None),
    }
    for name, (call, target) in work.items():
        call()
        taken = min(seconds(call, 1) for _ in range(7)) * 1e3
        print(f"  {name:34} {taken:8.2f}" + (f" ({target:g})" if target else ""))
    model = bl.SequenceModel(bl.RNNCell(64, 64), 10)
    x, targets = rng.standard_normal((4096, 8, 64)), rng.integers(10, size=(4096, 8))
    whole, kept = (min(seconds(lambda: model.gradient(x, targets, checkpoint=c), 1) for _ in range(3)) for c in (False, True))
    print(f"  checkpoints, T=4096, B=8, H=64: {kept / whole:.2f} times the ordinary gradient")
    tracemalloc.start()
    _, grads = model.gradient(x, targets, checkpoint=True)
    held = tracemalloc.get_traced_memory()[1] - sum(value.nbytes for value in grads.values())
    tracemalloc.stop()
    print(f"  … and they hold {held / 1e6:.2f} MB beyond inputs and gradients (3)")


if __name__ == "__main__":
    main()
