"""`gradcheck` passes what is right and says where the rest is wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bptt_lab as bl
from tests.conftest import CELLS, GATES, make


@settings(max_examples=30)
@given(
    st.sampled_from([cell for cell in CELLS if cell != "relu"]),
    st.sampled_from([None, 1, 2]),
    st.sampled_from(["cross_entropy", "mse"]),
    st.integers(1, 5),
    st.integers(0, 10**6),
)
def test_a_right_gradient_agrees_to_six_digits(cell, B, loss, T, seed):
    p = make(T=T, B=B, cell=cell, loss=loss, seed=seed)
    report = bl.gradcheck(p.model, p.x, p.targets, p.mask)
    assert set(report.errors) == {*p.model.params, "x", "h0", *(["c0"] if cell == "lstm" else [])}
    assert max(report.errors.values()) < 1e-6 and report.passed and report.step is None
    assert "agrees" in repr(report)


def test_relu_agrees_away_from_its_kink():
    p = make(activation="relu", seed=4)
    trace = p.model.forward(p.x, p.targets).trace
    a = trace.x @ p.model.params["W_x"].T + p.model.params["b"] + trace.states[:-1, 0] @ p.model.params["W_hh"].T
    assert np.abs(a).min() > 1e-3, "choose another seed: this one stands at the kink"
    assert bl.gradcheck(p.model, p.x, p.targets).passed


def test_the_model_is_left_as_it_was():
    p = make()
    before = {name: value.copy() for name, value in p.model.params.items()}
    x = p.x.copy()
    bl.gradcheck(p.model, p.x, p.targets, p.mask)
    assert all((p.model.params[name] == before[name]).all() for name in before) and (p.x == x).all()


@pytest.mark.parametrize("name", ["W_x", "W_hh", "b", "W_oh", "b_o", "x"])
def test_one_wrong_entry_is_named(name):
    p = make()
    grads = p.model.gradient(p.x, p.targets)[1]
    wrong = {key: value.copy() for key, value in grads.items()}
    place = tuple(n - 1 for n in wrong[name].shape)
    wrong[name][place] += 0.5
    report = bl.gradcheck(p.model, p.x, p.targets, grads=wrong)
    assert report.worst == (name, place) and not report.passed
    assert f"{name}[{', '.join(map(str, place))}]" in repr(report)
    assert all(error < 1e-6 for key, error in report.errors.items() if key != name)


def test_of_entries_that_only_rounding_tells_apart_the_first_is_named():
    """A mean for a sum is off by the same part everywhere. Then the last bits, and so the processor, would choose."""
    p = make()
    own = p.model.gradient(p.x, p.targets)[1]
    for part in (0.25 - 1e-9, 0.25, 0.25 + 1e-9):
        report = bl.gradcheck(p.model, p.x, p.targets, grads={"W_hh": own["W_hh"] / 4, "W_oh": own["W_oh"] * part})
        assert report.worst[0] == "W_hh"
        b = np.where(np.arange(3) == 1, own["b_o"] + 0.5, own["b_o"] + 0.5 * (1 + part * 1e-8))  # all off by a half
        assert bl.gradcheck(p.model, p.x, p.targets, grads={"b_o": b}).worst == ("b_o", (0,))


def test_only_the_names_that_are_handed_in_are_checked():
    p = make()
    grads = p.model.gradient(p.x, p.targets)[1]
    assert set(bl.gradcheck(p.model, p.x, p.targets, grads={"b": grads["b"]}).errors) == {"b"}


@pytest.mark.parametrize("cell", ["tanh", *GATES])
@pytest.mark.parametrize("wrt", ["W_x", "W_hh"])
def test_a_step_that_was_left_out_is_named(cell, wrt):
    p = make(T=4, H=6, I=5, cell=cell)
    run = p.model.forward(p.x, p.targets)
    contributions = np.zeros((4, *p.model.params[wrt].shape))
    for t in range(4):
        for term in p.model.chain_rule_terms(run, t, wrt):
            contributions[term.k] += term.gradient
    report = bl.gradcheck(p.model, p.x, p.targets, grads={wrt: contributions.sum(0) - contributions[2]})
    assert report.step == 2 and "step 2 (word 3)" in repr(report)


def test_the_step_where_the_gradient_of_x_goes_wrong_is_named():
    p = make(T=5)
    grads = p.model.gradient(p.x, p.targets)[1]
    wrong = grads["x"].copy()
    wrong[:3] *= 1.5  # on the way back it is wrong from step 2 on
    assert bl.gradcheck(p.model, p.x, p.targets, grads={"x": wrong}).step == 2


def bptt(p, slip):
    """A learner's BPTT with one slip."""
    run, W_hh = p.model.forward(p.x, p.targets), p.model.params["W_hh"]
    h, dh, x = run.trace.states[:, 0], run.dh[:, 0], run.trace.x
    T, H = dh.shape
    dW_x, dW_hh, back = np.zeros((H, x.shape[1])), np.zeros((H, H)), np.zeros(H)
    for t in reversed(range(T)):
        da = (1 - h[t + 1] ** 2) * (dh[t] + back)
        if slip == "= for +=":
            dW_x, dW_hh = np.outer(da, x[t]), np.outer(da, h[t])
        else:
            dW_x += np.outer(da, x[{"x_{t-1} for x_t": t - 1, "x_T for x_t": -1}.get(slip, t)])
            dW_hh += np.outer(da, h[t + 1 if slip == "h_t for h_{t-1}" else t])
        back = (W_hh if slip == "the transpose lost" else W_hh.T) @ da
        if slip == "nothing carried back":
            back = 0 * back
    return {"W_x": dW_x, "W_hh": dW_hh}


