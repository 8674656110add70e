"""How fast an explorer answers: real keys in a real Chromium, on a real JupyterLab and on the exported page.

    python -m benchmarks.explorers

Keys are pressed at random moments, so that they fall anywhere between two frames. "redraw" is the handler of the input
and the drawing, "painted" the time from the key to the frame that shows it: one frame, 16 to 18 ms, is the least possible.
"""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from bptt_lab import explore
from tests.browser.conftest import FLAGS, served
from tests.browser.course import Course, Lab
from tools.stills import BROWSERS

DRAWN = ".bptt :is(.bptt-draw, .figure) svg"  # the second as earlier revisions have it
KEYS = 120
STORM = 300
TARGETS = {"redraw": 8, "painted": 25, "asked": 80}  # ms, at the 95th percentile

# Notes when a key goes down, when its handler is done, and when the frame with its picture is through.
PROBE = """() => {
    const root = document.querySelector('.bptt'), channel = new MessageChannel(), waiting = [];
    window.bench = { found: [], asked: [], text: null };
    let key = 0, began = 0, draws = 0;
    channel.port1.onmessage = () => waiting.shift()();
    const painted = (run) => { waiting.push(() => run(performance.now())); channel.port2.postMessage(0); };
    addEventListener('keydown', (event) => { key = event.timeStamp; bench.text = root.bpttDrawn.text; }, true);
    addEventListener('input', () => { began = performance.now(); draws = root.bpttDrawn.draws; }, true);
    addEventListener('input', () => {
        const pressed = key, handler = performance.now() - began, after = root.bpttDrawn.draws > draws ? 0 : 1;
        requestAnimationFrame(() => painted((now) => bench.found.push([handler + after * root.bpttDrawn.took, now - pressed])));
    });
    bench.waitForAnswer = () => {
        const pressed = key, before = bench.text;
        // Looked at once a frame is through: within it the picture may be drawn after the look, and count one frame more.
        const seen = (now) => root.bpttDrawn.text !== before ? bench.asked.push(now - pressed) : requestAnimationFrame(look);
        const look = () => painted(seen);
        look();
    };
}"""
EXPLORER = "import bptt_lab as bl\nw = bl.explore.GradientByLag(length=64)\nw"
# The floor of a control that asks Python: a widget whose Python sends one number back, drawn as text in the next frame.
ECHO = '''
import anywidget, traitlets
class Echo(anywidget.AnyWidget):
    _esm = """export default { render({ model, el }) {
        const root = document.createElement("div"), input = document.createElement("input"), draw = () => {
            root.bpttDrawn = { text: String(model.get("answer")) };
            root.lastChild.data = root.bpttDrawn.text;
        };
        el.append(root);
        root.append(input, "");
        root.className = "bptt";
        Object.assign(input, { type: "range", max: 20, value: 0, ariaLabel: "Another net" });
        input.dataset.lmSuppressShortcuts = "true";
        input.addEventListener("input", () => { model.set("asked", input.valueAsNumber); model.save_changes(); });
        model.on("change:answer", () => requestAnimationFrame(draw));
        draw();
    } }"""
    asked = traitlets.Int().tag(sync=True)
    answer = traitlets.Int().tag(sync=True)
w = Echo()
w.observe(lambda change: w.set_trait("answer", change.new), "asked")
w'''
# Moves a slider at 60 events a second for two seconds; how many pictures, and how many frames the page had for them.
SIXTY_HERTZ = """(label) => new Promise((done) => {
    const root = document.querySelector('.bptt');
    const input = [...root.querySelectorAll('label')].find((l) => l.textContent === label).control;
    const before = root.bpttDrawn.draws, began = performance.now(), last = Number(input.max);
    let frames = 0, events = 0;
    const count = () => { frames++; if (performance.now() - began < 2000) requestAnimationFrame(count); };
    requestAnimationFrame(count);
    const timer = setInterval(() => {
        const phase = events++ % (2 * last);
        input.value = phase > last ? 2 * last - phase : phase;
        input.dispatchEvent(new Event('input', { bubbles: true }));
        if (performance.now() - began < 2000) return;
        clearInterval(timer);
        const seconds = (performance.now() - began) / 1000;
        requestAnimationFrame(() => done([events / seconds, (root.bpttDrawn.draws - before) / seconds, frames / seconds]));
    }, 1000 / 60);
})"""
# As many events as fit, 4 ms apart; the slider ends at a given place.
MANY = """([label, events, last]) => new Promise((done) => {
    const input = [...document.querySelectorAll('.bptt label')].find((l) => l.textContent === label).control;
    let n = 0;
    const timer = setInterval(() => {
        input.value = ++n === events ? last : n % (Number(input.max) + 1);
        input.dispatchEvent(new Event('input', { bubbles: true }));
        if (n === events) { clearInterval(timer); done(); }
    }, 4);
})"""


def press(page: Page, label: str, keys: int, pause: float, answer: bool = False, span: int = 8) -> None:
    """Walk back and forth over `span` steps of a control with the arrow keys, at random moments."""
    control = page.get_by_label(label, exact=True)
    control.focus()
    page.evaluate("() => { bench.found.length = bench.asked.length = 0; }")
    rng = random.Random(0)
    for n in range(keys):
        key = "ArrowRight" if n % (2 * span) < span else "ArrowLeft"
        page.keyboard.down(key)  # a finger is slower than a frame: what the key's way up does is not part of the answer
        if answer:
            page.evaluate("() => bench.waitForAnswer()")
        page.wait_for_timeout(pause + 17 * rng.random())
        page.keyboard.up(key)
    page.wait_for_timeout(500)  # the slowest pictures count too


