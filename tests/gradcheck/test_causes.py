"""The usual mistakes, each named by the gradient check, in every cell; and what is none of them is not given a name."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.gradcheck import causes, numeric
from tests.conftest import GATES, make
from tests.gradcheck.test_gradcheck import bptt

CELLS = ["tanh", *GATES]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("B", [None, 3])
def test_with_nothing_changed_the_way_back_is_the_gradient(cell, B):
    p = make(T=4, B=B, H=3, I=2, cell=cell)
    run = p.model.forward(p.x, p.targets)
    right = p.model.backward(run)
    for name, value in causes.gradients(run).items():
        np.testing.assert_allclose(value, right[name], rtol=0, atol=1e-12 * np.abs(right[name]).max())


def test_every_known_mistake_changes_a_line_that_is_there_once():
    lines = [line.split("  #")[0].strip() for line in causes.TEXT.splitlines()]
    for kind, mistakes in causes.KNOWN.items():
        assert kind in ("answers", "slopes", "written") or all(lines.count(old) == 1 for old, *_ in mistakes)


@pytest.fixture
def moved_once(monkeypatch):
    """What moving each entry of a problem does to its loss is the same for every gradient that is handed in: found once."""
    found, derivatives = {}, numeric.derivatives

    def kept(array, loss, ε):
        key = array.shape, array.tobytes(), ε
        if key not in found:
            found[key] = derivatives(array, loss, ε)
        return found[key].copy()

    monkeypatch.setattr(numeric, "derivatives", kept)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("B", [None, 3])
def test_every_cause_is_named_and_not_by_another_s_name(cell, B, moved_once):
    p = make(T=4, B=B, H=3, I=2, cell=cell)
    run = p.model.forward(p.x, p.targets)
    right, seen = p.model.backward(run), []
    for one in causes.wrong_ways(run.trace):
        wrong = {
            n: value
            for n, value in causes.gradients(run, one).items()
            if np.abs(value - right[n]).max() > 1e-4 * np.abs(right[n]).max()
        }
        if wrong or "clipped" not in one.says:  # what comes back may be too small for a clip
            assert wrong and bl.gradcheck(p.model, p.x, p.targets, grads=wrong).cause == one.says
            seen.append(one.says)
    assert len(set(seen)) == len(seen) >= 17


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


def a_second_slip(p, old, new, *more):
    """The right way back, and what one change of its text makes of it."""
    text = """
def way(x, h, dh, W_hh, T):
    dW_x, dW_hh, db, back = 0, 0, 0, 0
    for t in reversed(range(T)):
        da = (1 - h[t + 1] ** 2) * (dh[t] + back)
        dW_x, dW_hh, db = dW_x + np.outer(da, x[t]), dW_hh + np.outer(da, h[t]), db + da
        back = W_hh.T @ da
    return {"W_x": dW_x, "W_hh": dW_hh, "b": db}
