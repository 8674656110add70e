"""The table of what a person waits for: which rows, what a line says, and what is said where a package is missing."""

import pytest

from benchmarks import felt
from benchmarks.felt import Line, Row


def test_rows_are_chosen_by_name_and_quick_leaves_out_the_slow_ones():
    assert felt.chosen(None, False) == list(felt.ROWS)
    assert felt.chosen("terms,00", False) == ["terms", "00"] and felt.chosen("terms,00", True) == ["terms"]
    assert "terms" in felt.chosen(None, True) and "ten" not in felt.chosen(None, True)
    with pytest.raises(ValueError, match="no row ledgers; there are 00, ten, "):
        felt.chosen("terms,ledgers", False)


@pytest.mark.parametrize(
    "line, before, now, said",
    [
        (Line("a", "s", 0.5), 2.0, 0.9, "2 s 900 ms 0.45 ≤ 0.5 of it met"),
        (Line("a", "s", 0.5), 2.0, 1.5, "2 s 1.5 s 0.75 ≤ 0.5 of it not met"),
        (Line("a", "s", 0.04, True), 0.067, 0.03, "67 ms 30 ms 0.45 ≤ 40 ms met"),
        (Line("a", "×", 3, True), 2.3, 2.9, "2.3 × 2.9 × 1.26 ≥ 3 × not met"),
        (Line("a", "B", 3e6, True), None, 2.5e6, "– 2.5 MB ≤ 3 MB met"),
        (Line("a", "B", 0.5), None, 2.5e6, "– 2.5 MB ≤ 0.5 of it"),  # without a before nothing is met
        (Line("a", "s"), 1.0, 1.0, "1 s 1 s 1.00"),
    ],
)
def test_a_line_says_both_times_their_ratio_and_whether_the_target_is_met(line, before, now, said):
    assert " ".join(felt.told(line, before, now).split()) == "a " + said


def test_medians_are_of_runs_in_turns(tmp_path):
    asked, values = [], iter([[5.0], [1.0], [6.0], [2.0], [7.0], [30.0]])

    def measure(root):
        asked.append(root)
        return next(values)

    assert felt.measured(Row(measure, [Line("a", "s")]), ("before", "now"), 3) == [[6.0], [2.0]]
    assert asked == ["before", "now"] * 3


def test_a_missing_package_and_a_broken_row_are_said_and_the_rest_goes_on(monkeypatch, capsys, tmp_path):
    def breaks(root):
        raise RuntimeError("no such thing")

    rows = {
        "no": Row(None, [Line("a", "s")], needs="nowhere==1.0"),
        "bad": Row(breaks, [Line("b", "s")]),
        "good": Row(lambda root: [1.0], [Line("c", "s", 2.0)]),
    }
    monkeypatch.setattr(felt, "ROWS", rows)
    monkeypatch.setattr("benchmarks.revision.checkout", lambda revision: tmp_path)
    felt.main(["--rounds", "1"])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[1:4] == ["a not installed: `pip install nowhere==1.0`", "b broke: no such thing", "c 1 s 1 s 1.00 ≤ 2 of it met"]


def test_code_runs_with_the_package_of_the_folder_it_is_asked_of(tmp_path):
    (tmp_path / "src" / "bptt_lab").mkdir(parents=True)
    (tmp_path / "src" / "bptt_lab" / "__init__.py").write_text("number = 3.5", encoding="utf-8")
    assert felt.python("import bptt_lab; print('words'); print([bptt_lab.number])", tmp_path) == [3.5]
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        felt.python("1 / 0", tmp_path)


def test_a_rival_s_ratios_have_a_floor_beside_them_and_the_least_that_is_not_of_one_long_sequence(monkeypatch):
    from benchmarks import core

    seconds = {"ours": lambda T, B: 2.0 if B == 1 and T > 99 else B, "jax": lambda T, B: 1.0 + B, "floor": lambda T, B: 0.5 * B}

    def measured(runs):
        T, B = runs["ours"]
        assert runs["floor"] == runs["jax"] == (T, B)
        return {name: [float(taken(T, B))] * 3 for name, taken in seconds.items()}

    for make in ("ours", "jax_scan", "floor"):
        monkeypatch.setattr(core, make, lambda x, dh, cell: x.shape[:2])
    monkeypatch.setattr(core, "measured", measured)
    monkeypatch.setattr(core, "SIZES", {(4, 1, 2, 2): (), (100, 1, 2, 2): (), (5, 4, 2, 2): ()})
    assert core.against("jax") == pytest.approx([(2 * 1 * 1.25) ** (1 / 3), (4 * 4 * 2.5) ** (1 / 3), 1.25, 2.5])


def test_the_floor_of_a_cell_runs_for_one_sequence_and_for_a_batch():
    import bptt_lab as bl
    from benchmarks import core

    for size in ((3, 1, 2, 4), (3, 2, 2, 4)):
        core.floor(*core.problem(*size), bl.LSTMCell(2, 4))()
