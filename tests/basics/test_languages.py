"""Other languages than English: which one is in use, what is translated, and that a translated notebook stays the same course."""

import ast
import os
import re
import string
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.basics import languages
from bptt_lab.exercises import telling
from bptt_lab.explore import predictions
from bptt_lab.explore.words import EN
from tools import languages as lister
from tools.notebooks import NOTEBOOKS, TRANSLATED

OTHERS = languages.ALL[1:]
NOTEBOOK_01 = ("all", "token_losses", "predict", "quiz", "quiz 01", "checks", "sentence_loss", "batch_loss")


@pytest.fixture(autouse=True)
def english_again(monkeypatch):
    monkeypatch.setattr(languages, "_chosen", None)
    monkeypatch.delenv(languages.ENVIRONMENT, raising=False)


def fields(text: str) -> list[str]:
    """The placeholders of a text, with how they are written."""
    return sorted(f"{name}!{how}:{form}" for _, name, form, how in string.Formatter().parse(text) if name is not None)


def test_it_is_english_unless_something_else_is_asked_for():
    assert languages.current() == "en"
    assert bl.explore.TokenLosses().words == {**EN["all"], **EN["token_losses"]}
    report = bl.exercises.get("sentence_loss").check(lambda y, targets, mask: 0.0 * y[0, 0] + 1)
    assert report.message.startswith("Your result is off: you have 1.00") and "lang=" not in report._repr_html_()
    assert "lang=" not in "".join(bl.explore.Quiz("01").still_picture().values())
    assert "lang=" not in "".join(bl.explore.TokenLosses().still_picture().values())


def test_a_call_or_the_environment_chooses_and_the_call_counts_more(monkeypatch):
    monkeypatch.setenv("BPTT_LANGUAGE", "de")
    assert languages.current() == "de" and bl.explore.TokenLosses().words["title"] == "Welches Token wie viel zahlt"
    bl.language("en")
    assert bl.explore.TokenLosses().words["title"] == EN["token_losses"]["title"]


def test_an_unknown_language_is_named(monkeypatch):
    with pytest.raises(ValueError, match="^language: got 'xx', expected one of 'en', 'de'"):
        bl.language("xx")
    assert languages.current() == "en"
    with pytest.raises(ValueError, match="^language: got 'xx'"):
        bl.explore.Quiz("01", language="xx")
    monkeypatch.setenv("BPTT_LANGUAGE", "xx")
    with pytest.raises(ValueError, match="^BPTT_LANGUAGE: got 'xx'"):
        bl.explore.TokenLosses()


@pytest.mark.parametrize("name", OTHERS)
def test_every_translation_fills_in_what_the_english_fills_in(name):
    for section, texts in languages.catalogue(name).items():
        for english, translated in texts.items():
            assert translated and fields(translated) == fields(english), f"{section}: {english}"


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_is_translated_that_the_course_no_longer_says(name):
    assert lister.forgotten(name) == {}


def test_all_of_notebook_01_is_in_german():
    missing = lister.missing("de")
    assert {section: missing[section] for section in NOTEBOOK_01} == {section: [] for section in NOTEBOOK_01}


def test_the_command_says_what_is_missing(capsys):
    assert lister.main(["de"]) == 0
    lines = dict(line.rsplit(maxsplit=3)[:2] for line in capsys.readouterr().out.splitlines())
    assert lines["wall"] != lines["checks"] and set(lines) == set(lister.english())
    assert lister.main(["de", "wall"]) == 0
    assert f'"{EN["wall"]["title"]}": ""' in capsys.readouterr().out


def test_a_translation_of_what_is_gone_is_reported(monkeypatch, capsys):
    monkeypatch.setitem(languages.catalogue("de"), "quiz", {"An old question?": "Eine alte Frage?"})
    assert lister.main(["de"]) == 1 and "An old question?" in capsys.readouterr().out


