"""Predict, then see: a guess is committed once, judged truly, and stands with the others at the end."""

import math
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import traitlets

import bptt_lab as bl
from bptt_lab import experiments
from bptt_lab.explore import predict, predictions
from bptt_lab.explore.sentence_net import PREFIXES
from bptt_lab.explore.wall import STARTS
from bptt_lab.explore.words import EN
from bptt_lab.lessons import four_words_four_terms, gates, partial_cures, short_term_memory
from bptt_lab.lessons import long_memory_measured as adders
from bptt_lab.lessons import networks_in_the_wild as wild
from bptt_lab.tasks import vocabulary

PRINTED = ("counting", "arabic")  # what answers these is a table or a line, and no figure
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
            shows = ("print(",) if code[i].split('"')[1] in PRINTED else ("bl.explore.", "bl.figures.", ".figure()")
            drawn = [any(how in source for how in shows) for source in code[i + 1 : i + 3]]
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


# ---- the numbers that a reason names, measured here with code of its own ------------------------------------------------


def test_why_open_state_a_gate_that_is_held_stops_near_8_and_a_free_one_opens_all_the_way():
    held, opened = [], []
    for seed in range(5):
        cell, x = bl.GatedCell(32, 32, init="uniform", seed=seed, gate_bias=2.0), gates.inputs(0.1, (150, 32), seed, 1)
        trace = cell.unroll(x)
        largest = np.abs(trace.h[-1].ravel()).argmax()
        opened.append(trace.gates["G1"][-1].ravel()[largest])
        gates.hold(cell, "G1", 2.0)
        held.append(np.abs(cell.unroll(x).h[-1]).max())
    assert min(opened) > 0.999 and 6 < np.median(held) < max(held) < 1 / (1 - gates.gate(2.0)) < 8.5


def test_why_half_open_the_candidate_is_the_other_road_and_the_gates_are_none():
    cell = bl.GatedCell(98, 16, init="uniform")
    trace = cell.unroll(vocabulary.encode(" ".join(PREFIXES[23])))
    steps = [cell.jacobian_terms(trace, t) for t in range(22, 1, -1)]  # from the last word back to word 2, the cats

    def left(*roads):
        return np.linalg.norm(
            np.linalg.multi_dot([sum(np.asarray(step[road]).reshape(16, 16) for road in roads) for step in steps]), 2
        )

    assert 0.5**21 == pytest.approx(5e-7, rel=0.1)
    assert left("keep", "dG1", "dG2") < 2e-5 < 1e-3 < left("keep", "candidate") < 1e-2
    assert left("keep", "dG1", "dG2", "candidate") == pytest.approx(predict.truth_of("half_open"), rel=0.01)
    assert (0.5 + 0.5 * 0.58) ** 21 == pytest.approx(7e-3, rel=0.02) == pytest.approx(predict.truth_of("half_open"), rel=0.1)
    pad, here = (bl.GatedCell(98, 400, init=init).params["W_hh"].std() for init in ("normal", "uniform"))
    assert here / pad == pytest.approx(0.58, rel=0.01)


def test_why_gru_at_cats_each_step_keeps_0_63():
    truth = predict.truth_of("gru_at_cats")
    assert round(truth ** (1 / 21), 2) == 0.63 and 80 < truth / 0.5**21 < 130


def test_direct_road_is_measured_at_the_cats_21_steps_back():
    cell = bl.LSTMCell(98, 16, init="uniform", gate_bias=2.0)
    trace = cell.unroll(vocabulary.encode(" ".join(PREFIXES[23])))
    assert PREFIXES[23][22 - 21] == "cats"
    steps = [cell.jacobian(trace, t) for t in range(22, 22 - 21, -1)]  # of the pair: rows and columns 16 to 31 are c's
    true, direct = np.linalg.multi_dot(steps)[16:, 16:], trace.gates["forget"][2:].reshape(21, 16).prod(axis=0)
    assert predict.truth_of("direct_road") == pytest.approx(np.linalg.norm(true) / np.linalg.norm(direct), rel=1e-6)
    assert "At “cats”, steps back: 21." in bl.explore.CellSwitch().sentence(), "the picture reads off at the same place"


