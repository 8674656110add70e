"""The living equation in Firefox, whose formulas are wider than Chromium's: driven by WebDriver BiDi, its own protocol."""

import json
import os
import re
import shutil
import subprocess
from itertools import count

import pytest
from websocket import create_connection  # JupyterLab's own

from bptt_lab import explore

# For each row that is shown: where its formula ends, and where its picture begins; and how large letters and subscripts are.
ROWS = """(() => {
    const rows = [...document.querySelectorAll('.equation .row:not(.ticks):not([hidden])')];
    const boxes = rows.map(row => ['svg', 'math'].map(name => row.querySelector(name).getBoundingClientRect()));
    return JSON.stringify({
        apart: boxes.map(([bar, formula]) => bar.left - formula.right),
        below: boxes.map(([bar, formula]) => bar.top - formula.bottom),
        right: Math.max(...boxes.map(([, formula]) => formula.right)),
        small: Math.min(...[...document.querySelectorAll('.row mn')].map(node => parseFloat(getComputedStyle(node).fontSize))),
    });
})()"""
DRAWN = """new Promise(done => {
    const look = () => setTimeout(document.querySelector('.bptt')?.bpttDrawn ? done : look, 60);
    look();
})"""


class Firefox:
    """One tab of a Firefox without a window."""

    def __init__(self, path, profile):
        command = [path, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        line = next(line for line in self.process.stderr if "WebDriver BiDi listening" in line)
        address = re.search(r"ws://\S+", line)[0]
        self.socket, self.ids = create_connection(f"{address}/session", timeout=60, suppress_origin=True), count(1)
        self.ask("session.new", capabilities={})
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method, **params):
        here = next(self.ids)
        self.socket.send(json.dumps({"id": here, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != here:
            pass
        assert answer["type"] == "success", answer
        return answer["result"]

    def run(self, script):
        target = {"context": self.tab}
        return self.ask("script.evaluate", expression=script, target=target, awaitPromise=True)["result"].get("value")

    def show(self, page, width):
        self.ask("browsingContext.setViewport", context=self.tab, viewport={"width": width, "height": 900})
        self.ask("browsingContext.navigate", context=self.tab, url=page.as_uri(), wait="complete")
        self.run(DRAWN)

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        sentence = "No Firefox here. To run this test: `apt install firefox-esr`, or put Firefox on the PATH."
        if os.environ.get("BPTT_REQUIRE_BROWSER") == "1":
            pytest.fail(sentence)
        pytest.skip(sentence)
    browser = Firefox(path, tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.close()


@pytest.mark.parametrize("length", [4, 12])
def test_no_formula_runs_under_its_bar(firefox, tmp_path, length):
    page = tmp_path / "page.html"
    explore.LivingEquation(length=length).to_html(page)
    firefox.show(page, 1280)
    found = json.loads(firefox.run(ROWS))
    assert len(found["apart"]) == length and min(found["apart"]) >= 2 and found["small"] >= 10
    firefox.show(page, 390)  # there each formula has a line of its own
    found = json.loads(firefox.run(ROWS))
    assert min(found["below"]) >= -2 and found["right"] <= 390
