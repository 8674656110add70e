"""A cell of one's own: `step` and `step_back` as a learner writes them, and everything works. Autograd is the judge."""

import copy
import inspect
import pickle
import re
import warnings
from pathlib import Path

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, jacobian

import bptt_lab as bl
from bptt_lab.basics import own_cells
from bptt_lab.cells import Cell
from tests.conftest import same


def σ(a):
    return 1 / (1 + np.exp(-a))


class MGU(Cell):
    blocks = "forget", "candidate"
    keeping_gate = "forget"

    def step(self, u, h):
        (u_f, u_h), (U_f, U_h) = self.split(u), self.blocks_of(self.W_hh)
        f = σ(u_f + h @ U_f.T)
        ĥ = np.tanh(u_h + (f * h) @ U_h.T)
        return (1 - f) * h + f * ĥ, (f, ĥ)

    def step_back(self, δ, kept, h):
        (f, ĥ), (U_f, U_h) = kept, self.blocks_of(self.W_hh)
        da_h = δ * f * (1 - ĥ**2)
        dp = da_h @ U_h  # p = f ⊙ h
        da_f = (δ * (ĥ - h) + dp * h) * f * (1 - f)
        return self.join(da_f, da_h), δ * (1 - f) + dp * f + da_f @ U_f

    def pairs(self, da, kept, h):
        da_f, da_h = self.split(da)
        return {"W_hh": [(da_f, h), (da_h, kept[0] * h)]}


class Leaky(Cell):
    leak = 0.3

    def step(self, u, h):
        ĥ = np.tanh(u + h @ self.W_hh.T)
        return (1 - self.leak) * h + self.leak * ĥ, (ĥ,)

    def step_back(self, δ, kept, h):
        (ĥ,) = kept
        da = δ * self.leak * (1 - ĥ**2)
        return da, δ * (1 - self.leak) + da @ self.W_hh


class Peephole(Cell):
    """Gers & Schmidhuber (2000): the gates see the cell too, each through one number a unit."""

    blocks = "input", "forget", "cell", "output"
    keeps = *blocks, "c"
    parts = "h", "c"
    vectors = "p_i", "p_f", "p_o"
    keeping_gate = "forget"

    def step(self, u, state):
        h, c = state
        a_i, a_f, a_g, a_o = self.split(u + h @ self.W_hh.T)
        i, f, g = σ(a_i + self.p_i * c), σ(a_f + self.p_f * c), np.tanh(a_g)
        c = f * c + i * g
        o = σ(a_o + self.p_o * c)
        return (o * np.tanh(c), c), (i, f, g, o, c)

    def step_back(self, δ, kept, state):
        (δh, δc), (i, f, g, o, c_t), (_, c) = δ, kept, state
        da_o = δh * np.tanh(c_t) * o * (1 - o)
        δc = δc + δh * o * (1 - np.tanh(c_t) ** 2) + da_o * self.p_o
        da_i = δc * g * i * (1 - i)
        da_f = δc * c * f * (1 - f)
        da = self.join(da_i, da_f, δc * i * (1 - g**2), da_o)
        return da, (da @ self.W_hh, δc * f + da_i * self.p_i + da_f * self.p_f)

    def pairs(self, da, kept, state):
        (h, c), (da_i, da_f, _, da_o) = state, self.split(da)
        vectors = {"p_i": da_i * c, "p_f": da_f * c, "p_o": da_o * kept[4]}
        return {"W_hh": [(da, h)], **{name: [(left, None)] for name, left in vectors.items()}}


class Linear(Cell):
    """Nothing is kept."""

    def step(self, u, h):
        return u + h @ self.W_hh.T, ()

    def step_back(self, δ, kept, h):
        return δ, δ @ self.W_hh


class Forward(Cell):
    """The minimal gated unit before its way back is written."""

    blocks = MGU.blocks
    step = MGU.step


# ---- the judge: the equations once more, for automatic differentiation --------------------------------------------------


