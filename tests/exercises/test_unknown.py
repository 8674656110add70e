"""What no one foresaw is answered in words too: wrong numbers, shapes and types, errors, endless loops, prints, changed input."""

import signal
import sys
import threading
import time

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.exercises import calling, edits, mistakes


def changed(name, old, new, **names):
    """The solution of an exercise with one text replaced, as a learner's function in a notebook with these names."""
    exercise = bl.exercises.get(name)
    names = {"np": np, **names}
    assert old in exercise.solution
    exec(exercise.solution.replace(old, new), names)
    return names[exercise.solution.split("(")[0].removeprefix("def ")]


def changed_bptt(old, new):
    return changed("bptt", old, new, H=16, I=98, T=4)


def test_a_mistake_in_one_part_alone_is_named_too():
    report = bl.exercises.get("bptt").check(changed_bptt("dW_x += ", "dW_x = "))
    assert report.mistake == "= for +=" and "W_x first goes wrong at word 4 of 4, t=3." in report.message


def test_two_mistakes_in_two_parts_are_both_told():
    step = changed("lstm_step", "da_i = g * dc * i * (1 - i)\n    da_f = c_before", "da_i = g * dc\n    da_f = c")
    report = bl.exercises.get("lstm_step").check(step)
    assert report.mistakes == ("slope of i missing", "new c beside f") and report.mistake == report.mistakes[0]
    first, second = report.message.splitlines()
    assert first.startswith("Two things at once. First: The slope of") and second.startswith("Then: f multiplies the old c.")
    da_z_da_r = changed(
        "gru_step",
        "(h_before - n) * dh * z * (1 - z)\n    da_r = inner",
        "(n - h_before) * dh * z * (1 - z)\n    da_r = h_before",
    )
    report = bl.exercises.get("gru_step").check(da_z_da_r)
    assert report.mistakes == ("sign of dL/dz", "r beside the old state")


def test_where_a_third_is_unknown_those_that_each_part_shows_are_told():
    three = changed(
        "gru_step",
        "(h_before - n) * dh * z * (1 - z)\n    da_r = inner * da_n * r * (1 - r)\n    dh_before = z * dh",
        "(n - h_before) * dh * z * (1 - z)\n    da_r = h_before * da_n * r * (1 - r)\n    dh_before = 7 * z * dh",
    )
    report = bl.exercises.get("gru_step").check(three)
    right, first, second, rest = report.message.splitlines()
    assert right == "a_n is right." and first.startswith("a_r: r multiplies the inner sum")
    assert second.startswith("a_z: The sign of dL/dz") and rest.startswith("h_before: not right yet either")
    assert report.mistakes == ("r beside the old state", "sign of dL/dz")


def changes_its_input(dL_dh, J, slope, x):
    slope[0] *= dL_dh @ J[3] @ J[2] @ J[1]
    return np.outer(slope[0], x[0])


def takes_one_away(dL_dh, J, slope, x):
    last = J.pop()
    return np.outer(dL_dh @ last, x[0])


def changes_the_trace(cell, trace, dh):
    trace.h[0] = 0
    return {name: 7 * value for name, value in cell.params.items()}


def prints_instead(h):
    print(1 - h**2)


def prints_much(h):
    for line in range(1000):
        print("line", line)
    return 1 - h**2


def yields(h):
    yield 1 - h**2


def leaves(h):
    sys.exit()


def from_lists(h):
    return (1 - v * v for v in h)