"""
    assert old in text
    names, run = {"np": np}, p.model.forward(p.x, p.targets)
    for before, after in ((old, new), *more):
        text = text.replace(before, after)
    exec(text, names)
    return names["way"](run.trace.x, run.trace.states[:, 0], run.dh[:, 0], p.model.params["W_hh"], run.trace.T)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("h[t + 1] ** 2", "h[t] ** 2", "slope is taken at the state before"),
        ("W_hh.T @ da", "W_hh.T @ (dh[t] + back)", "is missing in what goes back"),
        ("W_hh.T @ da", "W_hh.T @ ((1 - h[t + 1] ** 2) * dh[t])", "reaches one step and stops"),
        ("back = W_hh", "back = back + W_hh", "is kept and added to"),
        ("reversed(range(T))", "reversed(range(1, T))", "first step is left out"),
        ("np.outer(da, h[t])", "np.outer(da, h[t or -1])", "last state stands where the start belongs"),
        ("x[t])", "x[min(t + 1, T - 1)])", "input of the step after"),
        ("h[t + 1] ** 2", "h[t + 1]", "1 − h: the square is forgotten"),
        ("(1 - h[t + 1] ** 2)", "h[t + 1] * (1 - h[t + 1])", "logistic function"),
        ("h[t + 1] ** 2", "np.arctanh(h[t + 1]) ** 2", "1 − a², of the pre-activation"),
        ("h[t + 1] ** 2", "np.tanh(h[t + 1]) ** 2", "1 − tanh² h"),
        ("W_hh.T @ da", "np.clip(W_hh.T @ da, -0.1, 0.1)", "clipped at ±0.1 inside the loop"),
        ("W_hh.T @ da", "back", "nothing is carried back"),  # set before the loop and never renewed
        ("da = (1 -", "da = 2 * (1 -", None),
    ],
)
def test_another_slip_is_named_too(old, new, said):
    p = make(T=4, H=6, I=5)
    cause = bl.gradcheck(p.model, p.x, p.targets, grads=a_second_slip(p, old, new)).cause
    assert cause is None if said is None else said in cause


@pytest.mark.parametrize(
    ("old", "new", "first", "second"),
    [
        ("* (dh[t] + back)", "* (dh[t] - 0 * back)", "nothing is carried", "state after"),
        ("h[t + 1] ** 2", "h[t + 1]", "square is forgotten", "state after"),
        ("W_hh.T @ da", "W_hh @ da", "transpose", "state after"),
    ],
)
def test_two_slips_are_named_the_first_one_first(old, new, first, second):
    p = make(T=4, H=6, I=5)
    both = a_second_slip(p, old, new) | {
        "W_hh": a_second_slip(p, old, new, ("np.outer(da, h[t])", "np.outer(da, h[t + 1])"))["W_hh"]
    }
    cause = bl.gradcheck(p.model, p.x, p.targets, grads=both).cause
    assert 0 <= cause.find(first) < cause.find(second) and " And " in cause


@pytest.mark.parametrize("cell", CELLS)
def test_a_slope_and_a_lost_transpose_and_the_mean_for_the_sum_are_named_in_pairs(cell):
    p = make(T=5, H=4, I=3, cell=cell)
    run = p.model.forward(p.x, p.targets)
    transposed = next(one for one in causes.wrong_ways(run.trace) if "transpose" in one.says)
    slope = next(one for one in causes.in_step_back(p.model.cell) if "1 − tanh²" in one.says)
    wrong = {n: value for n, value in causes.gradients(run, transposed, slope).items() if n in p.model.cell.params}
    assert bl.gradcheck(p.model, p.x, p.targets, grads=wrong).cause == f"{transposed.says} And {slope.says}"
    wrong = {n: value / 5 for n, value in causes.gradients(run, slope).items() if n in p.model.cell.params}
    mean = "it is the mean over the steps, not the sum."
    assert bl.gradcheck(p.model, p.x, p.targets, grads=wrong).cause == f"{slope.says} And {mean}"


def test_entries_clipped_at_the_end_are_told_with_the_limit():
    p = make(T=4, H=3, I=2)
    right = p.model.gradient(p.x, p.targets)[1]
    wrong = {name: np.clip(right[name], -0.25, 0.25) for name in ("W_x", "W_hh")}
    assert bl.gradcheck(p.model, p.x, p.targets, grads=wrong).cause == "each entry is clipped at ±0.25."


def test_one_factor_for_all_is_told_and_a_gradient_of_zeros_is_none():
    p = make(T=4, H=3, I=2)
    right = p.model.gradient(p.x, p.targets)[1]
    tried = {name: 2.5 * right[name] for name in ("W_x", "W_hh", "b")}
    assert bl.gradcheck(p.model, p.x, p.targets, grads=tried).cause == "it is 2.50 times the right one, in every entry."
    assert "times" not in str(bl.gradcheck(p.model, p.x, p.targets, grads={"b": 0 * right["b"]}).cause)
    tried["b"] = 2 * right["b"]
    assert bl.gradcheck(p.model, p.x, p.targets, grads=tried).cause is None


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
