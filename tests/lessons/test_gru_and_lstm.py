"""What notebook 08 measures, against the slow way."""

import warnings
from pathlib import Path

import nbformat
import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab import memory
from bptt_lab.cells import Cell, GRUCell, LSTMCell
from bptt_lab.lessons import gru_and_lstm as lesson
from bptt_lab.lessons.vanishing_and_exploding import LAGS

RNG = np.random.default_rng(4)


def lstm(seed=1, T=6, B=2, **start):
    cell = LSTMCell(3, 4, init="uniform", seed=seed, **start)
    return cell, cell.unroll(RNG.standard_normal((T, B, 3)))


def c_moved(cell, x, start, ε=1e-6):
    """dc_T/dc_0 with h_0 held, by moving c_0 up and down."""
    columns = [
        cell.unroll(x, (start[0], start[1] + ε * e)).c[-1] - cell.unroll(x, (start[0], start[1] - ε * e)).c[-1] for e in np.eye(4)
    ]
    return np.stack(columns, axis=1) / (2 * ε)


def test_the_true_c_block_is_what_moving_c_finds():
    cell, trace = lstm(B=1, gate_bias=1.0)
    found = lesson.c_block(cell, trace, lag=4)[0]
    start = trace.h[1, 0], trace.c[1, 0]
    np.testing.assert_allclose(found, c_moved(cell, trace.x[2:, 0], start), atol=1e-9)


def test_with_all_roads_closed_the_direct_one_is_left():
    cell, trace = lstm()
    block = lesson.c_block(cell, trace, lag=3, roads=())
    for b in range(2):
        np.testing.assert_allclose(block[b], np.diag(trace.gates["forget"][-3:, b].prod(axis=0)), atol=1e-15)
    np.testing.assert_allclose(lesson.rms_stretch(block), lesson.direct(trace.gates["forget"][-3:]))


def test_one_step_is_the_sum_of_its_roads():
    cell, trace = lstm()
    direct = lesson.c_block(cell, trace, 2, roads=())
    parts = [lesson.c_block(cell, trace, 2, roads=(road,)) - direct for road in ("input", "forget", "cell")]
    np.testing.assert_allclose(
        direct + sum(parts), lesson.c_block(cell, trace, 2), atol=1e-12
    )  # at lag 2 each way passes one road


def test_at_bias_4_it_is_the_candidate_s_loop_that_keeps_the_gradient():
    found = lesson.sizes_by_road(bias=4.0, seeds=2)
    assert found["true"].min() > 1 > 0.6 > found["all but cell"].max()


def test_cutting_a_road_leaves_the_run_and_the_trace_as_they_were():
    cell, trace = lstm()
    before = trace.cell.stack.copy()
    closed = lesson.cut(cell, trace, ("cell",))
    assert np.array_equal(trace.cell.stack, before) and np.array_equal(closed.h, trace.h)
    assert not closed.cell.stack[cell.rows_of("cell"), 4:].any() and closed.cell.stack[cell.rows_of("input"), 4:].any()


@pytest.mark.parametrize("kind", [GRUCell, LSTMCell])
def test_blocks_back_are_the_products_of_memory(kind):
    cell = kind(3, 4, seed=2)
    trace = cell.unroll(RNG.standard_normal((6, 2, 3)))
    found = list(lesson.blocks_back(cell, trace, 5))
    assert len(found) == 6
    for lag, block in enumerate(found):
        np.testing.assert_allclose(block, memory.jacobian_product(cell, trace, 5, 5 - lag)[:, -4:, -4:], atol=1e-14)
    assert np.array_equal(next(lesson.blocks_back(cell, trace, 0))[0], np.eye(4))


def test_rms_stretch_is_that_of_random_directions():
    A = RNG.standard_normal((5, 5))
    v = RNG.standard_normal((200_000, 5))
    v /= np.linalg.norm(v, axis=1, keepdims=True)
    assert lesson.rms_stretch(A) == pytest.approx(np.sqrt((np.linalg.norm(v @ A.T, axis=1) ** 2).mean()), rel=0.01)
    assert lesson.rms_stretch(np.eye(7)) == 1


def test_z_that_writes_is_one_minus_the_z_that_keeps():
    x = RNG.standard_normal((5, 3))
    keeps, writes = (GRUCell(3, 4, init="uniform", seed=3, gate_bias=1.5) for _ in range(2))
    gates = keeps.unroll(x).gates["update"][0], lesson.z_writes(writes).unroll(x).gates["update"][0]
    np.testing.assert_allclose(gates[0] + gates[1], 1.0)


def test_without_a_forget_gate_c_only_adds_up():
    cell = lesson.without_forget_gate(LSTMCell(3, 4, init="uniform", seed=3, gate_bias=-5.0))
    trace = cell.unroll(RNG.standard_normal((9, 3)))
    assert (trace.gates["forget"] == 1).all()
    np.testing.assert_allclose(trace.c, np.cumsum(trace.gates["input"] * trace.gates["cell"], axis=0), atol=1e-14)


def test_the_chrono_start_ties_the_gates_and_spans_the_time():
    cell = lesson.chrono(LSTMCell(3, 4000, init="uniform", seed=3), 100, seed=1)
    b = cell.params["b"].reshape(4, -1)  # input, forget, cell, output
    assert np.array_equal(b[0], -b[1]) and not b[2:].any()
    times = np.exp(b[1])
    assert 1 <= times.min() < 1.1 and 98.9 < times.max() <= 99 and times.mean() == pytest.approx(50, rel=0.02)
    with pytest.raises(ValueError, match="longest"):
        lesson.chrono(cell, 1)


