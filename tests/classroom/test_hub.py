"""A class on a real JupyterHub: `make test-hub` makes ten accounts, and each runs notebook 03 in a browser of its own.

BPTT_HUB_ACCOUNTS says how many accounts, two or more. What each costs goes to build/hub/accounts.md, with a picture beside it.
"""

import os
import re
import signal
import subprocess
import time

import nbformat
import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import chromium  # noqa: F401
from tests.browser.course import until

trial = pytest.importorskip("tests.classroom.hub", reason="a trial makes accounts, so it wants Linux")
COURSE, ROOT = trial.COURSE, trial.ROOT
NOTEBOOK = f"{COURSE}/notebooks/03_four_words_four_terms.ipynb"
COUNT = int(os.environ.get("BPTT_HUB_ACCOUNTS", "10"))
MINE = "def shares(terms):\n    return 'my own answer'"
PROMISED = int(re.search(r"Memory: (\d+) MB for each", (ROOT / "site" / "classroom.md").read_text(encoding="utf-8"))[1])
PICTURES = ROOT / "build" / "hub"
reason = trial.missing()
if reason and os.environ.get("BPTT_REQUIRE_HUB") == "1":
    raise RuntimeError(reason)
pytestmark = pytest.mark.skipif(bool(reason), reason=reason)


@pytest.fixture(scope="module")
def hub(chromium):  # noqa: F811
    before = signal.signal(signal.SIGTERM, lambda *_: pytest.exit("stopped; the accounts are removed"))
    with trial.Accounts(COUNT) as accounts, trial.Hub() as hub:
        hub.passwords = accounts.passwords
        yield hub
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="module")
def students(hub, chromium):  # noqa: F811
    """Every account logged in, by the teacher's link, with notebook 03 run and its sliders moved; all of them stay."""
    found, rows = [], []
    for name, password in hub.passwords.items():
        student = trial.Student(chromium, hub, name)
        found.append(student)
        try:
            times = [time.monotonic()]
            for do in (lambda: student.log_in(password), lambda: student.open(NOTEBOOK), student.run_all):
                do()
                times.append(time.monotonic())
            rows.append([name, times[2] - times[0], times[3] - times[2], student.move_sliders()])
        except BaseException:
            student.photograph(PICTURES, f"failed_{name}")
            print((hub.state / "log").read_text()[-5000:])
            raise
    net = found[-1].cell(3).locator(".bptt .bptt-draw").first
    net.scroll_into_view_if_needed()
    expect(net).to_be_in_viewport()
    found[-1].photograph(PICTURES, "a_student")
    hub.rows = rows
    yield found
    for student in found:
        student.page.context.close()


def test_every_account_runs_notebook_03_and_moves_its_sliders(students, hub):
    scales = (
        "import ipywidgets\nvalue = [w.weight_scale for w in ipywidgets.widgets.widget._instances.values() if hasattr(w, 'lit')]"
    )
    for student, (*_, moved) in zip(students, hub.rows):
        assert moved >= 5
        slider = student.cell(3).get_by_label("Weight scale", exact=True)
        seen = []
        for key in ("Home", "End"):
            slider.press(key)
            student.page.wait_for_timeout(1000)
            seen.append(student.python(scales))
        assert seen[0] != seen[1], "the kernel follows the slider"
        assert student.problems == []


