"""A real JupyterLab in a real Chromium. A test asks for `course` and gets a page to drive; see `course.Course`.

    def test_something(course):
        course.open("03_four_words_four_terms.ipynb")    # a notebook of the course, with a kernel of its own
        course.run_all()
        course.page.get_by_label("weight scale").press("ArrowRight")

    def test_something_small(course):
        course.write("tiny.ipynb", ["import bptt_lab.explore", "bptt_lab.explore.Ledger()"])
        course.open("tiny.ipynb")

Nothing is written into the repository: Lab serves a copy of `notebooks/`. When a test ends its kernels are shut down, and
it fails if the page reported a problem: an error in the console, an uncaught exception, a request that leaves this machine.
It fails too if a kernel asked another host, started a program or wrote outside its folder.
"""

import functools
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser.course import MINUTE, Course, Lab

ROOT = Path(__file__).parents[2]
SHOWN = "() => document.querySelector('.bptt')?.bpttDrawn?.text"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",  # as root, in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # no test depends on what lies outside
]


def pytest_collection_modifyitems(items):
    """Browser tests come last: they are slow, and Playwright's event loop would disturb other tests' own."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: here in item.path.parents)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Let the fixture `course` know whether its test failed."""
    outcome = yield
    if call.when == "call":
        item.failed = outcome.get_result().failed


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab server that serves a copy of `notebooks/` and reads no one's settings. A `course.Lab`."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "root", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    server = Lab(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def chromium():
    """A Chromium of this machine, driven by Playwright. Without one the test is skipped, or fails with BPTT_REQUIRE_BROWSER=1."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sentence = "No Chromium here. To run the browser tests: `apt install chromium`, or put Chrome or Chromium on the PATH."
        if os.environ.get("BPTT_REQUIRE_BROWSER") == "1":
            pytest.fail(sentence)
        pytest.skip(sentence)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def course(chromium, lab, request):
    """An empty page on the running Lab: a `course.Course`. Each test has its own page, cookies and kernels."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True, locale="en-GB")
    course = Course(context, lab)
    try:
        yield course
        if getattr(request.node, "failed", False):
            course.photograph(ROOT / "build" / "browser", request.node.name)
    finally:
        context.close()
        lab.end_sessions()
    course.problems += [f"A kernel {breach}" for breach in lab.breaches()]
    if course.problems:
        pytest.fail("The page reported:\n" + "\n".join(course.problems), pytrace=False)


@pytest.fixture
def page_of(chromium, tmp_path):
    """Opens an explorer's exported page; the test fails on a console error or a request for anything but that page."""
    problems, contexts = [], []

    def open_page(explorer, width=900, **options):
        path = tmp_path / "page.html"
        explorer.to_html(path)
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(MINUTE)  # a busy machine is slow
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(("file:", "blob:")) else problems.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_function(SHOWN)
        page.evaluate("() => { for (const more of document.querySelectorAll('.more')) more.open = true; }")  # every control
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server for a folder of built pages."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
