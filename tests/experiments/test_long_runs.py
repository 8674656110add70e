"""The command as it is used for a night: killed and started again, on this machine's processes and on a Dask cluster."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

# A recipe of short real trainings. Its last two wait for the file "go", so that no machine is too quick to be killed in time.
COMMAND = """
import sys, time
from pathlib import Path
from bptt_lab.experiments import RECIPES, Recipe, __main__, grid
from bptt_lab.experiments.training import train_until

GO = Path(__file__).with_name("go")

def slow(settings):
    time.sleep(0.1)
    while settings["cell"] == "LSTM, open" and settings["seed"] > 5 and not GO.exists():
        time.sleep(0.1)
    return train_until(settings)

fit = {"steps": 5, "batch_size": 4}
runs = grid(cell=["tanh", "LSTM, open"], task=[("Agreement", {"distance": 2})], fit=[fit], reach=[0.99], seed=range(8))
RECIPES["short"] = Recipe("short", "does it go on?", slow, runs)
if __name__ == "__main__":
    __main__.main(["short", *sys.argv[1:]])
"""
RUNS = 16


@pytest.fixture
def start(tmp_path):
    """Starts the command; its finished runs are in tmp_path/runs/short, its result in tmp_path/short.json."""
    script, processes = tmp_path / "command.py", []
    script.write_text(COMMAND, encoding="utf-8")

    def start(*arguments):
        options = ["--runs", str(tmp_path / "runs"), "--results", str(tmp_path), *arguments]
        processes.append(subprocess.Popen([sys.executable, str(script), *options], start_new_session=True))
        return processes[-1]

    yield start
    for process in processes:
        kill(process)


def kill(process):
    """The command and its workers, at once and without a word, as when the machine goes down."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def finished(folder):
    """The files of the finished runs, and when they were written."""
    return {path: path.stat().st_mtime_ns for path in folder.glob("runs/short/*.json")}


def wait_for(n, folder, process):
    """Until at least n runs are finished, and the command is still at it."""
    while len(finished(folder)) < n:
        assert process.poll() is None, "the command ended early"
        time.sleep(0.02)


def assert_whole(folder, earlier):
    """All runs are in the result, and none that was finished earlier was done again."""
    whole = json.loads((folder / "short.json").read_text(encoding="utf-8"))
    assert [run["settings"]["seed"] for run in whole["runs"]] == 2 * list(range(8))
    assert all(0 <= run["result"]["score"] <= 1 for run in whole["runs"])
    now = finished(folder)
    assert len(now) == RUNS and earlier.items() <= now.items()


@pytest.mark.skipif(os.name == "nt", reason="kills a group of processes")
def test_killed_with_its_workers_and_started_again_the_command_goes_on(start, tmp_path):
    process = start("--workers", "2")
    wait_for(3, tmp_path, process)
    kill(process)
    done = finished(tmp_path)
    assert 3 <= len(done) <= RUNS - 2 and not (tmp_path / "short.json").exists()
    (tmp_path / "go").touch()
    assert start("--workers", "2").wait(timeout=120) == 0
    assert_whole(tmp_path, done)


@pytest.mark.skipif(os.name == "nt", reason="kills a group of processes")
def test_on_a_dask_cluster_a_killed_worker_and_a_killed_command_lose_nothing(start, tmp_path):
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "local_directory": str(tmp_path / "dask")}
    with distributed.LocalCluster(**options, silence_logs=50) as cluster:
        process = start("--dask", cluster.scheduler_address)
        wait_for(2, tmp_path, process)
        worker = next(iter(cluster.workers.values()))
        os.kill(worker.pid, signal.SIGKILL)  # in the middle of a run
        wait_for(6, tmp_path, process)  # the other worker takes its runs over
        kill(process)
        done = finished(tmp_path)
        assert 6 <= len(done) <= RUNS - 2
        (tmp_path / "go").touch()
        assert start("--dask", cluster.scheduler_address).wait(timeout=120) == 0
    assert_whole(tmp_path, done)