def judged_step(kind, p, x, state, scales=1.0, bias=0.0):
    """One step of (B, D) states, the blocks one after the other."""
    n, H = len(kind.blocks), p["W_hh"].shape[1]

    def σ(a):
        return 1 / (1 + anp.exp(-a))

    def u(k):
        rows = slice(k * H, k * H + H)
        opened = bias if kind.keeping_gate and kind.blocks[k] == kind.keeping_gate else 0.0
        return x @ p["W_x"][rows].T + p["b"][rows] + opened

    def U(k, v):
        return scales * (v @ p["W_hh"][k * H : k * H + H].T)

    h, c = state[:, :H], state[:, H:]
    if n == 4:
        i, f, g = σ(u(0) + U(0, h) + p["p_i"] * c), σ(u(1) + U(1, h) + p["p_f"] * c), anp.tanh(u(2) + U(2, h))
        c = f * c + i * g
        return anp.concatenate([σ(u(3) + U(3, h) + p["p_o"] * c) * anp.tanh(c), c], axis=1)
    if n == 2:
        f = σ(u(0) + U(0, h))
        return (1 - f) * h + f * anp.tanh(u(1) + U(1, f * h))
    if kind is Linear:
        return u(0) + U(0, h)
    return 0.7 * h + 0.3 * anp.tanh(u(0) + U(0, h))


def judged_losses(kind, everything, targets, cut=None, sweep=()):
    """L_t of each step, mean over B, of a model with squared errors."""
    state, found = everything["start"], []
    for t in range(len(targets)):
        state = getattr(state, "_value", state) if cut and t and t % cut == 0 else state
        state = judged_step(kind, everything, everything["x"][t], state, *sweep)
        y = state[:, : everything["W_oh"].shape[1]] @ everything["W_oh"].T + everything["b_o"]
        found.append(anp.sum((y - targets[t]) ** 2) / len(state))
    return found


def judged(kind, p, targets, **how):
    return grad(lambda everything: sum(judged_losses(kind, everything, targets, **how)))(p)


OWN = pytest.mark.parametrize("kind", [MGU, Leaky, Peephole, Linear], ids=lambda kind: kind.__name__)
SIZES = pytest.mark.parametrize("T, B, H", [(6, None, 4), (5, 3, 4), (4, 4, 4), (1, None, 3), (5, 1, 1), (1, 1, 1)])


def made(kind, T=6, B=None, H=4, seed=0, weight_scale=1.0):
    """(model, what `forward` is given, the same for the judge)."""
    rng = np.random.default_rng(seed)
    model = bl.SequenceModel(kind(3, H, seed=seed, weight_scale=weight_scale), 2, loss="mse")
    for name in ("b", "b_o", *kind.vectors):
        model.params[name] = 0.5 * rng.standard_normal(model.params[name].shape)
    steps = (T,) if B is None else (T, B)
    x, targets = rng.standard_normal((*steps, 3)), rng.standard_normal((*steps, 2))
    start = rng.standard_normal((len(kind.parts), *steps[1:], H))
    p = {name: value.copy() for name, value in model.params.items()}
    p |= {"x": x.reshape(T, -1, 3), "start": np.concatenate(start.reshape(len(start), -1, H), axis=1)}
    h0 = tuple(start) if len(start) > 1 else start[0]
    return model, {"x": x, "targets": targets, "h0": h0}, p, targets.reshape(T, -1, 2)


def compare(grads, wanted, kind, H, skip=()):
    wanted = dict(wanted)
    start = wanted.pop("start")
    wanted |= {f"{part}0": start[:, k * H : k * H + H] for k, part in enumerate(kind.parts)}
    assert set(grads) == set(wanted) - set(skip)
    for name, value in grads.items():
        same(value, wanted[name].reshape(value.shape), 1e-10, 1e-13)


@OWN
@SIZES
def test_every_way_to_the_gradient_equals_automatic_differentiation(kind, T, B, H):
    model, given, p, targets = made(kind, T, B, H)
    run = model.forward(**given)
    wanted = judged(kind, p, targets)
    compare(model.backward(run), wanted, kind, H)
    compare(bl.rtrl(model, run), wanted, kind, H, skip={"x"})
    compare(model.backward(run, truncate=2), judged(kind, p, targets, cut=2), kind, H)
    loss, grads = model.gradient(given["x"], given["targets"], checkpoint=True)
    compare(grads, judged(kind, p | {"start": 0 * p["start"]}, targets), kind, H)
    assert loss == pytest.approx(model.forward(given["x"], given["targets"]).loss)


