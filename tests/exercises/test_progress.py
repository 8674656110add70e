"""What is solved is kept in the learner's folder, and nothing that happens to the file disturbs a check."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import bptt_lab as bl
from bptt_lab.exercises import progress
from tools.notebooks import client

ROOT = Path(__file__).parents[2]
TRY, SOLVE = (lambda h: h), (lambda h: 1 - h**2)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A learner's folder, as if in a notebook."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BPTT_PROGRESS", raising=False)
    monkeypatch.setattr(progress, "_in_a_notebook", lambda: True)
    return tmp_path


def check(fn):
    return bl.exercises.get("tanh_slope").check(fn)


def state():
    return bl.my_progress().by_notebook["02_the_chain_rule_through_time"]["tanh_slope"]


def test_tried_then_solved_and_what_is_solved_stays_solved(folder):
    assert state() == "not tried" and not os.listdir(folder)
    check(lambda h: None)
    check(TRY)
    assert state() == "tried" and bl.my_progress().solved == []
    check(SOLVE)
    check(TRY)
    assert state() == "solved" and bl.my_progress().solved == ["tanh_slope"]
    assert os.listdir(folder) == ["my_progress.json"], "nothing else is left behind"
    assert json.loads(Path("my_progress.json").read_text())["exercises"] == {"tanh_slope": "solved"}


def test_an_untouched_stub_and_the_solution_itself_are_not_the_learners_doing(folder):
    exercise = bl.exercises.get("tanh_slope")
    for given in (exercise.stub, exercise.solution):
        exercise.check(given)
    assert state() == "not tried" and not os.listdir(folder)


def test_every_exercise_stands_in_it_and_it_reads_as_words_and_as_a_table(folder):
    check(SOLVE)
    shown = bl.my_progress()
    names = [name for states in shown.by_notebook.values() for name in states]
    assert names == [exercise.name for exercise in bl.exercises.all()]
    words, table = repr(shown), shown._repr_html_()
    assert words.startswith(f"1 of {len(names)} exercises are solved.") and "tanh_slope: solved" in words
    assert table.count("<tr>") == len(names) + 1 and "● solved" in table and "○ not tried" in table
    assert table.count('scope="rowgroup"') == len(shown.by_notebook) and "keep=False" in words


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"exercises": 3}', '{"exercises": {"tanh_slope": ["x"]}}', "\x00\xff", "[" * 10**5]
)
def test_a_broken_file_counts_as_nothing_and_is_set_aside_by_the_next_check(folder, content):
    Path("my_progress.json").write_text(content, encoding="latin-1")
    assert state() == "not tried"
    check(SOLVE)
    assert state() == "solved"
    if isinstance(progress._parsed(), dict) and Path(progress.BROKEN).exists():
        assert Path(progress.BROKEN).read_text(encoding="latin-1") == content
        assert "it is set aside as my_progress.broken.json" in repr(bl.my_progress())
    else:
        assert content.startswith("{") and json.loads(content), "readable, if not what was written here"


def test_many_notebooks_at_once_lose_nothing(folder):
    code = """
import sys
from bptt_lab.exercises import progress
progress._in_a_notebook = lambda: True
sys.stdin.readline()
for i in range(8):
    progress.note(f"{sys.argv[1]}_{i}", True)
"""
    many = [subprocess.Popen([sys.executable, "-c", code, str(n)], stdin=subprocess.PIPE, text=True, env=on()) for n in range(4)]
    for one in many:
        one.stdin.write("go\n")
        one.stdin.close()
    assert [one.wait() for one in many] == [0] * 4
    assert set(json.loads(Path("my_progress.json").read_text())["exercises"]) == {f"{n}_{i}" for n in range(4) for i in range(8)}
    assert os.listdir(folder) == ["my_progress.json"]


def test_a_lock_that_somebody_left_behind_is_waited_for_and_then_taken_away(folder, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.1)
    Path(progress.LOCK).touch()
    check(SOLVE)
    assert state() == "solved" and os.listdir(folder) == ["my_progress.json"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("what", [".", "my_progress.json"])
def test_a_folder_or_file_that_is_read_only_is_left_alone(folder, what):
    Path("my_progress.json").write_text('{"exercises": {}}')
    os.chmod(what, 0o500)
    assert check(SOLVE).solved and state() == "not tried"
    os.chmod(what, 0o700)


def test_what_the_system_refuses_does_not_reach_the_learner(folder, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError("no")

    monkeypatch.setattr(progress.tempfile, "mkstemp", refuse)
    monkeypatch.setattr(progress.os, "access", lambda *_: False)
    assert check(SOLVE).solved and not os.listdir(folder)
    assert "cannot be written" in repr(bl.my_progress())


def test_a_write_that_is_cut_short_leaves_the_old_file_whole(folder, monkeypatch):
    check(TRY)
    before = Path("my_progress.json").read_text()

    def cut(kept, file, **_):
        file.write('{"exer')
        raise OSError("disk full")

    monkeypatch.setattr(progress.json, "dump", cut)
    assert check(SOLVE).solved
    assert os.listdir(folder) == ["my_progress.json"] and Path("my_progress.json").read_text() == before


def test_who_wants_none_kept_says_so_once(folder):
    check(SOLVE)
    assert "Nothing is kept" in repr(bl.my_progress(keep=False)) and state() == "not tried"
    check(SOLVE)
    assert state() == "not tried" and "tanh_slope" not in Path("my_progress.json").read_text()
    bl.my_progress(keep=True)
    check(SOLVE)
    assert state() == "solved"
    with pytest.raises(ValueError, match="keep"):
        bl.my_progress(keep="no")


def test_the_environment_switches_it_off(folder, monkeypatch):
    monkeypatch.setenv("BPTT_PROGRESS", "off")
    check(SOLVE)
    assert not os.listdir(folder) and "off" in repr(bl.my_progress())


def test_outside_a_notebook_nothing_is_written(tmp_path):
    code = "import bptt_lab as bl; print(bl.exercises.get('tanh_slope').check(lambda h: 1 - h**2).solved)"
    says = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=on(), capture_output=True, text=True, check=True).stdout
    assert says == "True\n" and not os.listdir(tmp_path)


def on():
    return {name: value for name, value in os.environ.items() if name != "BPTT_PROGRESS"}


def test_in_a_notebook_it_is_written_beside_it(tmp_path, monkeypatch):
    monkeypatch.delenv("BPTT_PROGRESS", raising=False)
    cells = [
        "import bptt_lab as bl\ndef tanh_slope(h):\n    return 1 - h**2",
        'bl.exercises.get("tanh_slope").check(tanh_slope)',
        "bl.my_progress()",
    ]
    notebook = new_notebook(cells=list(map(new_code_cell, cells)))
    client(notebook, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert os.listdir(tmp_path) == ["my_progress.json"]
    shown = notebook.cells[2].outputs[0].data
    assert "tanh_slope: solved" in shown["text/plain"] and "● solved" in shown["text/html"]


def test_the_file_is_no_part_of_the_course():
    assert "my_progress.json" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    last = nbformat.read(ROOT / "notebooks" / "09_long_memory_measured.ipynb", as_version=4)
    assert "bl.my_progress()" in [cell.source for cell in last.cells]
