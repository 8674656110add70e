"""Words, their one-hot code, and the sentence at each length."""

import numpy as np
import pytest

from bptt_lab.tasks import vocabulary


def test_every_word_stands_once_and_none_differs_from_another_by_case_alone():
    words = [word.lower() for word in vocabulary.VOCABULARY]
    assert len(words) == len(set(words))
    assert {"was", "were", "."} <= set(words)


@pytest.mark.parametrize("n", range(1, 13))
def test_the_sentence_of_each_length_can_be_encoded_and_read_back(n):
    sentence = vocabulary.SENTENCES[n]
    x = vocabulary.encode(sentence)
    assert x.shape == (n, len(vocabulary.VOCABULARY)) and (x.sum(axis=1) == 1).all()
    assert vocabulary.decode(x) == sentence


def test_the_article_s_own_sentence_is_among_them():
    assert "the cats that I saw earlier this morning were very hungry" in vocabulary.SENTENCES.values()


def test_case_does_not_matter_and_a_full_stop_is_a_word():
    assert (vocabulary.encode("The CATS i saw.") == vocabulary.encode("the cats I saw .")).all()
    assert vocabulary.decode(vocabulary.encode("The cats.")) == "the cats."


def test_after_each_word_comes_the_next_and_at_the_end_the_full_stop():
    targets = vocabulary.next_words("the cats were")
    assert [vocabulary.VOCABULARY[i] for i in targets] == ["cats", "were", "."]
    assert targets.dtype == np.intp or targets.dtype == np.int64


@pytest.mark.parametrize(("entry", "given"), [(0.0, "largest entry, 0, stands"), (1.0, "largest entry, 1, stands")])
def test_a_row_that_names_no_word_or_several_is_refused(entry, given):
    x = vocabulary.encode("the cats were")
    x[1] = entry
    with pytest.raises(ValueError, match=f"x: got a row 1 whose {given} more than once, expected one largest entry a row"):
        vocabulary.decode(x)
