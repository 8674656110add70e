"""What functions can do to a check: odd values, odd exceptions, closed streams, chance, and options of NumPy's turned about."""

import sys
from collections import UserDict

import numpy as np
import pytest

import bptt_lab as bl


class Tensor:
    """As PyTorch's, one that still tracks its gradient."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")


class NoWords(Exception):
    def __str__(self):
        raise ValueError("even this fails")


def raises(error):
    def fn(h):
        raise error

    return fn


def closes(h):
    sys.stdout.close()
    return 1 - h**2


def forgets_its_options(h):
    np.set_printoptions(threshold=1, edgeitems=1)
    np.seterr(all="raise")
    return h + 0.5


def remembers(h, seen=[]):  # noqa: B006
    seen.append(h)
    return len(seen) * h


def slope(h):
    return 1 - h**2


HOSTILE = [
    (lambda h: Tensor(), ["Your result is a Tensor.", "It cannot be made an array: Can't call numpy()", "tensor.detach()"]),
    (raises(GeneratorExit()), ["Your function stops with GeneratorExit.", "It happens in line"]),
    (raises(BaseException("odd")), ["Your function stops with BaseException: odd"]),
    (raises(BaseExceptionGroup("two", [KeyboardInterrupt()])), ["Your function stops with BaseExceptionGroup: two"]),
    (raises(MemoryError()), ["Your function stops with MemoryError.\n"]),
    (raises(NoWords()), ["Your function stops with NoWords.\n"]),
    (forgets_its_options, ["by hand: h = [0, 0.5, -0.8]", "Right: [1, 0.75, 0.36]"]),
    (remembers, ["Called twice with the same arguments it returns two results."]),
    (lambda h: np.random.default_rng().standard_normal(h.shape), ["Called twice with the same arguments", "a random number"]),
    (lambda h: slope(h).astype(np.float32), ["right to about 7 digits, no further", "float32"]),
    (lambda h: slope(h) + 1e-6, ["right to about 5 digits, no further", "a small number added"]),
    (lambda h: np.round(slope(h), 3), ["off by", "you have 0."]),
    (lambda h: (slope(h),), ["has shape (1, 3); shape (3,) was expected.", "a comma at the end of your return?"]),
    (lambda h: 0.5, ["Your result is a single number; shape (3,) was expected."]),
    (lambda h: 1 + h**2 * 9, ["is far too large, most at entry ["]),
]


@pytest.mark.parametrize(("own", "says"), HOSTILE)
def test_it_is_answered_in_words_and_with_nothing_of_ours(own, says):
    report = bl.exercises.get("tanh_slope").check(own)
    assert not report.solved and report.mistake is None and "Traceback" not in report.message
    for words in says:
        assert words in report.message


def test_numbers_that_look_alike_are_shown_with_the_digits_that_differ():
    message = bl.exercises.get("half_life").check(lambda bias: round(bl.exercises.get("half_life").solution(bias), 2)).message
    yours, right = message.split("you have ")[1].split(".\n")[0].split(", right is ")
    assert yours == "5.46" and right.startswith("5.46") and len(right) > 6


def test_options_of_numpy_are_as_they_were():
    before = np.get_printoptions(), np.geterr()
    bl.exercises.get("tanh_slope").check(forgets_its_options)
    assert (np.get_printoptions(), np.geterr()) == before


def test_who_closes_the_output_is_judged_all_the_same():
    out = sys.stdout
    assert bl.exercises.get("tanh_slope").check(closes).solved
    assert sys.stdout is out and not out.closed


def test_any_mapping_will_do_for_a_dict():
    assert bl.exercises.get("bptt").check(lambda *given: UserDict(bl.exercises.get("bptt").solution(*given))).solved


def test_a_part_that_is_missing_is_said_before_any_mistake():
    report = bl.exercises.get("clip").check(lambda grads, limit: {"W": grads["W"]})  # W alone would be "not clipped"
    assert report.mistake is None and report.message.startswith("Your result has no 'b'.")


def test_a_dict_in_a_dict_is_named():
    report = bl.exercises.get("bptt").check(lambda cell, trace, dh: {"W_x": {"all": 1}, "W_hh": 1, "b": 2})
    assert "'W_x' is still a dict in your result" in report.message


def test_a_mistake_in_one_part_says_in_which():
    def only_b(*given):
        right = bl.exercises.get("bptt").solution(*given)
        return {**right, "b": -right["b"]}

    report = bl.exercises.get("bptt").check(only_b)
    first, second, *_ = report.message.splitlines()
    assert report.mistake == "sign" and first == "W_x and W_hh are right." and second.startswith("b: The sign is turned.")


def test_how_many_entries_are_wrong_is_told():
    def two_off(last, were, new):
        guesses = bl.exercises.get("last_word").solution(last, were, new)
        guesses[3:5] = 1 - guesses[3:5]
        return guesses

    assert "is wrong in 2 of 33 entries" in bl.exercises.get("last_word").check(two_off).message
