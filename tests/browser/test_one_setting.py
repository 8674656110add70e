"""A picture, its sentence and its controls show one setting: while Python is asked, when it is gone, and when it began anew.

What Lab's page shows is compared with the page of an explorer that was made with the setting that is to be shown.
"""

import os
import re
import signal

import pytest

from bptt_lab import SequenceModel, explore
from bptt_lab.basics.text import unbroken
from bptt_lab.cells import LSTMCell
from tests.browser.waiting import settled

NETS = "net = bl.SequenceModel(bl.LSTMCell(98, 8), 2)"
# name -> what the learner's cell makes, the same here, how Python is asked, the setting that is asked for, and another control
EXPLORERS = {
    "FourCells": ("FourCells(length=8)", explore.FourCells, {"length": 8}, {"net": 1}),
    "GradientByLag": ("GradientByLag(length=24)", explore.GradientByLag, {"length": 24}, {"net": 1}),
    "LivingEquation": ("LivingEquation(length=4)", explore.LivingEquation, {"length": 4}, {"start": "uniform"}),
    "LivingEquation, a word": ("LivingEquation(length=4)", explore.LivingEquation, {"length": 4}, {"sentences": "small"}),
    "WordByWord": (
        "WordByWord({'LSTM': net})",
        lambda **s: explore.WordByWord({"LSTM": SequenceModel(LSTMCell(98, 8), 2)}, **s),
        {},
        {"text": "the dogs near the river"},
    ),
}
every_explorer = pytest.mark.parametrize("name", EXPLORERS)

# What is shown: where every control stands, the words, the numbers beside and in the picture, and the sentence.
SEEN = """root => {
    const all = (what, of) => [...root.querySelectorAll(what)].map(of), text = (node) => node.textContent;
    return {
        sliders: all('.controls input[type=range]', (input) => [input.getAttribute('aria-valuetext'), input.value]),
        outputs: all('.controls output', text), menus: all('.controls select, .changing select', (select) => select.value),
        choices: all('.controls input:checked + span', text), words: all('.word, .changing label', text),
        numbers: all(".bptt-draw .number, .bptt-draw svg text:not([display=none])", text),
        sentence: text(root.querySelector(".sentence")),
    };
}"""


def opened(course, *names):
    """A notebook with these explorers: the page's part of each, by name."""
    cells = [f"w = bl.explore.{EXPLORERS[name][0]}\nw" for name in names]
    course.write("setting.ipynb", [f"import bptt_lab as bl\n{NETS}", *cells])
    course.open("setting.ipynb")
    course.run_all()
    drawn = """n => {
        const all = [...document.querySelectorAll(".bptt")];
        return all.length == n && all.every((explorer) => explorer.bpttDrawn?.text);
    }"""
    course.wait(drawn, len(names))
    return {name: course.page.locator(".bptt").nth(i) for i, name in enumerate(names)}


def asked(root, asks):
    """What is not in the table is asked for, as a learner does it."""
    trait, value = next(iter(asks.items()))
    if trait == "net":
        root.get_by_label("Another net", exact=True).press("ArrowRight")
    elif trait == "start":
        root.get_by_label("Start of the weights", exact=True).select_option(value)
    elif trait == "sentences":
        root.locator(".changing select").select_option(value)
    else:
        root.get_by_label("Your own words", exact=True).fill(value)
        root.get_by_label("Sentence", exact=True).focus()


def made(name, asks=None, **settings):
    """The explorer that Python makes with the setting that is to be shown."""
    _, make, first, _ = EXPLORERS[name]
    asks = dict(asks or {})
    if word := asks.pop("sentences", None):
        sentences = explore.LivingEquation().sentences
        sentences[3][0] = word
        asks["sentences"] = sentences
    return make(**first, **asks, **settings)


def hold(course, folder):
    """From now on the kernel gets on with nothing, neither a cell nor a message. Returns what lets it go on."""
    gate = folder / "gate"
    os.mkfifo(gate)
    course.page.evaluate(
        """code => { window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code }); }""",
        f"import ctypes; ctypes.PyDLL(None).open({bytes(gate)}, 0)",  # with Python's lock held, until someone writes there
    )
    return lambda: gate.open("wb").close()


