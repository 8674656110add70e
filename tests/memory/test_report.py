"""A report that cannot mislead: what it says of blocks, growth, disagreement, ranges, units and swaps; and the command."""

from pathlib import Path

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab import memory
from bptt_lab.memory import __main__ as command
from bptt_lab.memory import real_moves


def lstm(H=3, I=2, forget=0.0, seed=0, scale=1.0):
    cell = bl.LSTMCell(I, H, seed=seed, weight_scale=scale)
    cell.params["b"][cell.rows_of("forget")] = forget
    return cell


def inputs(T, I=2, B=None, seed=0):
    return np.random.default_rng(seed).standard_normal((T, I) if B is None else (T, B, I))


@pytest.mark.parametrize("B", [None, 2])
def test_the_blocks_are_those_of_the_product(B):
    cell, x = lstm(), inputs(40, B=B)
    report = memory.report(cell, x)
    assert set(report.blocks) == {real_moves.SEEN, *real_moves.PAIR} and report.lags == [1, 3, 10, 30, 39]
    for k, lag in enumerate(report.lags):
        J = memory.jacobian_product(cell, report.trace, 39, 39 - lag).reshape(-1, 6, 6)
        mean = lambda A: np.log10(np.linalg.norm(A, 2, axis=(1, 2))).mean()  # noqa: E731
        for name, (i, j) in real_moves.PAIR.items():
            assert report.blocks[name][k] == pytest.approx(mean(J[:, 3 * i : 3 * i + 3, 3 * j : 3 * j + 3]))
        assert report.blocks[real_moves.SEEN][lag] == pytest.approx(mean(J[:, :3]))
    assert "h ← (h, c)" in repr(report) and not memory.report(bl.GRUCell(2, 3), inputs(20)).blocks


def test_the_curve_and_the_row_say_whether_they_are_h_s_or_the_pair_s():
    for cell, of in ((lstm(), "‖d(h, c)_T/d(h, c)_{T−lag}‖₂"), (bl.GRUCell(2, 3), "‖dh_T/dh_{T−lag}‖₂")):
        report = memory.report(cell, inputs(20))
        assert f"  {of} " in repr(report) and f"{of} by lag" in report.figure().layout.meta["notes"]


def test_what_a_readout_sees_is_forgotten_where_the_pair_is_not():
    """c is kept whole, and the output gate shuts after a while: h no longer shows it."""
    cell = lstm(1, 1, forget=30.0)
    cell.params["W_x"], cell.params["W_hh"] = [[0.0], [0.0], [1.0], [-50.0]], np.zeros((4, 1))
    cell.params["b"][3] = 25.0
    x = np.zeros((30, 1))
    x[-1] = 1.0  # shuts it
    report = memory.report(cell, x)
    assert report.horizon == np.inf and report.seen == 1
    assert "seen by a readout  under 1 % from lag 1: h alone" in repr(report)


def test_growth_before_decay_is_named():
    cell = bl.RNNCell(1, 10, "relu")
    cell.params["W_hh"], cell.params["W_x"], cell.params["b"] = (
        0.5 * np.eye(10) + 3 * np.eye(10, k=1),
        np.zeros((10, 1)),
        np.ones(10),
    )
    assert "-fold at lag 17, before it decays" in repr(memory.report(cell, np.zeros((120, 1))))
    cell.params["W_hh"] = 1.2 * np.eye(10)
    assert "fold at lag 29, and no decay in this run" in repr(memory.report(cell, np.zeros((30, 1))))
    cell.params["W_hh"] = 0.9 * np.eye(10)
    assert "growth" not in memory.report(cell, np.zeros((30, 1))).in_words()


@pytest.mark.parametrize(
    "slope, exponent, T, says",
    [
        (0.02, -0.249, 7, "a factor of 5.02"),  # "hungry": no half-life by one, 2.8 steps by the other
        (-np.log(2) / 5.4, -np.log(2) / 2.0, 15, "a factor of 21.2"),  # a biGRU of 256 units
        (-0.0053, -0.0056, 200, ""),
        (-0.44, -0.441, 1000, ""),  # e apart, and yet 0.2 % of the rate
        (-np.inf, -0.1, 20, "without bound"),
        (-np.inf, -np.inf, 20, ""),
    ],
)
def test_slope_and_exponent_disagree_by_their_numbers_however_long_the_run(slope, exponent, T, says):
    from bptt_lab.memory.memory_report import _apart

    assert _apart(slope, exponent, T) == says


