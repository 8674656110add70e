"""The explorers as the notebooks show them: what lights up where, and what Python hears of it."""

import pytest

import bptt_lab as bl
from bptt_lab import explore
from bptt_lab.basics.text import unbroken
from tests.browser.access import CLASHES
from tests.browser.conftest import SHOWN
from tests.browser.waiting import frames, settled


def lit(course):
    """What is lit: words of the sentence, rows of the equation, edges of the net, and the line of code."""
    return course.page.evaluate(
        """() => {
            const all = (what) => [...document.querySelectorAll(`.bptt ${what}`)].map((node) => node.textContent);
            const drawn = (node) => node.getAttribute('display') === null;
            const edges = [...document.querySelectorAll('.bptt .edge.hidden')].filter(drawn);
            return {
                words: all('.word.lit'), rows: all('.row.lit .chip'), code: document.querySelector('.bptt .code').textContent,
                edges: edges.map((node, i) => [node, i + 2]).filter(([node]) => node.classList.contains('lit')).map(([, k]) => k),
            };
        }"""
    )


@pytest.fixture
def living(course):
    course.write("living.ipynb", ["import bptt_lab as bl", "w = bl.explore.LivingEquation()\nw"])
    course.open("living.ipynb")
    course.run_all()
    return course


def test_a_term_lights_up_in_the_sentence_the_net_the_equation_and_the_code(living):
    rows = living.page.locator(".bptt .equation .row:not(.ticks):not([hidden])")
    for act in (lambda row: row.focus(), lambda row: row.hover()):
        for word, name, edges in ((1, "the", [2, 3, 4]), (3, "were", [4]), (4, "hungry", [])):
            act(rows.nth(4 - word))
            living.wait("name => document.querySelector('.bptt .word.lit')?.textContent === name", name)
            found = lit(living)
            assert found["words"] == [name] and found["rows"] == [f"{word} {name}"] and found["edges"] == edges
            assert f"x[{word - 1}])" in found["code"] and found["code"].count("@ J[") == len(edges)
    sentence = living.page.evaluate(SHOWN)
    assert "Lit: word 4, “hungry”" in sentence
    living.hear("[w.lit, w.sentence()]", [4, sentence])


def test_an_edge_lights_every_term_that_crosses_it(living):
    edge = living.page.locator(".bptt .edge.hidden").nth(1)  # from h3 back to h2
    edge.focus()
    living.wait("() => document.querySelectorAll('.bptt .row.lit').length === 2")
    found = lit(living)
    assert found["words"] == ["the", "cats"] and found["rows"] == ["2 cats", "1 the"] and found["edges"] == [3]
    assert "words 1 to 2" in edge.get_attribute("aria-label")


def test_a_term_can_be_lit_from_python(living):
    living.python("w.lit = 2")
    living.wait("() => document.querySelector('.bptt .word.lit')?.textContent === 'cats'")
    assert lit(living)["edges"] == [3, 4]


def test_the_derivation_is_stepped_through_with_the_arrow_keys(living):
    step = living.page.get_by_label("Derivation step", exact=True)
    step.press("Home")
    seen = []
    for _ in range(6):
        settled(living.page)
        seen.append(living.page.locator(".bptt .equation .row:not(.ticks)").filter(visible=True).count())
        step.press("ArrowRight")
    assert seen == [0, 1, 2, 3, 4, 4]


def test_a_word_is_changed_in_the_page_and_python_answers(living):
    living.python("before = w.norms()")
    living.page.locator(".bptt .equation .row:not(.ticks):not([hidden])").nth(2).focus()  # word 2
    menu = living.page.get_by_label("Change word 2, “cats”, to", exact=True)
    menu.select_option("dogs")
    living.wait("() => document.querySelectorAll('.bptt .word')[1].textContent === 'dogs'")
    living.hear("w.norms() != before", True)
    said = living.python("value = w.sentence()")
    living.wait("said => document.querySelector('.bptt').bpttDrawn.text === said", said)


def test_the_ledger_is_walked_with_the_arrow_keys_and_read_out(course):
    course.write("ledger.ipynb", ["import bptt_lab as bl", "w = bl.explore.Ledger(length=4)\nw"])
    course.open("ledger.ipynb")
    course.run_all()
    table = course.page.locator(".bptt [role=application]")
    table.focus()
    for key, cell in (("Home", [4, 1]), ("ArrowRight", [4, 2]), ("ArrowUp", [3, 2]), ("End", [3, 3]), ("ArrowUp", [3, 3])):
        course.page.keyboard.press(key)
        settled(course.page)
        course.hear("w.cell", cell)
    assert "Token 3, “were”; word 3, “were”" in course.page.locator(".bptt .sentence").inner_text()


