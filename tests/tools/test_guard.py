"""What the guard of `tools.notebooks compare` refuses, what it lets pass, and that a breach fails the comparison."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools.guard import breach

ROOT = Path(__file__).parents[2]
WRITE = os.O_WRONLY | os.O_CREAT


@pytest.mark.parametrize(
    "event, arguments",
    [
        ("socket.connect", (None, ("192.0.2.1", 80))),
        ("socket.connect", (None, ("2001:db8::1", 80, 0, 0))),
        ("socket.getaddrinfo", ("elsewhere.invalid", 443, 0, 0, 0)),
        ("socket.bind", (None, ("0.0.0.0", 80))),
        ("subprocess.Popen", ("curl", ["curl"], None, None)),
        ("os.system", (b"true",)),
        ("open", ("/elsewhere/file", "w", WRITE)),
        ("open", ("{folder}/../file", "w", WRITE)),
        ("open", ("{folder}-beside/file", "w", WRITE)),
        ("os.remove", ("/elsewhere/file", -1)),
        ("os.rename", ("{folder}/a", "/elsewhere/a", -1, -1)),
        ("os.mkdir", (b"/elsewhere", 0o777, -1)),
    ],
)
def test_refused(event, arguments, tmp_path):
    assert breach(event, filled(arguments, tmp_path), os.path.realpath(tmp_path))


@pytest.mark.parametrize(
    "event, arguments",
    [
        ("socket.connect", (None, ("127.0.0.1", 5))),
        ("socket.connect", (None, "/run/kernel")),
        ("socket.getaddrinfo", ("localhost", 5, 0, 0, 0)),
        ("open", ("/elsewhere/file", "r", os.O_RDONLY)),
        ("open", ("{folder}/file", "w", WRITE)),
        ("open", (os.devnull, "w", WRITE)),
        ("open", (3, "w", WRITE)),
        ("os.rename", ("{folder}/a", "{folder}/b", -1, -1)),
        ("import", ("socket", None, None, None, None)),
    ],
)
def test_let_pass(event, arguments, tmp_path):
    assert breach(event, filled(arguments, tmp_path), os.path.realpath(tmp_path)) is None


def filled(arguments, folder):
    return tuple(a.replace("{folder}", os.path.realpath(folder)) if isinstance(a, str) else a for a in arguments)


def test_a_notebook_that_breaks_out_fails_even_if_it_hides_the_error(tmp_path):
    hides = "try:\n    {}\nexcept PermissionError:\n    pass"
    does = ("import socket; socket.create_connection(('192.0.2.1', 80), 1)", f"open({str(tmp_path / 'out')!r}, 'w')")
    nbformat.write(new_notebook(cells=[new_code_cell(hides.format(code)) for code in does]), tmp_path / "bad.ipynb")
    command = [sys.executable, "-m", "tools.notebooks", "compare", str(tmp_path / "bad.ipynb")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 1 and "asks the network" in result.stdout and "writes outside its folder" in result.stdout
    assert not (tmp_path / "out").exists() and "passed" in result.stdout
