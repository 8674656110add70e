"""Numbers for people."""

import numpy as np
import pytest

from bptt_lab.basics.text import between, say, say_log10, seeds, spread, table


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, "0.500"), (1.0, "1.00"), (12.34, "12.3"), (999.4, "999"), (0.01, "0.0100"), (0.012345, "0.0123"),
        (0.00999, "9.99·10⁻³"), (1000, "1.00·10³"), (999.6, "1.00·10³"), (0.0099999, "0.0100"), (1.25e-7, "1.25·10⁻⁷"),
        (-2.5, "−2.50"), (-3e-12, "−3.00·10⁻¹²"), (0, "vanished"), (-0.0, "vanished"), (float("inf"), "exploded"),
        (float("-inf"), "exploded"), (5e-324, "4.94·10⁻³²⁴"), (1.7e308, "1.70·10³⁰⁸"),
    ],
)  # fmt: skip
def test_three_significant_digits_powers_of_ten_and_words(value, expected):
    assert say(value) == expected


def test_the_words_can_be_chosen():
    assert say(0.0, vanished="0") == "0" and say(float("inf"), exploded="∞") == "∞"


def test_what_is_no_number_has_not_exploded():
    assert say(np.nan) == say_log10(np.nan) == say(np.nan, vanished="0", exploded="∞") == "no number"
    assert between([np.nan, 1.0]) == "1.00 to no number"


@pytest.mark.parametrize(
    ("power", "expected"),
    [
        (0.0, "1.00"), (-0.30103, "0.500"), (-7.0, "1.00·10⁻⁷"), (-601.76, "1.74·10⁻⁶⁰²"), (700.5, "3.16·10⁷⁰⁰"),
        (-600.0001, "1.00·10⁻⁶⁰⁰"), (299.9999, "1.00·10³⁰⁰"), (float("-inf"), "vanished"), (float("inf"), "exploded"),
    ],
)  # fmt: skip
def test_a_logarithm_is_said_as_the_number_it_stands_for(power, expected):
    assert say_log10(power) == expected


def test_a_spread_is_the_median_between_the_ends_all_rounded_alike():
    assert spread([3.0, 1.0, 10.0], ".1f") == "3.0 (1.0 to 10.0)" and spread(np.array([0.875]), ".2f") == "0.88 (0.88 to 0.88)"
    assert spread([-0.444, -0.351, -0.206], "+.2f") == "-0.35 (-0.44 to -0.21)"
    assert spread([2e-8, 0.0, 1e-4]) == "2.00·10⁻⁸ (vanished to 1.00·10⁻⁴)"
    assert spread([1.0, 2.0, 4.0], lambda n: f"{n:.0f} words") == "2 words (1 words to 4 words)"
    assert between(np.array([[1.0, 2.0], [9.0, 3.0]]), ".0%") == "100 % to 900 %"


def test_a_spread_leaves_out_as_many_at_either_end():
    assert spread(range(101), ".0f", middle=0.9) == "50 (5 to 95)"
    assert between(range(20, 0, -1), ".0f", middle=0.9) == "2 to 19"
    assert between([1, 2, 3], ".0f", middle=0.9) == "1 to 3", "too few to leave one out"


def test_a_spread_has_no_minus_zero_and_says_what_has_vanished_or_exploded():
    assert spread([-1e-17, 0.0, 1e-17], ".2f") == "0.00 (0.00 to 0.00)"
    assert between([-0.001, 0.001], "+.2f") == "+0.00 to +0.00"
    assert spread([-np.inf, -np.inf, 1.0], ".1f") == "-inf (-inf to 1.0)"
    assert spread([0.0, np.inf, np.inf]) == "exploded (vanished to exploded)"


def test_seeds_that_all_got_there_have_a_median_and_others_a_range():
    assert seeds([300, 400]) == "2 of 2, median 350 (300 to 400)" and seeds([10_000, 5, 12]) == "3 of 3, median 12 (5 to 10000)"
    assert seeds([None, 1500, 300]) == "2 of 3 (300 to 1500)"


def test_a_table_refuses_rows_that_do_not_fit_its_head():
    with pytest.raises(ValueError, match="rows"):
        table(("cell", "learned"), [("tanh",)])
