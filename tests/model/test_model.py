"""The model's gradients against automatic differentiation, and what a run is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bptt_lab as bl
from tests import reference
from tests.conftest import ROUNDING, make, problems, same


def all_same(grads, expected):
    """Each array by its own largest entry: a small gradient is judged as strictly as a large one."""
    for name, value in expected.items():
        same(grads[name], value.reshape(grads[name].shape), 1e-9, ROUNDING)


@given(problems)
def test_every_gradient_equals_automatic_differentiation(p):
    run = p.model.forward(p.x, p.targets, p.mask, p.h0)
    loss, expected = reference.gradients(*p.arguments)
    grads = p.model.backward(run)
    assert run.loss == pytest.approx(loss, rel=1e-12, abs=1e-12)
    assert set(grads) == set(expected)
    all_same(grads, expected)


@given(problems, st.integers(1, 7))
def test_a_truncated_gradient_equals_automatic_differentiation_with_the_state_detached(p, k):
    run = p.model.forward(p.x, p.targets, p.mask, p.h0)
    grads = p.model.backward(run, truncate=k)
    _, expected = reference.gradients(*p.arguments, detach_every=k)
    assert set(grads) == set(expected)
    all_same(grads, expected)
    if k >= len(p.x):
        all_same(grads, p.model.backward(run))


@given(problems, st.integers(1, 7))
def test_truncation_in_a_sweep_over_scales(p, k):
    if p.x.ndim == 2:
        return
    scales = np.array([0.5, 1.0, -3.0][: p.x.shape[1]])
    run = p.model.forward(p.x, p.targets, p.mask, p.h0, scales=scales)
    _, expected = reference.gradients(*p.arguments, scales=scales, detach_every=k)
    all_same(p.model.backward(run, truncate=k), expected)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_truncated_gradient_that_explodes_or_vanishes_is_a_result(activation):
    p = make(T=300, B=2, H=5, activation=activation, scale=1e6)
    grads = p.model.backward(p.model.forward(p.x, p.targets), truncate=7)
    assert not any(np.isnan(value).any() for value in grads.values())
    assert np.isinf(grads["W_hh"]).any() == (activation == "relu")


@given(problems, st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=3, max_size=3))
def test_a_scale_for_each_sequence_is_a_net_for_each_sequence(p, scales):
    if p.x.ndim == 2:
        return
    scales = np.array(scales[: p.x.shape[1]])
    run = p.model.forward(p.x, p.targets, p.mask, p.h0, scales=scales)
    loss, expected = reference.gradients(*p.arguments, scales=scales)
    assert run.loss == pytest.approx(loss, rel=1e-12, abs=1e-12)
    grads = p.model.backward(run)
    all_same(grads, expected)


def test_the_loss_is_the_sum_over_steps_and_the_mean_over_sequences():
    p = make(T=5, B=3)
    run = p.model.forward(p.x, p.targets)
    assert run.losses.shape == (5, 3)
    assert run.loss == pytest.approx(run.losses.sum() / 3)
    alone = [p.model.forward(p.x[:, b], p.targets[:, b]).loss for b in range(3)]
    assert run.loss == pytest.approx(np.mean(alone))


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize("O", [1, 3])
@pytest.mark.parametrize("B", [None, 1, 2])
def test_shapes_follow_the_input(loss, O, B):
    p = make(T=4, B=B, O=O, loss=loss)
    run = p.model.forward(p.x, p.targets)
    steps = p.x.shape[:-1]
    assert run.y.shape == (*steps, O) and run.losses.shape == steps and isinstance(run.loss, float)
    assert run.trace.h.shape == (*steps, 4) and run.trace.h0.shape == steps[1:] + (4,)
    if loss == "cross_entropy":
        same(run.probabilities.sum(axis=-1), np.ones(steps), 1e-12)
    else:
        assert run.probabilities is None


def test_the_target_of_a_masked_step_is_not_looked_at():
    p = make(T=4, O=3)
    mask = np.array([True, False, True, False])
    targets = np.array([0, 99, 1, -5])
    run = p.model.forward(p.x, targets, mask)
    assert (run.losses[~mask] == 0).all() and (run.losses[mask] > 0).all()
    floats = np.array([0.0, np.nan, 1.0, np.inf])
    assert p.model.forward(p.x, floats, mask).loss == run.loss
    q = make(T=4, O=2, loss="mse")
    values = np.array(q.targets)
    values[~mask] = np.nan
    assert np.isfinite(q.model.forward(q.x, values, mask).loss)


def test_with_every_step_masked_loss_and_gradients_are_zero(problem):
    run = problem.model.forward(problem.x, problem.targets, np.zeros(4, bool))
    assert run.loss == 0.0
    assert all((value == 0).all() for value in problem.model.backward(run).values())


def test_gradient_is_forward_and_backward_in_one_call(problem):
    loss, grads = problem.model.gradient(problem.x, problem.targets, problem.mask)
    run = problem.model.forward(problem.x, problem.targets, problem.mask)
    assert loss == run.loss
    for name, value in problem.model.backward(run).items():
        assert (grads[name] == value).all()


def test_a_run_keeps_what_it_computed_when_the_model_changes_afterwards(problem):
    x = problem.x.copy()
    run = problem.model.forward(x, problem.targets)
    before, terms = problem.model.backward(run), problem.model.chain_rule_terms(run, 3)
    for name in problem.model.params:
        problem.model.params[name] = problem.model.params[name] + 1.0
    x[...] = 7.0
    problem.model.forward(problem.x + 1, problem.targets)
    for name, value in problem.model.backward(run).items():
        assert (value == before[name]).all(), name
    assert (terms[0].gradient == problem.model.chain_rule_terms(run, 3)[0].gradient).all()


def test_readout_and_cell_draw_from_different_streams():
    model = bl.SequenceModel(bl.RNNCell(6, 6, seed=3), 6, seed=3)
    correlation = np.corrcoef(model.params["W_oh"].ravel(), model.params["W_x"].ravel())[0, 1]
    assert abs(correlation) < 0.5


def test_uniform_draws_every_parameter_alike_and_other_starts_leave_biases_at_zero():
    model = bl.SequenceModel(bl.RNNCell(5, 16, init="uniform"), 7)
    assert all((np.abs(value) <= 0.25).all() and value.std() > 0.05 for value in model.params.values())
    model = bl.SequenceModel(bl.RNNCell(5, 16), 7)
    assert not model.params["b"].any() and not model.params["b_o"].any()


def test_what_a_run_says_of_itself(problem):
    assert "loss" in repr(problem.model.forward(problem.x, problem.targets))
    assert "SequenceModel(RNNCell(3, 4" in repr(problem.model)
