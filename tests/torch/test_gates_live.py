"""GRU and LSTM against the PyTorch that is installed here; elsewhere this is skipped."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bptt_lab as bl
from tests.conftest import same

torch = pytest.importorskip("torch")
KINDS = {"GRU": bl.GRUCell, "LSTM": bl.LSTMCell}


@settings(max_examples=60)
@given(
    kind=st.sampled_from(["GRU", "LSTM"]),
    T=st.integers(1, 12),
    B=st.sampled_from([None, 1, 3]),
    I=st.integers(1, 6),
    H=st.integers(1, 8),
    layers=st.integers(1, 3),
    bias=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_states_and_all_gradients_equal_pytorch_s_through_every_layer(kind, T, B, I, H, layers, bias, seed):
    torch.manual_seed(seed)
    rnn = getattr(torch.nn, kind)(I, H, num_layers=layers, bias=bias).double()
    steps, pair = (T,) if B is None else (T, B), kind == "LSTM"

    def random(*shape):
        return torch.randn(*shape, dtype=torch.double, requires_grad=True)

    x, h0, c0 = random(*steps, I), random(layers, *steps[1:], H), random(layers, *steps[1:], H)
    dh, dc = random(*steps, H).detach(), random(layers, *steps[1:], H).detach()  # dc: into the last c of every layer
    out, end = rnn(x, (h0, c0) if pair else h0)
    ((out * dh).sum() + ((end[1] * dc).sum() if pair else 0.0)).backward()

    cells, traces, below = [], [], x.detach().numpy()
    for layer in range(layers):
        start = h0[layer].detach().numpy()
        cells.append(KINDS[kind].from_torch(rnn.state_dict(), layer=layer))
        traces.append(cells[-1].unroll(below, (start, c0[layer].detach().numpy()) if pair else start))
        below = traces[-1].h
    same(below, out.detach().numpy())
    back = dh.numpy()
    for layer in reversed(range(layers)):
        into = {}
        if pair:
            into["dc"] = np.zeros((*steps, H))
            into["dc"][-1] = dc[layer].numpy()
            same(traces[layer].c[-1], end[1][layer].detach().numpy())
        grads = cells[layer].backward(traces[layer], back, **into)
        for name, value in cells[layer].to_torch(grads, layer=layer).items():
            if bias or not name.startswith("bias"):
                same(value, dict(rnn.named_parameters())[name].grad.numpy())
        same(grads["h0"], h0.grad[layer].numpy())
        if pair:
            same(grads["c0"], c0.grad[layer].numpy())
        back = grads["x"]
    same(back, x.grad.numpy())


@pytest.mark.parametrize("kind", KINDS)
def test_our_weights_load_into_pytorch(kind):
    cell = KINDS[kind](3, 5, init="uniform", seed=2)
    rnn = getattr(torch.nn, kind)(3, 5).double()
    rnn.load_state_dict({name: torch.tensor(value) for name, value in cell.to_torch().items()})
    x = np.random.default_rng(0).standard_normal((7, 3))
    same(cell.unroll(x).h, rnn(torch.tensor(x))[0].detach().numpy())


@pytest.mark.parametrize("kind", KINDS)
def test_the_single_cell_is_read(kind):
    single = getattr(torch.nn, f"{kind}Cell")(3, 4).double()
    x = torch.randn(3, dtype=torch.double)
    h = single(x)[0] if kind == "LSTM" else single(x)
    same(KINDS[kind].from_torch(single.state_dict()).unroll(x.numpy()[None]).h[0], h.detach().numpy())


def test_a_file_of_torch_s_own_is_read_and_what_holds_more_than_weights_is_refused_in_words(tmp_path):
    net = torch.nn.GRU(3, 4, dtype=torch.bfloat16)
    torch.save(net.state_dict(), tmp_path / "net.pt")
    torch.save({"model": net.state_dict(), "epoch": 3}, tmp_path / "checkpoint.pt")
    for name in ("net.pt", "checkpoint.pt"):
        same(bl.read(tmp_path / name)[0].cell.params["W_hh"], net.weight_hh_l0.detach().double().numpy())
    torch.save([1, 2], tmp_path / "list.pt")
    torch.save(net, tmp_path / "whole.pt")
    (tmp_path / "junk.pt").write_bytes(b"hello")
    for name, why in {
        "list.pt": "^source: got list.pt with no array of real numbers, expected arrays of a recurrent layer",
        "whole.pt": "^source: got 'whole.pt', expected a file of weights alone, that torch can read",
        "junk.pt": "^source: got 'junk.pt', expected a file of weights alone, that torch can read",
    }.items():
        with pytest.raises(ValueError, match=why):
            bl.read(tmp_path / name)
