"""The usual mistakes, each named by the gradient check, in every cell; and what is none of them is not given a name."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab import causes
from tests.conftest import GATES, make
from tests.test_gradcheck import bptt

CELLS = ["tanh", *GATES]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("B", [None, 3])
def test_with_nothing_changed_the_way_back_is_the_gradient(cell, B):
    p = make(T=4, B=B, H=3, I=2, cell=cell)
    run = p.model.forward(p.x, p.targets)
    right = p.model.backward(run)
    for name, value in causes.WayBack(p.model, run).gradients().items():
        np.testing.assert_allclose(value, right[name], rtol=0, atol=1e-12 * np.abs(right[name]).max())


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("B", [None, 3])
def test_every_cause_is_named_and_not_by_another_s_name(cell, B):
    p = make(T=4, B=B, H=3, I=2, cell=cell)
    run = p.model.forward(p.x, p.targets)
    right, seen = p.model.backward(run), []
    for says, gradients in causes.wrong_ways(p.model, run):
        wrong = {n: value for n, value in gradients().items() if np.abs(value - right[n]).max() > 1e-4 * np.abs(right[n]).max()}
        assert wrong and bl.gradcheck(p.model, p.x, p.targets, grads=wrong).cause == says
        seen.append(says)
    assert len(set(seen)) == len(seen) >= 7


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ("= for +=", "= stands where += belongs"),
        ("h_t for h_{t-1}", "state after the step"),
        ("x_{t-1} for x_t", "input of the step before"),
        ("nothing carried back", "nothing is carried back"),
        ("the transpose lost", "its transpose belongs"),
    ],
)
def test_a_learner_s_slip_is_named(slip, said):
    p = make(T=4, H=6, I=5)
    report = bl.gradcheck(p.model, p.x, p.targets, grads=bptt(p, slip))
    assert said in report.cause and f"Most likely {report.cause}" in repr(report)


@pytest.mark.parametrize(("factor", "said"), [(-1, "sign"), (1 / 4, "mean over the steps"), (3, "sum over the sequences")])
def test_a_factor_is_named(factor, said):
    p = make(T=4, B=3)
    right = p.model.gradient(p.x, p.targets)[1]
    assert said in bl.gradcheck(p.model, p.x, p.targets, grads={n: factor * right[n] for n in ("W_x", "W_oh", "b_o")}).cause


def test_a_transposed_matrix_is_named():
    p = make(T=4, H=3, I=2)
    right = p.model.gradient(p.x, p.targets)[1]
    assert "transposed" in bl.gradcheck(p.model, p.x, p.targets, grads={"W_hh": right["W_hh"].T}).cause


def test_what_is_right_or_unusual_or_past_float64_gets_no_cause():
    p = make(T=4, H=3, I=2)
    right = p.model.gradient(p.x, p.targets)[1]
    assert bl.gradcheck(p.model, p.x, p.targets).cause is None
    for odd in (right["b"] + 0.1, right["b"] ** 2, np.full(3, np.inf)):
        report = bl.gradcheck(p.model, p.x, p.targets, grads={"b": odd})
        assert report.cause is None and "Most likely" not in repr(report)


def test_one_step_of_one_sequence_of_one_unit():
    p = make(T=1, H=1, I=1)
    right = p.model.gradient(p.x, p.targets)[1]
    assert "sign" in bl.gradcheck(p.model, p.x, p.targets, grads={"W_x": -right["W_x"]}).cause
