"""The plain cell: its equation, its starts, its trace, and weights exchanged with PyTorch."""

import copy
import gc
import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bptt_lab as bl
from bptt_lab.engine import rnn
from tests import reference
from tests.conftest import ACTIVATIONS, STARTS, make, plain_problems, same


@given(plain_problems, st.data())
def test_jacobian_equals_automatic_differentiation(p, data):
    params, x, h0, *_ = p.arguments
    t = data.draw(st.integers(0, len(x) - 1))
    trace = p.model.cell.unroll(p.x, p.h0)
    J = p.model.cell.jacobian(trace, t).reshape(-1, *[p.model.cell.hidden_size] * 2)
    for b in range(x.shape[1]):
        before = trace.states[t, b]
        expected = reference.step_jacobian(params, x[t, b], before, p.model.cell.activation.name)
        assert np.abs(J[b] - expected).max() <= 1e-9 * max(1.0, np.abs(expected).max())


def test_jacobian_has_a_batch_axis_only_if_the_input_had_one():
    cell = bl.RNNCell(2, 3)
    assert cell.jacobian(cell.unroll(np.ones((2, 2))), 1).shape == (3, 3)
    assert cell.jacobian(cell.unroll(np.ones((2, 5, 2))), 0).shape == (5, 3, 3)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("H", [4, rnn.FEW_UNITS, rnn.FEW_UNITS + 1])  # on both sides of what the engine does otherwise
def test_one_sequence_and_a_batch_of_it_agree(activation, H):
    """B = 1 takes a road of its own, for speed; it must lead to the same place. So must that of more units."""
    p = make(T=6, B=1, H=H, activation=activation)
    cell, dh = p.model.cell, np.random.default_rng(0).standard_normal((6, 1, H))
    one = cell.unroll(p.x, p.h0)
    two = cell.unroll(np.repeat(p.x, 2, axis=1), np.repeat(p.h0, 2, axis=0))
    same(two.h[:, :1], one.h, 1e-14)
    grads, doubled = cell.backward(one, dh), cell.backward(two, np.concatenate([dh, np.zeros_like(dh)], axis=1))
    for name in ("W_x", "W_hh", "b"):
        same(doubled[name], grads[name], 1e-13)
    same(doubled["x"][:, :1], grads["x"], 1e-13)
    same(doubled["h0"][:1], grads["h0"], 1e-13)


def test_a_start_is_not_there_any_more_in_the_next_run():
    cell, x = bl.RNNCell(2, 3), np.ones((4, 2))
    for start in (np.ones(3), np.full(3, 1e308)):
        cell.unroll(x, start)
        assert (cell.unroll(x).h0 == 0).all()


def test_long_sequences_are_processed_in_chunks_that_add_up():
    p = make(T=300, B=8, I=3, H=40)
    dh = np.random.default_rng(0).standard_normal((300, 8, 40))
    assert 300 * 8 * 40 * 40 > 3_000_000  # three times what one product takes
    whole = p.model.cell.backward(p.model.cell.unroll(p.x), dh)
    alone = [p.model.cell.backward(p.model.cell.unroll(p.x[:, b]), dh[:, b]) for b in range(8)]
    for name in ("W_x", "W_hh", "b"):
        same(whole[name], sum(grads[name] for grads in alone), 1e-11)
    same(whole["x"], np.stack([grads["x"] for grads in alone], axis=1), 1e-11)


@pytest.mark.parametrize("B", [None, 1, 2])
def test_a_trace_owns_its_arrays(B):
    steps = (4,) if B is None else (4, B)
    cell, x, h0 = bl.RNNCell(2, 3), np.ones((*steps, 2)), np.ones((*steps[1:], 3))
    trace = cell.unroll(x, h0)
    kept = copy.deepcopy({"h": trace.h, "x": trace.x, "h0": trace.h0, "inputs": trace.inputs})
    cell.unroll(2 * x)
    cell.backward(trace, np.ones((*steps, 3)))
    x[...], h0[...] = 9.0, 9.0
    cell.params["W_hh"] = np.zeros((3, 3))
    assert all((getattr(trace, name) == value).all() for name, value in kept.items())


@pytest.mark.parametrize("B", [None, 1, 2])
def test_without_h0_the_start_is_zero_also_right_after_another_start(B):
    p = make(T=3, B=B)
    p.model.cell.unroll(p.x, p.h0)
    trace = p.model.cell.unroll(p.x)
    assert not trace.h0.any()
    assert (trace.h == p.model.cell.unroll(p.x, np.zeros_like(p.h0)).h).all()


