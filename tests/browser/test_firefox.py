"""Every explorer and every page in Firefox, whose letters and formulas are larger: driven by WebDriver BiDi, its own protocol."""

import json
import os
import re
import shutil
import subprocess
from itertools import count

import nbformat
import pytest
from websocket import create_connection  # JupyterLab's own

from bptt_lab import explore
from tests.browser.conftest import WINDOW, needs, served
from tests.browser.course import PANEL, READY, SLOW, until
from tests.browser.test_explorers import every_explorer
from tests.browser.test_in_view import LOOK, MADE, TOGETHER
from tests.browser.test_narrow import FOUND
from tests.browser.test_site import DRAWN as SITE_DRAWN
from tests.browser.test_site import PAGES, SITE
from tools.notebooks import cleaned

PHONE = {"width": 390, "height": 844}
# For each row that is shown: where its formula ends, and where its picture begins; and how large letters and subscripts are.
ROWS = """() => {
    const rows = [...document.querySelectorAll('.equation .row:not(.ticks):not([hidden])')];
    const boxes = rows.map(row => ['svg', 'math'].map(name => row.querySelector(name).getBoundingClientRect()));
    return {
        apart: boxes.map(([bar, formula]) => bar.left - formula.right),
        below: boxes.map(([bar, formula]) => bar.top - formula.bottom),
        right: Math.max(...boxes.map(([, formula]) => formula.right)),
        small: Math.min(...[...document.querySelectorAll('.row mn')].map(node => parseFloat(getComputedStyle(node).fontSize))),
    };
}"""
DRAWN = "() => document.querySelector('.bptt')?.bpttDrawn"
OPEN = """() => {
    for (const more of document.querySelectorAll('.bptt .more')) more.open = true;
    for (const button of document.querySelectorAll('.bptt[data-open] .play:last-of-type')) button.click();
}"""
TOO_WIDE = "() => document.documentElement.scrollWidth - innerWidth"
# Takes the focus to a slider that needs no Python: the explorer's first, or one of each explorer of a page of the site.
FOCUS = """i => {
    const explorer = document.querySelectorAll('.bptt')[i];
    const slider = explorer.querySelector('.controls input[type=range]:enabled');
    if (!slider || slider.closest('.bptt:has(.question)')) return null;
    scrollTo(0, scrollY + slider.getBoundingClientRect().top - 8);
    slider.focus();
    return slider.valueAsNumber > Number(slider.min);
}"""
ARROWS = {True: "\ue012", False: "\ue014"}  # left and right, as WebDriver spells them


