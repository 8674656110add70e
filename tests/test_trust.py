"""Nothing of the package runs text as code, reads what could be code, or speaks to a network. tools.guard watches it at work."""

import ast
import json
import re
from pathlib import Path

import pytest

import bptt_lab as bl

ROOT = Path(__file__).parents[1]
PYTHON = sorted((ROOT / "src" / "bptt_lab").rglob("*.py"))
SCRIPTS = sorted(
    [*(ROOT / "src" / "bptt_lab").rglob("*.js"), *(ROOT / "src" / "bptt_lab").rglob("*.html"), *(ROOT / "site").rglob("*.js")]
)
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
# Two exceptions: a known mistake is the text of our own solution, of our way back, or of a cell's step_back, with a piece of
# ours in it.
MAY_RUN_TEXT = {"exercises/edits.py": {"exec"}, "gradcheck/causes.py": {"exec"}}
NO_BUSINESS_HERE = {
    "aiohttp", "asyncio.streams", "ftplib", "http", "httpx", "marshal", "pickle", "requests", "shelve", "smtplib", "socket",
    "ssl", "telnetlib", "urllib", "webbrowser", "xmlrpc",
}  # fmt: skip
# Text that becomes part of the page, text that becomes code, and what could reach another host.
RISKY_SCRIPT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\beval\(|new Function|setTimeout\(\s*[\"'`]"
    r"|XMLHttpRequest|WebSocket|EventSource|sendBeacon|\bfetch\(|\bimport\(|localStorage|document\.cookie"
)
MAY = {"living.js": {"fetch(", "import("}}  # tables and explorers of the site itself; its tests see every request


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: path.stem)
def test_no_module_runs_text_unpickles_or_speaks_to_a_network(path):
    name = path.relative_to(ROOT / "src" / "bptt_lab").as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not {module.split(".")[0] for module in modules} & NO_BUSINESS_HERE, f"{name}:{node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RUNS_TEXT:
            assert node.func.id in MAY_RUN_TEXT.get(name, ()), f"{name}:{node.lineno} {node.func.id}"
        if isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "shell", "weights_only"):
            assert isinstance(node.value, ast.Constant) and node.value.value is (node.arg == "weights_only"), (
                f"{name}:{node.value.lineno}"
            )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_turns_text_into_code_or_into_a_page_or_asks_another_host(path):
    text = path.read_text(encoding="utf-8")
    assert set(RISKY_SCRIPT.findall(text)) <= MAY.get(path.name, set())
    addresses = set(re.findall(r"https?://[^\s\"'`)]+", text))
    assert {address for address in addresses if "www.w3.org" not in address} == set()  # names of SVG and MathML, never asked


def test_files_of_weights_are_loaded_without_running_what_is_in_them():
    files = (ROOT / "src" / "bptt_lab" / "readers").glob("*.py")
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert "np.load(" in source and "torch.load(" in source
    assert source.count("np.load(") == source.count("allow_pickle=False") and source.count("torch.load(") == source.count(
        "weights_only=True"
    )


MARKUP = "<img src=x onerror=alert(1)>"


def raises(*arguments):
    raise ValueError(MARKUP)


def test_what_a_learner_s_function_says_or_a_file_of_theirs_is_shown_as_text(tmp_path, monkeypatch):
    for fn in (raises, lambda *arguments: MARKUP, lambda *arguments: {MARKUP: 1.0}):
        report = bl.exercises.get("tanh_slope").check(fn)
        assert "<img" not in report._repr_html_() and not report.solved
    for exercise in bl.exercises.all():
        assert "<img" not in exercise.check(raises)._repr_html_()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_progress.json").write_text(json.dumps({"tanh_slope": MARKUP, MARKUP: "solved"}), encoding="utf-8")
    assert "<img" not in bl.my_progress()._repr_html_()
