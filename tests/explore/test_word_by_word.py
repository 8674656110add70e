"""The bars of notebook 05, against one net on one sentence at a time."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.explore import word_by_word
from bptt_lab.explore.word_by_word import EXAMPLES, MOST_WORDS, SCALES, WordByWord
from bptt_lab.tasks import vocabulary


@pytest.fixture(scope="module")
def nets():
    """Untrained ones are enough here: a class for each verb, and one for each word."""
    return {
        "tanh, two classes": bl.SequenceModel(bl.RNNCell(98, 8, init="uniform"), 2),
        "LSTM, two classes": bl.SequenceModel(bl.LSTMCell(98, 8, init="uniform"), 2),
        "GRU, all words": bl.SequenceModel(bl.GRUCell(98, 8, init="uniform"), 98),
    }


def alone(net, text, scale):
    """(T, 2): one net with its W_hh multiplied, one sentence, no batch, no table."""
    before = net.params["W_hh"].copy()
    net.params["W_hh"] = scale * before
    x = vocabulary.encode(text)
    found = net.forward(x, np.zeros(len(x), int)).probabilities
    net.params["W_hh"] = before
    return found[:, [vocabulary.VOCABULARY.index(verb) for verb in ("was", "were")] if found.shape[1] > 2 else [0, 1]]


@pytest.mark.parametrize("text", [*EXAMPLES, "dogs", "the two red birds in the garden.", " ".join(["very"] * MOST_WORDS)])
@pytest.mark.parametrize("scale", [SCALES[0], 1.0, SCALES[-1]])
def test_the_bars_are_what_each_net_alone_says(nets, text, scale):
    explorer, T = WordByWord(nets, text=text, weight_scale=scale), len(vocabulary.indices(text))
    for read in sorted({1, (T + 1) // 2, T}):
        explorer.read = read
        for name, (verb, share) in explorer.says().items():
            was, were = alone(nets[name], text, scale)[read - 1]
            assert verb == ("were" if were > was else "was") and share == pytest.approx(max(was, were), rel=1e-5)


def test_the_table_of_the_browser_holds_the_same_for_an_example_as_for_the_learner_s_own_words(nets):
    explorer, T = WordByWord(nets), len(EXAMPLES[3].split())
    explorer.text = EXAMPLES[3]
    own, examples = explorer._arrays["typed"], explorer._arrays["examples"]
    np.testing.assert_allclose(examples[3][:, :, :T], own[:, :, :T], rtol=1e-6)


def test_two_classes_share_out_all_and_all_words_leave_something_for_others(nets):
    explorer = WordByWord(nets)
    sums = explorer._arrays["examples"][0, :, :, :8].sum(axis=-1)
    np.testing.assert_allclose(sums[:2], 1.0, rtol=1e-6)
    assert (sums[2] < 0.9).all() and explorer.facts["kinds"] == ["plain", "lstm", "gru"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("the zebra slept", "never met “zebra”. Open the list"),
        ("the catz near", "never met “catz”. Did you mean “cat” or “cats”"),
        ("the cats,", "Did you mean “cats”"),
        ("", "There is no word yet"),
        ("   ", "There is no word yet"),
        ("very " * 41, "That is 41 words; there is room for 40."),
        ("__import__('os')", "never met “__import__('os')”"),
        ("<b>cats</b>", "never met “<b>cats</b>”"),
    ],
)
def test_what_cannot_be_read_is_answered_kindly_and_the_last_sentence_stays(nets, text, says):
    explorer = WordByWord(nets, text="the dogs near the house")
    table = explorer.table
    explorer.text = text
    assert says in explorer.complaint and explorer.sentence().startswith(explorer.complaint)
    assert explorer.words_on_show() == "the dogs near the house".split() and explorer.table == table
    explorer.text = "The Dogs"
    assert not explorer.complaint and explorer.words_on_show() == ["the", "dogs"]


def test_the_sentence_names_the_first_noun_and_the_verb_that_is_right(nets):
    explorer = WordByWord(nets, text="the cat near the old houses")
    assert "After word 6 of 6, “houses”" in explorer.sentence() and "“cat”, stands 4 back; right is “was”" in explorer.sentence()
    explorer.read = 1
    assert "After word 1 of 6, “the”" in explorer.sentence() and "No noun has been read" in explorer.sentence()


def test_an_own_sentence_is_answered_at_once_and_in_one_piece(nets):
    explorer, sent = WordByWord(nets), []
    explorer.observe(lambda _: sent.append(set(explorer.layout_of_table)), "table")
    explorer.text = "the horses behind the river"
    assert sent == [{"typed", "typed_words", "examples"}], "an example may be chosen next"


def test_nets_that_are_not_of_this_task_are_refused():
    for nets in ({}, [1], {str(i): None for i in range(5)}, {"a": bl.SequenceModel(bl.RNNCell(98, 4), 3)}, {"a": "tanh"}):
        with pytest.raises(ValueError, match="nets"):
            WordByWord(nets)


def test_the_three_nets_that_come_along_have_learnt_what_their_names_say():
    short, long, lstm = word_by_word.trained().values()
    for d in (2, 5, 30):
        task = bl.tasks.Agreement(distance=d)
        assert task.score(short, 300) > 0.98 and task.score(lstm, 300) > 0.98 and 0.4 < task.score(long, 300) < 0.6


def test_the_still_picture_is_on_an_axis_of_shares(nets):
    picture = WordByWord(nets).still_picture()["image/svg+xml"]
    assert ">100 %<" in picture and "tanh, two classes: wa" in picture
