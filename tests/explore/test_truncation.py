"""The numbers of the truncation picture, against truncated backpropagation of one run at a time."""

import numpy as np
import pytest
import traitlets

import bptt_lab as bl
from bptt_lab.explore import Truncation
from bptt_lab.explore.truncation import CUTS, HIDDEN, INPUTS, LENGTHS, OUTPUTS, STEPS

SETTINGS = [("tanh", 1.0, 32, 8), ("tanh", 3.16, 24, 6), ("relu", 1.47, 16, 3), ("sigmoid", 0.316, 8, 4), ("tanh", 1.0, 4, 32)]


def one_run(activation, weight_scale, T, counted):
    """The same net, alone: no batch of scales, no table."""
    rng = np.random.default_rng(0)
    x, targets = 0.1 * rng.standard_normal((STEPS, INPUTS)), rng.integers(OUTPUTS, size=STEPS)
    model = bl.SequenceModel(bl.RNNCell(INPUTS, HIDDEN, activation, weight_scale), OUTPUTS)
    mask = None if counted == "every" else np.arange(T) == T - 1
    return model, model.forward(x[:T], targets[:T], mask)


@pytest.mark.parametrize("counted", ["every", "last"])
@pytest.mark.parametrize(("activation", "weight_scale", "T", "cut"), SETTINGS)
def test_what_is_kept_is_truncated_backpropagation_s_gradient(activation, weight_scale, T, cut, counted):
    model, run = one_run(activation, weight_scale, T, counted)
    whole, kept = (model.backward(run, truncate=k)["W_x"] for k in (None, cut))
    explorer = Truncation(activation=activation, weight_scale=weight_scale, length=T, cut=cut, counted=counted)
    size, norm, cosine = explorer.kept()
    assert [size, norm] == pytest.approx([np.linalg.norm(whole), np.linalg.norm(kept)], rel=1e-5)
    assert cosine == pytest.approx(np.vdot(whole, kept) / np.linalg.norm(whole) / np.linalg.norm(kept), abs=1e-5)


@pytest.mark.parametrize(("activation", "weight_scale", "T", "cut"), SETTINGS)
def test_removed_cells_are_those_whose_terms_are_missing_from_the_sum(activation, weight_scale, T, cut):
    model, run = one_run(activation, weight_scale, T, "every")
    explorer = Truncation(activation=activation, weight_scale=weight_scale, length=T, cut=cut)
    kept = sum(
        term.gradient for t in range(T) for term in model.chain_rule_terms(run, t) if not explorer.removed(t + 1, term.k + 1)
    )
    np.testing.assert_allclose(kept, model.backward(run, truncate=cut)["W_x"], rtol=1e-9, atol=1e-12 * np.abs(kept).max())


def test_the_cells_are_the_ledger():
    model, run = one_run("tanh", 1.47, 32, "every")
    from bptt_lab.explore.sentence_net import SCALES

    cells = Truncation()._arrays["ledger_tanh"][SCALES.index(1.47)]
    np.testing.assert_allclose(np.tril(cells), model.ledger(run), rtol=1e-5)


def test_the_sentence_counts_the_cells_and_reads_one_out():
    explorer = Truncation(cut=8, length=32, cell=[20, 5])
    assert explorer.sentence().startswith("Cut every 8 steps: 384 of 528 terms are removed.")
    assert "Token 20, word 5:" in explorer.sentence() and explorer.sentence().endswith("removed.")
    explorer.cell = [20, 18]
    assert explorer.sentence().endswith("kept.")
    explorer.counted = "last"
    assert "24 of 32 terms are removed" in explorer.sentence() and explorer.sentence().endswith("no loss.")
    explorer.cut = 32
    assert "no term of the 32 is removed" in explorer.sentence()
    explorer.cell = [5, 20]  # above the diagonal there is no cell
    assert "Token" not in explorer.sentence()


def test_a_cut_as_long_as_the_sequence_removes_nothing():
    for length in LENGTHS:
        for cut in (k for k in CUTS if k >= length):
            explorer = Truncation(length=length, cut=cut)
            whole, norm, cosine = explorer.kept()
            assert norm == whole and cosine == pytest.approx(1.0, abs=1e-6) and "no term" in explorer.sentence()


def test_cut_and_length_stay_on_their_grids():
    assert Truncation(cut=7, length=20).cut in (6, 8) and Truncation(length=21).length == 24
    with pytest.raises(traitlets.TraitError, match="cut"):
        Truncation(cut=0)
