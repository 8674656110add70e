"""The command as it is used for a night on this machine: killed with all its processes, started again, nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

# A recipe of short real trainings. Its last two wait for the file "go", so that no machine is too quick to be killed in time.
COMMAND = """
import time
from pathlib import Path
from bptt_lab.experiments import RECIPES, Recipe, __main__, grid
from bptt_lab.experiments.training import train_until

GO = Path(__file__).with_name("go")

def run(settings):
    while settings["seed"] > 9 and not GO.exists():
        time.sleep(0.05)
    return train_until(settings)

fit = {"steps": 5, "batch_size": 4}
runs = grid(cell=["tanh"], task=[("Agreement", {"distance": 2})], fit=[fit], reach=[0.99], seed=range(12))
RECIPES["short"] = Recipe("short", "does it go on?", run, runs)
if __name__ == "__main__":
    __main__.main()
"""


@pytest.fixture
def start(tmp_path):
    """Starts the command with two processes of its own; kills what still runs at the end."""
    script, started = tmp_path / "command.py", []
    script.write_text(COMMAND, encoding="utf-8")
    options = ["short", "--workers", "2", "--runs", str(tmp_path), "--results", str(tmp_path)]

    def start():
        started.append(subprocess.Popen([sys.executable, str(script), *options], start_new_session=True))
        return started[-1]

    yield start
    for process in started:
        kill(process)


def kill(process):
    """The command and its processes, at once and without a word, as when the machine goes down."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def finished(folder):
    """The files of the finished runs, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in folder.glob("short/*.json")}


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs a system where a group of processes can be killed")
def test_killed_with_its_processes_and_started_again_the_command_goes_on(start, tmp_path):
    process = start()
    while len(finished(tmp_path)) < 3:
        assert process.poll() is None, "the command ended early"
        time.sleep(0.02)
    kill(process)
    done = finished(tmp_path)
    assert 3 <= len(done) <= 10 and not (tmp_path / "short.json").exists()
    (tmp_path / "go").touch()
    assert start().wait(timeout=120) == 0
    now, whole = finished(tmp_path), json.loads((tmp_path / "short.json").read_text(encoding="utf-8"))
    assert len(now) == 12 and done.items() <= now.items()  # nothing is done twice
    assert [run["settings"]["seed"] for run in whole["runs"]] == list(range(12))
    assert all(0 <= run["result"]["score"] <= 1 for run in whole["runs"])
