import math

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import bptt_lab as bl
from bptt_lab.cells.parameters import Parameters
from bptt_lab.tasks import Adding, Agreement
from tools.notebooks import client


def make(task=None, H=6, seed=0, **settings):
    task = task or Agreement(2)
    return task, bl.SequenceModel(bl.RNNCell(task.input_size, H, seed=seed, **settings), task.output_size, task.loss, seed=seed)


def fit(model, task, steps=5, **settings):
    return bl.train.fit(model, task, steps, progress=False, **settings)


def weights(model):
    return {name: value.copy() for name, value in model.params.items()}


def test_a_step_of_gradient_descent_written_out():
    task, model = make()
    expected, rng = weights(model), np.random.default_rng(3)
    for lr in (0.3, 0.15):
        for name, value in expected.items():
            model.params[name] = value
        loss, grads = model.gradient(*task.batch(4, rng))
        norm = math.sqrt(sum(np.square(grads[name]).sum() for name in expected))
        for name in expected:
            expected[name] -= lr * grads[name] * min(1.0, 0.05 / norm)
    task, model = make()
    history = fit(model, task, 2, batch_size=4, lr=lambda step: 0.3 / (step + 1), clip=0.05, seed=3)
    assert history.lr.tolist() == [0.3, 0.15]
    assert history.loss[1] == pytest.approx(loss) and history.grad_norm[1] == pytest.approx(norm)
    for name in expected:
        np.testing.assert_allclose(model.params[name], expected[name], rtol=1e-12)


def test_adam_written_out():
    task, model = make()
    expected, rng = weights(model), np.random.default_rng(0)
    m = {name: 0.0 for name in expected}
    v = {name: 0.0 for name in expected}
    for n in (1, 2, 3):
        for name, value in expected.items():
            model.params[name] = value
        grads = model.gradient(*task.batch(32, rng))[1]
        for name in expected:
            m[name] = 0.9 * m[name] + 0.1 * grads[name]
            v[name] = 0.999 * v[name] + 0.001 * grads[name] ** 2
            expected[name] -= 0.01 * (m[name] / (1 - 0.9**n)) / (np.sqrt(v[name] / (1 - 0.999**n)) + 1e-8)
    task, model = make()
    fit(model, task, 3, optimizer="adam", lr=0.01, clip=None)
    for name in expected:
        np.testing.assert_allclose(model.params[name], expected[name], rtol=1e-9, atol=1e-15)


def test_truncation_is_the_model_s_own():
    task, model = make(Agreement(6))
    before, batch = weights(model), task.batch(32, np.random.default_rng(0))
    grads = model.backward(model.forward(*batch), truncate=2)
    fit(model, task, 1, lr=0.1, clip=None, truncate=2)
    np.testing.assert_allclose(model.params["W_hh"], before["W_hh"] - 0.1 * grads["W_hh"], rtol=1e-12)


@pytest.mark.parametrize("settings", [{}, {"optimizer": "adam", "lr": 0.01}])
def test_the_seed_decides_the_run_and_training_teaches(settings):
    histories = []
    for _ in range(2):
        task, model = make(Agreement(1), H=16, init="uniform")
        histories.append(fit(model, task, 150, seed=4, **settings))
    assert (histories[0].loss == histories[1].loss).all()
    assert histories[0].loss[:5].mean() > 0.6 and histories[0].loss[-5:].mean() < 0.1
    assert task.score(model, n=200) > 0.98
    assert len(histories[0]) == 150 and histories[0].stopped is None and "150 of 150" in repr(histories[0])


class Stops(Agreement):
    """The learner presses stop while batch number `after` is made; once."""

    def __init__(self, distance, after):
        super().__init__(distance)
        self.after, self.calls = after, 0

    def _batch(self, size, rng):
        self.calls += 1
        made = super()._batch(size, rng)
        if self.calls == self.after + 1:
            raise KeyboardInterrupt
        return made


@pytest.mark.parametrize("after", [0, 1, 3])
@pytest.mark.parametrize("settings", [{}, {"optimizer": "adam", "lr": 0.01}])
def test_a_stop_stops_all_and_going_on_is_never_having_stopped(after, settings, capsys):
    _, model = make()
    task = Stops(2, after)
    with pytest.raises(KeyboardInterrupt):
        bl.train.fit(model, task, 10, **settings)
    assert f"Stopped after step {after} of 10. The same call on this model goes on" in capsys.readouterr().out
    _, expected = make()
    if after:
        fit(expected, Agreement(2), after, **settings)
    assert all((model.params[name] == expected.params[name]).all() for name in model.params)
    history = fit(model, task, 10, **settings)
    _, expected = make()
    never = fit(expected, Agreement(2), 10, **settings)
    assert (history.loss == never.loss).all() and (history.grad_norm == never.grad_norm).all() and len(history) == 10
    assert all((model.params[name] == expected.params[name]).all() for name in model.params)
    again = fit(model, task, 3, **settings)  # that one was finished: this one begins anew
    assert len(again) == 3 and again.loss[0] != never.loss[0]


def test_a_stop_inside_until_is_asked_again():
    def until(step):
        asked.append(step)
        if asked == [1, 2, 3]:
            raise KeyboardInterrupt
        return step == 3

    (task, model), asked = make(), []
    with pytest.raises(KeyboardInterrupt):
        fit(model, task, 10, until=until)
    history = fit(model, task, 10, until=until)
    _, expected = make()
    never = fit(expected, task, 10, until=lambda step: step == 3)
    assert asked == [1, 2, 3, 3] and (history.loss == never.loss).all() and history.stopped == never.stopped
    assert all((model.params[name] == expected.params[name]).all() for name in model.params)