@OWN
@SIZES
def test_terms_sum_to_the_gradient_of_a_token_and_the_ledger_has_their_norms(kind, T, B, H):
    model, given, p, targets = made(kind, T, B, H)
    run, t = model.forward(**given), T - 1
    wanted = grad(lambda everything: judged_losses(kind, everything, targets)[t])(p)
    for wrt in model.params:
        terms = model.chain_rule_terms(run, t, wrt)
        same(sum(term.gradient for term in terms), wanted[wrt], 1e-10, 1e-13)
        same(model.ledger(run, wrt)[t], [term.norm for term in terms], 1e-10, 1e-13)
    first = model.chain_rule_terms(run, t, "W_hh")[0]
    factors = first.factors
    if B is None:
        product, *rest = factors.values()
        for factor in rest:
            product = np.tensordot(product, factor, axes=1)
        same(product, first.gradient, 1e-10, 1e-13)
    assert list(factors)[:2] == [f"dL[{t}]/dy[{t}]", f"dy[{t}]/d{'(h, c)' if len(kind.parts) > 1 else 'h'}[{t}]"]


@OWN
@SIZES
def test_finite_differences_agree(kind, T, B, H):
    model, given, *_ = made(kind, T, B, H)
    check = bl.gradcheck(model, given["x"], given["targets"])
    assert check.passed and max(check.errors.values()) < 1e-6
    wrong = {**model.backward(model.forward(given["x"], given["targets"]))}
    wrong["W_x"] = wrong["W_x"] + 1.0
    assert not bl.gradcheck(model, given["x"], given["targets"], grads=wrong).passed


@OWN
@SIZES
@pytest.mark.parametrize("swept", [False, True])
def test_jacobians_and_their_products_equal_automatic_differentiation(kind, T, B, H, swept):
    model, given, p, _ = made(kind, T, B, H)
    cell, n = model.cell, B or 1
    scales, biases = np.linspace(-0.5, 1.5, n), np.linspace(-1, 2, n)
    sweep = {"scales": scales, "gate_biases": biases if kind.keeping_gate else None} if swept else {}
    trace, D = cell.unroll(given["x"], given["h0"], **sweep), H * len(kind.parts)
    product = np.broadcast_to(np.eye(D), (n, D, D))
    for t in range(T):
        J = cell.jacobian(trace, t)
        assert J.shape == ((D, D) if B is None else (B, D, D))
        before = np.concatenate([part[t] for part in trace.parts], axis=1)
        for b in range(n):
            own = (scales[b], biases[b]) if swept else ()
            step = jacobian(lambda v, b=b, own=own, t=t: judged_step(kind, p, p["x"][t, b][None], v[None], *own)[0])
            same(J.reshape(n, D, D)[b], step(before[b]), 1e-11, 1e-14)
        product = J.reshape(n, D, D) @ product
    norms = bl.memory.norms(cell, trace).reshape(n, T, T)
    start = bl.memory.jacobian_product(cell, trace, T - 1, -1)
    same(start.reshape(n, D, D), product, 1e-11, 1e-14)
    last = bl.memory.jacobian_product(cell, trace, T - 1, 0).reshape(n, D, D)
    same(norms[:, T - 1, 0], np.log10(np.linalg.norm(last, 2, axis=(1, 2))), 1e-9, 1e-9)


@pytest.mark.parametrize("kind", [MGU, Peephole])
def test_a_sweep_is_a_net_for_each_sequence(kind):
    model, given, p, targets = made(kind, T=5, B=4)
    scales, biases = np.array([-0.5, 0.3, 1.0, 2.0]), np.array([-1.0, 0.0, 2.0, 4.0])
    run = model.forward(**given, scales=scales, gate_biases=biases)
    compare(model.backward(run), judged(kind, p, targets, sweep=(scales[:, None], biases[:, None])), kind, 4)
    for b in range(4):
        cell = copy.deepcopy(model.cell)
        cell.W_hh[...] *= scales[b]
        cell.b[cell.rows_of("forget")] += biases[b]
        h0 = tuple(part[b] for part in given["h0"]) if kind is Peephole else given["h0"][b]
        same(run.trace.h[:, b], cell.unroll(given["x"][:, b], h0).h, 1e-12)
    opened = kind(3, 4, gate_bias=2.0)
    assert (opened.b[opened.rows_of("forget")] == 2.0).all() and np.count_nonzero(opened.b) == 4
    with pytest.raises(ValueError, match="names no keeping_gate"):
        Leaky(3, 4, gate_bias=1.0)