@pytest.mark.parametrize("steps", [(4,), (4, 2)])
def test_gradients_do_not_share_memory_with_later_calls(steps):
    cell = bl.RNNCell(2, 3)
    trace = cell.unroll(np.ones((*steps, 2)))
    grads = cell.backward(trace, np.ones((*steps, 3)))
    kept = {name: value.copy() for name, value in grads.items()}
    cell.backward(trace, -np.ones((*steps, 3)))
    assert all((grads[name] == kept[name]).all() for name in grads)


def test_setting_a_parameter_copies_into_place():
    cell = bl.RNNCell(2, 3)
    held = cell.params["W_hh"]
    new = np.arange(9.0).reshape(3, 3)
    cell.params["W_hh"] = new
    new[...] = -1
    assert (held == np.arange(9.0).reshape(3, 3)).all() and (cell.params["W_hh"] == held).all()
    assert list(cell.params) == ["W_x", "W_hh", "b"] and all(v.dtype == np.float64 for v in cell.params.values())


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda cell: pickle.loads(pickle.dumps(cell))])
def test_a_copy_of_a_cell_has_parameters_of_its_own(duplicate):
    cell = bl.RNNCell(2, 3)
    other = duplicate(cell)
    other.params["b"] = np.ones(3)
    assert not cell.params["b"].any()
    assert (other.unroll(np.zeros((1, 2))).h == np.tanh(1.0)).all()


def test_threads_do_not_disturb_each_other():
    from concurrent.futures import ThreadPoolExecutor

    cell, x = bl.RNNCell(4, 8), np.random.default_rng(0).standard_normal((50, 20, 4))

    def there_and_back(one):
        trace = cell.unroll(one)
        return np.concatenate([trace.h.ravel(), *(value.ravel() for value in cell.backward(trace, trace.h.copy()).values())])

    expected = [there_and_back(one) for one in x]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            for got, right in zip(pool.map(there_and_back, x), expected):
                assert (got == right).all()


def test_a_long_sequence_leaves_no_scratch_behind():
    cell, x, dh = bl.RNNCell(64, 64), np.zeros((4000, 64)), np.ones((4000, 64))
    tracemalloc.start()
    try:
        cell.backward(cell.unroll(x), dh)
        gc.collect()
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 0.02 * most, f"{kept:,} of {most:,} bytes are still held"


# ---- starts


def test_the_same_seed_draws_the_same_weights_and_another_seed_others():
    one, same_one, other = bl.RNNCell(3, 4, seed=1), bl.RNNCell(3, 4, seed=1), bl.RNNCell(3, 4, seed=2)
    assert (one.params["W_hh"] == same_one.params["W_hh"]).all() and (one.params["W_hh"] != other.params["W_hh"]).all()


@pytest.mark.parametrize(("init", "variance"), [("normal", 1 / 200), ("uniform", 1 / 600), ("glorot", 1 / 200)])
def test_the_variance_of_each_random_start(init, variance):
    W_hh = bl.RNNCell(3, 200, init=init).params["W_hh"]
    assert W_hh.var() == pytest.approx(variance, rel=0.05) and abs(W_hh.mean()) < 0.01


def test_bounds_of_the_uniform_starts():
    assert np.abs(bl.RNNCell(3, 64, init="uniform").params["W_hh"]).max() <= 1 / 8
    assert np.abs(bl.RNNCell(3, 64, init="glorot").params["W_hh"]).max() <= np.sqrt(3 / 64)


def test_orthogonal_keeps_every_length_and_identity_every_vector():
    W = bl.RNNCell(3, 30, init="orthogonal").params["W_hh"]
    same(W @ W.T, np.eye(30), 1e-12)
    assert (bl.RNNCell(3, 5, init="identity").params["W_hh"] == np.eye(5)).all()


def test_orthogonal_draws_no_direction_more_often_than_its_opposite():
    corners = np.array([bl.RNNCell(1, 4, init="orthogonal", seed=seed).params["W_hh"][[0, 3], [0, 3]] for seed in range(60)])
    assert ((15 < (corners > 0).sum(axis=0)) & ((corners > 0).sum(axis=0) < 45)).all()


@pytest.mark.parametrize("init", [init for init in STARTS if init != "uniform"])
def test_input_and_output_weights_have_a_variance_of_one_over_what_they_read(init):
    model = bl.SequenceModel(bl.RNNCell(300, 50, init=init, weight_scale=5.0), 300)
    assert model.params["W_x"].var() == pytest.approx(1 / 300, rel=0.05)
    assert model.params["W_oh"].var() == pytest.approx(1 / 50, rel=0.05)