def test_the_switch_rewrites_the_equations_and_marks_what_changed(course):
    course.write("switch.ipynb", ["import bptt_lab as bl", "w = bl.explore.CellSwitch()\nw"])
    course.open("switch.ipynb")
    course.run_all()
    formula = {
        (cell, i): course.page.locator(f".bptt .card.{cell} .formula").nth(i) for cell, i in (("gru", 2), ("gru", 3), ("lstm", 2))
    }

    def shown():
        return [where.text_content() for where in formula.values()]

    assert shown() == ["nt=tanh(Wxnxt+bn+rt⊙(Whhnht−1+bhn))", "ht=zt⊙ht−1+(1−zt)⊙nt", "ct=ft⊙ct−1+it⊙gt"]
    for label in ("before it", "writes", "without (1997)"):
        course.page.get_by_label(label, exact=True).check()
    course.wait("() => document.querySelector('.bptt').bpttDrawn.text.includes('without a forget gate')")
    assert shown() == ["nt=tanh(Wxnxt+bn+Whhn(rt⊙ht−1))", "ht=(1−zt)⊙ht−1+zt⊙nt", "ct=ct−1+it⊙gt"]
    marked = course.page.locator(".bptt .card .switched")
    assert marked.all_text_contents()[:3] == ["Whhn(rt⊙ht−1)", "(1−zt)", "zt"]
    course.hear("[w.reset, w.z, w.forget]", ["before", "writes", "without"])


def test_a_word_of_the_four_cells_is_lit_in_all_of_them_and_read_off(course):
    course.write("colours.ipynb", ["import bptt_lab as bl", "w = bl.explore.FourCells(length=8)\nw"])
    course.open("colours.ipynb")
    course.run_all()
    course.page.evaluate("() => addEventListener('pointermove', (event) => { window.mouse = [event.clientX, event.clientY]; })")
    course.page.locator(".bptt .cell-row.gru .word").nth(4).hover()
    course.wait("() => document.querySelectorAll('.bptt .word.lit').length === 4")
    assert course.page.locator(".bptt .word.lit").all_inner_texts() == ["saw"] * 4
    course.page.get_by_role("slider", name="Read the four cells off").focus()
    course.page.keyboard.press("End")
    course.wait("() => document.querySelector('.bptt .sentence').textContent.includes('word 8, “morning”')")
    course.hear("w.lit", 8)
    said = course.python("value = w.sentence()")
    assert course.page.locator(".bptt .sentence").inner_text() == unbroken(said)
    # When the page moves under a mouse that rests, the browser says that it left; that undoes no key.
    leave = """([x, y]) => document.querySelector(".bptt .cells").dispatchEvent(
        new PointerEvent("pointerleave", { clientX: x, clientY: y, pointerType: "mouse" }))"""
    lit = "() => [...document.querySelectorAll('.bptt .word.lit')].map((word) => word.textContent).join(' ')"
    course.page.evaluate(leave, course.page.evaluate("() => mouse"))
    frames(course.page, 3)
    assert course.page.evaluate(lit) == " ".join(["morning"] * 4)
    course.page.evaluate(leave, [1, 1])
    course.wait(f"() => ({lit})() === 'cats cats cats cats'")


