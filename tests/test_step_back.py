"""The check of the learner's step back: what it accepts, and what it says of the usual slips."""

import numpy as np
import pytest

from bptt_lab import step_back

CHECKS = {
    "gru": (step_back.check_gru, step_back.gru, step_back._gru_slips, step_back._walk_gru, ("da_r", "da_z", "da_n", "direct")),
    "lstm": (
        step_back.check_lstm,
        step_back.lstm,
        step_back._lstm_slips,
        step_back._walk_lstm,
        ("da_i", "da_f", "da_g", "da_o", "dc_before"),
    ),
}
both = pytest.mark.parametrize("name", CHECKS)


@both
def test_the_solution_is_right_and_gives_the_whole_gradient(name):
    check, right, *_ = CHECKS[name]
    assert check(right).startswith("Right.") and "agree to 12 digits" in check(right)


@both
def test_an_untouched_stub_says_not_tried_yet(name):
    assert CHECKS[name][0](lambda *arguments: None) == "Not tried yet."


@both
def test_every_slip_is_told_and_no_slip_is_right(name):
    check, right, slips, walk, parts = CHECKS[name]
    arguments = walk(right)[0]
    for part, value, text in slips(*arguments):
        assert not np.allclose(value, dict(zip(parts, right(*arguments)))[part]), text

        def wrong(*given, part=part, value=value):
            return [value if name == part else own for name, own in zip(parts, right(*given))]

        assert check(wrong) == f"Off: {part}. Right: {', '.join(p for p in parts if p != part)}. {text}"


@both
def test_shapes_and_counts_are_said(name):
    check, right, *_ = CHECKS[name]
    assert "in this order" in check(lambda *a: right(*a)[:-1]) and "in this order" in check(lambda *a: 3.0)
    assert "has shape (5, 1)" in check(lambda *a: [np.ones((5, 1))] * len(right(*a)))


@both
def test_a_slip_without_a_name_still_says_where(name):
    check, right, *_ = CHECKS[name]
    assert "Off: " in check(lambda *a: [7.0 * part for part in right(*a)])


@both
def test_the_arguments_are_the_learner_s_own_copies(name):
    check, right, *_ = CHECKS[name]

    def destroys(*arguments):
        found = right(*arguments)
        for argument in arguments:
            argument[...] = 0
        return found

    assert check(destroys).startswith("Right.")
