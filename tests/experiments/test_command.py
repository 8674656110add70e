"""The command as it is used for a night on this machine: killed or stopped, started again, nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from bptt_lab.experiments import __main__

# A recipe of short real trainings. Its last two wait for the file "go", so that no machine is too quick to be killed in time.
COMMAND = """
import signal, time
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
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background would hand down that it is ignored
    __main__.main()
"""


@pytest.fixture
def start(tmp_path):
    """Starts the command with two processes of its own; kills what still runs at the end."""
    script, started = tmp_path / "command.py", []
    script.write_text(COMMAND, encoding="utf-8")
    options = ["short", "--workers", "2", "--runs", str(tmp_path), "--results", str(tmp_path)]

    def start():
        started.append(
            subprocess.Popen([sys.executable, str(script), *options], start_new_session=True, stderr=subprocess.PIPE, text=True)
        )
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


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs a system where a group of processes gets Ctrl-C")
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_the_command_at_once_also_if_pressed_twice_and_keeps_what_is_done(times, start, tmp_path):
    process = start()
    while len(finished(tmp_path)) < 10:  # the last two wait, so both processes are busy
        assert process.poll() is None, "the command ended early"
        time.sleep(0.02)
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the command and to its processes
    said = process.communicate(timeout=60)[1]
    assert process.returncode != 0 and len(finished(tmp_path)) == 10
    if times == 1:
        assert said.splitlines()[-1].startswith("Stopped: 10 of 12 runs are done and kept in ") and "Traceback" not in said
    with pytest.raises(ProcessLookupError):  # none of its processes is left
        os.killpg(process.pid, 0)


def test_a_run_that_is_stopped_leaves_no_thread_that_speaks_when_python_ends(monkeypatch):
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    before = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt), __main__.processes(2) as executor:
        executor.submit(time.sleep, 60)
        raise KeyboardInterrupt
    assert set(threading.enumerate()) <= before


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs a system where a group of processes can be looked for")
def test_killed_alone_the_command_leaves_none_of_its_processes(start, tmp_path):
    process = start()
    while len(finished(tmp_path)) < 10:  # the last two wait, so both processes are busy
        assert process.poll() is None, "the command ended early"
        time.sleep(0.02)
    process.kill()
    process.wait()
    for _ in range(400):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    pytest.fail("its processes are still there")


def test_help_says_what_each_recipe_asks(capsys):
    with pytest.raises(SystemExit) as ended:
        __main__.main(["--help"])
    assert ended.value.code == 0 and "steps to 99 % right" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("workers", ["0", "-1", "two", "1.5"])
def test_workers_is_a_whole_number_of_at_least_1(workers, capsys):
    with pytest.raises(SystemExit) as ended:
        __main__.main(["gradients", "--workers", workers])
    assert ended.value.code == 2 and f"got '{workers}', expected a whole number of at least 1" in capsys.readouterr().err
