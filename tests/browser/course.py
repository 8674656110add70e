"""What the browser tests stand on: `Lab`, a JupyterLab server, and `Course`, a page on it that opens and runs notebooks."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import expect

from tests.browser.waiting import frames
from tools import guard
from tools.notebooks import cleaned

MINUTE = 60_000  # Playwright counts in milliseconds
expect.set_options(timeout=MINUTE)
# Anywidget says so of a model that took over 2 s, as on a busy machine, and draws it all the same: no problem if it is drawn.
SLOW = "[anywidget] Failed to initialize model."
# A notebook seeks a widget that is gone, such as a progress bar that closed itself, for 2 s, in steps of .1 s, before it says
# so. A page's timers end in the order of their times, however late: after `SEEKS`, what was closed before has said so.
SEEKS, GONE, SOUGHT = 2_200, "widget model not found", "what was closed seeks no widget any more"
PANEL = "window.jupyterapp?.shell.currentWidget"
# Whether the notebook in front can be run: its kernel is connected and idle, and Lab knows which widgets the kernel has.
READY = f"""async () => {{
    const panel = {PANEL}, kernel = panel?.sessionContext?.session?.kernel;
    if (!panel?.context?.isReady || !panel.sessionContext.isReady) return false;
    if (kernel?.connectionStatus !== 'connected' || kernel.status !== 'idle') return false;
    const drawer = panel.content.rendermime.createRenderer('application/vnd.jupyter.widget-view+json');
    const widgets = await Promise.race([drawer._manager.promise, new Promise(done => setTimeout(done))]);
    return widgets?.restoredStatus && !widgets._kernelRestoreInProgress;
}}"""
_OPEN = "[...window.jupyterapp.shell.widgets('main')].filter(panel => panel.context)"  # notebooks and other files


class Lab:
    """A JupyterLab server on a free port, with settings, runtime files and kernels' homes inside `folder`."""

    def __init__(self, folder: Path):
        self.root = folder / "root"
        self._folder = folder
        self._token = secrets.token_hex(16)
        self._process: subprocess.Popen | None = None
        self.url = ""

    def start(self) -> None:
        """Start the server and wait until it answers, two minutes at most."""
        homes = {name: self._folder / name for name in ("config", "data", "runtime", "settings", "workspaces", "ipython")}
        quiet = {"@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"}}
        (homes["config"] / "labconfig").mkdir(parents=True)
        (homes["config"] / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(quiet), encoding="utf-8")
        environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(homes["config"]),
            "JUPYTER_DATA_DIR": str(homes["data"]),
            "JUPYTER_RUNTIME_DIR": str(homes["runtime"]),
            "JUPYTERLAB_SETTINGS_DIR": str(homes["settings"]),
            "JUPYTERLAB_WORKSPACES_DIR": str(homes["workspaces"]),
            "IPYTHONDIR": str(homes["ipython"]),
            # Every kernel runs under guard, so what widgets ask of Python is watched too; it writes into `folder` alone.
            "BPTT_GUARD": str(self._folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME"), str(self._folder)),
        }
        start_up = homes["ipython"] / "profile_default" / "startup"
        start_up.mkdir(parents=True)
        shutil.copy(guard.__file__, start_up)
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
        command += [f"--ServerApp.port={free_port()}", f"--ServerApp.root_dir={self.root}"]
        command += [f"--IdentityProvider.token={self._token}", "--LabApp.expose_app_in_browser=True"]
        self._log = (self._folder / "lab.log").open("w", encoding="utf-8")
        self._process = subprocess.Popen(command, env=environment, stdout=self._log, stderr=self._log, cwd=self._folder)
        # The server says in its runtime file which port it took, should the free one be gone by then.
        told = homes["runtime"] / f"jpserver-{self._process.pid}.json"

        def answers() -> bool:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"JupyterLab did not start:\n{(self._folder / 'lab.log').read_text(encoding='utf-8')}")
            if not told.exists():
                return False
            try:
                self.url = f"http://127.0.0.1:{json.loads(told.read_text(encoding='utf-8'))['port']}"
                self.ask("status")
            except (OSError, ValueError):
                return False
            return True

        until(answers, "JupyterLab answers", seconds=120)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._log.close()

    def breaches(self) -> list[str]:
        """What kernels did since the last time that none may do; see `tools.guard`."""
        notes = self._folder / guard.NOTES
        found = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return found

    def ask(self, what: str, method: str = "GET"):
        """What the server's interface says, for instance to "kernels"; None if it answers with nothing."""
        request = urllib.request.Request(
            f"{self.url}/api/{what}", method=method, headers={"Authorization": f"token {self._token}"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def page_of(self, notebook: str) -> str:
        """The address that opens a notebook in a workspace of its own, so that no earlier test's tabs are restored."""
        return f"{self.url}/lab/workspaces/{secrets.token_hex(4)}/tree/{notebook}?token={self._token}"

    def end_sessions(self) -> None:
        """Shut down every kernel. With kernels of earlier tests alive, later runs stall."""
        for session in self.ask("sessions"):
            self.ask(f"sessions/{session['id']}", method="DELETE")
        until(lambda: not self.ask("kernels"), "all kernels are gone", seconds=60)


class Course:
    """A page on the running Lab.

    `page` is Playwright's page. `problems` lists what went wrong in it, one sentence each; a test that provokes a problem
    on purpose clears the list. A test that changes the page in a way that `close` does not undo sets `spoiled`.
    """

    def __init__(self, context, lab: Lab):
        self.page = context.new_page()
        self.page.set_default_timeout(MINUTE)
        self.problems: list[str] = []
        self.spoiled = False
        self._lab = lab
        self._closing = False
        self._seeking = 0  # closings after which what was closed may still seek
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        context.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda websocket: self._asked(websocket.url))

    def write(self, name: str, cells: list[str]) -> None:
        """Put a notebook of these code cells where Lab finds it."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        nbformat.write(cleaned(notebook), self._lab.root / name)

    def open(self, name: str) -> None:
        """Open a notebook and wait until its kernel is connected and idle. "Run all" before that silently does nothing.

        Lab then still asks the kernel which widgets it has. A widget made before the answer is lost ("widget model not
        found"): that is waited for too.

        If Lab is here and nothing is open in it, it opens the notebook; else the page goes to the notebook's address.
        """
        if self.page.evaluate(f"() => window.jupyterapp?.shell && !{_OPEN}.length"):
            self.page.evaluate("async path => { await window.jupyterapp.commands.execute('docmanager:open', { path }); }", name)
        else:
            self.page.goto(self._lab.page_of(name), wait_until="domcontentloaded")
            self._seeking = 0  # its timers went with the page
        self.wait(
            f"name => {{ const panel = {PANEL}; return panel?.context?.path === name && panel.content.widgets.length > 0; }}",
            name,
        )
        until(lambda: self.page.evaluate(READY), f"{name} can be run", seconds=120)  # `wait` would take the promise for true

    def close(self, window: dict[str, int]) -> bool:
        """Close what is open and leave Lab as it was when it started. Returns whether the next test can go on with it."""
        frames(self.page)  # what it is at, it finishes
        self._closing = True
        self._seeking += 1
        fresh = self.page.evaluate(
            f"""async () => {{
                const app = window.jupyterapp;
                setTimeout(() => console.debug('{SOUGHT}'), {SEEKS});
                if (!app?.shell) return false;
                for (const panel of {_OPEN}) {{ panel.context.dispose(); panel.dispose(); }}
                app.shell.expandLeft();
                await app.commands.execute('apputils:change-theme', {{ theme: 'JupyterLab Light' }});
                return !document.querySelector('.jp-Dialog, .jp-Notebook') && !{_OPEN}.length;
            }}"""
        )
        self.page.set_viewport_size(window)
        self.page.mouse.move(0, 0)
        return fresh

    def begin(self) -> None:
        """From here on problems count again: what the page said of the closed notebooks, it has said by now.

        But for widgets that they still seek (`SEEKS`); the next notebook's own search ends later than that.
        """
        frames(self.page)
        self.problems.clear()
        self._closing = False

    def run_all(self, minutes: float = 15) -> None:
        """Run every cell and wait until the last is done and each widget is drawn. Fails if a cell raises or warns."""
        self.page.evaluate(
            """() => {
                window.ran = false;
                window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.ran = true; });
            }"""
        )
        self.wait("() => window.ran", minutes=minutes)
        errors = [text for cell in self.outputs() for text in map(_complaint, cell) if text]
        assert not errors, "\n\n".join(errors)
        not_run = self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model)
                .filter(model => model.type === 'code' && model.sharedModel.source.trim() && !model.executionCount).length"""
        )
        assert not not_run, f"{not_run} code cells did not run."
        self._see_every_widget()

    def outputs(self) -> list[list[dict]]:
        """Every cell's outputs, as nbformat writes them; none for a cell of prose."""
        return self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.widgets
                .map(cell => cell.model.outputs?.toJSON() ?? [])"""
        )

    def python(self, code: str):
        """Run code in the notebook's kernel, beside its cells. Returns the value of `value`, if the code sets it."""
        text = self.page.evaluate(
            """async code => {
                const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                const future = kernel.requestExecute({ code });
                let text = '';
                future.onIOPub = message => { text += message.content.text ?? (message.content.traceback ?? []).join('\\n'); };
                await future.done;
                return text;
            }""",
            f"value = None\n{code}\nprint(__import__('json').dumps(value))",
        )
        try:
            return json.loads(text.splitlines()[-1])
        except (IndexError, ValueError):
            raise AssertionError(f"Python said: {text}") from None

    def hear(self, expression: str, expected) -> None:
        """Wait until an expression has that value in Python, which hears of what is done in the page a while later."""
        found, end = None, time.monotonic() + 60
        while (found := self.python(f"value = {expression}")) != expected:
            assert time.monotonic() < end, f"in Python, {expression} is {found!r} and does not become {expected!r}"
            self.page.wait_for_timeout(100)

    def cell(self, index: int):
        """The locator of a cell, counted from 0 over all cells, scrolled into view so that Lab draws it."""
        panel = self.page.evaluate("() => window.jupyterapp.shell.currentWidget.id")
        cell = self.page.locator(f"[id='{panel}'] .jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")
        cell.scroll_into_view_if_needed()
        return cell

    def theme(self, dark: bool) -> None:
        """Switch Lab's theme and wait until the page wears it."""
        name = "JupyterLab Dark" if dark else "JupyterLab Light"
        self.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        self.wait("light => document.body.dataset.jpThemeLight === String(light)", not dark)

    def wait(self, condition: str, argument=None, minutes: float = 2) -> None:
        """Wait until a JavaScript function of the page returns something true."""
        self.page.wait_for_function(condition, arg=argument, timeout=minutes * MINUTE, polling=100)

    def photograph(self, folder: Path, name: str) -> None:
        """Keep a picture of the page, for whoever mends the test."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / (re.sub(r"[^\w.-]+", "_", name) + ".png")
        self.page.screenshot(path=path)
        print(f"The page looked like this: {path}")

    def _see_every_widget(self) -> None:
        """Bring each widget into view, since Lab and the explorers draw only what is seen, and wait until it is drawn."""
        for index, outputs in enumerate(self.outputs()):
            kinds = [output["data"] for output in outputs if "data" in output]
            widgets = [kind for kind in kinds if "application/vnd.jupyter.widget-view+json" in kind and not _is_progress(kind)]
            explorers = [kind for kind in widgets if "image/svg+xml" in kind]
            if not widgets:
                continue
            cell = self.cell(index)
            expect(cell.locator(".jp-OutputArea-output.lm-Panel > .lm-Widget")).to_have_count(len(widgets))
            pictures = cell.locator(".bptt")
            if explorers:
                expect(pictures.nth(len(explorers) - 1)).to_be_attached()
            for picture in pictures.all():
                picture.scroll_into_view_if_needed()
                self.wait("root => root.bpttDrawn", picture.element_handle())

    def _console(self, message) -> None:
        if message.text == SOUGHT:
            self._seeking -= 1
        # What a notebook is at when it is closed is given up, and says so; and Lab may give it the focus once more.
        closed = self._closing or ("reading 'footer'" in message.text and "_ensureFocus" in message.text)
        closed = closed or (GONE in message.text and self._seeking > 0)
        if message.type == "error" and not closed:
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost"):
            self.problems.append(f"a request leaves this machine: {url}")


def _complaint(output: dict) -> str | None:
    """What is wrong with an output: a traceback, or a warning that a learner would see."""
    if output["output_type"] == "error":
        return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output["traceback"]))
    if output["output_type"] == "stream" and output["name"] == "stderr":
        return "A cell warns: " + "".join(output["text"])
    return None


def _is_progress(data: dict) -> bool:
    """Whether an output is a progress bar: one that is done closes itself, and nothing of it stays to be seen."""
    return "".join(data.get("text/plain", "")).lstrip().startswith("0%|")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def until(condition, promise: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"Waited {seconds:g} s in vain until {promise}.")
        time.sleep(0.1)
