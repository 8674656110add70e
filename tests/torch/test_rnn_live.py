"""The plain cell against the PyTorch that is installed here. `make test-torch` installs one; elsewhere this is skipped."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bptt_lab as bl
from tests.conftest import same

torch = pytest.importorskip("torch")


@settings(max_examples=40)
@given(
    T=st.integers(1, 12),
    B=st.sampled_from([None, 1, 3]),
    I=st.integers(1, 6),
    H=st.integers(1, 8),
    layers=st.integers(1, 3),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    bias=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_states_and_all_gradients_equal_pytorch_s_through_every_layer(T, B, I, H, layers, nonlinearity, bias, seed):
    torch.manual_seed(seed)
    rnn = torch.nn.RNN(I, H, num_layers=layers, nonlinearity=nonlinearity, bias=bias).double()
    steps = (T,) if B is None else (T, B)
    x = torch.randn(*steps, I, dtype=torch.double, requires_grad=True)
    h0 = torch.randn(layers, *steps[1:], H, dtype=torch.double, requires_grad=True)
    dh = torch.randn(*steps, H, dtype=torch.double)
    out, _ = rnn(x, h0)
    out.backward(dh)

    cells, traces, below = [], [], x.detach().numpy()
    for layer in range(layers):
        cells.append(bl.RNNCell.from_torch(rnn.state_dict(), layer=layer, activation=nonlinearity))
        traces.append(cells[-1].unroll(below, h0[layer].detach().numpy()))
        below = traces[-1].h
    same(below, out.detach().numpy())
    back = dh.numpy()
    for layer in reversed(range(layers)):
        grads = cells[layer].backward(traces[layer], back)
        for name, value in cells[layer].to_torch(grads, layer=layer).items():
            if bias or not name.startswith("bias"):
                same(value, dict(rnn.named_parameters())[name].grad.numpy())
        same(grads["h0"], h0.grad[layer].numpy())
        back = grads["x"]
    same(back, x.grad.numpy())


def test_our_weights_load_into_pytorch():
    cell = bl.RNNCell(3, 5, init="uniform", seed=2)
    rnn = torch.nn.RNN(3, 5).double()
    rnn.load_state_dict({name: torch.tensor(value) for name, value in cell.to_torch().items()})
    x = np.random.default_rng(0).standard_normal((7, 3))
    same(cell.unroll(x).h, rnn(torch.tensor(x))[0].detach().numpy())


def test_the_single_cell_and_a_module_s_prefix_are_read():
    single = torch.nn.RNNCell(3, 4).double()
    cell = bl.RNNCell.from_torch(single.state_dict())
    x = torch.randn(3, dtype=torch.double)
    same(cell.unroll(x.numpy()[None]).h[0], single(x).detach().numpy())
    module = torch.nn.ModuleDict({"encoder": torch.nn.ModuleDict({"rnn": torch.nn.RNN(3, 4)}), "head": torch.nn.Linear(4, 2)})
    assert bl.RNNCell.from_torch(module.state_dict()).hidden_size == 4


def test_tensors_that_need_a_gradient_and_half_precision_are_read():
    rnn = torch.nn.RNN(3, 4).bfloat16()
    cell = bl.RNNCell.from_torch(dict(rnn.named_parameters()))
    assert (cell.params["W_hh"] == rnn.weight_hh_l0.detach().double().numpy()).all()


@pytest.mark.parametrize("extra", [{"bidirectional": True}, {"proj_size": 2}])
def test_layers_that_cannot_be_read_are_refused(extra):
    kind = torch.nn.LSTM if "proj_size" in extra else torch.nn.RNN
    with pytest.raises(ValueError, match="one direction|projection"):
        bl.RNNCell.from_torch(kind(3, 4, **extra).state_dict())