def test_every_sentence_of_a_check_stands_where_it_is_said_so_that_it_is_found():
    for path in Path(telling.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tell" and path.name != "telling.py":
                assert isinstance(node.args[0], ast.Constant), f"{path.name}, line {node.lineno}"


@pytest.mark.parametrize("name", ["sentence_loss", "batch_loss"])
def test_known_mistakes_are_named_in_german(name):
    bl.language("de")
    exercise, german = bl.exercises.get(name), languages.catalogue("de")[name]
    assert exercise.task in german.values() and set(exercise.hints) <= set(german.values())
    for mistake, wrong in exercise.mistakes.items():
        report = exercise.check(wrong)
        assert report.mistake == mistake, "its name is for code, and stays"
        assert report.message == german.get(wrong.__doc__) or mistake == "changes its input"
        assert 'lang="de"' in report._repr_html_() and "Tipp 1" in report._repr_html_()
    assert exercise.check(exercise.solution).message == "Richtig, für jede Größe, die probiert wurde."


def test_an_unknown_mistake_is_told_in_german_too():
    bl.language("de")
    exercise = bl.exercises.get("sentence_loss")
    says = exercise.check(lambda y, targets, mask: 3 * exercise.solution.function(y, targets, mask)).message.splitlines()
    assert says[0] == "Dein Ergebnis ist immer das 3.00-fache dessen, was es sein soll."
    assert [line.split(":")[0] for line in says[1:]] == ["Ein Fall zum Nachrechnen", "Richtig", "Deins"]
    twice = exercise.check(lambda y, targets, mask: 2 * exercise.solution.function(y, targets, mask)).message
    assert "Eine Zahl ist falsch dort, wo total entsteht." in twice
    shape = exercise.check(lambda y, targets, mask: np.ones(2)).message
    assert "Dein Ergebnis hat die Form (2,); erwartet war eine einzelne Zahl." in shape


def test_what_is_not_translated_stays_english_as_a_whole():
    bl.language("de")
    wall, quiz = bl.explore.Wall(), bl.explore.Quiz("02")
    assert (wall.language, quiz.language) == ("en", "en") and wall.words == {**EN["all"], **EN["wall"]}
    assert wall.sentence().startswith("After") and quiz.sentence().endswith("still open.")
    assert 'lang="' not in bl.exercises.get("clip").check(lambda *_: None)._repr_html_()


def test_a_number_that_is_none_is_a_german_word():
    explorer = bl.explore.TokenLosses(language="de")
    assert "explodiert" in explorer.say("shows_sum", n=1, total=float("inf"), word="cats", most=0.0)
    assert (explorer.language, languages.current()) == ("de", "en")


def test_the_exported_page_says_its_language(tmp_path):
    assert '<html lang="de">' in bl.explore.TokenLosses(language="de").to_html()
    assert '<html lang="en">' in bl.explore.TokenLosses().to_html()


def test_my_predictions_are_german_too(monkeypatch):
    monkeypatch.setattr(predictions, "_made", {})  # of other tests in this process
    bl.language("de")
    assert "Noch hast du dich" in repr(bl.explore.my_predictions())


def test_the_environment_reaches_the_command_line():
    code = "import bptt_lab as bl; print(bl.exercises.get('batch_loss').check(None))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "BPTT_LANGUAGE": "de", "PYTHONUTF8": "1"}, capture_output=True, text=True
    )
    assert done.stdout.startswith("Das ist NoneType, keine Funktion."), done.stderr


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_translated_notebook_is_the_same_cell_for_cell_but_for_its_prose(path):
    ours, theirs = (nbformat.read(p, as_version=4).cells for p in (NOTEBOOKS / path.name, path))
    assert [(c.id, c.cell_type, c.metadata) for c in ours] == [(c.id, c.cell_type, c.metadata) for c in theirs]
    call, first = f'\n\nbl.language("{path.parent.name}")', True
    for mine, other in zip(ours, theirs):
        if mine.cell_type == "code":
            assert other.source == mine.source + call * first
            first = False
        else:
            assert other.source != mine.source, f"{mine.id} is not translated"
            for pattern in (r"\$\$.*?\$\$", r"`[^`]*`"):
                formulas = [re.sub(r"\\text\{[^}]*\}", "", f) for f in re.findall(pattern, mine.source, re.S)]
                assert formulas == [re.sub(r"\\text\{[^}]*\}", "", f) for f in re.findall(pattern, other.source, re.S)]