@OWN
def test_a_memory_report_prints_and_draws_itself(kind):
    cell = kind(3, 8, weight_scale=0.8)
    x = np.random.default_rng(0).standard_normal((60, 3))
    report = bl.memory.report(cell, x)
    assert f"{kind.__name__}(3, 8)" in repr(report) and "product of norms" in repr(report)
    figure = report.figure()
    assert [trace.name for trace in figure.data] == ["true", "product of norms"]
    assert "horizon" in bl.figures.sentence(figure).lower()
    exponents = bl.memory.lyapunov(cell, cell.unroll(x))
    assert len(exponents) == 8 * len(kind.parts) and report.lyapunov == pytest.approx(exponents[0])
    assert abs(report.slope - report.lyapunov) < 0.1


@pytest.mark.parametrize("kind", [MGU, Leaky, Peephole])
def test_it_learns(kind):
    task = bl.tasks.Agreement(distance=2)
    model = bl.SequenceModel(kind(task.input_size, 12), task.output_size, task.loss)
    before = task.score(model, 400)
    history = bl.train.fit(model, task, 150, lr=1.0, progress=False)
    assert history.stopped is None and history.loss[-20:].mean() < 0.5 * history.loss[:20].mean()
    assert task.score(model, 400) > max(0.9, before)


@OWN
def test_a_trace_is_copied_and_pickled_and_stays_as_it_was(kind):
    model, given, *_ = made(kind)
    trace = model.forward(**given).trace
    grads = model.cell.backward(trace, np.ones((6, 4)))
    for other in (copy.copy(trace), copy.deepcopy(trace), pickle.loads(pickle.dumps(trace))):
        assert (other.h == trace.h).all() and other.gates.keys() == trace.gates.keys()
        again = model.cell.backward(other, np.ones((6, 4)))
        assert all((again[name] == grads[name]).all() for name in grads)
    J = model.cell.jacobian(trace, 3)
    for name in model.cell.params:
        model.params[name] = model.params[name] + 1.0
    assert (model.cell.jacobian(trace, 3) == J).all()
    with pytest.raises(ValueError):
        trace.h[0] = 0.0
    assert list(trace.gates) == ([] if kind is Linear else list(kind.blocks))


@OWN
@pytest.mark.parametrize("weight_scale", [1e150, 1e308])
def test_what_is_too_large_has_exploded_without_nan_or_warning(kind, weight_scale):
    model, given, *_ = made(kind, T=8, B=2)
    model.params["W_hh"] = np.clip(weight_scale * model.params["W_hh"], -1.7e308, 1.7e308)
    with warnings.catch_warnings(action="error"):
        run = model.forward(**given)
        grads = model.backward(run)
        assert not any(np.isnan(value).any() for value in (run.trace.h, run.losses, *grads.values()))
        ledgers = [model.ledger(run, wrt) for wrt in model.params]
        norms, exponents = bl.memory.norms(model.cell, run.trace), bl.memory.lyapunov(model.cell, run.trace)
        assert not any(np.isnan(value).any() for value in (*ledgers, norms[:, 7, :8], exponents))
        assert not any(np.isnan(value).any() for value in bl.rtrl(model, run).values())
        if kind is Linear:
            assert np.isinf(run.trace.h).any() and np.isinf(grads["W_hh"]).any()