def test_a_disagreement_is_said():
    """A direction that grows slowly is not yet found by the exponent's own direction."""
    cell = bl.RNNCell(1, 40, "relu")
    cell.params["W_hh"] = np.diag([0.98] + [0.5] * 39)
    cell.params["W_x"], cell.params["b"] = np.zeros((40, 1)), np.ones(40)
    report = memory.report(cell, np.zeros((8, 1)))
    words = report.in_words()
    assert "Neither is a rate yet" in words["disagreement"] and "apart by the end" in words["disagreement"]
    assert "disagreement" not in memory.report(cell, np.zeros((400, 1))).in_words()


def test_no_half_life_is_said_that_the_run_is_too_short_to_show():
    cell = bl.RNNCell(1, 2, "relu")
    cell.params["W_hh"], cell.params["W_x"], cell.params["b"] = 0.99 * np.eye(2), np.zeros((2, 1)), np.ones(2)
    short, long = memory.report(cell, np.zeros((30, 1))), memory.report(cell, np.zeros((300, 1)))
    assert short.half_life == pytest.approx(long.half_life) == pytest.approx(np.log(2) / -np.log(0.99))
    assert short.in_words()["half-life"].startswith("not shown: over these lags the norm falls by less than half")
    assert long.in_words()["half-life"].startswith("69.0 steps; 69.0 to 69.0 over the last steps 150, 225, 300")


def test_half_lives_differ_over_sequences_and_ends():
    cell, x = lstm(8), inputs(60, B=3)
    x[:, 2] *= 5
    report = memory.report(cell, x)
    assert report.half_lives.shape == (3, 3)
    lags = np.arange(6, 60, 2)
    for b in range(3):
        norms = memory.norms_back(cell, cell.unroll(x[:, b]), 59, lags)
        assert report.half_lives[2, b] == pytest.approx(memory.half_life(memory.slope(lags, norms)))
    assert "over 3 sequences and the last steps 30, 45, 60" in repr(report)


def test_a_swap_moves_the_last_state_as_another_run_says():
    cell, x = bl.GRUCell(2, 4), np.zeros((12, 2))
    x[:6] = 1.0  # one other input for each
    report = memory.report(cell, x)
    for lag, share in report.swaps.items():
        other = x.copy()
        other[11 - lag] = 1.0 - x[11 - lag]
        a, b = cell.unroll(x).h[-1], cell.unroll(other).h[-1]
        assert share == pytest.approx(np.linalg.norm(a - b) / np.linalg.norm(a), rel=1e-9)
    assert "that input swapped" in repr(report)
    alike = memory.report(cell, np.ones((12, 2)))
    assert np.isnan(list(alike.swaps.values())).all() and "swapped" not in repr(alike)


def test_units_that_count_are_named_and_leaks_are_not():
    cell = lstm(3, 1, forget=0.0)
    cell.params["W_x"], cell.params["W_hh"] = np.zeros((12, 1)), np.zeros((12, 3))
    cell.params["b"] = np.repeat([20.0, 0.0, 20.0, 0.0], 3)  # i, f, g, o
    cell.params["b"][4] = 30.0  # unit 1 keeps all
    cell.params["b"][5] = 3.9  # unit 2 leaks 2 % a step, and still grows when the run ends
    report = memory.report(cell, np.zeros((50, 1)))
    assert report.counters == {1: pytest.approx(1.0)}
    assert "units 1: c grows by up to 1.00 a step" in repr(report)
    assert report.gates == pytest.approx([0.5, 1.0, 0.98], abs=1e-3)
    assert "0.98 (0.50 to 1.00) over units; the most open: unit 1 1.000, unit 2 0.980" in repr(report)
    plain = memory.report(bl.RNNCell(2, 3), inputs(20))
    assert plain.gates is None and plain.counters == {} and "gate" not in repr(plain)