@pytest.mark.parametrize("change", ["seed", "weights", "fewer steps"])
def test_another_training_begins_anew_after_a_stop(change):
    (_, model), task = make(), Stops(2, 3)
    with pytest.raises(KeyboardInterrupt):
        fit(model, task, 10)
    if change == "weights":
        model.params["b_o"] = model.params["b_o"] + 1e-9
    steps, seed = (2 if change == "fewer steps" else 10), int(change == "seed")
    _, expected = make()
    for name, value in model.params.items():
        expected.params[name] = value
    assert (fit(model, task, steps, seed=seed).loss == fit(expected, Agreement(2), steps, seed=seed).loss).all()


def test_until_ends_the_run():
    task, model = make()
    history = fit(model, task, 10, until=lambda step: step == 4)
    assert len(history) == 4 and "step 4, as asked" in history.stopped
    _, expected = make()
    fit(expected, task, 4)
    assert (model.params["W_hh"] == expected.params["W_hh"]).all()


def test_a_stop_inside_an_update_finishes_the_update(monkeypatch):
    task, model = make()
    real, calls = bl.train._copy, []

    def interrupted(arrays, to):
        calls.append(isinstance(to, Parameters))
        if calls[-1] and sum(calls) == 2:
            name = next(iter(to))
            to[name] = arrays[name]
            raise KeyboardInterrupt
        real(arrays, to)

    monkeypatch.setattr(bl.train, "_copy", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit(model, task, 5)
    monkeypatch.undo()
    _, expected = make()
    fit(expected, task, 2)
    assert all((model.params[name] == expected.params[name]).all() for name in model.params)
    _, expected = make()
    assert (fit(model, task, 5).loss == fit(expected, task, 5).loss).all()


@pytest.mark.parametrize(
    ("settings", "scale", "what"),
    [({"lr": 1e308, "clip": None}, 10.0, "update"), ({"lr": 0.1}, 1e200, "gradient"), ({"lr": 0.1, "clip": None}, 1e305, "loss")],
)
def test_what_explodes_ends_the_run_with_a_sentence(settings, scale, what):
    task, model = make(Adding(30), activation="relu")
    model.params["W_hh"] = np.full((6, 6), scale)
    model.params["W_x"] = np.ones((6, 2))
    before = weights(model)
    history = fit(model, task, 5, **settings)
    assert "explode" in history.stopped and "step 1" in history.stopped and "Try" in history.stopped
    assert len(history) == 0
    assert all((model.params[name] == before[name]).all() for name in before)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"steps": 0}, "steps"),
        ({"batch_size": 0}, "batch_size"),
        ({"optimizer": "momentum"}, "optimizer"),
        ({"lr": 0}, "lr"),
        ({"lr": math.nan}, "lr"),
        ({"clip": 0}, "clip"),
        ({"truncate": 0}, "truncate"),
        ({"truncate": 1.5}, "truncate"),
        ({"lr": "0.1"}, "lr"),
        ({"seed": -1}, "seed"),
        ({"until": 3}, "until"),
    ],
)
def test_bad_input_is_named_before_anything_is_computed(settings, name, monkeypatch):
    task, model = make()
    before = weights(model)
    monkeypatch.setattr(model, "forward", lambda *_: pytest.fail("a step was begun"))
    with pytest.raises(ValueError, match=rf"^{name}: got .*, expected "):
        fit(model, task, **settings)
    assert all((model.params[name] == before[name]).all() for name in before)


def test_a_model_of_another_task_is_refused():
    _, model = make(Adding(5))
    with pytest.raises(ValueError, match="^model: got"):
        fit(model, Agreement(2))
    with pytest.raises(ValueError, match="^model: got int"):
        fit(3, Agreement(2))
    for task in (3, None, Agreement, Adding):
        with pytest.raises(ValueError, match="^task: got .*, expected a task. Try"):
            fit(make()[1], task)


def test_a_net_of_one_unit_one_step_and_one_sequence_trains():
    task = Agreement(0)
    model = bl.SequenceModel(bl.RNNCell(task.input_size, 1), 2)
    assert np.isfinite(fit(model, task, 3, batch_size=1).loss).all()


def test_what_is_watched_comes_whole_and_is_counted_where_somebody_waits(monkeypatch, capsys):
    monkeypatch.setattr("IPython.get_ipython", lambda: "a notebook")
    monkeypatch.setenv("BPTT_PROGRESS", "off")
    assert list(bl.train.watched("abc")) == ["a", "b", "c"] and capsys.readouterr().out == ""
    monkeypatch.delenv("BPTT_PROGRESS")
    assert list(bl.train.watched(n for n in (1, 2))) == [1, 2] and "1 of 2 done" in capsys.readouterr().out


def test_what_was_counted_is_gone_when_the_cell_is_done():
    source = "import os\nimport bptt_lab as bl\nos.environ.pop('BPTT_PROGRESS', 0)\nprint(*bl.train.watched('abc'))"
    notebook = new_notebook(cells=[new_code_cell(source)])
    client(notebook, timeout=120).execute()
    (output,) = notebook.cells[0].outputs
    assert output.text == "a b c\n"
