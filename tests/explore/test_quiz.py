"""The quizzes: every question can be answered, and every answer says why."""

from pathlib import Path

import pytest
import traitlets

import bptt_lab as bl
from bptt_lab.explore import quiz

FILES = sorted(Path(quiz.__file__).with_name("quizzes").glob("*.md"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_three_to_five_questions_each_with_one_right_answer_and_a_reason_for_all(path):
    questions = quiz.read(path.read_text(encoding="utf-8"))
    assert 3 <= len(questions) <= 5
    for question in questions:
        assert question["text"].endswith("?") and len(question["answers"]) >= 3
        assert sum(answer["right"] for answer in question["answers"]) == 1
        assert all(answer["text"].endswith(".") and answer["why"].endswith(".") for answer in question["answers"])
    assert len({question["text"] for question in questions}) == len(questions)


def test_the_file_reads_as_it_looks():
    text = "# Quiz\n\n## One\nline?\n\n- [ ] No.\n  Because\n  of this.\n- [x] Yes.\n  Since.\n"
    answers = [{"text": "No.", "right": False, "why": "Because of this."}, {"text": "Yes.", "right": True, "why": "Since."}]
    assert quiz.read(text) == [{"text": "One line?", "answers": answers}]


def test_it_counts_what_is_right_and_what_is_open():
    asked = bl.explore.Quiz("04")
    n = len(asked.questions)
    right = [[answer["right"] for answer in question["answers"]].index(True) for question in asked.questions]
    assert asked.sentence() == f"0 of {n} right; {n} still open."
    asked.answers = right
    assert asked.sentence() == f"{n} of {n} right; 0 still open."
    asked.answers = [(right[0] + 1) % 3, *right[1:-1], -1]
    assert asked.sentence() == f"{n - 2} of {n} right; 1 still open."


def test_answers_that_do_not_exist_are_refused():
    asked = bl.explore.Quiz("00")
    for wrong in ([0], [0, 0, 3], [0, 0, -2]):
        with pytest.raises(traitlets.TraitError, match="^answers: got"):
            asked.answers = wrong
    with pytest.raises(ValueError, match="^notebook: got '99', expected one of '00'"):
        bl.explore.Quiz("99")


def test_without_widgets_all_its_words_stand_there():
    asked = bl.explore.Quiz("01")
    data, _ = asked._repr_mimebundle_()
    for question in asked.questions:
        assert question["text"].split("?")[0][:20] in data["text/html"].replace("&quot;", '"')
    assert data["text/html"].count("<details>") == len(asked.questions) and "image/svg+xml" not in data
