"""The runner: nothing done is lost, nothing is done twice."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from bptt_lab.experiments import Recipe, grid, runner, training
from bptt_lab.experiments.runner import key


def square(settings):
    return {"square": settings["n"] ** 2, "process": os.getpid()}


def recipe(run=square, n=6):
    return Recipe("squares", "what is n²?", run, grid(n=range(n)))


def test_grid_is_every_combination():
    assert grid(a=(1, 2), b="xy") == [{"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 2, "b": "x"}, {"a": 2, "b": "y"}]


def test_a_key_belongs_to_the_settings_not_to_their_order():
    assert key({"a": 1, "b": None}) == key({"b": None, "a": 1}) != key({"a": 1, "b": 0})
    assert key({"a": 1}) == "f9d86028c6e0d64e"  # the files of an older run stay valid


def test_all_runs_are_done_in_other_processes_and_come_in_order(tmp_path):
    with ProcessPoolExecutor(2) as executor:
        records = runner.run(recipe(), executor, tmp_path, progress=False)
    assert [record["result"]["square"] for record in records] == [0, 1, 4, 9, 16, 25]
    assert os.getpid() not in {record["result"]["process"] for record in records}


def test_what_is_done_is_not_done_again(tmp_path):
    calls = []

    def counted(settings):
        calls.append(settings["n"])
        return {"n²": settings["n"] ** 2}

    with ThreadPoolExecutor(1) as executor:
        runner.run(recipe(counted, n=3), executor, tmp_path, progress=False)
        runner.run(recipe(counted, n=5), executor, tmp_path, progress=False)
    assert sorted(calls) == [0, 1, 2, 3, 4]


def test_a_run_that_fails_costs_no_other(tmp_path):
    def fails(settings):
        if settings["n"] == 1:
            raise ArithmeticError("this one")
        return {}

    with ThreadPoolExecutor(1) as executor, pytest.raises(ArithmeticError, match="this one") as caught:
        runner.run(recipe(fails, n=4), executor, tmp_path, progress=False)
    assert "'n': 1" in caught.value.__notes__[0]
    assert len(runner.finished(recipe(n=4), tmp_path)) == 3


def test_results_are_saved_and_loaded(tmp_path):
    with ThreadPoolExecutor(1) as executor:
        records = runner.run(recipe(lambda settings: {"n²": settings["n"] ** 2}), executor, tmp_path, progress=False)
    path = runner.save(recipe(), records, tmp_path)
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert whole["question"] == "what is n²?" and set(whole["versions"]) == {"python", "numpy"} and len(whole["date"]) == 10
    assert runner.load("squares", tmp_path)[2] == {"n": 2, "n²": 4}
    with pytest.raises(ValueError, match="^name: got 'cubes', expected one of 'squares'"):
        runner.load("cubes", tmp_path)


def test_a_file_that_cannot_be_read_counts_as_none_and_its_run_is_done_again(tmp_path):
    with ThreadPoolExecutor(1) as executor:
        first = runner.run(recipe(n=4), executor, tmp_path, progress=False)
        files = [tmp_path / "squares" / f"{key(settings)}.json" for settings in recipe(n=4).runs]
        for file, text in zip(files, ("", '{"settings": {"n"', "3")):
            file.write_text(text, encoding="utf-8")
        assert list(runner.finished(recipe(n=4), tmp_path)) == [key({"n": 3})]
        assert runner.run(recipe(n=4), executor, tmp_path, progress=False) == first


def test_a_training_that_somebody_stops_is_no_result(monkeypatch):
    def stops(*_, **__):
        raise KeyboardInterrupt

    settings = {"cell": "tanh", "task": ("Agreement", {"distance": (0, 5)}), "seed": 0, "reach": 1.1, "fit": {"steps": 3}}
    monkeypatch.setattr("bptt_lab.tasks.Agreement.batch", stops)
    for run in (training.train_until, training.train_and_ask):
        with pytest.raises(KeyboardInterrupt):
            run(settings)


KILLED = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from bptt_lab.experiments import Recipe, grid, runner

def slow(settings):
    time.sleep(0.05)
    return {}

with ThreadPoolExecutor(1) as executor:
    runner.run(Recipe("slow", "", slow, grid(n=range(1000))), executor, Path(sys.argv[1]), progress=False)
"""


def test_killed_it_keeps_what_is_finished(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)])
    while len(list(tmp_path.glob("slow/*.json"))) < 3:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    slow = Recipe("slow", "", square, grid(n=range(1000)))
    done = runner.finished(slow, tmp_path)
    assert 3 <= len(done) < 1000
    assert all(record["result"] == {} for record in done.values())  # each whole