def test_why_closed_gates_half_of_what_reaches_the_tanh_net_a_two_thousandth():
    message = {
        cell: 10 ** short_term_memory.median_message(experiments.load("gradients"), cell)[0][1]  # at d = 10
        for cell in ("LSTM, closed", "tanh")
    }
    assert 0.4 < message["LSTM, closed"] / message["tanh"] < 0.6 and 1 / 2200 < message["LSTM, closed"] < 1 / 1800
    assert predict.ALL["closed_gates"].truth() == 0


def test_why_open_adders_bias_0_and_1_learn_it_five_times_of_five():
    closed = experiments.values(experiments.load("adding"), "steps", cell="gated, closed", length=50)
    one = experiments.values(experiments.load("controls"), "steps", cell="gated, bias 1", length=50)
    assert experiments.arrived(closed) == experiments.arrived(one) == 5 > 2 > predict.truth_of("open_adders")


def test_why_wide_first_weights_alone_would_lengthen_it_8_times_and_about_5_are_left():
    alone, slopes = [], []
    for model, x, targets in four_words_four_terms.nets("N(0, 1)", 64, 64, 4, 0.1, range(40)):
        run, row = model.forward(x, targets), np.random.default_rng(0).standard_normal(64)
        alone.append(np.linalg.norm(row @ model.params["W_hh"]) / np.linalg.norm(row))
        slopes.append(1 - run.trace.h.reshape(4, 64) ** 2)
    assert np.median(alone) == pytest.approx(8, rel=0.05) and np.mean(slopes, axis=(0, 2))[2:].max() < 0.25
    assert predict.truth_of("wide_first") ** (1 / 3) == pytest.approx(5, rel=0.05)


def test_why_kept_by_cut_the_last_four_words_of_each_loss():
    share = []
    for model, run in partial_cures.scored(32, 0.1, 40, weight_scale=1.0):
        near = sum(term.gradient for t in range(32) for term in model.chain_rule_terms(run, t) if t - term.k < 4)
        share.append(np.linalg.norm(near) / np.linalg.norm(model.backward(run)["W_x"]))
    assert np.median(share) == pytest.approx(0.7, abs=0.03)
    pairs = [(t, k) for t in range(32) for k in range(max(0, t - 3), t + 1)]
    assert np.mean([t // 8 == k // 8 for t, k in pairs]) == pytest.approx(0.85, abs=0.005)


def test_why_thrown_off_a_long_step_and_some_others_took_one_too():
    w, b = (side.ravel() for side in partial_cures.grid(9, STARTS["near"]))
    places, low, high = partial_cures.descend(w, b, (np.inf,), keep=range(501))[0][0], *np.transpose(partial_cures.BOX)
    out = ((places < low) | (places > high)).any(axis=-1)
    long = np.linalg.norm(np.diff(places, axis=1), axis=-1) > 1.5
    left = out.any(axis=1)
    assert left.sum() == 40 and out[:, -1].sum() == 38 == predict.truth_of("thrown_off")
    assert all(long[one, out[one].argmax() - 1] for one in np.flatnonzero(left))
    assert long[~left].any(axis=1).sum() >= 3


def test_why_clipped_some_of_the_message_is_left_and_no_step_is_longer_than_the_rate():
    left = [adders.message_left("normal", seed, 30) for seed in range(5)]
    assert min(left) > math.log10(0.005)
    fits = {(run["fit"]["lr"], run["fit"]["clip"]) for run in experiments.RECIPES["temporal_order"].runs if run["fit"]["clip"]}
    assert fits == {(0.1, 1.0)} and predict.truth_of("clipped") == 5


def test_why_arabic_the_most_open_unit_and_not_the_mean():
    found = wild.gates_and_half_lives(predict._shipped(), "piper")
    far, near = found[found[:, 2].argmax()], found[found[:, 2].argmin()]
    np.testing.assert_allclose([far, near], [[0.38, 0.98, 85], [0.28, 0.65, 1.4]], rtol=0.02)
    assert predict.truth_of("arabic") == pytest.approx(100 * far[0])


def test_why_lost_transpose_the_median_is_near_1_and_single_nets_are_several_times_off():
    ratio = predict.the_chain_rule_through_time.lost_far(23)
    assert 0.8 < np.median(ratio) < 1.25 and min(ratio) < 1 / 3 and max(ratio) > 3