def test_the_slope_of_an_lstm_is_that_of_its_pair():
    cell = LSTMCell(3, 3, init="uniform", seed=5, gate_bias=1.0)
    x = lesson.inputs(0.1, (lesson.STEPS, 1, 3), 0)
    trace = cell.unroll(x)
    logs = [np.log(np.linalg.norm(memory.jacobian_product(cell, trace, 159, 159 - lag)[0], 2)) for lag in LAGS]
    assert lesson.slope(cell, x) == pytest.approx(np.polyfit(LAGS, logs, 1)[0], abs=1e-9)


def test_at_rest_is_the_jacobian_of_a_net_that_reads_nothing():
    cell = lesson.cell_of("LSTM, bias 1", 0, H=6)
    found = lesson.at_rest("LSTM, bias 1", seeds=1, H=6)
    i, f, g, o = cell.params["b"].reshape(4, 6)
    σ = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    c = σ(i) * np.tanh(g)
    read = σ(o) * (1 - np.tanh(c) ** 2)
    W = cell.params["W_hh"].reshape(4, 6, 6)
    by_h = (σ(i) * (1 - σ(i)) * np.tanh(g))[:, None] * W[0] + (σ(i) * (1 - np.tanh(g) ** 2))[:, None] * W[2]
    by_c = np.diag(σ(f))
    own = (np.tanh(c) * σ(o) * (1 - σ(o)))[:, None] * W[3]
    J = np.block([[own + read[:, None] * by_h, read[:, None] * by_c], [by_h, by_c]])
    assert found[0] == pytest.approx(np.log(np.abs(np.linalg.eigvals(J)).max()), abs=1e-12)


def test_the_exponent_comes_from_other_sequences(monkeypatch):
    read, unroll = [], GRUCell.unroll
    monkeypatch.setattr(GRUCell, "unroll", lambda self, x, *rest: read.append(x) or unroll(self, x, *rest))
    lesson.lasting("GRU", seeds=2, H=5, long=300)
    lesson.first_words("GRU", seeds=2, H=5)
    long = [x[: lesson.STEPS, 0] for x in read if len(x) > 1]
    assert len(long) == 4 and not any(np.array_equal(long[i], long[j]) for i in range(4) for j in range(i))


def test_half_lives_in_words():
    assert lesson.half_lives([-np.log(2), -0.01, 0.0, 0.3]) == "1.0, 69, grows, grows"
    assert lesson.half_lives([-np.inf]) == "none"
    assert memory.half_life(-np.inf) == 0


def test_every_form_is_measured():
    for name in lesson.FORMS:
        found = lesson.form(name, 0.0, seeds=2, H=4, steps=30)
        assert found["slope"].shape == found["state"].shape == (2,) and (found["state"] > 0).all()


def test_a_form_or_start_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="^name: got 'GRU', expected one of 'GRU, reset after"):
        lesson.form("GRU", 0.0)
    with pytest.raises(ValueError, match="^start: got 'tanh', expected one of 'plain tanh'"):
        lesson.lasting("tanh")


def test_the_plain_cell_has_no_direct_road():
    found = lesson.lasting("plain tanh", seeds=2, H=6)
    assert (found["gate"] == -np.inf).all() and np.isfinite(found["lyapunov"]).all()


def test_the_report_of_a_fresh_cell_is_the_same_before_its_way_back_is_written_and_says_nothing_of_it():
    class Half(GRUCell):
        step_back = Cell.step_back

    with warnings.catch_warnings(action="error"):
        whole, half = (lesson.fresh_report(kind, 2.0) for kind in (GRUCell, Half))
    assert half.slope == pytest.approx(whole.slope, rel=1e-6) and half.horizon == whole.horizon
    assert whole.trace.shape == (100, 2, 16) and 8 < whole.half_life < 10


WAY_BACK = """
    def step_back(self, δ, kept, h):
        (f, candidate), (U_f, U_h) = kept, self.blocks_of(self.W_hh)
        da_h = f * δ * (1 - candidate**2)
        dp = da_h @ U_h
        da_f = ((candidate - h) * δ + h * dp) * f * (1 - f)
        return self.join(da_f, da_h), (1 - f) * δ + f * dp + da_f @ U_f

    def pairs(self, da, kept, h):
        da_f, da_h = self.split(da)
        return {"W_hh": [(da_f, h), (da_h, kept[0] * h)]}
"""


def test_the_class_of_the_notebook_is_judged_and_reported_once_its_way_back_is_written(capsys):
    """In 25 lines or fewer, with the solution's lines; and a slip in them is named."""
    path = Path(__file__).parents[2] / "notebooks" / "08_gru_and_lstm.ipynb"
    cells = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
    mine, judge, report = (cells[name] for name in ("task-own_class_code", "cell-16", "cell-30"))
    whole = mine.source + "\n" + WAY_BACK
    assert len(whole.strip().splitlines()) <= 25
    names = {"bl": bl, "np": np, "lesson": lesson}
    exec(whole + judge.source, names)
    kept = judge.outputs[0].text.splitlines()
    assert capsys.readouterr().out.splitlines() == [*kept[:3], "MGU(6, 8): right"] and "has no step_back" in kept[3]
    exec(report.source, names)
    assert capsys.readouterr().out == report.outputs[0].text
    exec(whole.replace(" + f * dp", "") + judge.source, names)
    assert "da_candidate @ W_candidate ⊙ forget is missing." in capsys.readouterr().out