def test_a_learner_s_own_words_are_typed_looked_up_and_read_word_by_word(course):
    net = "net = bl.SequenceModel(bl.LSTMCell(98, 8), 2)"
    course.write("words.ipynb", [f"import bptt_lab as bl\n{net}", "w = bl.explore.WordByWord({'LSTM, untrained': net})\nw"])
    course.open("words.ipynb")
    course.run_all()
    page, own = course.page, course.page.get_by_label("Your own words", exact=True)
    own.fill("the horses near the")
    course.wait("() => document.querySelector('.bptt').bpttDrawn.text.startsWith('After word 4 of 4, “the”')")
    own.press("End")
    own.type(" hous")  # not yet a word: nothing is asked, and what is asked first is answered first
    frames(page, 10)
    assert course.python("value = w.text") == "the horses near the" and page.locator(".why").inner_text().startswith(
        "Press Enter"
    )
    own.press("Enter")
    course.wait("() => document.querySelector('.why').textContent.includes('Did you mean “house”')")
    assert own.input_value() == "the horses near the hous" and own.get_attribute("aria-invalid") == "true"
    slow = "import time\nparts = type(w).parts\ntype(w).parts = lambda self, text: time.sleep(0.5) or parts(self, text)"
    course.python(slow)
    own.type("es", delay=100)  # "house" is answered once "houses" is typed
    course.wait("() => document.querySelector('.bptt').bpttDrawn.text.startsWith('After word 5 of 5, “houses”')")
    assert own.input_value() == "the horses near the houses"
    read = page.get_by_label("Words read", exact=True)
    read.press("Home")
    read.press("ArrowRight")
    course.wait("() => document.querySelector('.bptt').bpttDrawn.text.startsWith('After word 2 of 5, “horses”')")
    page.locator(".build summary").press("Enter")
    page.get_by_role("button", name="garden", exact=True).press("Enter")
    course.wait("() => document.querySelector('.bptt').bpttDrawn.text.startsWith('After word 6 of 6, “garden”')")
    page.get_by_role("button", name="Take the last word away").press("Space")
    course.wait("() => document.querySelector('.bptt').bpttDrawn.text.startsWith('After word 5 of 5, “houses”')")
    assert unbroken(course.python("value = w.sentence()")) == page.locator(".bptt .sentence").inner_text()
    assert course.python("value = w.words_on_show()") == "the horses near the houses".split()
    page.get_by_label("Sentence", exact=True).select_option("the cats")
    course.wait("() => document.querySelector('.bptt').bpttDrawn.text.startsWith('After word 2 of 2, “cats”')")
    assert own.input_value() == "the cats"


def test_code_that_a_learner_types_is_shown_as_text_and_never_run(course):
    net = "net = bl.SequenceModel(bl.LSTMCell(98, 8), 2)"
    course.write("words.ipynb", [f"import bptt_lab as bl\n{net}", "w = bl.explore.WordByWord({'LSTM, untrained': net})\nw"])
    course.open("words.ipynb")
    course.run_all()
    own, why = course.page.get_by_label("Your own words", exact=True), course.page.locator(".why")
    for typed in ("<img src=x onerror=window.broken=1>", "__import__('os').mkdir('ran')", "{words.own}${window.broken=1}"):
        own.fill("the cats")
        own.press("Enter")
        course.wait("() => document.querySelector('.own input').getAttribute('aria-invalid') !== 'true'")
        own.fill(typed)
        own.press("Enter")
        course.wait("() => document.querySelector('.own input').getAttribute('aria-invalid') === 'true'")
        assert own.input_value() == typed and "have never met" in why.inner_text()
        broken = course.page.evaluate("() => [String(window.broken), document.querySelector('.bptt img')?.outerHTML]")
        assert broken == ["undefined", None]
        assert course.python("import os; value = os.path.exists('ran')") is False


def four_nets():
    names = ("tanh, d = 0–5", "tanh, d = 15–25", "gated, d = 15–25", "LSTM, d = 0–5")
    return explore.WordByWord({name: bl.SequenceModel(bl.GatedCell(98, 2, seed=seed), 2) for seed, name in enumerate(names)})


@pytest.mark.parametrize("made", [four_nets, explore.FourTerms, explore.GatePad, lambda: explore.FourCells(length=23)])
def test_beside_labs_columns_on_a_phone_no_text_lies_on_another_or_is_cut(made, page_of):
    page = page_of(made(), 270)  # what Lab leaves a figure of a window of 390 px
    assert page.evaluate(CLASHES) == []


def test_tied_gates_leave_one_slider_to_move_and_the_other_follows(page_of):
    page = page_of(explore.GatePad())
    G1, G2 = (page.get_by_label(f"{name} at rest", exact=True) for name in ("G1", "G2"))
    assert G2.is_enabled()
    page.get_by_label("tied", exact=True).check()
    page.wait_for_function("() => document.querySelector('.bptt').bpttDrawn.text.startsWith('Tied')")
    assert G2.is_disabled() and G1.is_enabled()
    G1.press("Home")
    page.wait_for_function("() => document.querySelector('.bptt').bpttDrawn.text.includes('mean G2 1.000')")
    assert G2.evaluate("input => input.value === input.max")
    page.get_by_label("held", exact=True).check()
    page.wait_for_function("() => !document.querySelector('.bptt').bpttDrawn.text.startsWith('Tied')")
    assert G2.is_enabled()