def test_the_normal_start_has_spectral_radius_near_one():
    radii = [np.abs(np.linalg.eigvals(bl.RNNCell(1, 200, seed=seed).params["W_hh"])).max() for seed in range(5)]
    assert 0.9 < np.median(radii) < 1.15


@pytest.mark.parametrize("init", STARTS)
def test_weight_scale_multiplies_W_hh_and_nothing_else(init):
    one, three = bl.RNNCell(3, 6, init=init), bl.RNNCell(3, 6, init=init, weight_scale=3.0)
    same(three.params["W_hh"], 3.0 * one.params["W_hh"], 1e-15)
    assert (three.params["W_x"] == one.params["W_x"]).all() and (three.params["b"] == one.params["b"]).all()


# ---- PyTorch's names


class Tensor:
    """As much of a tensor as `from_torch` may rely on."""

    def __init__(self, array):
        self._array = array

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self._array


@pytest.mark.parametrize("prefix", ["", "rnn.", "encoder.layers.2.rnn."])
@pytest.mark.parametrize("suffix", ["_l0", ""])
@pytest.mark.parametrize("wrap", [np.array, Tensor, list])
def test_weights_go_to_pytorch_s_names_and_back(prefix, suffix, wrap):
    cell = bl.RNNCell(3, 4, activation="relu", init="uniform")
    names = {prefix + name.removesuffix("_l0") + suffix: wrap(value) for name, value in cell.to_torch().items()}
    back = bl.RNNCell.from_torch(names, activation="relu")
    x = np.random.default_rng(0).standard_normal((5, 3))
    assert (back.unroll(x).h == cell.unroll(x).h).all()


def test_biases_are_summed_and_missing_ones_are_zero():
    names = bl.RNNCell(2, 3).to_torch()
    names["bias_ih_l0"], names["bias_hh_l0"] = np.array([1.0, 2, 3]), np.array([10.0, 20, 30])
    assert (bl.RNNCell.from_torch(names).params["b"] == [11, 22, 33]).all()
    del names["bias_ih_l0"], names["bias_hh_l0"]
    assert not bl.RNNCell.from_torch(names).params["b"].any()


def test_a_layer_is_chosen_and_named():
    layers = {**bl.RNNCell(2, 3).to_torch(), **bl.RNNCell(3, 3, seed=5).to_torch(layer=1)}
    assert bl.RNNCell.from_torch(layers, layer=1).input_size == 3
    assert set(bl.RNNCell(2, 3).to_torch(layer=1)) == {"weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1"}


def test_gradients_go_to_pytorch_s_names_with_the_bias_s_for_both():
    cell = bl.RNNCell(2, 3)
    grads = cell.backward(cell.unroll(np.ones((4, 2))), np.ones((4, 3)))
    named = cell.to_torch(grads)
    assert (named["bias_ih_l0"] == grads["b"]).all() and (named["bias_hh_l0"] == grads["b"]).all()
    assert (named["weight_hh_l0"] == grads["W_hh"]).all()
    assert not cell.to_torch()["bias_hh_l0"].any()


def test_what_to_torch_returns_is_a_copy():
    cell = bl.RNNCell(2, 3)
    grads = cell.backward(cell.unroll(np.ones((4, 2, 2))), np.ones((4, 2, 3)))
    for named, source in ((cell.to_torch(), dict(cell.params)), (cell.to_torch(grads), grads)):
        arrays = list(named.values())
        assert all(array.flags.c_contiguous for array in arrays) and not np.shares_memory(arrays[2], arrays[3])
        assert not any(np.shares_memory(array, value) for array in arrays for value in source.values())


def test_what_from_torch_refuses():
    names = bl.RNNCell(2, 3).to_torch()
    for extra in ("weight_ih_l0_reverse", "weight_hr_l0"):
        with pytest.raises(ValueError, match=extra):
            bl.RNNCell.from_torch({**names, extra: names["weight_ih_l0"]})
    with pytest.raises(ValueError, match="one layer"):
        bl.RNNCell.from_torch({f"{part}.{name}": value for part in "ab" for name, value in names.items()})
    with pytest.raises(ValueError, match="weight_hh_l2"):
        bl.RNNCell.from_torch({"weight_ih_l2": np.ones((3, 2))}, layer=2)
    with pytest.raises(ValueError, match="another kind of cell"):
        bl.RNNCell.from_torch({"weight_ih_l0": np.ones((12, 2)), "weight_hh_l0": np.ones((12, 3))})
    with pytest.raises(ValueError, match="bias_ih"):
        bl.RNNCell.from_torch({**names, "bias_ih_l0": np.ones(4)})
