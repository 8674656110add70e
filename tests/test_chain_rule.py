"""Terms, ledger, shares and forward mode: each is the gradient, seen another way."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bptt_lab as bl
from bptt_lab import chain_rule
from tests import reference
from tests.conftest import GATES, ROUNDING, make, problems, same


@given(problems, st.data())
def test_each_term_is_the_gradient_of_a_step_s_own_copy_of_the_weights(p, data):
    t = data.draw(st.integers(0, len(p.x) - 1))
    k = data.draw(st.integers(0, t))
    wrt = data.draw(st.sampled_from(list(p.model.cell.params)))
    run = p.model.forward(p.x, p.targets, p.mask, p.h0)
    got = p.model.chain_rule_terms(run, t, wrt)
    assert [term.k for term in got] == list(range(t + 1))
    expected = reference.term(*p.arguments, t, k, wrt)
    same(got[k].gradient, expected, 1e-9, ROUNDING)


@given(problems, st.data())
def test_terms_sum_to_bptt_s_gradient_of_each_token_and_of_the_whole(p, data):
    wrt = data.draw(st.sampled_from(list(p.model.params)))
    run = p.model.forward(p.x, p.targets, p.mask, p.h0)
    whole, largest = 0.0, 0.0
    for t in range(len(p.x)):
        only_t = np.zeros_like(p.mask)
        only_t[t] = p.mask[t]
        gradients = [term.gradient for term in p.model.chain_rule_terms(run, t, wrt)]
        summed, size = sum(gradients), max(np.abs(gradient).max() for gradient in gradients)
        whole, largest = whole + summed, max(largest, size)
        bptt = p.model.backward(p.model.forward(p.x, p.targets, only_t, p.h0))[wrt]
        same(summed, bptt, 1e-12, 1e-12 * size)  # terms that cancel leave the rounding of the largest
    same(whole, p.model.backward(run)[wrt], 1e-12, 1e-12 * largest)


@given(problems, st.data())
def test_the_factors_of_a_term_multiply_to_its_gradient(p, data):
    t = data.draw(st.integers(0, len(p.x) - 1))
    wrt = data.draw(st.sampled_from(list(p.model.params)))
    run = p.model.forward(p.x, p.targets, p.mask, p.h0)
    for term in p.model.chain_rule_terms(run, t, wrt):
        factors = list(term.factors.values())
        if not factors:
            assert wrt in ("W_oh", "b_o") and term.k < t and not term.gradient.any()
            continue
        *matrices, last = factors
        if p.x.ndim == 3:  # matrices that are the same for all sequences have no batch axis
            rows = []
            for b in range(p.x.shape[1]):
                row = functools.reduce(
                    np.dot, [m[b] if not name.startswith("dy") else m for name, m in list(term.factors.items())[:-1]]
                )
                rows.append(np.tensordot(row, last[b], axes=1))
            product = np.sum(rows, axis=0)
        else:
            product = np.tensordot(functools.reduce(np.dot, matrices), last, axes=1)
        same(product, term.gradient, 1e-12, ROUNDING)


def test_factors_are_named_in_the_code_s_count(problem):
    run = problem.model.forward(problem.x, problem.targets)
    first, *_, last = problem.model.chain_rule_terms(run, 3)
    assert list(first.factors) == ["dL[3]/dy[3]", "dy[3]/dh[3]", "dh[3]/dh[2]", "dh[2]/dh[1]", "dh[1]/dh[0]", "∂⁺h[0]/∂W_x"]
    assert list(last.factors) == ["dL[3]/dy[3]", "dy[3]/dh[3]", "∂⁺h[3]/∂W_x"]
    assert first.factors["∂⁺h[0]/∂W_x"].shape == (4, 4, 3)
    pair = make(cell="lstm")
    first = pair.model.chain_rule_terms(pair.model.forward(pair.x, pair.targets), 1)[0]
    assert list(first.factors) == ["dL[1]/dy[1]", "dy[1]/d(h, c)[1]", "d(h, c)[1]/d(h, c)[0]", "∂⁺(h, c)[0]/∂W_x"]
    assert first.factors["dy[1]/d(h, c)[1]"].shape == (3, 8) and first.factors["∂⁺(h, c)[0]/∂W_x"].shape == (8, 16, 3)


@given(problems, st.data())
def test_the_ledger_holds_the_norms_of_the_terms(p, data):
    wrt = data.draw(st.sampled_from(list(p.model.params)))
    run = p.model.forward(p.x, p.targets, p.mask, p.h0)
    T = len(p.x)
    expected = np.zeros((T, T))
    for t in range(T):
        for term in p.model.chain_rule_terms(run, t, wrt):
            expected[t, term.k] = np.linalg.norm(term.gradient)
            assert term.norm == pytest.approx(expected[t, term.k], rel=1e-12, abs=1e-300)
    same(p.model.ledger(run, wrt), expected, 1e-12)


@given(problems, st.sampled_from(["W_x", "W_hh"]))
def test_shares_and_norms_of_each_sequence_are_those_of_its_terms(p, wrt):
    run = p.model.forward(p.x, p.targets, p.mask, p.h0)
    shares, norms = chain_rule.sequence_shares(p.model.cell, run.trace, run.dh, wrt)
    B = run.trace.shape[1]
    for b in range(B):
        alone = [a[:, b] if p.x.ndim == 3 else a for a in (p.x, p.targets, p.mask)]
        single = p.model.forward(*alone, p.start(b))
        for t in range(len(p.x)):
            gradients = [term.gradient for term in p.model.chain_rule_terms(single, t, wrt)]
            total = sum(gradients)
            size = np.linalg.norm(total)
            largest = max(np.linalg.norm(gradient) for gradient in gradients)
            assert norms[t, b] == pytest.approx(size / B, rel=1e-6, abs=1e-7 * largest)
            if size > 1e-3 * largest:
                expected = [(gradient * total).sum() / size**2 for gradient in gradients]
                assert shares[t, : t + 1, b] == pytest.approx(expected, rel=1e-7, abs=1e-7)
                assert shares[t, :, b].sum() == pytest.approx(1.0)


@given(problems)
def test_forward_mode_gives_bptt_s_gradient(p):
    run = p.model.forward(p.x, p.targets, p.mask, p.h0)
    bptt, rtrl = p.model.backward(run), bl.rtrl(p.model, run)
    assert set(rtrl) == set(bptt) - {"x"}
    for name, value in rtrl.items():
        same(value, bptt[name], 1e-12, ROUNDING)


@pytest.mark.parametrize("cell", ["tanh", *GATES])
def test_a_scale_for_each_sequence_reaches_terms_ledgers_and_forward_mode(cell):
    p, scales = make(T=5, B=3, H=4, cell=cell), np.array([0.0, 0.5, 3.0])
    run = p.model.forward(p.x, p.targets, p.mask, p.h0, scales)
    bptt, rtrl = p.model.backward(run), bl.rtrl(p.model, run)
    for wrt in p.model.cell.params:
        same(sum(term.gradient for t in range(5) for term in p.model.chain_rule_terms(run, t, wrt)), bptt[wrt], 1e-12)
        same(rtrl[wrt], bptt[wrt], 1e-12)
    same(rtrl["h0"], bptt["h0"], 1e-12)
    ledgers = chain_rule.sequence_ledgers(p.model.cell, run.trace, run.dh, "W_x")
    W_hh, truncated = p.model.params["W_hh"].copy(), p.model.backward(run, truncate=2)
    for b, scale in enumerate(scales):
        p.model.params["W_hh"] = scale * W_hh
        alone = p.model.forward(p.x[:, b], p.targets[:, b], p.mask[:, b], p.start(b))
        same(ledgers[:, :, b], p.model.ledger(alone) / 3, 1e-12)  # the loss is the mean over the three
        same(truncated["x"][:, b], p.model.backward(alone, truncate=2)["x"] / 3, 1e-12)
        for t in range(5):
            same(p.model.cell.jacobian(run.trace, t)[b], p.model.cell.jacobian(alone.trace, t), 1e-12)


def test_a_word_of_zeros_has_no_term_for_W_x_even_where_the_way_back_explodes():
    p = make(T=400, B=1, H=4, cell="relu")
    p.model.params["W_hh"] = 1e3 * np.eye(4)
    x = np.abs(p.x[:, 0])
    x[3] = 0
    run = p.model.forward(x, p.targets[:, 0])
    ledger = p.model.ledger(run)
    assert np.isinf(ledger[-1, [2, 4]]).all() and ledger[-1, 3] == 0 and not np.isnan(ledger).any()


def test_the_first_column_of_the_ledger_for_W_hh_is_zero_when_the_start_is(problem):
    run = problem.model.forward(problem.x, problem.targets)
    assert not problem.model.ledger(run, "W_hh")[:, 0].any()
    run = problem.model.forward(problem.x, problem.targets, h0=problem.h0)
    assert problem.model.ledger(run, "W_hh")[:, 0].all()


@pytest.mark.parametrize("cell", ["tanh", "gru before", "lstm"])
@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_a_ledger_neither_overflows_nor_vanishes_before_the_numbers_do(cell, size):
    p = make(T=4, cell=cell)
    run = p.model.forward(p.x, p.targets, h0=p.h0)
    expected = chain_rule.ledger(p.model.cell, run.trace, run.dh, "W_hh")
    found = chain_rule.ledger(p.model.cell, run.trace, size * run.dh, "W_hh")
    same(found / size, expected, 1e-12)


def test_norms_neither_overflow_nor_vanish_before_the_numbers_do():
    rows = np.array([[3e-200, 4e-200], [3e200, 4e200], [0.0, 0.0], [np.inf, 1.0]])
    assert chain_rule.norm(rows) == pytest.approx([5e-200, 5e200, 0.0, np.inf])


def test_a_term_says_its_number_in_words():
    p = make(scale=0.0)
    terms = p.model.chain_rule_terms(p.model.forward(p.x, p.targets), 3)
    assert repr(terms[0]) == "Term k=0 (word 1): norm 0 in float64"


@pytest.mark.parametrize("cell", [bl.RNNCell, bl.GRUCell, bl.LSTMCell])
@pytest.mark.parametrize("B", [None, 2])
@pytest.mark.parametrize("look", [1, 3, 70])
def test_losses_left_behind_where_they_have_vanished_give_the_same_ledger(cell, B, look, monkeypatch):
    rng, steps = np.random.default_rng(0), (300,) if B is None else (300, B)
    model = bl.SequenceModel(cell(3, 4, weight_scale=0.05), 5)
    run = model.forward(rng.standard_normal((*steps, 3)), rng.integers(5, size=steps), rng.random(steps) > 0.8)
    with bl.engine.off():
        monkeypatch.setattr(chain_rule, "LOOK", 1000)
        whole = model.ledger(run, "W_hh")
        assert (np.diagonal(whole) == 0).any() and (cell is not bl.RNNCell or not whole[299, :50].any())
        monkeypatch.setattr(chain_rule, "LOOK", look)
        assert (model.ledger(run, "W_hh") == whole).all()
