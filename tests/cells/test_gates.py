"""The cells with gates: equations, Jacobians, sweeps, traces, and weights exchanged with PyTorch."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bptt_lab as bl
from bptt_lab import chain_rule, engine
from bptt_lab.engine import scratch
from tests import reference
from tests.conftest import GATES, STARTS, gate_problems, make, same

cells = pytest.mark.parametrize("cell", GATES)


def finite_differences(cell, trace, t):
    """d state_t / d state_{t-1} of the first sequence, from the equations alone."""
    part = trace.piece(slice(t, t + 1))
    H, x = cell.hidden_size, part.inputs[:, :1]

    def step(state):
        after = cell.unroll(x, (state[None, :H], state[None, H:]) if len(cell.parts) == 2 else state[None])
        return np.concatenate([getattr(after, name)[0, 0] for name in cell.parts])

    before = np.concatenate([np.atleast_2d(getattr(part, f"{name}0"))[0] for name in cell.parts])
    ε = 1e-6 * np.eye(len(before))
    return np.stack([(step(before + e) - step(before - e)) / 2e-6 for e in ε], axis=1)


@given(gate_problems, st.data())
def test_jacobian_equals_automatic_differentiation_and_finite_differences(p, data):
    params, x, start, *_ = p.arguments
    t = data.draw(st.integers(0, len(x) - 1))
    cell, trace = p.model.cell, p.model.cell.unroll(p.x, p.h0)
    D = len(cell.parts) * cell.hidden_size
    J = cell.jacobian(trace, t)
    assert J.shape == (*p.x.shape[1:-1], D, D)
    J = J.reshape(-1, D, D)
    before = [start, *reference.states([params] * len(x), x, start, p.cell)][t]
    for b in range(x.shape[1]):
        same(J[b], reference.step_jacobian(params, x[t, b], before[b], p.cell), 1e-12, 1e-14)
    same(J[0], finite_differences(cell, trace, t), 1e-7, 1e-8)
    same(cell.jacobians(trace, range(len(x)))[t], J, 1e-15)


@given(gate_problems, st.data())
def test_one_step_back_is_the_row_times_the_jacobian(p, data):
    t = data.draw(st.integers(0, len(p.x) - 1))
    cell, trace = p.model.cell, p.model.cell.unroll(p.x, p.h0)
    B, D = trace.shape[1], len(cell.parts) * cell.hidden_size
    rows = np.random.default_rng(0).standard_normal((3, B, D))
    J = cell.jacobian(trace, t).reshape(B, D, D)
    same(chain_rule.pull(cell, trace, t, rows)[1], np.einsum("nbi,bij->nbj", rows, J), 1e-12, 1e-14)


@given(st.integers(1, 6), st.sampled_from([None, 1, 3]), st.integers(1, 5), st.booleans(), st.integers(0, 10**6))
def test_the_four_terms_of_the_gated_cell_sum_to_its_jacobian(T, B, H, sweep, seed):
    p = make(T=T, B=B, H=H, cell="gated", seed=seed, scale=2.0)
    cell = p.model.cell
    scales = np.linspace(-1.0, 2.0, B) if sweep and B else None
    trace = cell.unroll(p.x, p.h0, scales)
    for t in range(T):
        terms = cell.jacobian_terms(trace, t)
        assert list(terms) == ["keep", "dG1", "dG2", "candidate"]
        same(sum(terms.values()), cell.jacobian(trace, t), 1e-12)
        if B is None:
            W1, W2, W3 = cell.params["W_hh"].reshape(3, H, H)
            G1, G2, candidate = (trace.gates[name][t] for name in ("G1", "G2", "candidate"))
            before = trace.h[t - 1] if t else trace.h0
            same(terms["keep"], np.diag(G1), 1e-12)
            same(terms["dG1"], np.diag(before * G1 * (1 - G1)) @ W1, 1e-12)
            same(terms["dG2"], np.diag(candidate * G2 * (1 - G2)) @ W2, 1e-12)
            same(terms["candidate"], np.diag(G2 * (1 - candidate**2)) @ W3, 1e-12)


@given(gate_problems)
def test_the_gates_by_name_make_the_states(p):
    trace = p.model.cell.unroll(p.x, p.h0)
    g = trace.gates
    assert list(g) == list(p.model.cell.blocks) and all(value.shape == trace.h.shape for value in g.values())
    h = np.concatenate([trace.h0[None], trace.h[:-1]])
    if p.cell == "lstm":
        c = np.concatenate([trace.c0[None], trace.c[:-1]])
        same(trace.c, g["forget"] * c + g["input"] * g["cell"], 1e-14)
        same(trace.h, g["output"] * np.tanh(trace.c), 1e-14)
        same(trace.c0, p.h0[1], 1e-15)
    elif p.cell == "gated":
        same(trace.h, g["G1"] * h + g["G2"] * g["candidate"], 1e-14)
    else:
        same(trace.h, (1 - g["update"]) * g["candidate"] + g["update"] * h, 1e-13)


@given(gate_problems)
def test_gradients_into_every_state_equal_automatic_differentiation(p):
    params, x, start, *_ = p.arguments
    params = {name: params[name] for name in p.model.cell.params}
    cell, rng = p.model.cell, np.random.default_rng(0)
    own = [rng.standard_normal((*p.x.shape[:-1], cell.hidden_size)) for _ in cell.parts]
    grads = cell.backward(cell.unroll(p.x, p.h0), *own)
    dstates = np.concatenate([d.reshape(*x.shape[:2], -1) for d in own], axis=2)
    expected = reference.cell_gradients(params, x, start, p.cell, dstates)
    assert set(grads) == set(expected)
    for name, value in expected.items():
        same(grads[name], value.reshape(grads[name].shape), 1e-11, 1e-14)


def test_without_dc_it_is_zero_also_right_after_another():
    p = make(T=5, cell="lstm")
    cell, trace = p.model.cell, p.model.cell.unroll(p.x, p.h0)
    dh = np.random.default_rng(0).standard_normal((5, 4))
    cell.backward(trace, dh, np.ones((5, 4)))
    without, zeros = cell.backward(trace, dh), cell.backward(trace, dh, np.zeros((5, 4)))
    assert all((without[name] == zeros[name]).all() for name in zeros)


@cells
@pytest.mark.parametrize("scaled", [False, True])
def test_a_sweep_over_scales_and_gate_biases_is_a_net_for_each_sequence(cell, scaled):
    p = make(T=5, B=3, cell=cell)
    net, x = p.model.cell, p.x
    biases, scales = np.array([-3.0, 0.0, 2.0]), np.array([0.0, 1.5, -2.0]) if scaled else None
    run = p.model.forward(x, p.targets, p.mask, p.h0, scales, biases)
    loss, expected = reference.gradients(*p.arguments, scales=scales, gate_biases=biases)
    assert run.loss == pytest.approx(loss, rel=1e-12)
    grads = p.model.backward(run)
    for name, value in expected.items():
        same(grads[name], value, 1e-11, 1e-14)
    W_hh, b = net.params["W_hh"].copy(), net.params["b"].copy()
    for i, bias in enumerate(biases):
        net.params["W_hh"], net.params["b"] = W_hh * (scales[i] if scaled else 1.0), b
        net.params["b"][net.rows_of(net.keeping_gate)] += bias
        alone = net.unroll(x[:, i], p.start(i))
        same(run.trace.h[:, i], alone.h, 1e-13)
        for t in range(5):
            same(net.jacobian(run.trace, t)[i], net.jacobian(alone, t), 1e-12)


@cells
@pytest.mark.parametrize("H", [4, scratch.FEW_UNITS + 1])
def test_one_sequence_and_a_batch_of_it_agree(cell, H):
    p = make(T=6, B=1, H=H, cell=cell)
    net, dh = p.model.cell, np.random.default_rng(0).standard_normal((6, 1, H))
    twice = tuple(np.repeat(part, 2, axis=0) for part in p.h0) if cell == "lstm" else np.repeat(p.h0, 2, axis=0)
    one, two = net.unroll(p.x, p.h0), net.unroll(np.repeat(p.x, 2, axis=1), twice)
    same(two.h[:, :1], one.h, 1e-14)
    grads, doubled = net.backward(one, dh), net.backward(two, np.concatenate([dh, np.zeros_like(dh)], axis=1))
    for name in net.params:
        same(doubled[name], grads[name], 1e-13)
    same(doubled["x"][:, :1], grads["x"], 1e-13)
    same(doubled["h0"][:1], grads["h0"], 1e-13)


@cells
@pytest.mark.parametrize("B", [1, 8])
def test_long_sequences_are_processed_in_chunks_that_add_up(cell, B):
    T = 2400 // B
    p = make(T=T, B=B, I=3, H=40, cell=cell)
    net, dh = p.model.cell, np.random.default_rng(0).standard_normal((T, B, 40))
    assert T > scratch.CHUNK // (len(engine.ENGINES[type(net)].local_names) * 40 * B) and T * B * 40 * 3 > scratch.SMALL
    whole = net.backward(net.unroll(p.x, p.h0), dh)
    half = T // 2 + 3  # a cut of our own, at another place
    first = net.unroll(p.x[:half], p.h0)
    second = net.unroll(p.x[half:], first.end)
    late = net.backward(second, dh[half:])
    into = [dh[:half].copy()] + ([np.zeros((half, B, 40))] if cell == "lstm" else [])
    for own, name in zip(into, ("h0", "c0")):
        own[-1] += late[name]
    early = net.backward(first, *into)
    for name in net.params:
        same(whole[name], early[name] + late[name], 1e-11)
    same(whole["x"], np.concatenate([early["x"], late["x"]]), 1e-11)
    same(whole["h0"], early["h0"], 1e-11)


@cells
@pytest.mark.parametrize(("T", "B"), [(4, None), (4, 1), (4, 2), (3000, 2)])
def test_a_trace_and_gradients_own_their_arrays(cell, T, B):
    steps = (T,) if B is None else (T, B)
    net = GATES[cell](2, 8)
    start = np.ones((*steps[1:], 8))
    x, h0 = np.ones((*steps, 2)), (start, start.copy()) if cell == "lstm" else start
    trace = net.unroll(x, h0)
    grads = net.backward(trace, np.ones((*steps, 8)))
    views = {
        "h": trace.h,
        "x": trace.x,
        "h0": trace.h0,
        "weights": trace.cell.stack,
        **trace.gates,
        **{f"d{k}": v for k, v in grads.items()},
    }
    kept = {name: value.copy() for name, value in views.items()}
    net.backward(net.unroll(2 * x), -np.ones((*steps, 8)))
    net.backward(trace, -np.ones((*steps, 8)))
    x[...], start[...] = 9.0, 9.0
    net.params["W_hh"] = np.zeros_like(net.params["W_hh"])
    assert all((views[name] == value).all() for name, value in kept.items())


@cells
@pytest.mark.parametrize("B", [None, 1, 2])
def test_without_a_start_it_is_zero_also_right_after_another_start(cell, B):
    p = make(T=3, B=B, cell=cell)
    p.model.cell.unroll(p.x, p.h0)
    trace = p.model.cell.unroll(p.x)
    assert not trace.h0.any() and (cell != "lstm" or not trace.c0.any())
    p.model.cell.unroll(p.x, p.h0, *([np.ones(B)] if B else []))
    assert (trace.h == p.model.cell.unroll(p.x).h).all()


@cells
def test_copies_of_cells_and_traces_work_and_are_their_own(cell):
    net = GATES[cell](2, 3)
    trace = net.unroll(np.ones((4, 2)))
    for duplicate in (copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))):
        other, other_trace = duplicate(net), duplicate(trace)
        other.params["b"] = np.ones_like(other.params["b"])
        assert not net.params["b"].any()
        expected = net.backward(trace, np.ones((4, 3)))
        assert all((value == expected[name]).all() for name, value in net.backward(other_trace, np.ones((4, 3))).items())


@cells
def test_threads_do_not_disturb_each_other(cell):
    from concurrent.futures import ThreadPoolExecutor

    net, x = GATES[cell](4, 8), np.random.default_rng(0).standard_normal((50, 20, 4))

    def both(one):
        return net.backward(net.unroll(one), np.ones((20, 8)))["W_hh"]

    expected = [both(one) for one in x]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert all((got == right).all() for got, right in zip(pool.map(both, x), expected))


@cells
def test_a_trace_of_another_kind_of_cell_is_refused(cell):
    trace = GATES[cell](3, 4).unroll(np.ones((5, 3)))
    for name, kind in {**GATES, "tanh": bl.RNNCell}.items():
        if name != cell:
            with pytest.raises(ValueError, match="the trace of a"):
                kind(3, 4).backward(trace, np.ones((5, 4)))
    with pytest.raises(ValueError, match="4 units"):
        GATES[cell](3, 5).jacobian(trace, 0)


# ---- starts


@cells
@pytest.mark.parametrize("init", STARTS)
def test_each_block_of_W_hh_has_a_start_of_its_own_and_gate_bias_opens_the_gate_that_keeps(cell, init):
    one, open_, scaled = (GATES[cell](3, 30, init=init, **more) for more in ({}, {"gate_bias": 2.0}, {"weight_scale": 3.0}))
    blocks = one.params["W_hh"].reshape(-1, 30, 30)
    for block in blocks:
        if init == "orthogonal":
            same(block @ block.T, np.eye(30), 1e-12)
        elif init == "identity":
            assert (block == np.eye(30)).all()
        else:
            assert block.var() == pytest.approx({"normal": 1 / 30, "uniform": 1 / 90, "glorot": 1 / 30}[init], rel=0.2)
    assert init == "identity" or (blocks[0] != blocks[1]).all()
    same(scaled.params["W_hh"], 3.0 * one.params["W_hh"], 1e-15)
    added = open_.params["b"] - one.params["b"]
    keep = {"gated": 0, "gru": 1, "gru before": 1, "lstm": 1}[cell]
    expected = np.zeros((len(blocks), 30))
    expected[keep] = 2.0
    same(added, expected.ravel(), 1e-15)
    assert init == "uniform" or not one.params["b"].any()


def test_both_forms_of_the_gru_draw_the_same_weights():
    after, before = bl.GRUCell(3, 4, init="uniform"), bl.GRUCell(3, 4, init="uniform", reset_after=False)
    assert list(after.params) == ["W_x", "W_hh", "b", "b_hn"] and list(before.params) == ["W_x", "W_hh", "b"]
    assert all((after.params[name] == before.params[name]).all() for name in before.params)
    assert after.params["b_hn"].any() and not bl.GRUCell(3, 4).params["b_hn"].any()


def test_the_gated_state_grows_by_at_most_one_a_step():
    cell = bl.GatedCell(1, 2, gate_bias=50.0, weight_scale=0.0)
    cell.params["b"][2:] = 50.0
    h = cell.unroll(np.zeros((100, 1)), np.array([3.0, 0.0])).h
    assert (np.abs(h[-1]) <= [103.0, 100.0]).all() and h[-1].min() > 99.0


def test_chrono_start():
    cell = bl.LSTMCell(3, 2000, init="uniform", seed=1)
    W = cell.params["W_hh"].copy()
    assert bl.lessons.gru_and_lstm.chrono(cell, 100, seed=3) is cell
    forget, into = cell.params["b"][cell.rows_of("forget")], cell.params["b"][cell.rows_of("input")]
    assert (into == -forget).all() and (cell.params["W_hh"] == W).all()
    spans = np.exp(forget)
    assert 1 <= spans.min() < 2 and 98 < spans.max() <= 99 and spans.mean() == pytest.approx(50, rel=0.05)
    assert not cell.params["b"][cell.rows_of("cell")].any() and not cell.params["b"][cell.rows_of("output")].any()


# ---- PyTorch's names


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("prefix", ["", "encoder.layers.2.rnn."])
@pytest.mark.parametrize("suffix", ["_l0", ""])
def test_weights_go_to_pytorch_s_names_and_back(cell, prefix, suffix):
    kind = GATES[cell]
    net = kind(3, 4, init="uniform")
    names = {prefix + name.removesuffix("_l0") + suffix: value for name, value in net.to_torch().items()}
    x = np.random.default_rng(0).standard_normal((5, 3))
    assert (kind.from_torch(names).unroll(x).h == net.unroll(x).h).all()
    assert set(net.to_torch(layer=1)) == {"weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1"}


def test_the_inner_bias_of_the_gru_is_its_own_in_one_form_and_summed_in_the_other():
    names = bl.GRUCell(1, 1).to_torch()
    names["bias_ih_l0"], names["bias_hh_l0"] = np.array([1.0, 2, 3]), np.array([10.0, 20, 30])
    after, before = bl.GRUCell.from_torch(names), bl.GRUCell.from_torch(names, reset_after=False)
    assert (after.params["b"] == [11, 22, 3]).all() and (after.params["b_hn"] == [30]).all()
    assert (before.params["b"] == [11, 22, 33]).all()
    assert (after.to_torch()["bias_hh_l0"] == [0, 0, 30]).all() and not before.to_torch()["bias_hh_l0"].any()


@pytest.mark.parametrize("cell", ["gru", "gru before", "lstm"])
def test_gradients_go_to_pytorch_s_names(cell):
    p = make(T=4, cell=cell)
    net = p.model.cell
    grads = net.backward(net.unroll(p.x), np.ones((4, 4)))
    named = net.to_torch(grads)
    assert (named["bias_ih_l0"] == grads["b"]).all() and (named["weight_hh_l0"] == grads["W_hh"]).all()
    inner = 8 if cell == "gru" else len(grads["b"])
    assert (named["bias_hh_l0"][:inner] == grads["b"][:inner]).all()
    assert cell != "gru" or (named["bias_hh_l0"][8:] == grads["b_hn"]).all()
    assert not any(np.shares_memory(array, value) for array in named.values() for value in grads.values())
    with pytest.raises(ValueError, match="'W_hh'"):
        net.to_torch({"W_x": grads["W_x"]})


def test_weights_of_another_kind_are_refused():
    for kind, other in ((bl.GRUCell, bl.LSTMCell), (bl.LSTMCell, bl.GRUCell), (bl.GRUCell, bl.RNNCell), (bl.RNNCell, bl.GRUCell)):
        with pytest.raises(ValueError, match="another kind of cell"):
            kind.from_torch(other(2, 5).to_torch())
    assert not hasattr(bl.GatedCell, "from_torch") and not hasattr(bl.GatedCell, "to_torch")