class Firefox:
    """One tab of a Firefox without a window. `problems` lists what its console called an error."""

    def __init__(self, path, profile):
        # A machine without a window has no mouse: Firefox would take it for a phone. And no panel of its own that offers to
        # translate a German page may take a key.
        settings = {"ui.primaryPointerCapabilities": "6", "browser.translations.enable": "false"}
        text = "".join(f'user_pref("{name}", {value});\n' for name, value in settings.items())
        (profile / "user.js").write_text(text, encoding="utf-8")
        command = [path, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        line = next(line for line in self.process.stderr if "WebDriver BiDi listening" in line)
        address = re.search(r"ws://\S+", line)[0]
        self.socket, self.ids = create_connection(f"{address}/session", timeout=180, suppress_origin=True), count(1)
        self.problems: list[str] = []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.tab = self.ask("browsingContext.create", type="tab")["context"]  # in the first one nothing ever has the focus

    def ask(self, method, **params):
        here = next(self.ids)
        self.socket.send(json.dumps({"id": here, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != here:
            if answer["method"] != "log.entryAdded" or answer["params"]["level"] != "error":
                continue
            if SLOW not in (text := str(answer["params"]["text"])):
                self.problems.append(text)
        assert answer["type"] == "success", answer
        return answer["result"]

    def run(self, function, argument=None):
        """What a function of the page returns, or what it promises."""
        script = f"Promise.resolve(({function})({json.dumps(argument)})).then(value => JSON.stringify(value ?? null))"
        answer = self.ask("script.evaluate", expression=script, target={"context": self.tab}, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def wait(self, condition):
        """Wait until a function of the page returns something true."""
        self.run(
            f"() => new Promise(done => {{"
            f" const look = async () => ((await ({condition})()) ? done() : setTimeout(look, 40)); look(); }})"
        )

    def press(self, key):
        keys = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.ask("browsingContext.activate", context=self.tab)  # else a busy machine's key may go to the browser around the page
        self.ask("input.performActions", context=self.tab, actions=[{"type": "key", "id": "keys", "actions": keys}])

    def show(self, address, size, drawn=DRAWN):
        self.ask("browsingContext.setViewport", context=self.tab, viewport=size)
        self.ask("browsingContext.navigate", context=self.tab, url=address, wait="complete")
        self.wait(drawn)
        self.run(OPEN)
        self.wait("() => !document.querySelector('.bptt[data-open]')")
        self.run("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def kept_firefox(tmp_path_factory):
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        sentence = "No Firefox here. To run this test: `apt install firefox-esr`, or put Firefox on the PATH."
        if os.environ.get("BPTT_REQUIRE_BROWSER") == "1":
            pytest.fail(sentence)
        pytest.skip(sentence)
    browser = Firefox(path, tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.close()


@pytest.fixture
def firefox(kept_firefox):
    """The one Firefox; the test fails if its page reported an error."""
    kept_firefox.problems.clear()
    yield kept_firefox
    assert not kept_firefox.problems


@pytest.mark.parametrize("length", [4, 12])
def test_no_formula_runs_under_its_bar(firefox, tmp_path, length):
    page = tmp_path / "page.html"
    explore.LivingEquation(length=length).to_html(page)
    firefox.show(page.as_uri(), WINDOW)
    found = firefox.run(ROWS)
    assert len(found["apart"]) == length and min(found["apart"]) >= 2 and found["small"] >= 10
    firefox.show(page.as_uri(), PHONE)  # there each formula has a line of its own
    found = firefox.run(ROWS)
    assert min(found["below"]) >= -2 and found["right"] <= 390


# Of each formula of a card, where its pieces begin: [left, top].
PIECES = """() => [...document.querySelectorAll('.card .formula')].map(formula => [...formula.querySelectorAll('math')]
    .map(node => node.getBoundingClientRect()).map(({ left, top, bottom }) => [left, (top + bottom) / 2]))"""


def test_a_formula_that_is_broken_goes_on_further_in(firefox, tmp_path):
    page = tmp_path / "page.html"
    explore.CellSwitch().to_html(page)
    firefox.show(page.as_uri(), PHONE)
    formulas = firefox.run(PIECES)
    (left, top), *more = formulas[2]
    broken = [piece for piece in more if piece[1] > top + 12]
    assert broken and broken[0][0] >= left + 24 and {round(formula[0][0]) for formula in formulas} == {round(left)}


# Of each letter with an index below: how far the index stands off, and how far it hangs under the letter, in px.
INDICES = """() => [...document.querySelectorAll(':is(.card, .row) msub')].map(node => {
    const [letter, index] = [node.querySelector('mi'), node.lastElementChild].map(part => part.getBoundingClientRect());
    return [index.left - letter.right, index.bottom - letter.bottom];
}).filter(([, below]) => below)"""


@pytest.mark.parametrize("kind", [explore.CellSwitch, explore.LivingEquation])
def test_an_index_stands_at_its_letter(firefox, tmp_path, kind):
    page = tmp_path / "page.html"
    kind().to_html(page)
    firefox.show(page.as_uri(), WINDOW)
    off, below = zip(*firefox.run(INDICES))
    assert len(off) > 15 and max(map(abs, off)) < 0.6 and max(below) < 6


@every_explorer
def test_on_a_phone_an_explorer_is_whole_and_what_is_moved_and_changed_is_in_view(firefox, tmp_path, kind):
    page = tmp_path / "page.html"
    kind(**MADE.get(kind, {})).to_html(page)
    firefox.show(page.as_uri(), PHONE)
    assert firefox.run(FOUND, [5.5, 2]) == [] and firefox.run(TOO_WIDE) <= 0
    sentence = firefox.run("() => document.querySelector('.sentence').textContent")
    arrow = ARROWS[firefox.run(FOCUS, 0)]
    firefox.run(LOOK)
    firefox.press(arrow)
    firefox.wait("() => looked().some(([, text], i) => text !== before[i]?.[1])")
    found, changed = firefox.run(TOGETHER, True)
    assert found, f"{changed} nodes changed"
    assert firefox.run("() => document.querySelector('.sentence').textContent") != sentence


@pytest.fixture(scope="module")
def address():
    with served(SITE) as url:
        yield url


@needs(SITE, "make site")
@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_the_site_is_drawn_and_its_sliders_move(firefox, address, name):
    firefox.show(address + name, WINDOW, SITE_DRAWN)
    assert firefox.run(FOUND, [5.5, 2]) == [] and firefox.run(TOO_WIDE) <= 0
    for i in range(firefox.run("() => document.querySelectorAll('.bptt').length")):
        down = firefox.run(FOCUS, i)
        if down is None:  # a question, or all of it asks Python
            continue
        firefox.run(
            "i => { window.draws = () => document.querySelectorAll('.bptt')[i].bpttDrawn.draws; window.drawn = draws(); }", i
        )
        firefox.press(ARROWS[down])
        firefox.wait("() => draws() > drawn")


@needs(SITE, "make site")
def test_formulas_of_one_column_stand_all_beside_its_name_or_all_below(firefox, address):
    firefox.show(f"{address}notebooks/glossary.html", PHONE, SITE_DRAWN)
    below = """() => [...document.querySelectorAll('table.cards')].find(table => table.textContent.includes('Some texts swap'))
        .querySelectorAll('tbody tr').values().map(({ cells: [, { children: [name, formula] }] }) =>
            formula.getBoundingClientRect().top > name.getBoundingClientRect().bottom - 9).toArray()"""
    assert firefox.run(below) == [True] * 4


RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => null)"
SAYS = f"""async () => {{
    let text = '';
    const future = {PANEL}.sessionContext.session.kernel.requestExecute({{ code: 'print(w.length, end="")' }});
    future.onIOPub = message => {{ text += message.content.text ?? ''; }};
    await future.done;
    return text;
}}"""


def test_in_jupyterlab_an_explorer_is_drawn_and_python_hears_of_a_key(firefox, lab):
    source = "import bptt_lab as bl\n\nw = bl.explore.Ledger(length=4)\nw"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbformat.write(cleaned(notebook), lab.root / "firefox.ipynb")
    firefox.show(lab.page_of("firefox.ipynb"), WINDOW, READY)
    try:
        firefox.run(RUN_ALL)
        firefox.wait(DRAWN)
        assert firefox.run(FOUND, [5.5, 2]) == []
        sentence = firefox.run("() => document.querySelector('.bptt .sentence').textContent")
        firefox.wait(READY)  # of a change made while it is not connected Python never hears
        firefox.press(ARROWS[firefox.run(FOCUS, 0)])
        firefox.wait(f"() => document.querySelector('.bptt .sentence').textContent !== {json.dumps(sentence)}")
        until(lambda: firefox.run(SAYS) == "3", "Python has heard of it", seconds=60)
    finally:
        firefox.run("() => { for (const panel of window.jupyterapp.shell.widgets('main')) panel.context?.dispose(); }")
        lab.end_sessions()
    assert lab.breaches() == []
