"""Every exercise: its solution passes, each known mistake is named by its own name, and anything else is answered in words."""

import copy

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.exercises import base

EXERCISES = bl.exercises.all()
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
MISTAKES = [pytest.param(e, name, id=f"{e.name}: {name}") for e in EXERCISES for name in e.mistakes]


@every_exercise
def test_the_solution_is_right(exercise):
    report = exercise.check(exercise.solution)
    assert report.solved and report.mistake is None and report.message.startswith("Right")


@pytest.mark.parametrize("exercise, name", MISTAKES)
def test_a_known_mistake_is_caught_by_its_name_and_told_in_its_own_words(exercise, name):
    report = exercise.check(exercise.mistakes[name])
    assert not report.solved and report.mistake == name
    assert report.message.startswith(exercise.mistakes[name].__doc__)
    assert 20 < len(exercise.mistakes[name].__doc__) and len({m.__doc__ for m in exercise.mistakes.values()}) == len(
        exercise.mistakes
    )


@every_exercise
def test_an_untouched_stub_is_not_tried_yet_and_does_not_fail(exercise):
    names = {"np": np}
    exec(exercise.stub, names)
    for stub in (exercise.stub, list(names.values())[-1]):
        report = exercise.check(stub)
        assert not report.solved and report.mistake is None and not report.tried
        assert report.message == "Not tried yet: the function returns None."


@every_exercise
def test_the_texts_are_whole(exercise):
    assert 1 <= len(exercise.hints) <= 3 and exercise.task.endswith(".") and len(exercise.mistakes) >= 3
    names = {"np": np}
    exec(exercise.solution, names)  # what a learner pastes out of the report
    assert exercise.check(list(names.values())[-1]).solved
    assert exercise.stub.split("(")[0] == exercise.solution.split("(")[0], "both under the learner's name"
    assert bl.exercises.get(exercise.name) is exercise
    assert copy.deepcopy(exercise.solution) == exercise.solution, "as when it is put into a notebook's cell"


@every_exercise
def test_the_check_of_a_problem_with_itself_needs_no_luck(exercise):
    a, b = exercise.problems(), exercise.problems()
    for one, other in zip(a, b):
        assert all(map(np.array_equal, base._arrays(one.arguments), base._arrays(other.arguments)))


def backwards(cell, trace, dh):
    return cell.backward(trace, dh)


def stacked(cell, trace, dh):
    h, before = trace.h, np.vstack([trace.h0, trace.h[:-1]])
    da = np.zeros_like(h)
    for t in range(len(h) - 1, -1, -1):
        later = da[t + 1] @ cell.params["W_hh"] if t + 1 < len(h) else 0.0
        da[t] = (dh[t] + later) * (1 - h[t] * h[t])
    return {"b": da.sum(0), "W_hh": np.einsum("ti,tj->ij", da, before), "W_x": da.T @ trace.x}


def masked(y, targets, mask):
    p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    return -(np.log(p[np.arange(len(y)), targets]) * mask).sum()


def columns(dL_dh, J, slope, x):
    column = J[1].T @ (J[2].T @ (J[3].T @ dL_dh))
    return (slope[0] * column)[:, None] * x[0]


def by_package(grads, limit):
    clipped, _ = bl.train.clip_by_norm(grads, limit)
    return clipped


def gru_by_rows(dh, r, z, n, h_before, inner, W_hh):
    dn, du = (1 - z) * dh, (1 - z) * dh * (1 - n * n) * r
    da = np.concatenate([du * inner * (1 - r), (h_before - n) * dh * (z - z * z), dn - dn * n**2])
    road = np.concatenate([da[: 2 * len(z)], du]) @ W_hh
    return {"h_before": road + dh * z, **dict(zip(("a_r", "a_z", "a_n"), np.split(da, 3)))}


def lstm_all_at_once(dh, dc, i, f, g, o, c, c_before, W_hh):
    total = dc + dh * o / np.cosh(c) ** 2
    slopes = np.stack([i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)])
    da = (np.stack([total * g, total * c_before, total * i, dh * np.tanh(c)]) * slopes).ravel()
    return {"c_before": total * f, "h_before": da @ W_hh, "a": da}


def scaled_by_largest_entry(jacobians):
    product, powers = jacobians[-1], 0
    for J in reversed(jacobians[:-1]):
        product = J @ product
        size = int(np.floor(np.log2(np.abs(product).max())))
        product, powers = np.ldexp(product, -size), powers + size
    return np.log10(np.linalg.svd(product)[1][0]) + powers * np.log10(2)


