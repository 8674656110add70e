"""What every explorer promises, and the words of each."""

import ipywidgets
import pytest
import traitlets

import bptt_lab as bl
from bptt_lab.explore.words import EN

EXPLORERS = [kind for name in bl.explore.__all__ if getattr(kind := getattr(bl.explore, name), "controls", ())]


@pytest.fixture(params=EXPLORERS, ids=lambda kind: kind.__name__)
def explorer(request):
    return request.param()


def test_every_value_of_every_control_has_a_sentence_and_a_still_picture(explorer):
    for control in explorer.controls:
        for value in control.values:
            setattr(explorer, control.name, value)
            text = explorer.sentence()
            assert text and "{" not in text and "nan" not in text.lower().split()
            assert text in explorer._repr_mimebundle_()[0]["text/plain"]
            assert all(size >= 0 for _, size in explorer.still())


def test_the_still_picture_is_svg_with_the_sentence_for_screen_readers(explorer):
    import xml.etree.ElementTree as ET

    picture = ET.fromstring(explorer._repr_mimebundle_()[0]["image/svg+xml"])
    assert picture.find("{http://www.w3.org/2000/svg}desc").text == explorer.sentence()
    assert picture.find("{http://www.w3.org/2000/svg}title").text


def test_a_value_outside_the_controls_is_refused_and_nothing_changes(explorer):
    before = explorer.sentence()
    outside = {
        "weight_scale": 50.0,
        "activation": "gelu",
        "length": 0,
        "step": -1,
        "limit": 2.0,
        "cut": 33,
        "points": 20,
        "inputs": 2.0,
        "start": "zeros",
        "read": 0,
    }
    tried = [name for name in outside if explorer.has_trait(name)]
    for name in tried:
        with pytest.raises(traitlets.TraitError):
            setattr(explorer, name, outside[name])
    assert len(tried) >= 2 and explorer.sentence() == before


def test_an_unknown_setting_is_named(explorer):
    with pytest.raises(ValueError, match=f"colour.*{explorer.controls[0].name}"):
        type(explorer)(colour="red")


def test_a_value_between_two_grid_points_moves_to_the_nearer(explorer):
    if explorer.has_trait("weight_scale"):
        explorer.weight_scale = 1.02
        assert explorer.weight_scale == 1.0
    else:
        explorer.step, explorer.points = 64, 110
        assert (explorer.step, explorer.points) == (60, 101)


@pytest.mark.parametrize("box", [ipywidgets.VBox, ipywidgets.HBox, ipywidgets.Tab])
def test_in_a_box_an_explorer_is_its_sentence_and_no_address(explorer, box):
    shown = box([explorer])._repr_mimebundle_()["text/plain"]
    assert explorer.sentence()[:40] in shown and "0x" not in shown


def test_explorers_are_ordinary_widgets(explorer):
    box = ipywidgets.VBox([explorer])
    control = next(control for control in explorer.controls if control.kind == "slider")
    slider, seen = ipywidgets.FloatSlider(min=-500.0, max=500.0), []
    explorer.observe(lambda change: seen.append(change["new"]), control.name)
    with_link = ipywidgets.link((explorer, control.name), (slider, "value"))
    setattr(explorer, control.name, control.values[1])
    assert box.children == (explorer,) and slider.value == control.values[1] == seen[-1]
    with_link.unlink()


def test_no_explorer_carries_plotly(explorer):
    assert "plotly" not in explorer._esm.lower() and len(explorer._esm) < 100_000


def test_an_exported_page_asks_for_nothing_from_outside(explorer):
    page = explorer.to_html()
    for forbidden in ("<link", "src=", "@import", "fetch(", "import("):
        assert forbidden not in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_settings_can_be_given_at_the_start():
    explorer = bl.explore.LivingEquation(weight_scale=0.1, length=11, target=8, lit=2)
    assert "8 terms" in explorer.sentence() and "Lit: word 2, “cats”" in explorer.sentence()


def test_every_control_and_every_choice_in_words_has_a_name():
    for kind in EXPLORERS:
        words = {**EN["all"], **EN[kind.name]}
        assert "title" in words and all(control.name in words for control in kind.controls)


# ---- each explorer's own


def test_the_token_losses_add_up_and_the_verb_can_stand_alone():
    explorer = bl.explore.TokenLosses(length=11)
    losses = [loss for _, _, loss in explorer.token_losses()]
    assert f"L = {bl.text.say(sum(losses))} nats" in explorer.sentence()
    explorer.combine = "mean"
    assert bl.text.say(sum(losses) / 11) in explorer.sentence()
    explorer.counted = "verb"
    assert [(word, following) for word, following, _ in explorer.token_losses()] == [("morning", "were")]
    explorer.length = 1
    assert "No token counts" in explorer.sentence()


def test_a_word_of_the_living_equation_can_be_replaced():
    explorer = bl.explore.LivingEquation()
    before = explorer.norms()
    explorer.replace(2, "dogs")
    after = explorer.norms()
    assert explorer.sentences[3] == ["the", "dogs", "were", "hungry"]
    assert after != before and after[0] == pytest.approx(before[0], rel=0.5)
    with pytest.raises(ValueError, match="zebra"):
        explorer.replace(2, "zebra")
    with pytest.raises(ValueError, match="1 to 4"):
        explorer.replace(5, "dogs")
    assert explorer.sentences[3][1] == "dogs"


