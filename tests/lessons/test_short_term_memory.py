"""What notebook 05 measures, at small sizes; and its four cases: the nets made by hand do what their docstrings prove."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab import LSTMCell, memory
from bptt_lab.lessons import short_term_memory as lesson
from bptt_lab.tasks import Agreement
from bptt_lab.tasks.agreement import SUBJECT
from bptt_lab.tasks.vocabulary import VOCABULARY


def test_without_the_subject_the_sentences_are_the_same_but_for_a_blank():
    x, targets, mask = bl.tasks.Agreement(4).batch(8, np.random.default_rng(0))
    blank, same, places = lesson.WithoutSubject(4).batch(8, np.random.default_rng(0))
    assert not blank[SUBJECT].any() and x[SUBJECT].sum() == 8
    assert all(map(np.array_equal, (np.delete(x, 1, 0), targets, mask), (np.delete(blank, 1, 0), same, places)))


def test_a_far_subject_might_as_well_be_absent_and_a_near_one_not():
    assert lesson.as_if_absent(20, seed=0, steps=20) < 1e-3
    assert lesson.as_if_absent(1, seed=0, steps=60) > 0.3


def test_fresh_nets_are_of_the_stated_size_and_start():
    net = lesson.fresh(bl.GatedCell, seed=3, gate_bias=2.0)
    assert (net.cell.input_size, net.cell.hidden_size, net.output_size, net.cell.init) == (98, 32, 2, "uniform")


def test_the_sentences_named_here_are_in_the_recipe():
    for how in lesson.SENTENCES.values():
        assert len(bl.experiments.values(bl.experiments.load("distances"), "right", cell="tanh", **how)) == 5


def test_the_nearest_noun_is_the_last_one_before_the_verb():
    sentences = ["the cats near the dog were", "the cat was", "the dog near the keys was", "the dogs we saw were"]
    assert lesson.nearest_noun(sentences) == 0.5


def test_twins_stay_together_where_training_is_calm_and_part_where_it_is_not():
    steps, apart = lesson.twins(5, nets=3)
    assert steps == 3 * [steps[0]] and steps[0] <= 150 and 1e-10 < apart < 1e-5
    steps, apart = lesson.twins(10, nets=2)
    assert apart > 0.1 and all(n is None or 300 <= n <= 600 for n in steps)
    assert lesson.twins(10, nets=1, steps=100) == ([None], 0.0)


def test_messages_are_those_of_the_recipe_without_no_words_between():
    runs = bl.experiments.load("gradients")
    power, signal = lesson.median_message(runs, "tanh")
    for found, what in ((power, "norm"), (signal, "snr")):
        raw = np.array(bl.experiments.values(runs, what, cell="tanh"))
        assert raw.shape == (5, 6) and found.shape == (5,) and (found == np.median(raw[:, 1:], axis=0)).all()


def test_answers_become_rows_at_the_distances_asked():
    right, held, left = (np.tile([[low], [0.5], [1.0]], (1, 6)) for low in (0.0, 0.25, -9.0))
    left[:, 5] = -20, -30, -40
    assert lesson.answer_rows("short", right, held, left, (5, 100)) == [
        ("short", 5, "0.50", "0.50", "10⁻⁹ to 10¹"),
        ("short", 100, "0.50", "0.50", "10⁻⁴⁰ to 10⁻²⁰"),
    ]


def test_the_sentences_rows_have_the_ends_of_their_shares():
    rows, shares = lesson.by_sentences(bl.experiments.load("distances"))
    assert [row[0] for row in rows] == list(lesson.SENTENCES)
    for row, right in zip(rows, shares):
        assert right.shape == (5, len(lesson.ASKED)) and len(row) == 2 + len(lesson.ASKED)
        assert row[3] == f"{right[:, 2].min():.1f}-{right[:, 2].max():.1f}"


def test_values_lie_under_the_first_mark_that_holds_or_over_the_last():
    assert lesson.beside([1e-4, 5e-4], (0.001, 0.02, 0.4)) == "under 0.001"
    assert lesson.beside([1e-4, 5e-3], (0.001, 0.02, 0.4)) == "under 0.02"
    assert lesson.beside([0.5, 0.9], (0.001, 0.02, 0.4)) == "over 0.4"
    assert lesson.beside([0.01, 0.9], (0.001, 0.02, 0.4)) == "over 0.001"


def test_a_training_ends_once_it_is_right_and_only_at_a_look():
    net, task = lesson.fresh(bl.RNNCell, seed=0), bl.tasks.Agreement(1)
    ready = lesson.until_right(net, task)
    assert not ready(50)
    history = bl.train.fit(net, task, steps=400, seed=0, progress=False, until=ready)
    assert len(history) < 400 and len(history) % 50 == 0 and task.score(net) > 0.97 and ready(50) and not ready(51)


def sentences(distance):
    x, targets, _ = Agreement(distance).batch(400, np.random.default_rng(3))
    return x, targets[-1] == 1


@pytest.mark.parametrize("distance", (0, 30, 300))
def test_the_nets_made_by_hand_are_right_at_any_distance(distance):
    x, plural = sentences(distance)
    assert ((lesson.latch().unroll(x).h[-1, :, 0] > 0) == plural).all()
    counted = lesson.count().unroll(x).h[-1]
    assert ((counted[:, 0] > counted[:, 1]) == plural).all()


def test_a_thousand_nouns_of_the_other_number_do_not_turn_the_latch():
    x = np.zeros((1000, len(VOCABULARY)))
    x[:, VOCABULARY.index("cat")] = 1
    assert (lesson.latch().unroll(x, h0=np.array([0.9575])).h > 0.7).all()


def test_number_knows_all_and_only_the_nouns():
    number = dict(zip(VOCABULARY, lesson.number()))
    assert number["child"] == number["key"] == -1 and number["children"] == number["pictures"] == 1
    assert np.abs(lesson.number()).sum() == 30 and number["the"] == number["I"] == number["some"] == 0


def test_all_four_are_where_their_names_say():
    for (gradient, word), found in lesson.all_four().items():
        assert found["gradient"].shape == found["memory"].shape == (5,)
        assert (found["gradient"] < -15).all() if gradient == "vanished" else (found["gradient"] > 8).all()
        for reader in ("memory", "curved"):
            assert (found[reader] == 1).all() if word == "remembered" else (np.abs(found[reader] - 0.5) < 0.08).all()
        assert (found["apart"] < 1e-12).all() if word == "not there" else (found["apart"] > 1).all()


def test_sentences_with_the_other_subject_differ_there_alone():
    x, targets, _ = Agreement(6).batch(300, np.random.default_rng(0))
    turned = lesson.other_subject(x)
    assert np.array_equal(np.delete(x, SUBJECT, 0), np.delete(turned, SUBJECT, 0))
    assert (lesson.number()[turned[SUBJECT].argmax(axis=1)] == -lesson.number()[x[SUBJECT].argmax(axis=1)]).all()
    assert np.array_equal(lesson.other_subject(turned), x)


def test_a_curved_reader_reads_what_no_line_does():
    h = np.random.default_rng(0).standard_normal((2000, 2))
    label = (h[:, 0] * h[:, 1] > 0).astype(int)
    # A line can cut off a corner, and then has two thirds.
    assert memory.reach.probe(h, label) < 0.7 and memory.reach.probe(lesson.curved(h), label) > 0.9


def test_the_gradient_is_the_norm_of_the_product_of_jacobians_also_of_a_pair():
    cell, d = LSTMCell(Agreement.input_size, 6), 5
    x, _, _ = Agreement(d).batch(20, np.random.default_rng(0))
    trace = cell.unroll(x)
    norms = np.linalg.norm(memory.jacobian_product(cell, trace, d + 1, 1), 2, axis=(1, 2))
    assert lesson.measure(cell, d, n=20)["gradient"] == pytest.approx(np.median(np.log10(norms)))
    assert lesson.measure(cell, 0, n=20)["gradient"] == 0


def test_gated_nets_shown_long_sentences_are_right_there_and_at_five_words_most_guess_or_are_nearly_always_wrong():
    # Which seeds these are is another matter on another processor.
    long, far, near = bl.tasks.Agreement((15, 25)), [], []
    for seed in range(5):
        net = lesson.fresh(bl.GatedCell, seed, gate_bias=2.0)
        bl.train.fit(net, long, steps=600, seed=seed, progress=False)
        far.append(long.score(net, n=300))
        near.append(bl.tasks.Agreement(5).score(net, n=300))
    assert min(far) > 0.95 and np.median(near) < 0.6 and min(near) < 0.1
