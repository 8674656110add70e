"""Slips that real people made, one at a time and two at once: each is refused, and named by what it is."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.exercises import calling, edits, lines, mistakes
from bptt_lab.exercises.base import CHANGES


def written(name, *changes, **names):
    """The solution with these texts replaced, as a learner's own function."""
    source, names = str(bl.exercises.get(name).solution), {"np": np, **names}
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    exec(source, names)
    return names[source.split("(")[0].removeprefix("def ")]


RETURN = 'return {"W_x": dW_x, "W_hh": dW_hh, "b": db}'
CLIPPED = 'return {name: np.clip(g, -5, 5) for name, g in {"W_x": dW_x, "W_hh": dW_hh, "b": db}.items()}'
SIGMA = "(1 / (1 + np.exp(-{0})))"
REAL = [
    ("bptt", [("1 - h[t] ** 2", "1 - h[t]")], ["slope: square missing"]),
    ("bptt", [("1 - h[t] ** 2", "h[t] * (1 - h[t])")], ["slope: σ for tanh"]),
    ("bptt", [("back = W_hh.T @ da", "back = np.clip(W_hh.T @ da, -0.1, 0.1)")], ["clipped on the way back"]),
    ("bptt", [(RETURN, CLIPPED)], ["clipped at the end"]),
    ("bptt", [("1 - h[t] ** 2", "1 - np.arctanh(h[t]) ** 2")], ["slope at the sum"]),
    ("bptt", [("δ = dh[t] + back", "δ = dh[t] + 0 * back")], ["nothing carried back"]),
    ("bptt", [("δ = dh[t] + back", "dh[t] += back\n        δ = dh[t]")], [CHANGES]),
    ("tanh_slope", [("1 - h**2", "1 - np.arctanh(h) ** 2")], ["slope at the sum"]),
    ("truncated_bptt", [("1 - h[t] ** 2", "1 - np.tanh(h[t]) ** 2")], ["tanh once more"]),
    ("truncated_bptt", [("1 - h[t] ** 2", "1 - np.arctanh(h[t]) ** 2")], ["slope at the sum"]),
    ("first_term", [(" @ J[1]", ""), ("row * slope[0], x[0]", "row * slope[1], x[1]")], ["word 2's term"]),
    ("first_term", [("row * slope[0]", "row + slope[0]")], ["slope added"]),
    ("first_term", [("J[3] @ J[2] @ J[1]", "(J[3] + J[2] + J[1])")], ["added, not multiplied"]),
    ("log10_norm", [("np.log10", "np.log")], ["natural logarithm"]),
    ("half_life", [("np.log(2)", "np.log10(2)")], ["logarithms mixed above"]),
    ("half_life", [("-np.log(2) / np.log(f)", "np.log(f) / np.log(0.5)")], ["turned over"]),
    ("lstm_backward", [("dh[t] + back_h", "dh[t]"), ("back_c + o", "o")], ["nothing comes back at all"]),
    ("lstm_backward", [("        back_h = W_hh.T @ da\n        back_c = f[t] * δc\n", "")], ["nothing comes back at all"]),
    ("lstm_backward", [("        back_c = f[t] * δc\n", "")], ["nothing comes back to c"]),
    ("lstm_backward", [("* i[t] * (1 - i[t])", "* i[t]")], ["i for its slope"]),
    ("lstm_backward", [("back_c = f[t] * δc", "back_c = δc / (1 + np.exp(-f[t]))")], ["σ of f on the way to c"]),
    ("lstm_backward", [("i[t] * (1 - i[t])", f"{SIGMA} * (1 - {SIGMA})".format("i[t]"))], ["slope at σ of i"]),
    ("lstm_backward", [("c[t - 1] if t > 0 else c0", "c0")], ["start for every state before of c"]),
    ("gru_backward", [("δ = dh[t] + back", "δ = dh[t]")], ["nothing carried back"]),
    ("gru_backward", [("z[t] * (1 - z[t])", f"{SIGMA} * (1 - {SIGMA})".format("z[t]"))], ["slope at σ of z"]),
    ("gru_backward", [("* r[t] * (1 - r[t])", "* r[t]")], ["r for its slope"]),
    ("bptt", [("W_hh.T", "W_hh"), ("1 - h[t] ** 2", "1 - h[t]")], ["slope: square missing", "transpose lost"]),
    ("bptt", [("else h0", "else 0 * h0"), ("db += da", "db = da"), ("x[t])", "x[t - 1])")], None),
    ("lstm_backward", [("g[t] ** 2", "g[t]"), ("c_before * δc", "c[t] * δc")], ["new c beside f", "slope of g: square missing"]),
    ("lstm_backward", [(" * o[t] * (1 - o[t])", ""), ("W_hh.T @ da", "0 * h0")], None),
    ("gru_backward", [("z[t] * δ + W", "δ + W"), ("inner * da_n", "da_n")], ["inner sum left out", "direct road not gated"]),
    ("batch_step", [("da @ W_hh", "da @ W_hh.T"), ("1 - h**2", "1 - h")], ["slope: square missing", "transpose lost"]),
]  # fmt: skip


