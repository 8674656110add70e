"""Wrong numbers in words: what kind of wrong, how far, and where."""

import numpy as np
import pytest

from bptt_lab.exercises import diagnosis

RNG = np.random.default_rng(0)
RIGHT = [RNG.standard_normal((3, 3)), RNG.standard_normal((4, 4))]


def moved(by):
    return lambda a: np.roll(a, by, axis=0)


def one_more(place):
    def change(a):
        a = a.copy()
        a[place] += 1
        return a

    return change


@pytest.mark.parametrize(
    "change, says",
    [
        (np.transpose, "Your result is transposed."),
        (np.negative, "Your result has the wrong sign."),
        (lambda a: 0.25 * a, "Your result is 0.250 times what it should be, always."),
        (lambda a: 0 * a, "Your result is 0 times what it should be, always."),
        (lambda a: len(a) * a, "Your result has the right direction, but its size is off: 3.00, 4.00 times the right one."),
        (lambda a: a[::-1], "Your result is turned round: its last entry stands first."),
        (moved(1), "Your result is shifted by one: each entry stands one place too late."),
        (moved(-1), "Your result is shifted by one: each entry stands one place too early."),
        (lambda a: a + 2, "Your result is off by the same number, always: 2.00."),
        (one_more((0, 1)), "most at entry [0, 1]"),
        (one_more((0, 1)), "Only the first row is wrong."),
        (one_more((-1, 0)), "Only the last row is wrong."),
        (lambda a: np.tanh(a), " % of the largest entry, most at entry ["),
        (lambda a: a[:, :2], "Your result has shape (3, 2); shape (3, 3) was expected."),
        (lambda a: a * np.nan, "not finite"),
    ],
)
def test_the_kind_of_wrong_is_told(change, says):
    values = [change(a) for a in RIGHT]
    assert says in diagnosis.describe(values, list(map(diagnosis.parts, RIGHT)), RIGHT[0])


def test_parts_that_are_right_are_told_first():
    right = {"W_x": RIGHT[0], "b": RIGHT[1]}
    says = diagnosis.describe([{"W_x": RIGHT[0], "b": -RIGHT[1]}], [diagnosis.parts(right)], right)
    assert says == "W_x is right.\nb has the wrong sign."


@pytest.mark.parametrize("value", [None, "1.5", 1j, [1, [2]], {"a": None}, {"a": ...}, [None, 1.0], object(), iter(())])
def test_what_is_no_number_is_not_read_as_one(value):
    assert diagnosis.parts(value) is None


@pytest.mark.parametrize("value", [1, True, 0.5, [1, 2], (1.0, 2), np.float32(3), np.ones((0, 2)), [np.ones(2), [1, 2]]])
def test_numbers_are_read_in_any_form(value):
    assert diagnosis.parts(value)[""].dtype == np.float64


def test_the_last_digits_may_differ_and_no_more():
    assert diagnosis.close(np.array([1.0, 1e-9]), np.array([1.0, 0.0]))
    assert not diagnosis.close(np.array([1.0, 1e-7]), np.array([1.0, 0.0]))
    assert diagnosis.close(np.zeros(2), np.zeros(2)) and not diagnosis.close(np.full(2, 1e-300), np.zeros(2))
