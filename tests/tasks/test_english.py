"""Real English: the file, the split, the baselines, and what a model is shown."""

import gzip
from importlib.resources import files

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.tasks import English
from bptt_lab.tasks.english import last_word_guess

TASK = English()


def lines():
    return gzip.decompress((files("bptt_lab.tasks") / "data" / "english.txt.gz").read_bytes()).decode().splitlines()


def words(part, row):
    return [TASK.vocabulary[i] for i in part.words[row, : part.length[row]]]


def test_the_file_is_small_holds_each_sentence_once_and_ends_each_in_its_verb():
    assert len(lines()) == len(set(lines())) == 5422
    assert {line.split()[-1] for line in lines()} == {"was", "were"}
    assert (files("bptt_lab.tasks") / "data" / "english.txt.gz").stat().st_size < 100_000


def test_its_licence_lies_beside_it():
    licence = (files("bptt_lab.tasks") / "data" / "README.md").read_text(encoding="utf-8")
    assert "public domain" in licence and "trademark" in licence


def test_every_fifth_sentence_is_for_the_test_and_every_verb_of_a_sentence_counts():
    sentence = lines()[5].split()
    verbs = [at for at, word in enumerate(sentence) if word in ("was", "were") and 1 <= at <= 20]
    start = sum(1 for word in lines()[0].split()[1:21] if word in ("was", "were"))
    assert len(verbs) >= 1
    for row, at in enumerate(verbs, start):
        known = [w if w in TASK.vocabulary else "-s" if w.endswith("s") else "-" for w in sentence[:at]]
        assert words(TASK.test, row) == known and TASK.test.were[row] == (sentence[at] == "were")
    assert len(TASK.train.were) == 5037 and len(TASK.test.were) == 1257


def test_the_vocabulary_comes_from_the_training_sentences_alone():
    counts: dict[str, int] = {}
    for i, line in enumerate(lines()):
        for word in line.split() if i % 5 else ():
            counts[word] = counts.get(word, 0) + 1
    assert set(TASK.vocabulary) == {".", "-", "-s"} | {word for word, n in counts.items() if n >= 20}


def test_batches_are_drawn_from_training_and_scores_from_the_test(monkeypatch):
    seen = []
    whole = English._sequences
    monkeypatch.setattr(English, "_sequences", lambda self, part, chosen: seen.append(part) or whole(self, part, chosen))
    TASK.batch(3, np.random.default_rng(0))
    TASK.score(bl.SequenceModel(bl.RNNCell(TASK.input_size, 3), 2), n=4)
    assert seen[0] is TASK.train and all(part is TASK.test for part in seen[1:]) and len(seen) == 2


def test_the_loss_stands_at_the_word_before_the_verb():
    x, targets, mask = TASK.batch(50, np.random.default_rng(3))
    assert (mask.sum(axis=0) == 1).all() and set(np.unique(targets[mask])) == {0, 1}
    last = mask.argmax(axis=0)
    for b in range(50):
        assert (x[last[b] + 1 :, b].argmax(axis=1) == 0).all() and (x[: last[b] + 1, b].argmax(axis=1) > 0).all()


def test_the_last_word_s_guess_by_hand():
    last, were = np.array([0, 0, 0, 1, 1, 2]), np.array([1, 1, 0, 0, 1, 0])
    assert list(last_word_guess(last, were, np.array([0, 1, 2, 3]))) == [1, 0, 0, 0]  # 3 was never seen: was is as common
    assert list(last_word_guess(last, np.array([1, 1, 0, 0, 1, 1]), np.array([3]))) == [1]


def test_the_baselines():
    baselines = TASK.baselines()
    assert baselines["the commoner verb"] == pytest.approx(max(TASK.test.were.mean(), 1 - TASK.test.were.mean()))
    assert 0.77 < baselines["last word"] < 0.83


def test_a_model_is_shown_only_so_many_words():
    cut = TASK.test.cut(2)
    for row in range(30):
        assert words(cut, row) == words(TASK.test, row)[-2:] and not cut.words[row, cut.length[row] :].any()
    model = bl.SequenceModel(bl.RNNCell(TASK.input_size, 4, seed=1), 2, seed=1)
    row = 17
    for shown in (1, 3, 20):
        x = TASK.encode(" ".join(words(TASK.test, row)[-shown:]))
        guess = model.forward(x, np.zeros(len(x), int)).y[-1].argmax()
        assert TASK.right(model, shown)[row] == (guess == TASK.test.were[row])


def test_words_are_encoded_and_rare_ones_by_their_ending():
    rows = TASK.encode("The zebras zebra was").argmax(axis=1)
    assert [TASK.vocabulary[i] for i in rows] == ["the", "-s", "-", "was"]
    with pytest.raises(ValueError, match="^text: got '', expected at least one word"):
        TASK.encode("")


def test_a_model_of_another_size_is_refused():
    with pytest.raises(ValueError, match="^model: got"):
        TASK.right(bl.SequenceModel(bl.RNNCell(3, 4), 2))
