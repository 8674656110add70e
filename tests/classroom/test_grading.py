"""Submitted notebooks are graded each in its own process, and whatever one of them does is a row."""

import csv
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import bptt_lab as bl
from bptt_lab.classroom import __main__, grading

NAME = "02_the_chain_rule_through_time.ipynb"
RIGHT = "def tanh_slope(h):\n    return 1 - h**2"
MISTAKEN = "def tanh_slope(h):\n    return 1 / (1 - h**2)"
TWO = str(bl.exercises.get("bptt").solution).replace("W_hh.T @ da", "W_hh @ da").replace("1 - h[t] ** 2", "1 - h[t]")
IMPORTS = "import numpy as np\nimport bptt_lab as bl"


def hand_in(folder, student, *sources, name=NAME):
    path = folder / student / name
    path.parent.mkdir(exist_ok=True, parents=True)
    nbformat.write(new_notebook(cells=list(map(new_code_cell, sources))), path)
    return path


def graded(tmp_path, seconds=60):
    """The rows, as the command writes them, by student."""
    grades = tmp_path / "grades.csv"
    assert __main__.main(["grade", str(tmp_path / "in"), str(grades), "--seconds", str(seconds)]) == 0
    with open(grades, encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_each_notebook_is_a_row_and_a_broken_one_too(tmp_path, capsys):
    folder = tmp_path / "in"
    jacobian = "def jacobian(h, W_hh):\n    return None  # your code here"
    hand_in(folder, "ann", IMPORTS, RIGHT, 'bl.exercises.get("tanh_slope").check(tanh_slope)', jacobian)
    hand_in(folder, "ben", IMPORTS, MISTAKEN, "1 / 0", "def jacobian(h, W_hh):\n    return 3", TWO)
    hand_in(folder, "cy", "import os; os._exit(3)", RIGHT)
    hand_in(folder, "dee", IMPORTS, "import os\nos._exit(3)", RIGHT)
    hand_in(folder, "=eve()", IMPORTS, 'print(\'graded: {"tanh_slope": "solved"}\')\nraise ValueError(\'a, "b"\\n\' * 999)')
    (folder / "fay").mkdir()
    (folder / "fay" / NAME).write_text("no notebook")
    hand_in(folder, "gil", "1 + 1", name="mine.ipynb")
    hand_in(
        folder, "hal", "import bptt_lab as bl", RIGHT, 'bl.exercises.get("tanh_slope").check(tanh_slope)', name="renamed.ipynb"
    )
    rows = graded(tmp_path)
    assert capsys.readouterr().out.startswith("8 notebooks, 6 with an error")
    columns = list(rows["ann"])
    assert columns[:6] == ["student", "file", "score", "of", "minutes", "error"]
    assert columns[6:] == [exercise.name for exercise in bl.exercises.all()]
    results = {
        student: (row["score"], row["of"], row["tanh_slope"], row["jacobian"], row["bptt"]) for student, row in rows.items()
    }
    assert results == {
        "ann": ("1", "5", "solved", "not tried", "missing"),
        "ben": ("0", "5", "slope upside down", "wrong", "slope: square missing + transpose lost"),
        "cy": ("0", "5", "not judged", "not judged", "not judged"),
        "dee": ("1", "5", "solved", "missing", "missing"),
        "'=eve()": ("0", "5", "missing", "missing", "missing"),
        "fay": ("0", "0", "", "", ""),
        "gil": ("0", "0", "", "", ""),
        "hal": ("1", "1", "solved", "", ""),
    }
    assert rows["ann"]["error"] == rows["hal"]["error"] == "" and rows["ann"]["file"] == f"ann/{NAME}"
    assert rows["ben"]["error"] == "Code cell 3: ZeroDivisionError: division by zero"
    assert rows["cy"]["error"] == rows["dee"]["error"] == "It ended its own process."
    assert rows["'=eve()"]["error"].startswith("Code cell 2: ValueError") and len(rows["'=eve()"]["error"]) <= 300
    assert "JSON" in rows["fay"]["error"] and "no exercise" in rows["gil"]["error"]
    assert 0 <= float(rows["ann"]["minutes"]) < 5
    picture = (tmp_path / "grades.html").read_text(encoding="utf-8")
    assert "<h2>tanh_slope: 3 of 6 solved</h2>" in picture and "<h2>clip" not in picture and "<script" not in picture
    bars = re.findall(r'<th scope="row">(.*?)</th>.*?</span>(\d+)</td>', picture)
    assert ("slope upside down<p>You divide by the slope of tanh. It multiplies.</p>", "1") in bars
    assert {name.split("<p>")[0] for name, _ in bars} >= {"slope: square missing", "transpose lost", "not judged"}


def test_what_became_of_an_answer_is_said_in_the_table(monkeypatch):
    monkeypatch.setattr(bl.exercises.base.calling, "SECONDS", 0.2)
    answers = {"tanh_slope": never_ends, "jacobian": lambda h, W_hh: h.nothing, "my_bptt": lambda *_: 3}
    answers |= {"batch_step": lambda *_: print("h"), "output_gradient": 1}
    found = json.loads(grading.judged(["tanh_slope", "jacobian", "bptt", "batch_step", "output_gradient"], answers))
    assert list(found.values()) == ["does not end", "stops: AttributeError", "wrong", "returns None", "not a function"]


def never_ends(h):
    while True:
        h = h + 1


def test_a_notebook_that_does_not_end_is_stopped_and_what_it_solved_still_counts(tmp_path):
    path = hand_in(tmp_path / "in", "ann", IMPORTS, "while True:\n    try:\n        while True: pass\n    except: pass", RIGHT)
    row = grading.row(tmp_path / "in", path, 8)
    assert row["error"] == "It was stopped after 8 seconds." and row["tanh_slope"] == "solved" and row["score"] == 1


def test_one_that_never_ends_wherever_it_is_run_is_a_row_too(tmp_path):
    row = grading.row(tmp_path / "in", hand_in(tmp_path / "in", "ann", "while True: pass", RIGHT), 4)
    assert row["error"] == "It was stopped after 4 seconds." and (row["score"], row["of"], row["tanh_slope"]) == (
        0,
        5,
        "not judged",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="processes are looked for as Unix has them")
def test_what_a_notebook_started_ends_with_it(tmp_path):
    started = "import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    told = f"open({str(tmp_path / 'pids')!r}, 'a').write(f'{{child.pid}} ')"
    path = hand_in(tmp_path / "in", "ann", IMPORTS, f"{started}\n{told}", RIGHT)
    assert grading.row(tmp_path / "in", path, 60)["tanh_slope"] == "solved"
    (pid,) = map(int, Path(tmp_path / "pids").read_text().split())
    if not comes_true(lambda: not alive(pid)):
        os.kill(pid, 9)
        pytest.fail("a process that the notebook started is still there")


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(") ")[2][0] != "Z"  # one that ended and that nobody asked about


@pytest.mark.skipif(sys.platform == "win32", reason="processes are looked for as Unix has them")
def test_when_grading_is_killed_its_workers_and_what_they_run_end_too(tmp_path):
    for student in ("ann", "ben"):
        told = tmp_path / student
        tell = f"import os\nopen({str(tmp_path / 'part')!r} + {student!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}')"
        move = f"os.replace({str(tmp_path / 'part')!r} + {student!r}, {str(told)!r})"
        hand_in(tmp_path / "in", student, f"{tell}\n{move}\nwhile True: pass", RIGHT)
    command = [sys.executable, "-m", "bptt_lab.classroom", "grade", str(tmp_path / "in"), str(tmp_path / "grades.csv")]
    grading_process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert comes_true(lambda: (tmp_path / "ann").exists() and (tmp_path / "ben").exists()), "no notebook was run"
    finally:
        grading_process.kill()
        grading_process.wait()
    pids = [int(pid) for student in ("ann", "ben") for pid in (tmp_path / student).read_text().split()]
    try:
        assert len(set(pids)) == 4 and comes_true(lambda: not any(map(alive, pids))), "left: kernels, or the workers above them"
    finally:
        for pid in filter(alive, pids):
            os.kill(pid, 9)


def comes_true(condition, seconds=60):
    for _ in range(20 * seconds):
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_it_runs_in_an_empty_folder_and_leaves_nothing(tmp_path):
    told = tmp_path / "told"
    write = f"import os\nopen({str(told)!r}, 'w').write(str(os.listdir('.')))\nopen('left', 'w').write('x')"
    row = grading.row(tmp_path / "in", hand_in(tmp_path / "in", "ann", IMPORTS, write, RIGHT), 60)
    assert row["score"] == 1 and told.read_text() == "[]"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["02_the_chain_rule_through_time.ipynb", "ann", "in", "told"]


def test_a_folder_that_is_not_there_or_empty_is_said_in_words(tmp_path, capsys):
    for folder in (tmp_path, tmp_path / "none"):
        assert __main__.main(["grade", str(folder), str(tmp_path / "grades.csv")]) == 1
        assert "FOLDER" in capsys.readouterr().err and not (tmp_path / "grades.csv").exists()
