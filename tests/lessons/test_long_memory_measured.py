"""What notebook 09 measures: parts taken away, and put back."""

import numpy as np
import pytest

from bptt_lab import experiments, train
from bptt_lab.cells import LSTMCell
from bptt_lab.experiments import training
from bptt_lab.lessons import long_memory_measured as lesson
from bptt_lab.lessons.short_term_memory import fresh
from bptt_lab.tasks import Agreement


@pytest.fixture(scope="module")
def trained():
    return lesson.closed_lstm(seed=0)


def test_the_nets_stay_as_they_are(trained):
    before = {name: value.copy() for name, value in trained.params.items()}
    lesson.taken_apart([trained])
    for name, value in trained.params.items():
        np.testing.assert_array_equal(value, before[name])


def test_the_gates_are_not_needed_and_the_candidates_loop_is(trained):
    found = lesson.taken_apart([trained])
    assert set(found) == set(lesson.TAKEN) and all(right.shape == (1, len(lesson.FAR)) for right in found.values())
    for name, right in found.items():
        assert right.max() < 0.7 if "loop" in name else right.min() > 0.9, name


def test_a_held_gate_is_one_half_and_a_block_without_its_loop_reads_the_word_alone():
    net = fresh(LSTMCell, 0)
    lesson.TAKEN["all three gates held at 1/2"](net.cell)
    lesson.TAKEN["the candidate's loop"](net.cell)
    x, _, _ = Agreement(3).batch(2, np.random.default_rng(0))
    gates = net.cell.unroll(x).gates
    assert all(np.all(gates[name] == 0.5) for name in lesson.GATES)
    read = x @ net.params["W_x"][net.cell.rows_of("cell")].T + net.params["b"][net.cell.rows_of("cell")]
    np.testing.assert_allclose(gates["cell"], np.tanh(read), atol=1e-12)


def test_forget_gates_of_a_fresh_net_stand_near_one_half():
    gates = lesson.forget_gates([fresh(LSTMCell, 0)], distance=4)
    assert gates.shape == (1, 32) and 0.4 < gates.mean() < 0.6


def test_the_one_open_gate_of_an_adder_carries_the_sum():
    error = lesson.adding_with_gates_held()
    assert error["the most open gate"].min() > 0.1 and error["the 23 others"].max() < 0.01
    assert np.abs(error["no gate"] - error["the 23 others"]).max() < 0.003


def test_long_steps_undo_what_an_unclipped_net_has_learned_and_its_states_become_flat():
    run = next(
        run
        for run in experiments.RECIPES["temporal_order"].runs
        if (run["cell"], run["task"][1], run["seed"]) == ("tanh", {"length": 20}, 1) and run["fit"]["clip"] is None
    )
    task, model = training.make(run)
    batch, right, flat = task.batch(200, np.random.default_rng(1)), [], []

    def look(step):
        if step % 50 == 0:
            right.append(task.score(model, n=300))
            flat.append((np.abs(model.forward(*batch).trace.h) > 0.95).mean())
        return False

    train.fit(model, task, seed=1, progress=False, **{**run["fit"], "steps": 3000, "until": look})
    best = np.maximum.accumulate(right)
    assert max(right) > 0.4 and min(np.array(right)[best > 0.4]) < 0.3
    assert np.mean(flat[:10]) < 0.02 < 0.15 < np.mean(flat[-10:])


def test_as_a_net_learns_the_product_of_its_jacobians_rises_past_1():
    fresh_one, learned = lesson.message_left("normal", 1, 20), lesson.message_left("normal", 1, 20, steps=200)
    assert fresh_one < -0.5 and 0.3 < learned < 1.2
