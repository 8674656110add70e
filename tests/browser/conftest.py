"""A real JupyterLab in a real Chromium. A test asks for `course` and gets a page to drive; see `course.Course`.

    def test_something(course):
        course.open("03_four_words_four_terms.ipynb")    # a notebook of the course, with a kernel of its own
        course.run_all()
        course.page.get_by_label("weight scale").press("ArrowRight")

    def test_something_small(course):
        course.write("tiny.ipynb", ["import bptt_lab.explore", "bptt_lab.explore.Ledger()"])
        course.open("tiny.ipynb")

Nothing is written into the repository: Lab serves a copy of `notebooks/`. When a test ends its notebooks are closed, its kernels
are shut down, and it fails if the page reported a problem: an error in the console, an uncaught exception, a request that leaves
this machine. It fails too if a kernel asked another host, started a program or wrote outside its folder.

Lab, and the pages that show explorers, stay open from test to test: to open Lab costs 4.5 s of a processor more than to open a
notebook in it, a new page .6 s more than another address in the same. A test that leaves something behind which `Course.close`
and `Pages.put_back` do not undo says so, and what it used is thrown away.
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

from tests.browser.course import MINUTE, SLOW, Course, Lab, until
from tests.browser.waiting import page_of_test, recoloured
from tools import stills

ROOT = Path(__file__).parents[2]
BEING_BUILT = ROOT / "build" / "being-built"  # while this file is there, site and Lite are built beside the tests: see .ci/run
SHOWN = "() => document.querySelector('.bptt')?.bpttDrawn?.text"
ALL_DRAWN = "() => [...document.querySelectorAll('.bptt')].every((root) => root.bpttDrawn?.text)"
# The first has no window to draw and takes a sixth to a quarter less of a processor.
BROWSERS = ("chromium-headless-shell", *stills.BROWSERS)
WINDOW = {"width": 1280, "height": 900}
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
    """Browser tests come last: Playwright's event loop would disturb other tests' own. Those in Lab, the longest, begin.

    Tests that look at one page, which is opened once for all of them, stand together at the end.
    """
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)

    def place(item):
        return here in item.path.parents, "course" not in getattr(item, "fixturenames", ()), page_of_test(item.nodeid)

    items.sort(key=place)


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


@pytest.fixture(scope="session")
def kept_course():
    """The one `course.Course` of this process, or none."""
    return []


@pytest.fixture
def course(chromium, lab, kept_course, request):
    """A page with the running Lab in which nothing is open: a `course.Course`. Each test has its own kernels."""
    if not kept_course:
        context = chromium.new_context(viewport=WINDOW, bypass_csp=True, locale="en-GB")
        kept_course.append(Course(context, lab))
    course = kept_course.pop()
    try:
        course.begin()
        yield course
        if failed := getattr(request.node, "failed", False):
            course.photograph(ROOT / "build" / "browser", request.node.name)
        problems = list(course.problems)
        if any(SLOW in problem for problem in problems) and course.page.evaluate(ALL_DRAWN):
            problems = [problem for problem in problems if SLOW not in problem]
        if not failed and not course.spoiled and course.close(WINDOW):
            kept_course.append(course)
    finally:
        if not kept_course:
            course.page.context.close()
        lab.end_sessions()
    problems += [f"A kernel {breach}" for breach in lab.breaches()]
    if problems:
        pytest.fail("The page reported:\n" + "\n".join(problems), pytrace=False)


class Pages:
    """Pages that may ask for nothing but addresses that begin as `allowed` says; they stay open from test to test."""

    def __init__(self, browser, allowed: tuple[str, ...]):
        self.problems: list[str] = []  # of all pages, since the last time they were put back
        self._browser, self._allowed = browser, allowed
        self._free: dict[str, list] = {}
        self._taken: list[tuple] = []
        self._stands: tuple = (None, None)

    def take(self, width: int, keep: bool = True, **options):
        """An empty page of that width whose context has these options. Without `keep` it is new, and closed when put back."""
        kind = str(sorted(options.items()))
        free = self._free.setdefault(kind, [])
        page = free.pop() if keep and free else self._new(options)
        self._taken.append((page, free if keep else None))
        page.set_viewport_size({"width": width, "height": WINDOW["height"]})
        return page

    @contextmanager
    def standing(self, what, opened):
        """The page that `opened` opens, as it was then; it stays open until another is asked for.

        Afterwards its window is as wide as before, its colours are light, and it reported no problem.
        """
        if self._stands[0] != what:
            self.put_back()
            self._stands = what, opened()
        page = self._stands[1]
        size = page.viewport_size
        yield page
        if page.viewport_size != size:
            page.set_viewport_size(size)
        if page.evaluate("() => matchMedia('(prefers-color-scheme: dark), (prefers-reduced-motion)').matches"):
            page.emulate_media(reduced_motion="no-preference")
            recoloured(page, "light")
        problems = list(self.problems)
        self.problems.clear()
        assert not problems

    def put_back(self) -> list[str]:
        """Empty all pages that were taken. Returns what went wrong in them."""
        found = list(self.problems)
        for page, free in self._taken:
            if free is None:
                page.context.close()
                continue
            page.goto("about:blank")
            page.emulate_media(media="null")
            page.mouse.move(0, 0)
            free.append(page)
        self._taken.clear()
        self._stands = None, None
        self.problems.clear()
        return found

    def close(self) -> None:
        for page in [*(page for page, _ in self._taken), *(page for free in self._free.values() for page in free)]:
            page.context.close()

    def _new(self, options):
        context = self._browser.new_context(viewport=WINDOW, **options)
        context.set_default_timeout(MINUTE)  # a busy machine is slow
        page, problems = context.new_page(), self.problems
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith(self._allowed) else problems.append(f"asks {r.url}"))
        page.on("response", lambda r: problems.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        return page


@pytest.fixture(scope="session")
def explorer_pages(chromium):
    pages = Pages(chromium, ("file:", "blob:"))
    yield pages
    pages.close()


def explorer_page(pages, explorer, folder, width=900, **options):
    """The page that an explorer exports into the folder, with every control in sight."""
    path = folder / "page.html"
    explorer.to_html(path)
    page = pages.take(width, **options)
    page.goto(path.as_uri())
    page.wait_for_function(SHOWN)
    page.evaluate("() => { for (const more of document.querySelectorAll('.more')) more.open = true; }")
    return page


@pytest.fixture
def page_of(explorer_pages, tmp_path):
    """Opens an explorer's exported page; the test fails on a console error or a request for anything but that page.

    Without `keep` the page is closed when the test ends: it has to be if the test moves the page's clock.
    """
    yield lambda explorer, width=900, **options: explorer_page(explorer_pages, explorer, tmp_path, width, **options)
    assert not explorer_pages.put_back()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def needs(folder: Path, command: str):
    """Skips tests of pages that are not built, and are not being built."""
    there = BEING_BUILT.exists() or (folder / "index.html").exists()
    return pytest.mark.skipif(not there, reason=f"Nothing here: `{command}` builds it.")


def wait_until_built() -> None:
    until(lambda: not BEING_BUILT.exists(), "the site and Lite are built", seconds=1800)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server for a folder of built pages, once they are built."""
    wait_until_built()
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