def test_the_command_reports_and_ends_with_what_it_assumed(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    shapes = {"rnn.weight_ih_l0": (6, 2), "rnn.weight_hh_l0": (6, 2), "rnn.weight_ih_l1": (6, 2), "rnn.weight_hh_l1": (6, 2)}
    np.savez("net.npz", **{name: rng.standard_normal(shape) for name, shape in shapes.items()})
    command.main(["net.npz", "--steps", "30"])
    said = capsys.readouterr().out
    assert said.count("Beware: this half-life is that of a made-up input") == 2
    assert "net.npz: 2 recurrent layers" in said and said.count("Memory of GRUCell(2, 2") == 2
    assert "made-up input, since no --input was given: 30 steps of independent normal numbers" in said.splitlines()[-2]
    assert "--check X.npy H.npy" in said.splitlines()[-1] and sorted(p.name for p in tmp_path.glob("*.html")) == [
        "net_memory_0.html", "net_memory_1.html",
    ]  # fmt: skip
    x = rng.standard_normal((25, 2))
    np.save("x.npy", x)
    np.save("h.npy", bl.read("net.npz")[0].states(x))
    command.main(["net.npz", "--layer", "0", "--input", "x.npy", "--check", "x.npy", "h.npy"])
    said = capsys.readouterr().out
    assert "over 25 steps" in said and "checked: r z n" in said and "the input x.npy" in said and said.count("Memory of") == 1
    assert "Beware" not in said and "as h.npy proves them" in said
    command.main(["net.npz", "--layer", "0", "--check", "x.npy", "h.npy"])
    said = capsys.readouterr().out
    assert "over 25 steps" in said and "the input x.npy" in said and "Beware" not in said
    command.main(["net.npz", "--layer", "1", "--input", "x.npy", "--convention", "torch"])
    said = capsys.readouterr().out
    assert said.count("Memory of") == 1 and "as --convention torch says them" in said
    np.save("h_1.npy", bl.read("net.npz")[1].states(x))
    command.main(["net.npz", "--layer", "1", "--check", "x.npy", "h_1.npy"])
    assert "the input x.npy" in capsys.readouterr().out
    command.main([str(bl.readers.example("trained", seed=0))])
    said = capsys.readouterr().out
    assert "half-life          3.4" in said and "3 steps on such an input, and 143" in said
    Path("x.csv").write_text("1,2\n3,4\n")
    np.save("words.npy", np.array(["a"]))
    np.save("ids.npy", np.arange(9))
    np.save("wide.npy", np.ones((9, 5)))
    np.savez("bare.npz", Wx=np.ones((8, 3)), Wh=np.ones((8, 2)))
    for given, says in (
        (["none.npz"], "a file that is there"),
        ([], "the folder"),
        (["net.npz", "--layer", "x"], "--layer: got 'x'"),
        (["net.npz", "--layer", "2"], "--layer: got '2', expected a number up to 1"),
        (["net.npz", "--input", "none.npy"], "^--input: got 'none.npy', expected a file that np.save wrote. Of a table: np.save"),
        (["net.npz", "--input", "x.csv"], "^--input: got 'x.csv', expected a file that np.save wrote"),
        (["net.npz", "--input", "net.npz"], "^--input: got 'net.npz', expected a file that np.save wrote.* of an archive"),
        (["net.npz", "--input", "ids.npy"], r"^--input: got shape \(9,\), expected \(T, 2\) or .* rows of its embedding"),
        (["net.npz", "--input", "wide.npy"], r"^--input: got shape \(9, 5\), expected \(T, 2\) or \(T, B, 2\)\.$"),
        (["bare.npz"], "^convention: got None, .* --check X.npy H.npy: then"),
        (["net.npz", "--input", "words.npy"], "^--input: got .* expected an array of numbers"),
        (["net.npz", "--layer", "0", "--check", "x.npy", "x.csv"], "^--check: got 'x.csv'"),
        (["net.npz", "--steps", "-1"], "^--steps: got -1, expected a whole number of at least 1"),
        (["net.npz", "--std", "nan"], "^--std: got nan"),
    ):
        with pytest.raises(SystemExit, match=says):
            command.main(given or ["."])
    command.main(["net.npz", "--layer", "rnn", "--steps", "3", "--figure", "new/folder"])
    assert len(list(Path("new/folder").iterdir())) == 2


def test_one_input_for_several_stacks_is_read_by_those_whom_it_fits(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    sizes = {
        "encoder.weight_ih_l0": (6, 5),
        "encoder.weight_hh_l0": (6, 2),
        "decoder.weight_ih": (8, 3),
        "decoder.weight_hh": (8, 2),
    }
    np.savez("net.npz", **{name: rng.standard_normal(shape) for name, shape in sizes.items()})
    np.save("x.npy", rng.standard_normal((4, 20, 3)))
    command.main(["net.npz", "--input", "x.npy"])
    said = capsys.readouterr().out
    assert "takes minutes" not in said
    assert "0: encoder\nNot measured: it reads 5 numbers a step, and not 3." in said and said.count("Memory of") == 1
    assert "x.npy, read as 4 steps of 20 sequences (of a batch-first one save x.swapaxes(0, 1))" in said.splitlines()[-2]
    monkeypatch.setattr(command, "SLOW", 4**3 * 4 * 20 - 1)
    command.main(["net.npz", "--input", "x.npy"])
    assert "1: decoder\nIts Jacobians are 4 × 4: this takes minutes. One sequence" in capsys.readouterr().out
