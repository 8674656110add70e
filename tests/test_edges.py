"""Sizes and lengths at the edges, and weights for which nothing is left: results with words, never NaN, never a warning."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bptt_lab as bl
from bptt_lab import chain_rule
from tests.conftest import CELLS, make, problems

pytestmark = pytest.mark.filterwarnings("error")


def everything(p, x=None, t=None, scales=None):
    """All that the package can say of a run, as a flat dict of arrays."""
    x = p.x if x is None else x
    run = p.model.forward(x, p.targets, p.mask, p.h0, scales)
    t = len(x) - 1 if t is None else t
    found = {"y": run.y, "losses": run.losses, "h": run.trace.h, "loss": np.array(run.loss)}
    if run.probabilities is not None:
        found["probabilities"] = run.probabilities
    found |= {f"d{name}": value for name, value in p.model.backward(run).items()}
    if len(x) <= 60:
        found |= {f"rtrl {name}": value for name, value in bl.rtrl(p.model, run).items()}
        for wrt in ("W_x", "W_hh", "W_oh", *(["b_hn"] if "b_hn" in p.model.params else [])):
            terms = p.model.chain_rule_terms(run, t, wrt)
            found |= {f"term {term.k} {wrt}": term.gradient for term in terms}
            found |= {f"term {term.k}: {name}": value for term in (terms[0], terms[-1]) for name, value in term.factors.items()}
            found[f"ledger {wrt}"] = p.model.ledger(run, wrt)
        found["shares"], found["norms"] = chain_rule.sequence_shares(p.model.cell, run.trace, run.dh, "W_x")
        found |= {f"J {t}": p.model.cell.jacobian(run.trace, t) for t in range(len(x))}
        assert repr(run) and repr(run.trace)
    return found


@pytest.mark.parametrize("T", [1, 2, 40])
@pytest.mark.parametrize("B", [None, 1, 3])
@pytest.mark.parametrize("H", [1, 5])
@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("scale", [0.0, 1.0, 1e6, 1e150])
def test_nothing_is_ever_nan(T, B, H, loss, cell, scale):
    p = make(T=T, B=B, I=2, H=H, O=2, loss=loss, cell=cell, scale=scale)
    for name, value in everything(p).items():
        assert not np.isnan(value).any(), name


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("scale", [1e-200, 1e200, 1e300])
def test_inputs_of_any_finite_size_are_read(cell, scale):
    p = make(T=5, B=2, cell=cell)
    for name, value in everything(p, p.x * scale).items():
        assert not np.isnan(value).any(), name


SIZES = (0.0, 1e-300, 1e-160, 1e-3, 1.0, 1e3, 1e100, 1e160, 1e300, 1.7e308)


@settings(max_examples=400)
@given(problems, st.lists(st.sampled_from(SIZES), min_size=11, max_size=11))
def test_whatever_finite_numbers_meet_nothing_is_nan(p, sizes):
    """Each parameter, x, h0, the targets and the scales are of a size of their own."""
    size = iter(sizes)

    def resize(array):
        return np.clip(array, -1.0, 1.0) * next(size)

    for name, value in p.model.params.items():
        p.model.params[name] = resize(value)
    p.h0 = tuple(map(resize, p.h0)) if isinstance(p.h0, tuple) else resize(p.h0)
    x, scales = resize(p.x), None
    if p.model.loss == "mse":
        p.targets = resize(p.targets)
    if p.x.ndim == 3:
        scales = resize(np.linspace(-1.0, 1.0, p.x.shape[1]))
    for name, value in everything(p, x, scales=scales).items():
        assert not np.isnan(value).any(), name


@pytest.mark.parametrize("B", [None, 2])
def test_five_thousand_steps(B):
    p = make(T=5000, B=B, I=2, H=8, O=3)
    p.mask[:-1] = False  # the last word's loss alone
    found = everything(p)
    assert np.isfinite(found["loss"]) and np.isfinite(found["dW_hh"]).all()
    assert np.abs(found["dx"][0]).max() < 1e-12 < np.abs(found["dx"][-1]).max()
    terms = p.model.chain_rule_terms(p.model.forward(p.x, p.targets, p.mask, p.h0), 4999)
    assert len(terms) == 5000 and "norm 0 in float64" in repr(terms[0]) and terms[-1].norm > 1e-12


@pytest.mark.parametrize("B", [None, 2])
def test_tanh_with_weights_of_a_million_has_vanished_exactly(B):
    p = make(T=30, B=B, H=6, scale=1e6)
    run = p.model.forward(p.x, p.targets, h0=p.h0)
    first = p.model.chain_rule_terms(run, 29)[0]
    assert first.norm == 0.0 and "0 in float64" in repr(first)
    assert np.isfinite(run.loss)
    assert not p.model.ledger(run)[5:, :3].any()


@pytest.mark.parametrize("B", [None, 1, 2])
@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_relu_with_weights_of_a_million_has_exploded(B, loss):
    p = make(T=5000, B=B, H=6, activation="relu", scale=1e6, loss=loss)
    run = p.model.forward(p.x, p.targets)
    assert run.loss == np.inf and "exploded" in repr(run) and "exploded" in repr(run.trace)
    grads = p.model.backward(run)
    assert not any(np.isnan(value).any() for value in grads.values())
    assert np.isinf(grads["W_hh"]).any()
    assert "exploded" in repr(p.model.chain_rule_terms(run, 60)[0])
    if loss == "cross_entropy":
        assert run.probabilities.sum(axis=-1) == pytest.approx(np.ones(run.losses.shape))


@pytest.mark.parametrize("B", [None, 2])
def test_a_gradient_that_explodes_where_the_states_do_not(B):
    p = make(T=400, B=B, H=3, O=2, activation="relu", seed=3)
    p.model.params["W_hh"], p.model.params["b"], p.model.params["W_x"] = 10 * np.eye(3), np.zeros(3), np.zeros((3, 3))
    x = np.zeros_like(p.x)
    start = np.full_like(p.h0, 1e-300)
    run = p.model.forward(x, p.targets, h0=start)
    assert np.isfinite(run.trace.h).all() and np.isfinite(run.loss)
    grads = p.model.backward(run)
    assert not any(np.isnan(value).any() for value in grads.values())
    assert np.isinf(grads["h0"]).all()
    assert not grads["W_x"].any(), "zero times an overflowed number is zero"


@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_with_weights_of_zero_only_the_last_word_counts(scale):
    p = make(T=5, scale=0.0)
    p.model.params["W_x"] = scale * np.array(p.model.params["W_x"])
    ledger = p.model.ledger(p.model.forward(p.x, p.targets, h0=p.h0))
    assert not np.tril(ledger, -1).any() and np.diag(ledger).all()


@pytest.mark.parametrize("B", [None, 2])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_numpys_error_state_is_the_readers_own_affair(cell, B, scale):
    """Underflow counts too: who asks NumPy for every error is still spared those that are results here."""
    p = make(T=6, B=B, cell=cell, scale=scale, loss="mse")
    x, cell = p.x * min(scale, 1.0), p.model.cell
    with np.errstate(all="raise"):
        everything(p, x)
        trace = cell.unroll(x)
        for of in (bl.memory.norms, bl.memory.lyapunov, bl.memory.jacobian_product):
            of(cell, trace, *((5, -1) if of is bl.memory.jacobian_product else ()))
        assert repr(bl.memory.report(cell, x))
        loss, grads = p.model.gradient(x, p.targets, p.mask, checkpoint=True)
        bl.train.clip_by_norm(grads, 1.0)
        if np.isfinite(loss):
            assert repr(bl.gradcheck(p.model, x, p.targets, p.mask))


def test_warnings_really_are_errors_here():
    with pytest.raises(RuntimeWarning):
        np.float64(1.0) / np.float64(0.0)
    assert warnings.filters


def test_losses_that_overflow_together_are_infinite():
    model = bl.SequenceModel(bl.RNNCell(1, 1), 1, "mse")
    assert model.forward([[0.0], [0.0]], [1e154, 1e154]).loss == np.inf


def test_sequences_whose_losses_overflow_only_together_are_infinite_with_checkpoints_too():
    model = bl.SequenceModel(bl.RNNCell(1, 1), 1, "mse")
    assert model.gradient([[[0.0]] * 3], [[1e154] * 3], checkpoint=True)[0] == np.inf


def test_a_finite_difference_past_float64_is_infinite():
    model = bl.SequenceModel(bl.RNNCell(1, 1, activation="relu", weight_scale=0.0), 1, "mse")
    model.params["W_x"], model.params["W_oh"] = [[1.0]], [[0.0]]
    assert bl.gradcheck(model, [[1e154]], [1e154]).numeric["W_oh"] == -np.inf


def test_the_score_of_a_net_that_has_exploded_is_infinite():
    task = bl.tasks.Adding(length=5)
    model = bl.SequenceModel(bl.RNNCell(2, 3), 1, task.loss)
    model.params["b_o"] = [1e200]
    assert task.score(model, n=10) == np.inf