UNKNOWN = [
    (
        "bptt",
        changed_bptt("W_hh.T @ da", "2 * W_hh.T @ da"),
        [
            "is off by ",
            "at entry [",
            "goes wrong at word 3 of 4, t=2",
            "A case to follow by hand: cell.W_x = [[1]]",
            "\nRight: {'W_x': [[",
            "\nYours: {'W_x': [[",
        ],
    ),
    (
        "bptt",
        changed_bptt('"W_x": dW_x', '"W_x": 3 * dW_x'),
        ["W_hh and b are right.", "W_x is 3.00 times what it should be, always."],
    ),
    ("bptt", changed_bptt('"b": db', '"b": -db'), ["The sign is turned"]),
    ("bptt", changed_bptt(', "b": db', ""), ["no 'b'", "'W_x', 'W_hh', 'b'"]),
    (
        "bptt",
        changed_bptt('"W_x": dW_x', '"W_x": dW_x.T'),
        ["W_x has shape (6, 5); shape (5, 6) was expected. It is transposed."],
    ),
    (
        "bptt",
        changed_bptt("return {", "np.zeros((H, I)) + dW_x\n    return {"),
        ["stops with ValueError", "reads H, I from the notebook"],
    ),
    (
        "bptt",
        changed_bptt('return {"W_x": dW_x', 'return dW_x, {"W_x": dW_x'),
        ["Your result is a tuple. Expected: a dict with the names 'W_x', 'W_hh', 'b'."],
    ),
    ("bptt", changed_bptt('"b": db', '"b": ...'), ["W_x and W_hh are right. 'b' is still … in your result"]),
    ("bptt", changed_bptt('"b": db', '"b": None'), ["'b' is still NoneType in your result"]),
    ("bptt", changed_bptt("return {", "W = {"), ["returns None. At its end hand the result back"]),
    ("bptt", lambda cell: {}, ["could not be called with cell, trace, dh"]),
    ("bptt", lambda cell, trace, dh: trace.missing, ["AttributeError", "in line", "trace.missing"]),
    ("bptt", changes_the_trace, ["assignment destination is read-only", "trace.h[0] = 0"]),
    ("bptt", {"W_x": 1}, ["a dict, not a function", "without brackets"]),
    ("bptt", None, ["NoneType, not a function"]),
    ("sentence_loss", lambda y, targets, mask: np.zeros(3), ["shape (3,); a single number was expected"]),
    ("sentence_loss", lambda y, targets, mask: np.log(0.0), ["not finite", "divided by 0"]),
    ("sentence_loss", lambda y, targets, mask: {"loss": 1.0}, ["Your result is a dict. Expected: a number."]),
    ("sentence_loss", lambda y, targets, mask: "much", ["Your result is a str. Expected: a number."]),
    (
        "sentence_loss",
        changed("sentence_loss", "return total", "return total + 0.5"),
        ["Your result is off by the same number, always: 0.500."],
    ),
    (
        "sentence_loss",
        changed("sentence_loss", "return total", "return 3 * total"),
        ["Your result is 3.00 times what it should be, always."],
    ),
    ("sentence_loss", changed("sentence_loss", "return total", "return total**2"), ["Your result is off: you have", "right is"]),
    ("first_term", changes_its_input, ["result is right, but your function changes its argument slope"]),
    ("first_term", takes_one_away, ["also changes its argument J"]),
    ("tanh_slope", prints_instead, ["prints, but returns None. Hand the result back with return.", "What it printed here: ["]),
    ("tanh_slope", yields, ["Your result is a generator. Expected: numbers."]),
    ("tanh_slope", from_lists, ["Your result is a generator. Expected: numbers."]),
    ("tanh_slope", leaves, ["leaves Python altogether", "in line"]),
    ("tanh_slope", lambda h: tanh_slope(h), ["stops with NameError", "It happens in line"]),  # noqa: F821
    ("tanh_slope", lambda h: (1 - h**2) + 0j, ["Your result is an array of complex128. Expected: numbers."]),
    ("tanh_slope", lambda h: [[1.0], [1.0, 2.0]], ["Your result is a list. Expected: numbers."]),
    ("jacobian", lambda h, W_hh: 1 / 0, ["stops with ZeroDivisionError"]),
    (
        "ledger_row",
        changed("ledger_row", "return norms", "return np.roll(norms, 1)"),
        ["shifted by one: each entry stands one place too late"],
    ),
    (
        "ledger_row",
        changed("ledger_row", "return norms", "return np.roll(norms, -1)"),
        ["shifted by one: each entry stands one place too early"],
    ),
    (
        "ledger_row",
        changed("ledger_row", "return norms", "norms[0] *= 2\n    return norms"),
        ["most at entry [0]", "Only the first entry is wrong.", "first go wrong at word 1 of 4"],
    ),
    ("ledger_row", changed("ledger_row", "return norms", "norms[-1] *= 2\n    return norms"), ["Only the last entry is wrong."]),
    ("output_gradient", changed("output_gradient", "return ", "return 0.5 * "), ["0.500 times what it should be, always"]),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name, own, says", UNKNOWN)
def test_what_no_one_foresaw_is_answered_with_a_helpful_sentence(name, own, says):
    report = bl.exercises.get(name).check(own)
    assert not report.solved
    for words in says:
        assert words in report.message
    assert "Traceback" not in report.message and len(report.message) < 1500


def test_what_a_right_function_prints_is_kept_out_of_the_way_and_cut_short(capsys):
    report = bl.exercises.get("tanh_slope").check(prints_much)
    assert report.solved and capsys.readouterr().out == ""
    assert report.message.splitlines()[1] == "What it printed here: line 0 / line 1 / line 2 / …"


def never_ends(h):
    while True:
        h = h + 1


def never_ends_and_catches_all(h):
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            pass


@pytest.mark.parametrize("own", [never_ends, never_ends_and_catches_all])
def test_a_loop_without_an_end_is_stopped(own, monkeypatch):
    monkeypatch.setattr(calling, "SECONDS", 0.2)
    report = bl.exercises.get("tanh_slope").check(own)
    assert "was stopped after" in report.message and "a loop in it that never ends" in report.message
    assert "It was in line" in report.message
    time.sleep(0.3)  # nothing is thrown any more


def test_a_loop_is_stopped_in_any_thread(monkeypatch):
    monkeypatch.setattr(calling, "SECONDS", 0.2)
    found = []
    thread = threading.Thread(target=lambda: found.append(bl.exercises.get("tanh_slope").check(never_ends)))
    thread.start()
    thread.join(60)
    assert "was stopped" in found[0].message


@pytest.mark.skipif(calling.WAKE is None, reason="no such signal on Windows")
def test_who_only_waits_is_stopped_in_time_too(monkeypatch):
    monkeypatch.setattr(calling, "SECONDS", 0.2)
    before, start = signal.getsignal(calling.WAKE), time.monotonic()
    answer = calling.call(lambda: time.sleep(30), ())
    assert isinstance(answer.error, calling.TooLong) and time.monotonic() - start < 5
    assert signal.getsignal(calling.WAKE) is before
    signal.raise_signal(calling.WAKE)  # nobody waits for it any more


def test_it_says_after_how_many_seconds_it_did_stop(monkeypatch):
    monkeypatch.setattr(calling, "SECONDS", 0.1)
    monkeypatch.setattr(calling, "WAKE", None)  # as on Windows
    report = bl.exercises.get("tanh_slope").check(lambda h: time.sleep(1.6))
    assert "was stopped after 2 seconds" in report.message


def test_a_quick_function_leaves_no_thread_behind():
    before = set(threading.enumerate())
    for _ in range(20):
        assert calling.call(lambda: 1, ()).value == 1
    for thread in set(threading.enumerate()) - before:
        thread.join(calling.SECONDS / 2)  # it wakes up because the call is over, not because its time is up
        assert not thread.is_alive()


def test_without_threads_a_function_is_called_all_the_same(monkeypatch):
    def none(*arguments, **named):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    assert bl.exercises.get("tanh_slope").check(lambda h: 1 - h**2).solved


def test_the_learner_can_still_stop_the_kernel():
    def stopped(h):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bl.exercises.get("tanh_slope").check(stopped)


def test_the_report_shows_itself_with_hints_one_inside_the_other():
    report = bl.exercises.get("bptt").check(lambda cell, trace, dh: "<b>")
    shown = report._repr_html_()
    assert repr(report) == report.message and shown.count("<details>") == 4 and "<b>" not in shown
    assert shown.index("Hint 1") < shown.index("Hint 2") < shown.index("Hint 3") < shown.index("Show a solution")
    assert "Hint 2</summary>" in shown.split("Hint 1</summary>")[1].split("</details>")[0], "hint 2 opens inside hint 1"


def test_what_a_machine_wrote_stands_in_its_letters():
    shown = bl.exercises.get("jacobian").check(lambda h, W_hh: np.zeros((1, 1)))._repr_html_()
    assert "Yours: <code>[[0]]</code>" in shown and "Right: <code>[[" in shown and "by hand: <code>h = [0, 0.5];" in shown


def test_an_unknown_exercise_is_refused():
    with pytest.raises(ValueError, match="name: got 'bpt', expected one of 'sentence_loss', 'batch_loss'"):
        bl.exercises.get("bpt")


def test_an_edit_that_changes_nothing_is_refused():
    steps = edits.Steps("def slope(h):\n    return 1 - h**2", {})
    with pytest.raises(ValueError, match="no such text"):
        steps.compiled(*mistakes.read("- **slip**: It is refused.\n  `no such text` → nothing"))
