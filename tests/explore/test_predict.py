"""Predict, then see: a guess is committed once, judged truly, and stands with the others at the end."""

import math
import re
from pathlib import Path

import nbformat
import pytest
import traitlets

import bptt_lab as bl
from bptt_lab.explore import predict, predictions
from bptt_lab.explore.words import EN

every = pytest.mark.parametrize("name", predict.ALL)


@pytest.fixture(autouse=True)
def fresh():
    """Each test begins and ends with nothing predicted."""
    predictions._made.clear()
    yield
    predictions._made.clear()


@every
def test_a_question_has_words_and_a_truth_on_its_line(name):
    explorer = bl.explore.Predict(name)
    values = explorer.controls[0].values
    truth = math.log10(explorer.truth) if explorer.powers else explorer.truth
    assert explorer.question.endswith("?") or explorer.question.endswith("Count from 1.")
    assert values[0] - 0.5 <= truth <= values[-1] + 0.5
    assert explorer.guess is None, "nothing is guessed by leaving the slider where it is"
    assert "measured:" not in explorer.sentence(), "the truth is not said before"
    assert "<details" in explorer.still_picture()["text/html"]


@every
def test_each_guess_is_judged_and_only_one_number_is_right(name):
    right = []
    for guess in predict.ALL[name].values:
        said = bl.explore.Predict(name, guess=guess, committed=True).sentence()
        assert "{" not in said and said.endswith(".")
        if "Your guess is right" in said:
            right.append(guess)
    truth = bl.explore.Predict(name).truth
    assert right == [round(math.log10(truth) if predict.ALL[name].powers else truth)]


def test_a_committed_guess_stays():
    explorer = bl.explore.Predict("first_term", guess=-3)
    explorer.committed = True
    with pytest.raises(traitlets.TraitError, match="-3 is committed"):
        explorer.guess = 0
    explorer.committed = False
    assert explorer.committed and explorer.guess == -3
    assert "You guessed 10⁻³; measured: 8.17·10⁻³. Your guess is 0.9 powers of ten too low." in explorer.sentence()


@pytest.mark.parametrize("guess", [-13, 7, 0.5, True])
def test_a_guess_off_the_line_is_refused(guess):
    with pytest.raises(traitlets.TraitError, match="guess"):
        bl.explore.Predict("first_term").guess = guess


def test_what_is_not_guessed_is_not_committed_and_what_was_seen_is_not_guessed():
    explorer = bl.explore.Predict("first_term")
    with pytest.raises(traitlets.TraitError, match="committed: got True, expected a guess"):
        explorer.committed = True
    assert not explorer.committed and "No guess yet" in explorer.sentence()
    explorer.seen = True
    explorer.guess = 0
    with pytest.raises(traitlets.TraitError, match="before the answer is seen"):
        explorer.committed = True
    assert explorer.sentence().startswith("Measured: 8.17·10⁻³. ") and bl.explore.my_predictions() == []


@every
def test_a_wrong_guess_gets_a_reason(name):
    explorer, why = bl.explore.Predict(name), EN["predict"][f"why_{name}"]
    values = explorer.controls[0].values
    wrong = max(values, key=lambda guess: abs(guess - (math.log10(explorer.truth) if explorer.powers else explorer.truth)))
    explorer.guess = wrong
    assert why not in explorer.sentence()
    explorer.committed = True
    assert explorer.sentence().endswith(why) and why in explorer.still_picture()["text/html"].replace("&#x27;", "'")


def test_an_unknown_question_is_named():
    with pytest.raises(ValueError, match="asked.*'nothing'.*'first_term'"):
        bl.explore.Predict("nothing")


def test_the_session_s_predictions_stand_together_and_the_first_one_counts():
    assert "No prediction" in repr(bl.explore.my_predictions())
    first = bl.explore.Predict("first_term", guess=-4)
    first.committed = True
    again = bl.explore.Predict("first_term", guess=0)  # the answer was seen
    again.committed = True
    decay = bl.explore.Decay(guess=3, length=64)
    decay.curve = "shown"
    decay.curve = "hidden"
    decay.guess = -4
    decay.curve = "shown"
    decay.curve, decay.activation = "hidden", "sigmoid"  # another question
    decay.curve = "shown"
    made = bl.explore.my_predictions()
    assert [(p.guess, p.close) for p in made] == [("10⁻⁴", False), ("10³", False), ("10⁻⁴", False)]
    assert "63 steps of tanh" in made[1].question and "63 steps of sigmoid" in made[2].question
    assert "powers of ten too high" in made[1].verdict
    table = made._repr_html_()
    assert table.count("<tr>") == 4 and table.count('scope="col"') == table.count("<td ") // 3 == 4
    assert table.startswith("<p>Your predictions: 3. Close to what was measured: 0.</p>")


def test_what_is_shown_from_the_start_was_not_predicted():
    bl.explore.Decay(curve="shown")
    assert bl.explore.my_predictions() == []


def test_every_question_is_asked_in_a_notebook_before_its_figure():
    folder = Path(__file__).parents[2] / "notebooks"
    asked = re.findall(
        r'bl\.explore\.Predict\(\\"(\w+)\\"\)',
        "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("[0-9]*.ipynb"))),
    )
    assert asked == list(predict.ALL)
    for path in sorted(folder.glob("[0-9]*.ipynb")):
        code = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        for i in (i for i, source in enumerate(code) if source.startswith("bl.explore.Predict(")):
            drawn = [any(how in source for how in ("bl.explore.", "bl.figures.", ".figure()")) for source in code[i + 1 : i + 3]]
            assert any(drawn), (path.name, code[i])
        together = code.index("bl.explore.my_predictions()  # what you guessed above, beside what was measured")
        assert together > max(
            i for i, source in enumerate(code) if source.startswith(("bl.explore.Predict(", "bl.explore.Decay("))
        )
        assert code[together - 1].startswith("bl.explore.Quiz("), path.name
    questions = {key.removeprefix("question_") for key in EN["predict"] if key.startswith("question_")}
    assert questions == set(predict.ALL)


def test_a_page_of_its_own_says_its_question_once():
    page, question = bl.explore.Predict("first_term").to_html(), EN["predict"]["question_first_term"]
    assert f"<title>Predict, then see: {question}</title>" in page and "<h1>Predict, then see</h1>" in page