@pytest.mark.parametrize(
    "kind, old, new, says",
    [
        (MGU, " * f * (1 - f)", "", "the step_back of MGU: it returns a wrong dL/da of 'forget'"),
        (
            MGU,
            " * (1 - ĥ**2)",
            "",
            "the step_back of MGU: it returns a wrong dL/da of 'forget' and 'candidate', and a wrong dL/dh,",
        ),
        (MGU, " + dp * f", "", "the step_back of MGU: it returns a wrong dL/dh, what reaches h of the step before."),
        (MGU, " + dp * h", "", "the step_back of MGU: it returns a wrong dL/da of 'forget', and a wrong dL/dh"),
        (MGU, "da_h @ U_h", "da_h @ U_h.T", "the step_back of MGU: it returns a wrong dL/da of 'forget', and a wrong dL/dh"),
        (MGU, "kept[0] * h", "h", "the pairs of MGU: dL/dW_hh is wrong in the rows of 'candidate'."),
        (MGU, "(da_f, h)", "(da_f, kept[0] * h)", "the pairs of MGU: dL/dW_hh is wrong in the rows of 'forget'."),
        (Leaky, "(1 - self.leak) + da", "+ da", "the step_back of Leaky: it returns a wrong dL/dh"),
        (
            Peephole,
            " + da_f * self.p_f",
            "",
            "the step_back of Peephole: it returns a wrong dL/dc, what reaches c of the step before",
        ),
        (Peephole, "da_o * kept[4]", "da_o * c", "the pairs of Peephole: dL/dp_o is wrong."),
    ],
)
def test_finite_differences_name_what_a_step_back_or_its_pairs_return_wrong(kind, old, new, says):
    head, mark, back = inspect.getsource(kind).partition("    def step_back")
    assert old in back
    names = {**globals()}
    exec(head + mark + back.replace(old, new), names)
    model, given, *_ = made(names[kind.__name__], T=4)
    check = bl.gradcheck(model, given["x"], given["targets"])
    where = re.search("step_back|pairs", says)[0]
    assert check.result == "wrong" and any(where in slip for slip in check.slips), check.slips
    assert all(slip in repr(check) for slip in check.slips)
    assert bl.gradcheck(made(kind, T=4)[0], given["x"], given["targets"]).result == "agrees"


def test_the_page_about_it_runs_as_it_stands(capsys):
    page = (Path(__file__).parents[2] / "site" / "own_cell.md").read_text(encoding="utf-8")
    code, with_p = re.findall(r"```python\n(.*?)```", page, re.S)
    names = {}
    exec(code, names)
    agrees, score, report = re.split(r"\n(?=0|1|Memory)", capsys.readouterr().out)
    assert "The gradient agrees with finite differences." in agrees
    assert float(score) > 0.9 and report.startswith("Memory of Leaky(")
    exec(with_p, names)
    model = bl.SequenceModel(names["Self"](3, 4), 2)
    model.params["p"] = [-0.5, 0.2, 0.7, 1.1]
    x = np.random.default_rng(0).standard_normal((5, 2, 3))
    assert bl.gradcheck(model, x, np.zeros((5, 2), int)).passed and np.abs(model.gradient(x, np.zeros((5, 2), int))[1]["p"]).all()
    for said in ("step", "step_back", "pairs", *(name for name in vars(Cell) if name in Cell.__annotations__)):
        assert said in ("scales", "bias_shift", "quick") or f"`{said}" in page


# ---- before the way back is written ----------------------------------------------------------------------------------------


def test_without_a_step_back_it_runs_and_says_that_its_jacobians_are_finite_differences():
    model, given, p, _ = made(Forward, T=5, B=2)
    whole = made(MGU, T=5, B=2)[0]
    run = model.forward(**given)
    assert run.loss == whole.forward(**given).loss
    with pytest.warns(UserWarning, match="Forward has no step_back: its Jacobians are finite differences") as caught:
        J = model.cell.jacobian(run.trace, 2)
    assert caught[0].filename == __file__
    same(J, whole.cell.jacobian(whole.forward(**given).trace, 2), 1e-8)
    with pytest.warns(UserWarning) as caught:
        report = bl.memory.report(Forward(3, 8), np.random.default_rng(0).standard_normal((60, 3)))
    wanted = bl.memory.report(MGU(3, 8), np.random.default_rng(0).standard_normal((60, 3)))
    assert report.slope == pytest.approx(wanted.slope, rel=1e-5)
    with warnings.catch_warnings(action="error"):
        assert "product of norms" in repr(report)
    assert len({(w.filename, w.lineno, str(w.message)) for w in caught}) == 1 and caught[0].filename == __file__