@pytest.mark.parametrize("name, changes, mistakes", REAL)
def test_what_people_wrote_is_refused_and_named(name, changes, mistakes):
    report = bl.exercises.get(name).check(written(name, *changes))
    assert not report.solved and report.mistake is not None
    assert mistakes is None or list(report.mistakes) == mistakes
    assert report.verdict == " + ".join(report.mistakes)


def test_no_slip_changes_what_it_is_called_with():
    for exercise in bl.exercises.all():
        for slip in [*exercise.knowledge.slips, *exercise.knowledge.loose]:
            exercise.knowledge.gives(slip, 1)
        fresh, used = exercise.problem(1).arguments, exercise.knowledge.problems[1].arguments
        assert all(map(np.array_equal, calling.arrays(fresh), calling.arrays(used)))
        assert not any(array.flags.writeable for array in calling.arrays(used))


def test_the_solution_with_switches_gives_what_the_edited_text_gives():
    exercise = bl.exercises.get("bptt")
    arguments = exercise.problems()[0].arguments
    pairs = [(a, b) for a in exercise.slips[::5] for b in exercise.slips[2::7] if exercise.steps.changed((a, b))]
    assert len(pairs) > 30
    for pair in [*pairs, *((slip,) for slip in exercise.slips)]:
        one, other = exercise.steps.gives(pair, arguments), exercise.steps.compiled(pair)(*arguments)
        assert all(np.array_equal(one[name], other[name], equal_nan=True) for name in other)


@pytest.mark.parametrize(
    "old, text, found",
    [
        ("1 - h**2", "1 - h ** 2", True),
        ("dh[t] + back", "dh[t] + back_h", False),
        ("h[t]", "dh[t]", False),
        ("b", '{"b": 1}', False),
        ("if t", "ift", False),
        ("* x", "y *x", True),
    ],
)
def test_an_edit_finds_its_place_however_it_is_spaced_and_no_other(old, text, found):
    assert (edits.edited(text, mistakes.Slip("", "", ((old, "new"),))) is not None) == found


def mine(cell, trace, dh):
    x, states, W = trace.x, trace.h, cell.params["W_hh"]
    grads = {name: np.zeros_like(value) for name, value in cell.params.items()}
    later = 0.0
    for k in range(len(states) - 1, -1, -1):
        arrived = dh[k] + later
        slope = 1 - states[k] * states[k]
        small = slope * arrived
        grads["W_x"] += small[:, None] * x[k]
        grads["W_hh"] += small[:, None] * (states[k - 1] if k else trace.h0)
        grads["b"] += small
        later = W @ small
    return grads


def test_the_learners_own_line_is_marked_whatever_its_names():
    report = bl.exercises.get("bptt").check(mine)
    assert report.mistake == "transpose lost" and report.line == 12
    (arrow,) = [line for line in lines.marked(mine, report.line).splitlines() if line.startswith("→")]
    assert arrow.strip("→ ") == "later = W @ small"
    shown = report._repr_html_()
    assert "The line in your code" in shown and shown.index("Hint 3") < shown.index("→ ") < shown.index("Show a solution")
    assert "Hint 2 is about this." in shown or "is about this" not in shown


def test_where_no_line_makes_the_wrong_numbers_none_is_marked():
    whole = written("bptt", ("W_hh.T @ da", "W_hh @ da"))
    report = bl.exercises.get("bptt").check(lambda *given: whole(*given))
    assert report.mistake == "transpose lost" and report.line is None
    assert "The line in your code" not in report._repr_html_()


def test_code_for_four_words_alone_is_told_so():
    fixed = written("bptt", ("range(len(h))", "range(4)"))
    message = bl.exercises.get("bptt").check(fixed).message
    assert "stops with IndexError" in message and "it ran. Is a size, or a number of words, fixed in your code?" in message
    row = written("ledger_row", ("range(len(x))", "range(4)"), ("return norms", "return 3 * norms"))
    report = bl.exercises.get("ledger_row")._by_hand(row)
    assert "Yours: it stops with IndexError. Is a size, or a number of words, fixed in your code?" in report


def test_where_an_unknown_slip_was_made_is_told_by_what_it_changes():
    odd = written("lstm_step", ("da_f = c_before * dc * f * (1 - f)", "da_f = c_before * dc * f ** 1.7"))
    message = bl.exercises.get("lstm_step").check(odd).message
    assert "where da_f is made would change. Look there first." in message


def test_of_two_results_that_are_no_numbers_none_is_named():
    nothing = written("half_life", ("np.exp(-bias)", "np.nan"))
    report = bl.exercises.get("half_life").check(nothing)
    assert report.mistake is None and "not finite" in report.message