def seen(locator):
    settled(locator.page)
    return locator.evaluate(SEEN)


def expected(page_of, explorer, width):
    return seen(page_of(explorer, width).locator(".bptt"))


@every_explorer
def test_while_python_is_asked_the_old_picture_keeps_its_label(course, page_of, tmp_path, name):
    root, asks = opened(course, name)[name], EXPLORERS[name][3]
    width = root.evaluate("root => root.getBoundingClientRect().width") + 33  # the page's own margins
    before = seen(root)
    assert before == expected(page_of, made(name), width)
    let_go = hold(course, tmp_path)
    asked(root, asks)
    root.locator(".asking").wait_for()
    waiting = seen(root)
    assert waiting == before, "nothing of what is asked for is shown"
    assert root.locator(".asking").inner_text().startswith("asking Python")
    scale = root.get_by_label("Weight scale", exact=True)
    scale.press("ArrowRight")  # in the table: shown at once, of what the table is of
    factor = float(scale.get_attribute("aria-valuetext"))
    assert factor > 1 and root.locator(".asking").is_visible()
    assert seen(root) == expected(page_of, made(name, weight_scale=factor), width)
    let_go()
    root.locator(".asking").wait_for(state="hidden")
    assert seen(root) == expected(page_of, made(name, asks, weight_scale=factor), width)
    assert unbroken(course.python("value = w.sentence()")) == root.locator(".sentence").inner_text()


def test_once_a_connection_was_cut_while_python_was_asked_the_next_question_is_answered_all_the_same(course):
    """The message that was on its way is lost, and Jupyter, which waits for its end, sends none after it."""
    lose = []

    def through(page_end):
        server = page_end.connect_to_server()

        def pass_on(message):
            if lose and b"comm_msg" in (message if isinstance(message, bytes) else message.encode()):
                lose.clear()
                for end in (page_end, server):
                    end.close(code=3000)  # for Lab no end but an accident: it connects again
            else:
                server.send(message)

        page_end.on_message(pass_on)
        server.on_message(page_end.send)

    course.spoiled = True  # whatever the page opens once it is loaded again goes through
    course.page.goto("about:blank")
    course.page.route_web_socket(re.compile("/channels"), through)
    root = opened(course, "GradientByLag")["GradientByLag"]
    lose.append(True)
    asked(root, {"net": 1})
    net = root.get_by_label("Another net", exact=True)
    back = "root => root.querySelector('.asking').hidden && !root.querySelector('.controls :disabled')"
    course.wait(back, root.element_handle())  # Lab has connected again, and shows what Python has
    assert not lose
    for value in (1, 2, 3):
        net.press("ArrowRight")
        course.hear("w.net", value)
        root.locator(".asking").wait_for(state="hidden")
    root.get_by_label("Weight scale", exact=True).press("ArrowRight")
    course.hear("w.weight_scale > 1", True)


GONE = {
    "restarted": "() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()",
    "shut down": "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()",
}


@pytest.mark.parametrize("how", [*GONE, "killed"])
def test_without_its_python_a_control_is_off_and_says_why(course, page_of, tmp_path, how):
    roots = opened(course, *EXPLORERS)
    kernel = course.python("import os; value = os.getpid()")
    hold(course, tmp_path)  # for ever
    for name, root in roots.items():
        asked(root, EXPLORERS[name][3])  # this is never answered
        root.locator(".asking").wait_for()
    if how == "killed":
        os.kill(kernel, signal.SIGKILL)
    else:
        course.page.evaluate(GONE[how])
    for name, root in roots.items():
        root.locator(".asking").wait_for(state="hidden")
        width = root.evaluate("root => root.getBoundingClientRect().width") + 33
        scale = root.get_by_label("Weight scale", exact=True)
        scale.press("ArrowLeft")
        factor = float(scale.get_attribute("aria-valuetext"))
        assert seen(root) == expected(page_of, made(name, weight_scale=factor), width), name
        off = {"WordByWord": ".own input", "LivingEquation, a word": ".changing select"}.get(name, ".controls :disabled")
        assert root.locator(off).first.is_disabled(), name
        assert "stopped or begun anew: run this cell again" in root.locator(".note:visible").first.inner_text(), name