def test_another_start_of_the_weights_gives_other_terms():
    explorer = bl.explore.LivingEquation(length=4)
    before = explorer.norms()
    explorer.start = "identity"
    assert explorer.norms() != before


def test_the_ledger_s_words_follow_weights_view_and_cell():
    explorer = bl.explore.Ledger(length=4)
    assert explorer.sentence().startswith("10 terms")
    explorer.wrt = "W_hh"
    assert "first word has norm 0," in explorer.sentence(), "h_0 is 0: nothing has vanished on the way"
    explorer.cell = [3, 2]
    assert "Token 3, “were”; word 2, “cats”" in explorer.sentence()
    with pytest.raises(traitlets.TraitError):
        explorer.cell = [1]


def test_words_that_are_not_one_word_of_the_vocabulary_leave_the_sentence_as_it_was():
    explorer = bl.explore.LivingEquation()
    before = explorer.sentence(), explorer.norms()
    for k, word in ((2, ""), (2, " "), (2, "cats were"), (2, "cats."), (1, None), (1.5, "the"), ("1", "the"), (0, "the")):
        with pytest.raises(ValueError):
            explorer.replace(k, word)
    for sentences in ([], explorer.sentences[:-1], [[0]] * 12, [["the"]] * 12, "the cats"):
        with pytest.raises(traitlets.TraitError):
            explorer.sentences = sentences
    assert (explorer.sentence(), explorer.norms()) == before
    explorer.replace(1, "THE")
    assert explorer.sentences[3][0] == "the"


def test_each_explorer_has_sentences_of_its_own():
    first = bl.explore.LivingEquation()
    first.sentences[3][0] = "was"
    assert bl.explore.LivingEquation().sentences[3][0] == "the" == bl.explore.Ledger().sentences[3][0]


@pytest.mark.parametrize("kind", [bl.explore.TokenLosses, bl.explore.Ledger])
def test_what_is_not_computed_anew_cannot_be_set(kind):
    with pytest.raises(AttributeError):
        kind().sentences = [["the"]]


def test_a_whole_number_is_not_a_truth_value_and_numpy_s_numbers_are_welcome(explorer):
    import numpy as np

    for name in ("length", "step", "lit", "lag", "net", "cut", "points"):
        if explorer.has_trait(name):
            with pytest.raises(traitlets.TraitError, match=f"{name}: got True, expected a whole number"):
                setattr(explorer, name, True)
    for control in explorer.controls:
        if control.kind == "slider":
            as_numpy = np.int64 if isinstance(control.values[0], int) else np.float32
            setattr(explorer, control.name, as_numpy(control.values[-2]))
            assert getattr(explorer, control.name) == control.values[-2]
    assert explorer.sentence()


def test_a_lit_row_is_spoken_of_once_it_is_written_out():
    explorer = bl.explore.LivingEquation(length=4, target=4, lit=2, step=3)
    assert "Lit" not in explorer.sentence()
    explorer.step = 4
    assert "Lit: word 2" in explorer.sentence()


def test_one_of_two_bars_at_a_time_is_said_only_where_one_runs_past_the_axis_and_the_other_does_not():
    explorer = bl.explore.LivingEquation(small=True, axis="true", length=4, target=4, weight_scale=0.1)
    assert "one of the two" in explorer.sentence()
    explorer.zoom = 3
    assert "one of the two" not in explorer.sentence(), "both run past it"
    explorer.target, explorer.zoom = 1, 0
    assert "one of the two" not in explorer.sentence(), "one bar, and it fits"


def test_no_ratio_is_said_where_the_first_term_has_vanished():
    explorer = bl.explore.LivingEquation(start="identity", activation="relu", length=8, weight_scale=0.1)
    assert "weighs vanished" not in explorer.sentence()
    assert "vanished" not in bl.explore.LivingEquation(small=True, step=2).sentence()


def test_an_unknown_language_is_named():
    with pytest.raises(ValueError, match="language.*'xx'.*'en'"):
        bl.explore.Ledger(language="xx")


def test_numbers_below_float32_s_digits_are_sent_as_vanished():
    import numpy as np

    from bptt_lab.explore.base import as_sent

    assert (as_sent(np.array([1e-40, 1e-30, 1e60, 0.0])) == np.array([0, 1e-30, np.inf, 0], "<f4")).all()


@pytest.mark.parametrize("kind", [bl.explore.Ledger, bl.explore.Truncation])
@pytest.mark.parametrize("cell", [[99, 1], [-1, 0], [1, 2, 3], [1], "ab", 3, None, [True, 1], [1.5, 1]])
def test_what_is_no_row_and_column_is_refused_in_one_sentence(kind, cell):
    with pytest.raises(traitlets.TraitError, match=r"^cell: got .*, expected two whole numbers from 0 to \d+\.$"):
        kind(cell=cell)
    assert kind(cell=(3, 2)).cell == [3, 2]