def scrub(page: Page, where: str) -> None:
    """Every control that scrubs the table: redraw and key to painted, and the draws under 60 events a second."""
    for label in ("Weight scale", "Length", "tanh"):
        press(page, label, KEYS, pause=25)
        found = np.array(page.evaluate("() => bench.found"))
        for what, times in zip(("redraw", "painted"), found.T):
            line(where, label if label != "tanh" else "Activation", what, times, TARGETS[what])
    events, draws, frames = page.evaluate(SIXTY_HERTZ, "Weight scale")
    print(f"{where:8} {'Weight scale':14} {events:.0f} events a second: {draws:.0f} pictures a second in {frames:.0f} frames")


def ask(course: Course) -> None:
    """The control that asks Python, and what is left after a storm of events."""
    page = course.page
    line("Lab", "Another net", "asked", times_asked(course), TARGETS["asked"])
    for label, trait, last in (("Another net", "net", 7), ("Weight scale", "weight_scale", 3)):
        page.evaluate(MANY, [label, STORM, last])
        page.wait_for_timeout(1500)
        python = course.python(f"value = [w.{trait}, w.sentence()]")
        shown = page.evaluate("() => document.querySelector('.bptt').bpttDrawn.text")
        control = page.get_by_label(label, exact=True).input_value()
        same = control == str(last) and shown == python[1]
        print(f"{'Lab':8} {label:14} {STORM} events end in the state of the last: {'yes' if same else f'NO: {python}, {shown}'}")


def every_first_slider(context, folder: Path) -> None:
    """Each explorer on its exported page: the first slider that scrubs the table."""
    for name in explore.__all__:
        if not getattr(kind := getattr(explore, name), "controls", ()):
            continue  # a quiz, a question, the list of guesses: no slider that scrubs a table
        path = folder / f"{name}.html"
        kind().to_html(path)
        page = context.new_page()
        page.goto(path.as_uri())
        page.wait_for_selector(DRAWN)
        page.evaluate(PROBE)
        slider = page.locator("input[type=range]:enabled").first
        label, most = slider.evaluate("input => [input.labels[0].textContent, Number(input.max)]")
        press(page, label, KEYS // 2, pause=25, span=min(8, int(most)))
        for what, times in zip(("redraw", "painted"), np.array(page.evaluate("() => bench.found")).T):
            line(name, label, what, times, TARGETS[what])
        page.close()


def line(where: str, label: str, what: str, times: np.ndarray, target: float) -> None:
    median, p95 = np.percentile(times, (50, 95))
    verdict = "" if p95 <= target else "   MISSED"
    print(f"{where:14} {label:14} {what:8} n={len(times):3}  median {median:5.1f}  p95 {p95:5.1f} ms  (target {target}){verdict}")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=next(filter(None, map(shutil.which, BROWSERS))), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(folder: Path, cell: str = EXPLORER, shown: str = DRAWN) -> Iterator[Course]:
    """A page of a JupyterLab with an explorer in it, or what else a cell shows, ready to be measured."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the kernel inherits it, as from `make lab`
    (folder / "root").mkdir()
    lab = Lab(folder)
    lab.start()
    try:
        with chromium() as browser:
            course = Course(browser.new_context(viewport={"width": 1280, "height": 1000}, bypass_csp=True), lab)
            course.write("bench.ipynb", [cell])
            course.open("bench.ipynb")
            course.run_all()
            course.page.wait_for_selector(shown)
            time.sleep(2)
            course.page.evaluate(PROBE)
            yield course
    finally:
        lab.end_sessions()
        lab.stop()


def asked() -> list[float]:
    """Seconds from a key to the frame with what Python answered, at the 95th percentile: an explorer's, and the floor."""
    found = []
    for what in (EXPLORER, DRAWN), (ECHO, ".bptt"):
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder), *what) as course:
            found.append(float(np.percentile(times_asked(course), 95)) / 1000)
    return found


def first_visit(folder: str, name: str, wanted: str, part: str = "") -> list[float]:
    """Seconds until `wanted` stands on a page of a folder that is served here; the bytes fetched of it, and of a part of it."""
    with served(Path(folder)) as address, chromium() as browser:
        page, fetched = browser.new_page(), list[tuple[str, int]]()
        page.on("requestfinished", lambda one: fetched.append((one.url, one.sizes()["responseBodySize"])))
        start = time.perf_counter()
        page.goto(address + name, wait_until="commit")  # what else is loading is not waited for
        page.wait_for_selector(wanted, timeout=120_000, state="attached")
        took = time.perf_counter() - start
        page.wait_for_load_state("networkidle")
        return [took, *(sum(size for url, size in fetched if url.startswith(address + place)) for place in ("", part))]


def times_asked(course: Course) -> np.ndarray:
    press(course.page, "Another net", 20, pause=300, answer=True, span=20)  # 20 nets that nobody has computed yet
    return np.array(course.page.evaluate("() => bench.asked"))


def main() -> None:
    if hasattr(os, "getloadavg"):
        print(f"{os.cpu_count()} cores, {os.getloadavg()[0]:.1f} other tasks at work on them; read the times with that in mind")
    folder = Path(tempfile.mkdtemp())
    explore.GradientByLag(length=64).to_html(folder / "page.html")
    with opened(folder) as course:
        scrub(course.page, "Lab")
        ask(course)
        page = course.page.context.new_page()
        page.goto((folder / "page.html").as_uri())
        page.wait_for_selector(DRAWN)
        page.evaluate(PROBE)
        scrub(page, "page")
        every_first_slider(course.page.context, folder)


if __name__ == "__main__":
    main()
