"""A real cluster: a worker is killed, then the command itself, and nothing that was finished is lost or done again."""

import os
import signal
import subprocess
import sys
import time

import pytest
from distributed import Client, LocalCluster

from bptt_lab.experiments import Recipe, grid, load, runner
from bptt_lab.experiments.training import train_until

# A recipe of real trainings, each of them a quarter of a second long.
FIT = {"steps": 150, "batch_size": 32, "optimizer": "sgd", "lr": 0.5, "clip": 1.0}
SMALL = Recipe(
    "small", "", train_until, grid(cell=["tanh"], task=[("Agreement", {"distance": 3})], fit=[FIT], reach=[1.1], seed=range(12))
)
COMMAND = """
from bptt_lab.experiments import RECIPES, __main__
from tests.experiments.test_dask import SMALL

RECIPES["small"] = SMALL
__main__.main()
"""


@pytest.fixture
def cluster():
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL") as cluster:
        yield cluster


def command(cluster, folder):
    options = ["--dask", cluster.scheduler_address, "--runs", str(folder), "--results", str(folder)]
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "small", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def files(folder, process, n):
    """The finished runs, as soon as there are n, with the time at which each was written."""
    while len(found := list(folder.glob("small/*.json"))) < n:
        assert process.poll() is None, "the command ended too early"
        time.sleep(0.01)
    return {file: file.stat().st_mtime_ns for file in found}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a system where a process can be killed from outside")
def test_a_worker_is_killed_and_the_command_is_run_again(cluster, tmp_path):
    process = command(cluster, tmp_path)
    files(tmp_path, process, 2)
    with Client(cluster) as client:
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
    files(tmp_path, process, 4)  # the other worker goes on
    process.kill()
    process.wait()
    before = {file: file.stat().st_mtime_ns for file in tmp_path.glob("small/*.json")}
    assert 4 <= len(before) < len(SMALL.runs), "too quick to be stopped in the middle"
    assert command(cluster, tmp_path).wait() == 0
    assert {file: file.stat().st_mtime_ns for file in before} == before, "what was finished is not done again"
    assert len(runner.finished(SMALL, tmp_path)) == len(SMALL.runs)
    (again,) = (run for run in load("small", tmp_path) if run["seed"] == 7)
    here = train_until(SMALL.runs[7])
    assert abs(again["score"] - here["score"]) < 0.02, "a cluster's result is this machine's"
