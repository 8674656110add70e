"""What notebook 10 says in prose, against the committed results."""

import numpy as np
import pytest

from bptt_lab.experiments import load, wild
from bptt_lab.experiments.shipped import NETWORKS
from bptt_lab.lessons import networks_in_the_wild as lesson

NETS = lesson.networks(load("wild"))


def test_every_state_that_could_be_compared_is_the_run_time_s_own():
    for name, run in NETS.items():
        off = [part["off"] for part in run["parts"] if part["off"] is not None]
        assert bool(off) == (run["runtime"] != "none"), name
        assert max(off, default=0) < 5e-6, name
    assert len(NETS) == 13 and len({run["packages"][0] for run in NETS.values()}) == 11


def test_half_lives_are_as_told():
    halves = {name: lesson.spread(NETS, name) for name in lesson.GUESSED}
    assert all(lesson.GUESSED[name] < middle for name, (_, middle, _) in halves.items())
    far = {name for name, (_, middle, _) in halves.items() if 10 * lesson.GUESSED[name] < middle < np.inf}
    assert far == {"silero-vad", "madmom", "metapredict V3"}
    at_least = dict(zip(lesson.GUESSED, lesson.over_guess(NETS)))
    assert {name for name, times in at_least.items() if times >= 10} == far | {"textgenrnn"}  # over its 40 steps, 4 guessed
    assert lesson.by_layer(NETS, "Resemblyzer") == "6.6, 22, 91"
    voices = [[one["half_life"]["state"] for one in part["runs"]] for part in NETS["Resemblyzer"]["parts"]]
    np.testing.assert_allclose(np.mean(voices, axis=1), [7, 22, 90], rtol=0.1)
    short = {}
    for part, one in lesson.runs_of(NETS, "piper"):
        short.setdefault(part, []).append(one["half_life"]["state"] < 2.1)
    assert sum(map(all, short.values())) == 6
    assert all(half < 2.4 for _, one in lesson.runs_of(NETS, "nagisa") for half in [one["half_life"]["state"]])
    assert all(part["untrained"]["half_life"] < 3 for run in NETS.values() for part in run["parts"])
    assert lesson.gates_and_half_lives(NETS, "piper")[:, 0].max() < 0.5


def test_swaps_and_counters_are_as_told():
    word = lesson.swap_rows(NETS, "g2p_en", "encoder")
    assert max(word, key=word.get) == max(word)  # the first letter
    assert (
        lesson.swap_rows(NETS, "madmom", "layer 1")[5] < 0.01
        and 0.02 < lesson.swap_rows(NETS, "silero-vad", "layer 1")[30] < 0.04
    )
    rows = {row[0]: row for row in lesson.counting(NETS)}
    assert rows["madmom, layer 1"][2] == "4" and rows["madmom, layer 1"][5] == "lag 15"
    assert rows["metapredict pLDDT, layer 2"][2] == "7 to 10"
    assert rows["metapredict pLDDT, layer 1, backward"][2:5] == ("0 to 1", "224", "0.0031")  # two of its three runs have none
    rounded = lesson.swap_rows(NETS, "Resemblyzer", "layer 1", bits=8)
    assert min(rounded[lag] for lag in (30, 100, max(rounded))) > 0.2


def test_a_counter_is_a_line_and_neither_a_wave_nor_a_flat_line():
    t = np.arange(200.0)
    assert lesson.counters(np.stack([t, -0.5 * t, np.sin(t), 0 * t, 0.01 * t], axis=1)) == 2


def test_a_half_life_that_the_run_is_too_short_to_show_is_none():
    lags = np.arange(21)
    assert lesson.half_life(lags, -0.1 * lags) == pytest.approx(np.log10(2) / 0.1)
    assert lesson.half_life(lags, -0.001 * lags) is None and lesson.half_life(lags, 0.1 * lags) is None


def test_equal_ranks_share_their_place_and_what_no_run_showed_has_none():
    found = np.array([[0.1, 0.5, 1.0], [0.3, 0.7, 2.0], [0.2, 0.7, 3.0], [0.4, 0.9, 4.0], [0.0, 0.1, np.inf]])
    np.testing.assert_allclose(lesson.rank_correlations(found), [0.8, 0.9**0.5])


def test_a_median_of_half_lives_lies_between_the_two_in_the_middle():
    runs = [{"half_life": {"state": half}} for half in (2.0, None, 4.0, 8.0)]
    wild = {"net": {"step": 0.01, "parts": [{"part": "layer 1", "runs": runs}]}}
    assert lesson.spread(wild, "net") == (2.0, 6.0, np.inf) and lesson.seconds(wild, "net") == "from 0.02 s"


def test_blocks_of_a_pair_are_those_of_the_product():
    from bptt_lab.cells import LSTMCell
    from bptt_lab.memory import jacobian_product

    cell, x = LSTMCell(2, 3, seed=1), np.random.default_rng(0).standard_normal((12, 2))
    found, _ = lesson.norms(cell, x)
    product = jacobian_product(cell, cell.unroll(x), 11, 0)
    for name, block in {"state": product, "h": product[:3], "h<-h": product[:3, :3], "c<-c": product[3:, 3:]}.items():
        assert found[name][-1] == pytest.approx(np.log10(np.linalg.norm(block, 2))), name


def test_a_swap_of_a_state_in_8_bits_rounds_before_each_step_and_of_none_does_not():
    from bptt_lab.cells import GRUCell

    cell, x = GRUCell(2, 3, seed=1), np.random.default_rng(0).standard_normal((9, 1, 2))
    h = np.zeros((1, 3))
    for x_t in x:
        h = cell.unroll(x_t[None], np.round(127 * h) / 127).h[0]
    np.testing.assert_allclose(lesson.last_state(cell, x, bits=8), h)
    np.testing.assert_allclose(lesson.last_state(cell, x, bits=40), cell.unroll(x).h[-1], rtol=1e-6)


def test_what_is_not_installed_is_said_so(monkeypatch, tmp_path):
    monkeypatch.setattr(wild, "FOLDER", tmp_path)
    assert wild.live("g2p_en") == [("g2p_en", "", "not installed here", "")]
    assert all("==" in package for network in NETWORKS.values() for package in network["packages"])
