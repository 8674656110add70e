"""Predict, then see, by keyboard: on an exported page, and in JupyterLab with the predictions together at the end."""

from playwright.sync_api import expect

from bptt_lab import explore
from bptt_lab.basics.text import unbroken


def says(page, text):
    """Wait until the sentence says so."""
    page.wait_for_function("text => document.querySelector('.bptt').bpttDrawn.text.includes(text)", arg=text)


GUESSES = "[made.guess for made in bl.explore.my_predictions()]"


def test_a_guess_is_moved_committed_and_judged_by_keyboard_and_then_it_stays(page_of):
    page = page_of(explore.Predict("first_term"))
    question, sentence = page.locator(".question"), page.locator(".sentence")
    guess, commit = page.get_by_label("Your guess", exact=True), page.get_by_role("button", name="Commit")
    assert question.inner_text().endswith("?") and "8.17" not in page.inner_text(".bptt")
    assert guess.get_attribute("aria-valuetext") == "not set" and page.locator(".bptt-draw line.guess").get_attribute(
        "visibility"
    )
    commit.press("Enter")  # there is nothing to commit yet
    says(page, "No guess yet")
    guess.press("Home")
    for _ in range(9):
        guess.press("ArrowRight")
    says(page, "Your guess is 10⁻³")
    assert guess.get_attribute("aria-valuetext") == "10⁻³"
    mark = page.locator(".bptt-draw line.guess").get_attribute("x1")
    commit.press("Enter")
    says(page, "You guessed 10⁻³; measured: 8.17·10⁻³.")
    assert "0.9 powers of ten too low" in sentence.inner_text()
    assert guess.is_disabled() and page.locator(".bptt-draw line.solid").get_attribute("visibility") is None
    truth = page.locator(".bptt-draw line.solid").get_attribute("x1")
    assert page.locator(".bptt-draw line.guess").get_attribute("x1") == mark != truth
    assert page.get_by_role("button", name="Committed").get_attribute("aria-disabled") == "true"
    assert page.evaluate("() => document.activeElement.textContent") == "Committed", "the focus stays where it was"
    assert page.get_by_role("button", name="Show me").is_hidden()


def test_show_me_gives_the_answer_and_its_reason_and_ends_the_guessing(page_of):
    explorer = explore.Predict("zero_terms")
    page = page_of(explorer)
    assert page.locator(".bptt[data-open]").count() == 1, "what follows is covered"
    page.get_by_role("button", name="Show me").press("Enter")
    says(page, "Measured: 4. Each term of dL/dW_hh has the state before its word as a factor.")
    assert page.locator(".bptt[data-open]").count() == 0
    assert page.get_by_label("Your guess", exact=True).is_hidden() and page.get_by_role("button", name="Commit").is_hidden()
    page.get_by_role("button", name="The answer is shown").press("Enter")
    assert page.evaluate("() => document.activeElement.textContent") == "The answer is shown", "the focus stays where it was"
    explorer.seen = True
    assert page.inner_text(".sentence") == unbroken(explorer.sentence())


def test_a_number_is_shown_as_a_number_and_a_power_as_a_power(page_of):
    for name, start, shown in (("presses", 6, "5"), ("closed_gates", 4, "3"), ("first_term", 3, "100")):
        guess = page_of(explore.Predict(name, guess=start)).get_by_label("Your guess", exact=True)
        guess.press("ArrowLeft")
        expect(guess).to_have_attribute("aria-valuetext", shown)
        expect(guess.locator("xpath=..").locator("output, .value").last).to_have_text(shown)


def test_python_and_the_browser_judge_alike(page_of):
    for name, guess in (("one_word", 80), ("one_word", 55), ("thrown_off", 70), ("half_open", -7), ("gru_at_cats", 2)):
        explorer = explore.Predict(name, guess=guess, committed=True)
        assert page_of(explorer).inner_text(".sentence") == unbroken(explorer.sentence())
        explorer = explore.Predict(name, guess=guess)
        assert page_of(explorer).inner_text(".sentence") == unbroken(explorer.sentence())


def test_predictions_of_a_session_stand_together(course):
    cells = ["bl.explore.Predict('one_word')", "bl.explore.Decay(length=64)", "bl.explore.my_predictions()"]
    course.write("predict.ipynb", ["import bptt_lab as bl", *cells])
    course.open("predict.ipynb")
    course.run_all()
    table = course.cell(3).locator("table")
    assert "No prediction is committed yet" in course.cell(3).text_content()  # covered, as all after an open question
    course.cell(1).get_by_label("Your guess", exact=True).press("ArrowLeft")
    course.cell(1).get_by_role("button", name="Commit").press("Enter")
    course.hear(GUESSES, ["74"])  # Python has heard of the first before the second is made
    course.cell(2).get_by_label("Your guess", exact=True).press("ArrowRight")
    course.cell(2).get_by_label("hidden", exact=True).press("ArrowRight")
    course.hear(GUESSES, ["74", "10⁻²"])
    course.run_all()
    assert table.locator("tr").count() == 3
    assert "63 steps of tanh" in table.text_content() and "powers of ten" in table.text_content()