STYLES = [
    ("log10_norm", scaled_by_largest_entry),
    ("bptt", backwards),
    ("bptt", stacked),
    ("clip", by_package),
    ("first_term", columns),
    ("gru_step", gru_by_rows),
    ("lstm_step", lstm_all_at_once),
    ("sentence_loss", masked),
]


@pytest.mark.parametrize("name, own", STYLES)
def test_another_right_way_to_write_it_passes(name, own):
    assert bl.exercises.get(name).check(own).solved


def test_a_mistake_in_one_part_alone_is_named_too():
    report = bl.exercises.get("bptt").check(changed_bptt("dW_x += ", "dW_x = "))
    assert report.mistake == "= for +=" and "W_x first goes wrong at word 4 of 4, t=3." in report.message


def changed_bptt(old, new):
    names = {"np": np, "H": 16, "I": 98, "T": 4}
    assert old in bl.exercises.get("bptt").solution
    exec(bl.exercises.get("bptt").solution.replace(old, new), names)
    return names["my_bptt"]


def changes_its_input(dL_dh, J, slope, x):
    slope[0] *= dL_dh @ J[3] @ J[2] @ J[1]
    return np.outer(slope[0], x[0])


def takes_one_away(dL_dh, J, slope, x):
    last = J.pop()
    return np.outer(dL_dh @ last, x[0])


UNKNOWN = [
    ("bptt", changed_bptt("W_hh.T @ da", "2 * W_hh.T @ da"), ["is off, at entry [", "goes wrong at word 3 of 4, t=2"]),
    (
        "bptt",
        changed_bptt('"W_x": dW_x', '"W_x": 3 * dW_x'),
        ["W_hh and b are right.", "W_x is 3.00 times what it should be, always."],
    ),
    ("bptt", changed_bptt('"b": db', '"b": -db'), ["The sign is turned"]),
    ("bptt", changed_bptt(', "b": db', ""), ["no 'b'", "'W_x', 'W_hh', 'b'"]),
    (
        "bptt",
        changed_bptt('"W_x": dW_x', '"W_x": dW_x.T'),
        ["W_x has shape (6, 5); shape (5, 6) was expected. It is transposed."],
    ),
    (
        "bptt",
        changed_bptt("return {", "np.zeros((H, I)) + dW_x\n    return {"),
        ["stops with ValueError", "reads H, I from the notebook"],
    ),
    (
        "bptt",
        changed_bptt('return {"W_x": dW_x', 'return dW_x, {"W_x": dW_x'),
        ["cannot be read", "a dict with the names 'W_x', 'W_hh', 'b'"],
    ),
    ("bptt", changed_bptt("return {", "W = {"), ["returns None", "return at its end"]),
    ("bptt", lambda cell: {}, ["could not be called with cell, trace, dh"]),
    ("bptt", lambda cell, trace, dh: trace.missing, ["AttributeError", "in line", "trace.missing"]),
    ("bptt", {"W_x": 1}, ["a dict, not a function", "without brackets"]),
    ("bptt", None, ["a NoneType, not a function"]),
    ("sentence_loss", lambda y, targets, mask: np.zeros(3), ["shape (3,); a single number was expected"]),
    ("sentence_loss", lambda y, targets, mask: np.log(0.0), ["not finite", "logarithm of 0"]),
    ("sentence_loss", lambda y, targets, mask: {"loss": 1.0}, ["cannot be read", "numbers"]),
    ("sentence_loss", lambda y, targets, mask: "much", ["cannot be read", "numbers"]),
    ("first_term", changes_its_input, ["result is right, but your function changes its argument slope"]),
    ("first_term", takes_one_away, ["also changes its argument J"]),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name, own, says", UNKNOWN)
def test_what_no_one_foresaw_is_answered_with_a_helpful_sentence(name, own, says):
    report = bl.exercises.get(name).check(own)
    assert not report.solved
    for words in says:
        assert words in report.message


def test_the_report_shows_itself_with_hints_one_inside_the_other():
    report = bl.exercises.get("bptt").check(lambda cell, trace, dh: "<b>")
    shown = report._repr_html_()
    assert repr(report) == report.message and shown.count("<details>") == 4
    assert shown.index("Hint 1") < shown.index("Hint 2") < shown.index("Hint 3") < shown.index("Show a solution")
    assert "Hint 2</summary>" in shown.split("Hint 1</summary>")[1].split("</details>")[0], "hint 2 opens inside hint 1"


def test_an_unknown_exercise_is_refused():
    with pytest.raises(ValueError, match="name: got 'bpt', expected one of 'sentence_loss', 'bptt'"):
        bl.exercises.get("bpt")


def test_an_edit_that_changes_nothing_is_refused():
    with pytest.raises(ValueError, match="no such text"):
        base.edits(masked, {"slip": ("no such text", "", "")})