def test_what_an_account_costs(students, hub):
    """All stand open; then nobody does a thing; then all run the notebook at once. Kept in build/hub/accounts.md."""
    time.sleep(10)
    before = {student.name: student.seconds() for student in students}
    time.sleep(20)
    idle = sum(student.seconds() - before[student.name] for student in students) / 20 / COUNT
    start = time.monotonic()
    for student in students:
        student.page.evaluate(
            "() => { ran = false; jupyterapp.commands.execute('notebook:run-all-cells').then(() => { ran = true; }); }"
        )
    for student in students:
        student.wait("() => window.ran", minutes=10)
    together = time.monotonic() - start
    lines = [
        "| account | open, s | run, s | sliders | server, MB | kernel, MB | both as RSS, MB | CPU, s |",
        "|---|" + "---|" * 7,
    ]
    sums = []
    for student, (name, opened, ran, moved) in zip(students, hub.rows):
        server, kernel = trial.server_of(name), trial.kernel_of(name)
        sizes = [trial.megabytes([server]), trial.megabytes([kernel]), trial.megabytes([server, kernel], "rss")]
        sums.append(sizes[0] + sizes[1])
        assert sums[-1] < PROMISED, "more than site/classroom.md tells a teacher to have"
        cells = [name, f"{opened:.1f}", f"{ran:.1f}", moved, *(f"{size:.0f}" for size in sizes), f"{student.seconds():.0f}"]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    itself = psutil.Process(hub.process.pid)
    mine = [p for p in [itself, *itself.children(recursive=True)] if p.uids().real == 0]
    lines += [
        "",
        f"- The hub, its proxy and the culler: {trial.megabytes(mine):.0f} MB. All accounts together: {sum(sums):.0f} MB.",
        f"- Open and untouched: {100 * idle:.1f} % of a core for each.",
        f"- All at once run the notebook, browsers on the same machine: {together:.0f} s until the last is done.",
        f"- {os.cpu_count()} cores, {trial.versions()}, {time.strftime('%Y-%m-%d')}. Memory: PSS, or RSS.",
    ]
    text = "\n".join(lines) + "\n"
    (PICTURES / "accounts.md").write_text(text, encoding="utf-8")
    print(text)


def test_no_account_sees_anothers_server_through_the_hub(students):
    places = ("api/contents/{COURSE}", "files/{COURSE}/README.md", "api/kernels", "api/terminals", "lab", "git-pull")
    for me in students:
        for other in students:
            for place in places:
                status = me.status(f"/user/{other.name}/{place.format(COURSE=COURSE)}")
                if me is other:
                    assert status == 200 or place == "git-pull", f"{me.name} at home: {place} says {status}"
                else:
                    assert status == 403, f"{me.name} asks {other.name} for {place}: {status}"


def test_no_account_sees_anothers_server_at_its_own_port(students):
    code = """
import os, urllib.error, urllib.request
def asked(port, name):
    address = f"http://127.0.0.1:{port}/user/{name}/api/contents/"
    head = {"Authorization": "token " + os.environ["JUPYTERHUB_API_TOKEN"]}
    try:
        return urllib.request.urlopen(urllib.request.Request(address, headers=head)).status
    except urllib.error.HTTPError as error:
        return error.code
value = [asked(port, name) for port, name in PLACES]
"""
    places = [(port, s.name) for s in students for port in trial.ports(trial.server_of(s.name))]
    assert len(places) == COUNT
    for me in students:
        answers = me.python(f"PLACES = {places}\n{code}")
        assert answers == [200 if name == me.name else 403 for _, name in places]


def test_no_account_reads_anothers_files_from_its_kernel(students, hub):
    code = """
import os, socket
def tried(kind, path):
    try:
        if kind == "folder": os.listdir(path)
        elif kind == "socket": socket.socket(socket.AF_UNIX).connect(path)
        else: open(path, "rb").read(1)
    except PermissionError:
        return "closed"
    except Exception as error:
        return repr(error)
    return "open"
value = [tried(kind, path) for kind, path in PLACES]
"""
    places = {student.name: places_of(student) for student in students}
    secrets = [("file", str(hub.state / name)) for name in ("jupyterhub.sqlite", "jupyterhub_cookie_secret", "log")]
    secrets += [("file", f"/proc/{hub.process.pid}/environ")]
    assert all(os.path.exists(path) for _, path in [*secrets, *sum(places.values(), [])])
    for me in students:
        for owner, asked in {**places, "root": secrets}.items():
            answers = me.python(f"PLACES = {asked}\n{code}")
            assert answers == ["open" if owner == me.name else "closed"] * len(asked), f"{me.name} at {owner}: {asked}"


def places_of(student) -> list[tuple[str, str]]:
    """What is a student's own: the home, the clone, the work in it, and the sockets and secrets of the server and the kernel."""
    server, kernel = trial.server_of(student.name), trial.kernel_of(student.name)
    sockets = [("socket", str(path)) for path in (student.home / ".local/share/jupyter/runtime").glob("kernel-*-ipc-*")]
    assert len(sockets) >= 4
    files = [student.home / NOTEBOOK, student.home / COURSE / ".git" / "HEAD"]
    files += [f"/proc/{process.pid}/environ" for process in (server, kernel)]
    return [("folder", str(student.home)), *(("file", str(path)) for path in files), *sockets]


