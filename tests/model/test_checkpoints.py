"""The gradient from √T kept states: the same numbers, and little memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given

import bptt_lab as bl
from tests.conftest import make, problems, same


def agree(p, digits=1e-12):
    loss, expected = p.model.gradient(p.x, p.targets, p.mask)
    found, grads = p.model.gradient(p.x, p.targets, p.mask, checkpoint=True)
    assert found == pytest.approx(loss, rel=1e-12) and list(grads) == list(expected)
    for name, value in expected.items():
        same(grads[name], value, digits, 1e-15)


@given(problems)
def test_the_gradient_is_the_same(p):
    agree(p)


@pytest.mark.parametrize("T", [1, 2, 15, 16, 17, 100, 1000])
@pytest.mark.parametrize("B", [None, 1, 2])
@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_whatever_the_length(T, B, loss):
    agree(make(T=T, B=B, loss=loss, init="orthogonal", scale=1.02))


@pytest.mark.parametrize("O", [1, 10, 64])
@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_four_thousand_steps_take_under_three_megabytes(O, loss):
    T, B, H = 4096, 8, 64
    rng = np.random.default_rng(0)
    model = bl.SequenceModel(bl.RNNCell(H, H), O, loss)
    x = rng.standard_normal((T, B, H))
    targets = rng.integers(O, size=(T, B)) if loss == "cross_entropy" else rng.standard_normal((T, B, O)[: 3 if O > 1 else 2])
    tracemalloc.start()
    try:
        _, grads = model.gradient(x, targets, checkpoint=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - sum(value.nbytes for value in grads.values()) < 3e6


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("B", [None, 2])
def test_what_explodes_or_vanishes_is_a_result(activation, B):
    p = make(T=700, B=B, H=6, activation=activation, scale=1e6)
    loss, grads = p.model.gradient(p.x, p.targets, checkpoint=True)
    assert not np.isnan(loss) and not any(np.isnan(value).any() for value in grads.values())
    assert np.isinf(grads["W_hh"]).any() == (activation == "relu")


def test_what_is_wrong_is_said_before_anything_is_computed():
    p = make(T=30, O=3)
    p.model.cell.unroll = None  # whoever reads would fail otherwise
    late = np.array(p.targets)
    late[-1] = 7
    for targets, mask, name in [
        (late, None, "targets: got class 7"),
        (p.targets[:-1], None, r"targets: got shape \(29,\), expected shape \(30,\)"),
        (p.targets, p.mask[1:], "mask: got"),
    ]:
        with pytest.raises(ValueError, match="^" + name):
            p.model.gradient(p.x, targets, mask, checkpoint=True)
    with pytest.raises(ValueError, match="^x: got"):
        p.model.gradient(p.x[:, :-1], p.targets, checkpoint=True)


@pytest.mark.parametrize("B", [None, 2])
@pytest.mark.parametrize("kind", [bl.GatedCell, bl.GRUCell, bl.LSTMCell])
def test_the_state_of_every_cell_goes_across_pieces_whole(kind, B):
    p = make(T=30, B=B)
    p.model.cell = kind(3, 4, gate_bias=1.0)
    agree(p)
    assert ("c0" in p.model.gradient(p.x, p.targets, checkpoint=True)[1]) == (kind is bl.LSTMCell)