def test_the_digits_that_the_warning_names_are_those_of_the_differences():
    for kind, scale, most in ((bl.RNNCell, 1.0, 1e-10), (bl.LSTMCell, 1.0, 1e-10), (bl.GRUCell, 30.0, 1e-7)):
        cell = kind(8, 32, weight_scale=scale)
        trace = cell.unroll(np.random.default_rng(0).standard_normal((40, 8)))
        with warnings.catch_warnings(action="ignore"):
            found = own_cells.jacobians(cell, trace, slice(0, 40))
        J = cell.jacobians(trace, slice(0, 40))
        assert (np.abs(found - J).max(axis=(-2, -1)) < most * np.abs(J).max(axis=(-2, -1))).all()


def test_without_a_step_back_what_needs_it_says_so():
    model, given, *_ = made(Forward)
    run = model.forward(**given)
    for needs in (
        lambda: model.backward(run),
        lambda: bl.rtrl(model, run),
        lambda: model.ledger(run),
        lambda: bl.gradcheck(model, given["x"], given["targets"]),
    ):
        with pytest.raises(NotImplementedError, match=r"Forward has no step_back\(self, δ, kept, h\): it runs, but"):
            needs()
    with pytest.raises(NotImplementedError, match=r"Cell has no step\(self, u, h\)"):
        Cell(3, 4).unroll(given["x"])


def test_without_a_step_back_finite_differences_explode_without_nan():
    class Fast(Cell):
        step = Linear.step

    cell = Fast(3, 4, weight_scale=1e200)
    with warnings.catch_warnings(action="error"):
        warnings.filterwarnings("ignore", "Fast has no step_back")
        trace = cell.unroll(np.ones((4, 3)))
        assert np.isinf(trace.h).any() and not np.isnan(trace.h).any()
        for t in range(4):
            assert not np.isnan(cell.jacobian(trace, t)).any()
        slow = Fast(3, 4)  # a large state is moved in proportion
        same(slow.jacobian(slow.unroll(np.ones((1, 3)), np.full(4, 1e12)), 0), slow.W_hh, 1e-8)


# ---- what is easily written wrong ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step, says",
    [
        (lambda self, u, h: h, r"step: got shape \(2, 4\), expected two things: h, and a tuple of what step_back needs"),
        (lambda self, u, h: (h, h), r"step: got shape \(2, 4\) to keep, expected two things: h, and a tuple"),
        (lambda self, u, h: (h[0], (h,)), r"step: got shape \(4,\), expected h, each of shape \(B, H\) = \(2, 4\)"),
        (lambda self, u, h: (u, (h,)), r"step: got shape \(2, 8\), expected h"),
        (lambda self, u, h: (h, (h, u)), r"step: got shape \(2, 8\) to keep, expected arrays of shape \(B, H\) = \(2, 4\)"),
        (lambda self, u, h: (h, (0.5,)), r"step: got float to keep"),
        (lambda self, u, h: None, r"step: got NoneType, expected two things"),
        (lambda self, u, h: (h, [h]), r"step: got a list of 1 to keep, expected two things: h, and a tuple"),
        (lambda self, u, h: (h, (h, h, h)), r"keeps: got 2 names, gate, candidate \(the blocks.*expected 3, one for each thing"),
        (lambda self, u, h: (np.multiply(h, 0.5, out=h), (h,)), r"read-only"),  # in place: the state before would be lost
    ],
)
def test_what_a_step_returns_is_looked_at(step, says):
    cell = type("Mine", (Cell,), {"blocks": ("gate", "candidate"), "step": step})(3, 4)
    with pytest.raises(ValueError, match=says):
        cell.unroll(np.ones((5, 2, 3)))


