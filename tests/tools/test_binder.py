"""Binder builds what environment.yml says, and each notebook has a link that opens it there.

The recipe itself is tried where repo2docker is installed: `make test-binder` does that.
"""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Not asked of tools.notebooks: `make test-binder` has an environment without what that needs.
FOUND = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "notebooks").glob("[a-z]*/*.ipynb")]
NOTEBOOKS = {path.relative_to(ROOT / "notebooks").as_posix() for path in FOUND}
LINK = re.compile(r"https://mybinder\.org/v2/gh/([^/\s]+/[^/\s]+)/HEAD\?urlpath=lab/tree/notebooks/([\w./-]+)")


def test_every_notebook_has_its_link_in_the_readme_and_all_name_one_repository():
    links = LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {name for _, name in links} == NOTEBOOKS and len({repository for repository, _ in links}) == 1
    assert links[0][1] == "00_start_here.ipynb", "the badge opens the first"


def test_environment_yml_has_a_python_of_the_course_and_its_pins():
    lines = [line.strip() for line in (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()]
    assert lines[-4:] == ["- python=3.12", "- pip", "- pip:", "- -r requirements.txt"]


recipe = pytest.mark.skipif(
    shutil.which("repo2docker", path=str(Path(sys.executable).parent)) is None, reason="`make test-binder`"
)


@recipe
def test_repo2docker_takes_environment_yml_and_the_python_that_it_names():
    command = [Path(sys.executable).with_name("repo2docker"), "--no-build", "--debug", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    steps = done.stdout + done.stderr
    assert done.returncode == 0, steps[-2000:]
    copies, installs = steps.index("COPY --chown=0:0 src/ ${REPO_DIR}/"), steps.index('--file "environment.yml"')
    assert copies < installs, "the package is there before `-e .` is installed"
    assert "py-2d3-2e12" in steps, "repo2docker's environment for Python 3.12"


@recipe
def test_the_pip_steps_of_the_recipe_make_an_environment_where_each_link_opens_its_notebook(tmp_path):
    here = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, here):
        (tmp_path / "home" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "home" / name)
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-compile"]  # most of it is never read: Python compiles what is
    subprocess.run([*install, "-r", "requirements.txt"], cwd=tmp_path / "home", check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = [
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
    ]
    with open(tmp_path / "log", "w") as log:
        server = subprocess.Popen([python, "-m", "jupyterlab", *settings], cwd=tmp_path / "home", stdout=log, stderr=log)
    try:
        for _, name in LINK.findall((ROOT / "README.md").read_text(encoding="utf-8")):
            assert answer(f"http://127.0.0.1:{port}/lab/tree/notebooks/{name}", server).startswith("<!doctype html>")
            opened = json.loads(answer(f"http://127.0.0.1:{port}/api/contents/notebooks/{name}", server))
            assert opened["type"] == "notebook" and opened["content"]["cells"]
        run = ["-c", "import bptt_lab as bl; print(bl.explore.LivingEquation().sentence())"]
        said = subprocess.run([python, *run], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        assert said.startswith("dL")
    finally:
        server.terminate()
        server.wait()


def answer(address: str, server: subprocess.Popen) -> str:
    """What the server says, as soon as it is up."""
    for _ in range(600):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address) as response:
                return response.read().decode()
        except ConnectionError:
            time.sleep(0.1)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionError):
                raise
            time.sleep(0.1)
    raise TimeoutError(address)
