"""A real JupyterHub on this machine, for `make test-hub`: accounts of the system that are removed again, the hub, a student."""

import grp
import json
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

import psutil

from tests.browser.course import Course, free_port, until

ROOT = Path(__file__).parents[2]
COURSE = "bptt_lab"  # what the clone in a student's home is called
GROUP, MARK = "bptt-trial", "bptt_lab trial, may be deleted"
PROXY = ROOT / "build" / "hub" / "node_modules" / ".bin"
CONFIG = """\
load_subconfig({config!r})
c.JupyterHub.bind_url = {url!r}
c.JupyterHub.hub_port = {hub}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
c.PAMAuthenticator.allowed_groups = {{{group!r}}}
c.Spawner.args.append("--LabApp.expose_app_in_browser=True")  # what the tests drive Lab by
c.Spawner.environment["GIT_CONFIG_GLOBAL"] = {git!r}  # git asks who owns a repository on the same machine
c.JupyterHub.services.append({{"name": "trial", "api_token": {token!r}}})
c.JupyterHub.load_roles.append({{"name": "trial", "services": ["trial"], "scopes": [*c.JupyterHub.load_roles[0]["scopes"]]}})
"""


def missing() -> str:
    """What a trial needs and this machine lacks, in words; nothing if all is here."""
    if not os.environ.get("BPTT_HUB"):
        return "JupyterHub is not here: `make test-hub` installs it and runs this"
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a trial makes accounts, so it wants Linux and root: `sudo make test-hub`"
    for program in ("useradd", "userdel", "groupadd", "chpasswd", "git", "node"):
        if shutil.which(program) is None:
            return f"a trial wants {program}, which is not on the PATH"
    nobody = pwd.getpwnam("nobody")
    who = dict(user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
    command = [hub_python(), "-c", "import bptt_lab, jupyterhub, jupyterhub_idle_culler, nbgitpuller"]
    try:
        tried = subprocess.run(command, cwd="/", env={}, capture_output=True, text=True, **who)
        trouble = tried.stderr.strip().splitlines()[-1] if tried.returncode else ""
    except OSError as error:
        trouble = str(error)
    if trouble:
        return (
            f"other accounts cannot run {hub_python()}: {trouble}. Say where they can, and with "
            "whose Python: `make test-hub HUB=/opt/bptt-hub HUB_PYTHON=/usr/bin/python3`"
        )
    return ""


def hub_python() -> str:
    return str(Path(os.environ["BPTT_HUB"]).absolute() / "bin" / "python")


def versions() -> str:
    said = "from importlib.metadata import version as v; import platform; print(f'Python {platform.python_version()}', *("
    return run(
        hub_python(), "-c", said + "f'{n} {v(n)}' for n in ('jupyterhub', 'jupyterlab', 'ipykernel')), sep=', ')"
    ).stdout.strip()


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done


class Accounts:
    """Accounts of this machine with passwords, as long as the `with` lasts. `passwords`: name -> password."""

    def __init__(self, count: int):
        self.passwords = {f"{GROUP}-{i:02}": secrets.token_hex(12) for i in range(1, count + 1)}

    def __enter__(self):
        self.remove()  # what an earlier trial left that was killed
        try:
            run("groupadd", GROUP)
            for name in self.passwords:
                run("useradd", "--create-home", "--comment", MARK, "--groups", GROUP, name)
            run("chpasswd", input="".join(f"{name}:{password}\n" for name, password in self.passwords.items()))
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    @staticmethod
    def remove() -> None:
        for account in [a for a in pwd.getpwall() if a.pw_name.startswith(f"{GROUP}-") and a.pw_gecos == MARK]:
            for process in processes(account.pw_name):
                process.kill()
            psutil.wait_procs(processes(account.pw_name), timeout=10)
            run("userdel", "--remove", account.pw_name)
        if any(group.gr_name == GROUP for group in grp.getgrall()):
            run("groupdel", GROUP)


def processes(name: str) -> list[psutil.Process]:
    """The processes that an account runs."""
    number, found = pwd.getpwnam(name).pw_uid, []
    for process in psutil.process_iter(["uids", "status"]):
        if process.info["uids"] and process.info["uids"].real == number and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def kernel_of(name: str) -> psutil.Process:
    (kernel,) = [process for process in processes(name) if "ipykernel_launcher" in process.cmdline()]
    return kernel


def server_of(name: str) -> psutil.Process:
    (server,) = [process for process in processes(name) if any("jupyterhub-singleuser" in part for part in process.cmdline())]
    return server


def ports(process: psutil.Process) -> list[int]:
    """The ports that a process listens on."""
    return [c.laddr.port for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]


def megabytes(found: list[psutil.Process], kind: str = "pss") -> float:
    """Memory; `pss` shares what processes have in common among them, so that it can be added up; `rss` counts it for each."""
    return sum(getattr(process.memory_full_info(), kind) for process in found) / 1e6


def seconds(found: list[psutil.Process]) -> float:
    """What these processes have used of a core so far."""
    return sum(times.user + times.system for times in (process.cpu_times() for process in found))


class Repository:
    """The course as this checkout has it, in a bare repository that every account may clone."""

    def __init__(self, folder: Path):
        self.bare, self.work = folder / COURSE, folder / "teacher"
        names = run("git", "ls-files", "-z", cwd=ROOT).stdout.split("\0")
        for name in filter(None, names):
            if (ROOT / name).is_file():
                (self.work / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.work / name)
        run("git", "init", "--quiet", "--bare", "--initial-branch=main", self.bare)
        run("git", "init", "--quiet", "--initial-branch=main", self.work)
        self.publish()

    def publish(self) -> None:
        me = ("git", "-c", "user.name=teacher", "-c", "user.email=teacher@example.org")
        run("git", "add", "--all", cwd=self.work)
        run(*me, "commit", "--quiet", "--message", "a version", cwd=self.work)
        run("git", "push", "--quiet", self.bare, "main", cwd=self.work)
        run("chmod", "-R", "a+rX", self.bare)


class Hub:
    """A JupyterHub with the configuration of this course, on free ports of this machine alone."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="bptt-hub-"))
        self.folder.chmod(0o755)
        self.state = self.folder / "state"
        self.state.mkdir(mode=0o700)
        self.repository = Repository(self.folder)
        self.token = secrets.token_hex(16)

    def __enter__(self):
        (self.folder / "gitconfig").write_text(f"[safe]\n\tdirectory = {self.repository.bare}\n")
        front, hub, proxy = (free_port() for _ in range(3))
        self.url = f"http://127.0.0.1:{front}"
        settings = dict(config=str(ROOT / "classroom" / "jupyterhub_config.py"), url=self.url, hub=hub, proxy=proxy)
        settings |= dict(group=GROUP, git=str(self.folder / "gitconfig"), token=self.token)
        (self.state / "config.py").write_text(CONFIG.format(**settings))
        path = os.pathsep.join([str(PROXY), os.environ["PATH"]])
        command = [hub_python(), "-m", "jupyterhub", "--config=config.py"]
        self.log = (self.state / "log").open("w")
        self.process = subprocess.Popen(
            command, cwd=self.state, env=os.environ | {"PATH": path}, stdout=self.log, stderr=self.log
        )
        try:
            until(self.answers, "the hub answers", seconds=60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()  # it stops the servers and its proxy first
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            for process in [*psutil.Process(self.process.pid).children(recursive=True), self.process]:
                process.kill()
        self.log.close()
        shutil.rmtree(self.folder)

    def answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError("The hub ended:\n" + (self.state / "log").read_text())
        try:
            return bool(self.ask(""))
        except OSError:
            return False

    def ask(self, what: str):
        """What the hub's interface says."""
        request = urllib.request.Request(f"{self.url}/hub/api/{what}", headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def page_of(self, notebook: str) -> str:
        """The link that a teacher gives: it fetches or renews the student's clone, and opens a notebook in it."""
        asked = dict(repo=f"file://{self.repository.bare}", branch="main", urlpath=f"lab/tree/{notebook}")
        return f"{self.url}/hub/user-redirect/git-pull?{urllib.parse.urlencode(asked)}"


class Student(Course):
    """A browser of its own for one account."""

    def __init__(self, browser, hub: Hub, name: str):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True, locale="en-GB")
        super().__init__(context, hub)
        self.hub, self.name, self.home = hub, name, Path(pwd.getpwnam(name).pw_dir)

    def log_in(self, password: str) -> None:
        self.page.goto(f"{self.hub.url}/hub/login")
        self.page.get_by_label("Username").fill(self.name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/hub/login" not in url)

    def status(self, address: str) -> int:
        """What an address of the hub answers to this student's browser."""
        return self.page.context.request.get(self.hub.url + address, max_redirects=5).status

    def move_sliders(self) -> int:
        """Move each slider of the notebook's explorers by keyboard and see its picture change. How many there are.

        A question asks first: it is answered by "Show me", else what follows stays covered.
        """
        moved = 0
        for index, outputs in enumerate(self.outputs()):
            if any("bptt-asks" in "".join(output.get("data", {}).get("text/html", "")) for output in outputs):
                self.cell(index).get_by_role("button", name="Show me").press("Enter")
            if not any("image/svg+xml" in output.get("data", {}) for output in outputs):
                continue
            explorer = self.cell(index).locator(".bptt").first
            figure = explorer.locator(".bptt-draw").first
            for slider in explorer.locator(".controls input[type=range]:enabled").all():
                slider.press("Home")
                self.page.wait_for_timeout(250)
                before = figure.inner_html()
                slider.press("End")
                self.wait("([figure, before]) => figure.innerHTML !== before", [figure.element_handle(), before], minutes=0.5)
                moved += 1
        return moved

    def seconds(self) -> float:
        """What the account's server and kernel have used of a core so far."""
        return seconds([server_of(self.name), kernel_of(self.name)])