@pytest.mark.parametrize(
    "step_back, says",
    [
        (lambda self, δ, kept, h: δ, r"got shape \(2, 4\), expected two things: dL/da .* End it with"),
        (
            lambda self, δ, kept, h: (δ, δ, δ),
            r"got a tuple of 3, expected two things: dL/da of shape \(B, rows\) = \(2, 8\), and dL/dh",
        ),
        (lambda self, δ, kept, h: None, r"got NoneType, expected two things"),
        (
            lambda self, δ, kept, h: (δ, δ),
            r"got shape \(2, 4\) for dL/da, expected .* Join the blocks: `self.join\(da_gate, da_can",
        ),
        (lambda self, δ, kept, h: (δ, self.join(δ, δ)), r"got .* They are in the other order: `return da, before`"),
        (lambda self, δ, kept, h: (self.join(δ, δ).sum(0), δ), r"got shape \(8,\) for dL/da, expected .* Sum over nothing"),
        (lambda self, δ, kept, h: ((δ, δ), δ), r"got a tuple of 2 for dL/da, expected .* Join the blocks"),
        (
            lambda self, δ, kept, h: (self.join(δ, δ), δ.sum()),
            r"got float64 for dL/dh, expected .* \(B, H\) = \(2, 4\). It is what",
        ),
        (lambda self, δ, kept, h: (self.join(δ, δ), self.join(δ, δ)), r"got shape \(2, 8\) for dL/dh, expected"),
    ],
)
def test_what_a_step_back_returns_is_looked_at(step_back, says):
    kind = type("Mine", (Cell,), {"blocks": ("gate", "candidate"), "step": MGU.step, "step_back": step_back})
    cell = kind(3, 4)
    trace = cell.unroll(np.ones((5, 2, 3)))
    with pytest.raises(ValueError, match=f"^step_back: {says}"):
        cell.backward(trace, np.ones((5, 2, 4)))


@pytest.mark.parametrize(
    "pairs, says",
    [
        (lambda self, da, kept, h: [(da, h)], r"got a list of 1, expected a dict from names to lists of pairs. Try \{\"W_hh"),
        (
            lambda self, da, kept, h: {"W_hh": (da, h)},
            r"got a tuple of 2 for 'W_hh', expected a list of pairs \(left, right\). Try",
        ),
        (lambda self, da, kept, h: {"W_hh": [da, h]}, r"got a list of 2 for 'W_hh', expected a list of pairs"),
        (lambda self, da, kept, h: {"W_hh": [(da, h, h)]}, r"got a list of 1 for 'W_hh', expected a list of pairs"),
        (
            lambda self, da, kept, h: {"W_hh": [(h, h)]},
            r"got lefts of shape \(5, 2, 4\) for 'W_hh', expected \(…, 8\) side by side. A",
        ),
        (
            lambda self, da, kept, h: {"W_hh": [(da, h), (da, h)]},
            r"got lefts of shape \(5, 2, 8\) and shape \(5, 2, 8\) for 'W_hh'",
        ),
        (lambda self, da, kept, h: {"W_hh": [(0.5, h)]}, r"got lefts of float for 'W_hh'"),
        (
            lambda self, da, kept, h: {"W_hh": [(da, da)]},
            r"got a right of shape \(5, 2, 8\) for 'W_hh', expected \(…, H\) = \(…, 4\)",
        ),
        (
            lambda self, da, kept, h: {"W_hh": [(da, h)], "p": [(da, None)]},
            r"got lefts of shape \(5, 2, 8\) for 'p', expected \(…, 4\)",
        ),
    ],
)
def test_what_pairs_returns_is_looked_at(pairs, says):
    cell = type("Mine", (MGU,), {"vectors": ("p",), "pairs": pairs})(3, 4)
    trace = cell.unroll(np.ones((5, 2, 3)))
    with pytest.raises(ValueError, match=f"^pairs: {says}"):
        cell.backward(trace, np.ones((5, 2, 4)))


@pytest.mark.parametrize("name, value", [("blocks", "forget"), ("keeps", ["f"]), ("vectors", "tau"), ("parts", "h")])
def test_names_are_tuples(name, value):
    with pytest.raises(ValueError, match=rf"Mine.{name}: got .*, expected a tuple of names"):
        type("Mine", (Leaky,), {name: value})(3, 4)


def test_a_vector_without_its_gradient_is_named():
    model, given, *_ = made(type("Mine", (Leaky,), {"vectors": ("tau",)}))
    with pytest.raises(ValueError, match="pairs: got 'W_x', 'W_hh', 'b', expected 'tau' of Mine too. Give it as \"tau\""):
        model.backward(model.forward(**given))


def test_the_minimal_gated_unit_is_short():
    assert len(inspect.getsource(MGU).splitlines()) <= 25
