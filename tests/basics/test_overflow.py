"""Products past the end of float64: 0 · ∞ = 0 and ∞ − ∞ = ∞, and NumPy's own numbers everywhere else."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.basics import overflow
from tests.conftest import GATES, make

pytestmark = pytest.mark.filterwarnings("error")
INF = np.inf


def test_where_nothing_overflows_they_are_numpy_s_products():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((3, 4)), rng.standard_normal((4, 5))
    assert (overflow.dot(a, b) == a.dot(b)).all() and (overflow.multiply(a, a) == a * a).all()
    assert overflow.dot(a[0], b[:, 0]) == a[0].dot(b[:, 0])


def test_zero_times_infinity_is_zero_and_opposite_infinities_make_infinity():
    assert (overflow.multiply(np.array([0.0, INF, 2.0]), np.array([INF, -1.0, 3.0])) == [0, -INF, 6]).all()
    a = np.array([[INF, 1.0, 0.0], [INF, -INF, 0.0], [0.0, 2.0, 0.0], [-INF, 0.0, 0.0]])
    b = np.array([[0.0, 1.0], [3.0, 1.0], [INF, INF]])
    assert (overflow.dot(a, b) == [[3, INF], [-INF, INF], [6, 2], [0, -INF]]).all()
    assert overflow.dot(np.array([INF, -INF]), np.array([1.0, 1.0])) == INF


def test_finite_numbers_that_overflow_together_are_infinite():
    huge = np.full((2, 2), 1e200)
    assert np.isposinf(overflow.dot(huge, huge)).all() and np.isneginf(overflow.dot(huge, -huge)).all()
    assert np.isposinf(overflow.multiply(huge, huge)).all()


@pytest.mark.parametrize(("activation", "state"), [("tanh", 1.0), ("sigmoid", 1.0), ("relu", INF)])
@pytest.mark.parametrize("B", [None, 2])
def test_where_input_and_state_overflow_against_each_other_the_unit_has_exploded(B, activation, state):
    cell = bl.RNNCell(1, 1, activation=activation)
    cell.params["W_x"], cell.params["W_hh"] = [[-1e10]], [[1e10]]
    steps = (1,) if B is None else (1, B)
    assert (cell.unroll(np.full((*steps, 1), 1e300), h0=np.full((*steps[1:], 1), 1e300)).h == state).all()


@pytest.mark.parametrize("B", [None, 2])
def test_a_unit_that_is_off_passes_nothing_back_however_large_it_is(B):
    """Unit 2 of relu is off at every step, and what comes back to it has exploded: its own gradient is 0, not NaN, not ∞."""
    cell = bl.RNNCell(1, 2, activation="relu")
    cell.params["W_x"], cell.params["b"], cell.params["W_hh"] = np.zeros((2, 1)), [0.0, -1.0], [[10.0, 5.0], [0.0, 0.0]]
    steps = (400,) if B is None else (400, B)
    trace = cell.unroll(np.ones((*steps, 1)), h0=np.full((*steps[1:], 2), 1e-300))
    assert np.isfinite(trace.h).all()
    dh = np.zeros((*steps, 2))
    dh[-1] = 1.0
    grads = cell.backward(trace, dh)
    assert grads["b"][0] == INF and grads["b"][1] == 0.0
    assert (grads["W_x"][1] == 0).all() and (grads["W_hh"][1] == 0).all()
    assert np.isposinf(grads["h0"]).all(), "the start reaches unit 1 through both its entries"


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("B", [None, 2])
def test_gates_whose_input_overflows_are_fully_open_or_shut_and_pass_nothing_back(cell, B):
    p = make(T=5, B=B, cell=cell)
    net = p.model.cell
    net.params["W_x"] = np.where(net.params["W_x"] > 0, 1e300, -1e300)
    trace = net.unroll(1e300 * p.x, p.h0)
    for name, value in trace.gates.items():
        assert np.isin(value, [-1.0, 1.0] if name in ("candidate", "cell") else [0.0, 1.0]).all(), name
    grads = net.backward(trace, np.ones_like(trace.h))
    assert not any(np.isnan(value).any() for value in grads.values()) and not grads["x"].any()


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("B", [None, 2])
def test_a_gradient_explodes_through_gates_at_rest(cell, B):
    """All states are 0, where every tanh is steepest; W_hh of 1e300 then carries more back than float64 can hold."""
    p = make(T=12, B=B, cell=cell)
    net = p.model.cell
    for name, value in net.params.items():
        net.params[name] = np.full_like(value, 1e300 if name == "W_hh" else 0.0)
    trace = net.unroll(np.zeros_like(p.x))
    assert not trace.h.any()
    grads = net.backward(trace, np.ones_like(trace.h))
    assert np.isinf(grads["h0"]).all() and np.isinf(grads["b"]).any()
    assert not any(np.isnan(value).any() for value in grads.values())
    assert not grads["W_hh"].any() and not grads["W_x"].any(), "zero times an overflowed number is zero"
