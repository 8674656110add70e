"""Numbers for people."""

import pytest

from bptt_lab.text import say, say_log10, table


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


@pytest.mark.parametrize(
    ("power", "expected"),
    [
        (0.0, "1.00"), (-0.30103, "0.500"), (-7.0, "1.00·10⁻⁷"), (-601.76, "1.74·10⁻⁶⁰²"), (700.5, "3.16·10⁷⁰⁰"),
        (-600.0001, "1.00·10⁻⁶⁰⁰"), (299.9999, "1.00·10³⁰⁰"), (float("-inf"), "vanished"), (float("inf"), "exploded"),
    ],
)  # fmt: skip
def test_a_logarithm_is_said_as_the_number_it_stands_for(power, expected):
    assert say_log10(power) == expected


def test_a_table_refuses_rows_that_do_not_fit_its_head():
    with pytest.raises(ValueError, match="rows"):
        table(("cell", "learned"), [("tanh",)])
