"""Agrees, wrong, no answer: no right gradient is accused, however steep the net, and a lost transpose is found."""

import copy

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.gradcheck import numeric
from tests.conftest import CELLS, GATES, make


def steep(scale, H=32, T=100, seed=0):
    """A tanh net that reads small inputs and has one loss, at the end."""
    rng = np.random.default_rng(seed)
    model = bl.SequenceModel(bl.RNNCell(2, H, weight_scale=scale, seed=seed), 3, seed=seed)
    return model, 0.05 * rng.standard_normal((T, 2)), rng.integers(3, size=T), np.arange(T) == T - 1


def own(model, *words, names=("W_x", "b")):
    grads = model.gradient(*words)[1]
    return {name: grads[name] for name in names}


@pytest.mark.parametrize("scale", [0.1, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("cell", CELLS)
def test_no_right_gradient_is_accused(cell, scale):
    for T, seed in ((1, 0), (12, 1), (60, 2)):
        p = make(T=T, H=3, I=2, O=2, cell=cell, scale=scale, seed=seed)
        report = bl.gradcheck(p.model, p.x, p.targets, p.mask, own(p.model, p.x, p.targets, p.mask, names=("W_hh", "b")))
        assert report.result == "agrees", report


def test_where_the_gradient_is_large_an_imaginary_step_decides():
    *words, mask = steep(2.0, H=64, seed=1)
    report = bl.gradcheck(*words, mask, own(*words, mask, names=("b",)))
    assert (
        report.passed
        and report.moved["b"].imag
        and " i.\nWith i = √−1 nothing is subtracted, so no digit is lost." in repr(report)
    )
    assert np.abs(report.numeric["b"]).max() > 1e3


def test_a_lost_transpose_is_found_there_too():
    model, *words = steep(2.0, H=64)
    run, lost = model.forward(*words), copy.copy(model)
    lost.cell = model.cell.frozen()
    lost.cell.params["W_hh"] = np.array(model.params["W_hh"]).T
    wrong = lost.cell.backward(run.trace.with_other(lost.cell), run.dh[:, 0])
    report = bl.gradcheck(model, *words, grads={name: wrong[name] for name in ("W_x", "b")})
    assert report.result == "wrong" and "transpose" in report.cause


def test_where_the_last_digit_moves_the_gradient_there_is_no_answer():
    *words, mask = steep(3.0, T=200)
    for factor in (1.0, 1.5):
        tried = {name: factor * value for name, value in own(*words, mask).items()}
        report = bl.gradcheck(*words, mask, tried)
        assert report.result == "no answer" and not report.passed and "No answer in float64" in repr(report)
        assert report.cause is None and report.step is None


def test_where_the_last_digit_moves_it_by_a_percent_a_gradient_far_from_the_numeric_one_is_not_accused():
    model, *words = steep(4.0, T=200)
    report = bl.gradcheck(model, *words, own(model, *words, names=("x",)))
    assert report.result == "no answer"


def test_a_cell_that_takes_complex_numbers_and_gets_them_wrong_is_judged_by_real_steps():
    class Absolute(bl.RNNCell):  # |z| of a complex z is real: its imaginary part, which would be the derivative, is lost
        def step(self, u, h):
            h = np.tanh(np.abs(u + h @ self.W_hh.T) - 1)
            return h, (h,)

    plain, *words = steep(1.0, H=8, T=20)
    model = bl.SequenceModel(Absolute(2, 8), 3)
    assert numeric._takes_complex_numbers(plain.cell) and not numeric._takes_complex_numbers(model.cell)
    right = bl.gradcheck(model, *words, grads={"b": np.ones(8)}).numeric
    assert bl.gradcheck(model, *words, grads={"b": right["b"]}).result == "agrees"
    assert bl.gradcheck(model, *words, grads={"b": 1.5 * right["b"]}).result == "wrong"


def test_at_a_kink_there_is_no_derivative_but_what_is_wrong_elsewhere_is_wrong():
    model = bl.SequenceModel(bl.RNNCell(2, 3, activation="relu"), 2)
    x, targets = [[0.0, 0.0], [1.0, -1.0]], [0, 1]
    report = bl.gradcheck(model, x, targets)
    assert report.result == "no answer" and "at a kink there is no derivative" in repr(report)
    wrong = {"W_x": 1.5 * model.gradient(x, targets)[1]["W_x"]}
    assert bl.gradcheck(model, x, targets, grads=wrong).result == "wrong"


def test_a_cell_whose_step_takes_no_complex_numbers_is_judged_by_real_steps():
    class Real(bl.RNNCell):
        def step(self, u, h):
            h = np.tanh((u + h @ self.W_hh.T).astype(float))
            return h, (h,)

    for scale in (1.0, 1.7):
        plain, *words = steep(scale, H=16, T=60)
        model = bl.SequenceModel(Real(2, 16, weight_scale=scale), 3)
        assert not numeric._takes_complex_numbers(model.cell) and numeric._takes_complex_numbers(plain.cell)
        assert bl.gradcheck(model, *words, grads=own(model, *words)).result == "agrees"
        assert bl.gradcheck(model, *words, grads={"b": own(model, *words)["b"][::-1]}).result == "wrong"


@pytest.mark.parametrize("cell", ["tanh", *GATES])
@pytest.mark.parametrize("B", [None, 2])
def test_a_start_may_be_handed_in(cell, B):
    p = make(T=4, B=B, H=3, I=2, cell=cell)
    run = p.model.forward(p.x, p.targets, p.mask, p.h0)
    right = p.model.backward(run)
    assert bl.gradcheck(p.model, p.x, p.targets, p.mask, right, h0=p.h0).passed
    zeros = p.model.gradient(p.x, p.targets, p.mask)[1]
    assert "start of zeros" in bl.gradcheck(p.model, p.x, p.targets, p.mask, zeros, h0=p.h0).cause


@pytest.mark.parametrize("cell", ["tanh", "lstm"])
def test_the_gradient_of_a_carried_state_is_told_from_a_wrong_one(cell):
    p = make(T=4, H=3, I=6, cell=cell)
    carried = p.model.backward(p.model.forward(p.x, p.targets, h0=p.h0))
    cause = bl.gradcheck(p.model, p.x, p.targets, grads=carried).cause
    first = np.ravel(p.h0)[0]
    assert cause.startswith("it belongs to another start, near [") and f"{first:.3f}"[:4] in cause


@pytest.mark.parametrize("cell", ["tanh", "lstm"])
@pytest.mark.parametrize("k", [2, 3])
def test_a_truncated_gradient_is_named_with_its_k(cell, k):
    p = make(T=6, H=3, I=2, cell=cell)
    cut = p.model.backward(p.model.forward(p.x, p.targets), truncate=k)
    assert f"truncate={k})" in bl.gradcheck(p.model, p.x, p.targets, grads=cut).cause
