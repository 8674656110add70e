"""What is true of every task; then of each."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.tasks import Adding, Agreement, English, TemporalOrder

TASKS = [
    Adding(2),
    Adding(50),
    TemporalOrder(10),
    TemporalOrder(37),
    Agreement(0),
    Agreement(20),
    Agreement((0, 9)),
    Agreement((3, 8), targets="all"),
    English(),
]


def draw(task, size=64, seed=0):
    return task.batch(size, np.random.default_rng(seed))


def untrained(task, H=4):
    return bl.SequenceModel(bl.RNNCell(task.input_size, H), task.output_size, task.loss)


@pytest.mark.parametrize("task", TASKS, ids=repr)
@pytest.mark.parametrize("size", [1, 7])
def test_a_batch_has_the_stated_shapes_and_trains_a_model(task, size):
    x, targets, mask = draw(task, size)
    assert x.shape == (task.length, size, task.input_size) and x.dtype == np.float64
    assert targets.shape == mask.shape == (task.length, size) and mask.dtype == bool
    assert mask.any(axis=0).all()
    loss, grads = untrained(task).gradient(x, targets, mask)
    assert loss > 0 and grads["W_hh"].any()


@pytest.mark.parametrize("task", TASKS, ids=repr)
def test_the_seed_decides_the_batch(task):
    assert all((a == b).all() for a, b in zip(draw(task, seed=1), draw(task, seed=1)))
    assert not (draw(task, seed=1)[0] == draw(task, seed=2)[0]).all()


@pytest.mark.parametrize("task", TASKS, ids=repr)
def test_the_score_has_a_seed_and_does_not_change_the_model(task):
    model = untrained(task)
    before = {name: value.copy() for name, value in model.params.items()}
    assert task.score(model, n=40, seed=3) == task.score(model, n=40, seed=3)
    assert all((model.params[name] == value).all() for name, value in before.items())


def test_a_score_in_pieces_is_the_score_of_all(monkeypatch):
    task = Adding(6)
    model, (x, targets, mask) = untrained(task), draw(task, 7, seed=5)
    whole = np.square(model.forward(x, targets, mask).y[-1, :, 0] - targets[-1]).mean()
    assert task.score(model, n=7, seed=5) == pytest.approx(whole)
    monkeypatch.setattr("bptt_lab.tasks.task._TOGETHER", 1)  # one sequence at a time
    rng = np.random.default_rng(5)
    pieces = [task.batch(1, rng) for _ in range(7)]
    expected = np.mean([(model.forward(*piece).y[-1, 0, 0] - piece[1][-1, 0]) ** 2 for piece in pieces])
    assert task.score(model, n=7, seed=5) == pytest.approx(expected)


# Adding


def test_the_target_is_the_sum_of_the_two_marked_numbers_one_in_each_half():
    x, targets, mask = draw(Adding(11), 500)
    marks = x[:, :, 1]
    assert set(np.unique(marks)) == {0.0, 1.0}
    assert (marks[:5].sum(0) == 1).all() and (marks[5:].sum(0) == 1).all()
    np.testing.assert_allclose((x[:, :, 0] * marks).sum(0), targets[-1])
    assert mask[-1].all() and not mask[:-1].any()
    assert marks[:5].any(axis=1).all() and marks[5:].any(axis=1).all()  # every place can be marked


def test_to_say_the_mean_has_an_error_of_one_sixth():
    task = Adding(5)
    model = untrained(task)
    for name, value in model.params.items():
        model.params[name] = np.ones_like(value) if name == "b_o" else np.zeros_like(value)
    assert task.score(model, n=20_000) == pytest.approx(1 / 6, abs=0.005)


# Temporal order


@pytest.mark.parametrize("T", [10, 25, 37, 100])
def test_the_class_is_the_order_of_the_two_signals(T):
    x, targets, mask = draw(TemporalOrder(T), 400)
    assert (x.sum(-1) == 1).all()
    symbols = x.argmax(-1)
    for row, target in zip(symbols.T, targets[-1]):
        at = np.flatnonzero(row < 2)
        assert len(at) == 2 and T // 10 <= at[0] < 2 * T // 10 and 4 * T // 10 <= at[1] < 5 * T // 10
        assert target == 2 * row[at[0]] + row[at[1]]
    assert set(targets[-1]) == {0, 1, 2, 3}
    assert set(np.unique(symbols)) == set(range(6))


# Agreement


@pytest.mark.parametrize("d", [*range(15), 20, 30, 100, 1000])
def test_the_verb_stands_d_words_after_the_subject(d):
    for sentence in Agreement(d).sentences(200, seed=d):
        words = sentence.split()
        assert len(words) == d + 3 and words[0] == "the" and words[-1] in ("was", "were")


def test_the_verb_agrees_with_the_subject_and_half_are_plural():
    sentences = [sentence.split() for sentence in Agreement(6).sentences(300)]
    singular = "cat dog bird horse child teacher student author friend".split()
    assert {(words[1] in singular, words[-1]) for words in sentences} == {(True, "was"), (False, "were")}
    assert sum(words[-1] == "were" for words in sentences) == 150
    task = Agreement(6)
    x, targets, mask = draw(task, 7)
    assert sorted(np.bincount(targets[mask])) == [3, 4]
    for b in range(7):
        assert (task.decode(x[:, b]).split()[1] in singular) == (task.outputs[targets[mask[:, b], b][0]] == "was")


def nouns_between(attractors, n=400):
    """Of the nouns between subject and verb: how many are plural like the subject, or singular like it, and how many not."""
    alike = unlike = 0
    plurals = {
        f"{noun}s" for noun in "cat dog bird horse teacher student author key house garden river table picture friend".split()
    }
    for sentence in Agreement(20, attractors=attractors).sentences(n):
        words = sentence.split()
        for word in words[2:-1]:
            if word in plurals | {"children", "child"} | {plural[:-1] for plural in plurals}:
                same = (word in plurals | {"children"}) == (words[-1] == "were")
                alike, unlike = alike + same, unlike + (not same)
    return alike, unlike


def test_attractors_is_the_share_of_nouns_that_mislead():
    assert nouns_between(0)[1] == 0 and nouns_between(1)[0] == 0
    alike, unlike = nouns_between(0.5)
    assert unlike / (alike + unlike) == pytest.approx(0.5, abs=0.05)
    assert nouns_between(0)[0] > 400  # there are nouns to be misled by


def test_the_article_s_own_sentence_is_one_of_them():
    from bptt_lab.tasks import agreement

    words = "the cats that I saw earlier this morning were very hungry .".split()
    classes = {tuple(row) for row in agreement._templates(6, len(words))}
    numbers = {name: i for i, name in enumerate(agreement._NUMBER)}
    assert tuple(numbers[c] for c in "the SUBJECT that WE SAW EARLIER this MORNING VERB VERY HUNGRY .".split()) in classes
    for word, name in zip(words, "the SUBJECT that WE SAW EARLIER this MORNING VERB VERY HUNGRY .".split()):
        i, plural = numbers[name], word in ("cats", "were")
        members = agreement._MEMBERS[agreement._FIRST[i, int(plural)] :][: agreement._SIZE[i]]
        assert word in {Agreement.vocabulary[member] for member in members}


def test_verb_has_one_loss_all_has_one_for_each_next_word():
    rng = np.random.default_rng
    task = Agreement((1, 4))
    x, targets, mask = task.batch(50, rng(0))
    assert (mask.sum(0) == 1).all() and set(targets[mask]) == {0, 1} and task.outputs == ("was", "were")
    task = Agreement((1, 4), targets="all")
    x, targets, mask = task.batch(50, rng(0))
    for b in range(50):
        sentence = task.decode(x[mask[:, b], b]).split()
        said = [task.outputs[i] for i in targets[mask[:, b], b]]
        assert sentence[1:] == said[:-1] and said[-1] == "."
        assert said[-4] in ("was", "were") and len(said) == mask[:, b].sum()
    assert {mask[:, b].sum() for b in range(50)} == {6, 7, 8, 9}


def test_its_code_is_the_vocabulary_s():
    task = Agreement(5)
    text = "the cats that I saw"
    assert task.encode(text).shape == (5, task.input_size) and task.decode(task.encode(text)) == text


@pytest.mark.parametrize("targets", ["verb", "all"])
def test_who_always_says_were_is_at_chance(targets):
    task = Agreement((0, 5), targets=targets)
    model = untrained(task)
    for name, value in model.params.items():
        model.params[name] = np.zeros_like(value)
    model.params["b_o"][task.were] = 1.0
    assert task.score(model, n=500) == 0.5


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Agreement(-1), "distance"),
        (lambda: Agreement(1001), "distance"),
        (lambda: Agreement(2.5), "distance"),
        (lambda: Agreement((5, 2)), "distance"),
        (lambda: Agreement((1, 2, 3)), "distance"),
        (lambda: Agreement(5, attractors=1.5), "attractors"),
        (lambda: Agreement(5, targets="every"), "targets"),
        (lambda: Adding(1), "length"),
        (lambda: Adding(2.5), "length"),
        (lambda: TemporalOrder(9), "length"),
        (lambda: Adding(5).batch(0, np.random.default_rng(0)), "size"),
        (lambda: Adding(5).batch(4, 0), "rng"),
        (lambda: Adding(5).score(untrained(TemporalOrder(10))), "model"),
        (lambda: Adding(5).score(3), "model"),
        (lambda: Adding(5).score(untrained(Adding(5)), n=0), "n"),
        (lambda: Agreement(5).encode("the zebras"), "text"),
    ],
)
def test_bad_input_is_named(make, name):
    with pytest.raises(ValueError, match=rf"^{name}: got .*, expected "):
        make()