def test_no_account_hears_what_anothers_kernel_prints(students):
    """A kernel sends what it prints to whoever subscribes, without a password. So nobody else may reach that place."""
    listen = """
import threading, time, zmq
HEARD = []
def listening():
    ears = zmq.Context().socket(zmq.SUB)
    ears.subscribe(b"")
    for place in PLACES:
        ears.connect(place)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if ears.poll(200):
            HEARD.append(b"".join(ears.recv_multipart()).decode(errors="replace"))
threading.Thread(target=listening, daemon=True).start()
"""
    for me, other in zip(students, [*students[1:], students[0]]):
        kernel = trial.kernel_of(other.name)
        places = [f"tcp://127.0.0.1:{port}" for port in trial.ports(kernel)]
        sockets = (other.home / ".local/share/jupyter/runtime").glob("kernel-*-ipc-*")
        assert places, "a kernel has one port, where it only takes what carries its own secret"
        me.python(f"PLACES = {places + [f'ipc://{path}' for path in sockets]}\n{listen}")
        time.sleep(1)
        for _ in range(3):
            other.python("print('what nobody else may hear')")
        time.sleep(1)
        assert me.python("value = HEARD") == [], f"{me.name} listens to {other.name}"


def test_the_debugger_is_off_and_nothing_asks_about_news(students):
    """The debugger opens a port that does not ask who is there."""
    plugins = [f"@jupyterlab/{name}" for name in ("notebook-extension:tracker", "debugger-extension:service")]
    plugins.append("@jupyterlab/apputils-extension:announcements")
    for student in students:
        has = student.page.evaluate("names => names.map(name => window.jupyterapp.hasPlugin(name))", plugins)
        assert has == [True, False, False]


def test_no_account_leaves_what_others_can_read_outside_its_home(students):
    numbers = {student.home.stat().st_uid for student in students}
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run"):
        for where, _, names in os.walk(folder):
            for name in names:
                try:
                    found = os.lstat(os.path.join(where, name))
                except FileNotFoundError:
                    continue
                assert found.st_uid not in numbers or not found.st_mode & 0o044, os.path.join(where, name)


def test_each_clone_is_its_own_and_an_answer_stays_when_the_link_is_opened_again(students, hub):
    assert len({(s.home / COURSE / ".git").stat().st_ino for s in students}) == COUNT
    me, other = students[:2]
    me.page.evaluate(
        """async mine => {
            const panel = window.jupyterapp.shell.currentWidget;
            panel.content.widgets.find(cell => cell.model.id === 'learner-shares').model.sharedModel.setSource(mine);
            await panel.context.save();
        }""",
        MINE,
    )
    taught = hub.repository.work / "notebooks" / "03_four_words_four_terms.ipynb"
    notebook = nbformat.read(taught, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["cell-00"].source += "\n\nA new sentence."
    cells["learner-shares"].source = "def shares(terms):\n    return None  # a new stub"
    nbformat.write(notebook, taught)
    hub.repository.publish()
    for student, answer in ((me, MINE), (other, cells["learner-shares"].source)):
        student.open(NOTEBOOK)
        found = student.page.evaluate(
            """() => Object.fromEntries(window.jupyterapp.shell.currentWidget.content.widgets
                .map(cell => [cell.model.id, cell.model.sharedModel.source]))"""
        )
        assert found["learner-shares"] == answer and found["cell-00"].endswith("A new sentence.")


def test_a_server_that_nobody_uses_is_stopped(students, hub):
    """The culler of the configuration, with a second for its hour."""
    for student in students:
        student.page.close()
    (command,) = [p.cmdline() for p in psutil.Process(hub.process.pid).children() if "jupyterhub_idle_culler" in p.cmdline()]
    command = [part if not part.startswith("--timeout") else "--timeout=1" for part in command] + ["--cull-every=2"]
    environment = os.environ | {"JUPYTERHUB_API_TOKEN": hub.token, "JUPYTERHUB_API_URL": f"{hub.url}/hub/api"}
    assert sum(bool(user["servers"]) for user in hub.ask("users")) == COUNT
    culler = subprocess.Popen(command, env=environment, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: not any(user["servers"] for user in hub.ask("users")), "no server runs", seconds=120)
    finally:
        culler.terminate()
        culler.wait()
    until(lambda: not any(trial.processes(student.name) for student in students), "no process is left", seconds=30)
