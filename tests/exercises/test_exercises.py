"""Every exercise: its solution passes, each known mistake is named by its own name, and no answer gives the solution away."""

import ast
import copy
import re

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.exercises import base
from tools import confusion

EXERCISES = bl.exercises.all()
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
MISTAKES = [pytest.param(e, name, id=f"{e.name}: {name}") for e in EXERCISES for name in e.mistakes]


@every_exercise
def test_no_line_of_a_solution_is_wider_than_its_page(exercise):
    assert max(map(len, exercise.solution.splitlines())) <= 88


@every_exercise
def test_the_solution_is_right(exercise):
    report = exercise.check(exercise.solution)
    assert report.solved and report.mistake is None and report.message.startswith("Right")


@pytest.mark.parametrize("exercise, name", MISTAKES)
def test_a_known_mistake_is_caught_by_its_name_and_told_in_its_own_words(exercise, name):
    report = exercise.check(exercise.mistakes[name])
    assert not report.solved and report.mistake == name
    assert report.message.startswith(exercise.mistakes[name].__doc__)
    assert 20 < len(exercise.mistakes[name].__doc__)


@every_exercise
def test_each_mistake_is_told_in_words_of_its_own(exercise):
    told = {name: wrong.__doc__ for name, wrong in exercise.mistakes.items()}
    assert len(set(told.values())) == len(told)


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
    assert len(exercise.hints) == 3 and exercise.task.endswith(".") and len(exercise.mistakes) >= 3
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
        assert all(map(np.array_equal, base.calling.arrays(one.arguments), base.calling.arrays(other.arguments)))


def test_what_an_argument_is_made_of_leaves_out_the_scratch_that_all_runs_of_a_size_share():
    cell, x, dh = bl.RNNCell(3, 4), np.ones((5, 3)), np.ones((5, 4))
    trace, other = cell.unroll(x), cell.unroll(2 * x)
    before = [array.copy() for array in base.calling.arrays(trace)]
    cell.backward(other, dh)
    after = base.calling.arrays(trace)
    assert len(before) == len(after) > 0 and all(map(np.array_equal, before, after))
    trace.flat[-1] += 1.0
    assert not all(map(np.array_equal, before, base.calling.arrays(trace)))


def test_there_are_enough_of_them_in_course_order():
    notebooks = [exercise.notebook for exercise in EXERCISES]
    assert len(EXERCISES) >= 24 and len(MISTAKES) >= 900 and notebooks == sorted(notebooks)
    assert {notebook[:2] for notebook in notebooks} == {f"0{i}" for i in range(1, 10)}
    assert len({exercise.name for exercise in EXERCISES}) == len(EXERCISES)


def squeezed(text):
    """Code and prose written alike: no spaces, one kind of minus, ² for **2."""
    return re.sub(r"\s+", "", text).replace("**2", "²").replace("-", "−")


def answers(exercise):
    """What stands right of =, += and return in the solution, and is not in the stub."""
    for statement in ast.walk(ast.parse(exercise.solution)):
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.Return):
            inner = getattr(statement.value, "values", None) or getattr(statement.value, "elts", [])
            for value in [statement.value, *inner] if isinstance(inner, list) else [statement.value]:
                text = squeezed(ast.unparse(value))
                if not text.isidentifier() and len(text) > 3 and text not in squeezed(exercise.stub):
                    yield text


@every_exercise
def test_no_message_gives_the_answer_away(exercise):
    told = {name: squeezed(wrong.__doc__) for name, wrong in exercise.mistakes.items()}
    assert len(list(answers(exercise))) >= 1
    assert not [(name, answer) for answer in answers(exercise) for name, text in told.items() if answer in text]


@every_exercise
def test_a_case_to_follow_by_hand_is_small(exercise):
    told = exercise._by_hand(lambda *arguments: 1e9)
    assert len(told) < 800 and "nan" not in told and "inf" not in told
    assert [line.split(": ")[0] for line in told.splitlines()] == ["A case to follow by hand", "Right", "Yours"]
    assert exercise._by_hand(exercise.solution).startswith("In a case as small as can be yours is right")


def test_the_table_of_mistakes_made_and_named_has_nothing_off_its_diagonal(capsys):
    assert confusion.known(EXERCISES) == []
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(EXERCISES) + 2 and lines[-1].split() == [str(len(MISTAKES)), str(len(MISTAKES)), "0", "0"]


@every_exercise
def test_slips_made_by_program_are_refused_and_never_named_wrongly(exercise):
    made, judge = confusion.mutants(exercise), confusion.Judge(exercise)
    found = [judge.verdict(slips) for slips in made[:: max(1, len(made) // 40)]]
    changing = [verdict for verdict in found if verdict not in ("same", "stops")]
    assert len(made) >= 50 and not {"passes", "wrongly"} & set(found)
    assert sum(verdict in ("own", "loose") for verdict in changing) >= 0.8 * len(changing)


@every_exercise
def test_two_known_mistakes_at_once_are_nearly_always_named_both(exercise):
    judge = confusion.Judge(exercise)
    found = [judge.verdict(slips) for slips in confusion.pairs(exercise)[:12]]
    assert not {"passes", "wrongly"} & set(found) and found.count("unnamed") <= 3


def test_the_table_shows_what_is_called_by_another_name(monkeypatch, capsys):
    exercise = bl.exercises.get("tanh_slope")
    monkeypatch.setattr(confusion, "every", lambda: [exercise])
    monkeypatch.setattr(exercise, "mistakes", {"twin": exercise.mistakes["slope: sign"], **exercise.mistakes})
    monkeypatch.setattr(confusion, "_counted", lambda *_: [])
    assert confusion.main() == 1
    assert capsys.readouterr().out.splitlines()[-1] == "tanh_slope: twin is called slope: sign"