@pytest.mark.parametrize(
    ("slip", "step"),
    [
        ("none", None),
        ("= for +=", 3),
        ("h_t for h_{t-1}", 3),
        ("x_{t-1} for x_t", 3),
        ("nothing carried back", 2),
        ("the transpose lost", 2),
    ],
)
def test_the_step_where_a_learner_s_slip_first_shows_is_named(slip, step):
    p = make(T=4, H=6, I=5)
    report = bl.gradcheck(p.model, p.x, p.targets, grads=bptt(p, slip))
    assert report.passed == (slip == "none") and report.step == step


@pytest.mark.parametrize(("slip", "step"), [("= for +=", 3), ("x_T for x_t", 2)])
def test_where_every_message_is_right_no_way_back_is_blamed(slip, step):
    p = make(T=4, H=6, I=5)  # as in the museum's exhibits 4 and 5
    says = repr(bl.gradcheck(p.model, p.x, p.targets, grads={"W_x": bptt(p, slip)["W_x"]}))
    assert f"the first part that is off is that of step {step} (word {step + 1})." in says and "way back" not in says


@pytest.mark.parametrize(("slip", "step"), [("= for +=", 3), ("nothing carried back", 2), ("the transpose lost", 2)])
def test_it_is_named_from_W_hh_alone_though_the_start_of_zeros_hides_the_first_step(slip, step):
    p = make(T=4, H=6, I=5)
    assert bl.gradcheck(p.model, p.x, p.targets, grads={"W_hh": bptt(p, slip)["W_hh"]}).step == step


def test_a_gradient_that_exploded_is_reported_not_raised():
    p = make()
    report = bl.gradcheck(p.model, p.x, p.targets, grads={"b": np.full(4, np.inf)})
    assert report.errors["b"] == np.inf and "exploded" in repr(report)


def test_a_loss_that_is_not_finite_is_refused():
    p = make(T=60, activation="relu", scale=1e6)
    with pytest.raises(ValueError, match="finite loss"):
        bl.gradcheck(p.model, p.x, p.targets)


@pytest.mark.parametrize("T", [5, 10, 20, 40])
def test_what_has_vanished_is_not_judged_by_rounding_noise(T):
    for seed in range(5):
        p = make(T=T, H=8, O=10, scale=0.5, seed=seed)
        assert bl.gradcheck(p.model, p.x, p.targets, mask=np.arange(T) == T - 1).passed


@pytest.mark.filterwarnings("error")
def test_a_kink_or_a_rough_loss_is_reported_without_blaming_a_step():
    kink = bl.SequenceModel(bl.RNNCell(1, 1, activation="relu"), 2)
    report = bl.gradcheck(kink, [[0.0], [1.0]], [0, 1])
    assert not report.passed and report.step is None and repr(report)
    assert bl.gradcheck(bl.SequenceModel(bl.RNNCell(3, 4), 1, "mse"), np.eye(3), [1e6] * 3).step is None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [np.inf, 1e308])
def test_one_exploded_entry_is_reported(value):
    p = make(T=4)
    for name in ("x", "W_x", "W_hh", "b"):
        grads = p.model.gradient(p.x, p.targets)[1]
        wrong = np.array(grads[name])
        wrong.flat[4 if name == "x" else 0] = value
        report = bl.gradcheck(p.model, p.x, p.targets, grads={name: wrong})
        assert not report.passed and report.worst[0] == name and repr(report)
        assert name != "x" or report.step == 1
