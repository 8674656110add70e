"""What notebooks 02 and 03 measure, against the slow way."""

import numpy as np
import pytest

from bptt_lab import measure


@pytest.mark.parametrize("start", measure.STARTS)
def test_first_over_last_is_a_ratio_of_terms(start):
    ratios = measure.first_over_last(start, 0.1, seeds=3, H=8, I=5)
    for ratio, (model, run) in zip(ratios, measure.nets(start, 8, 5, 4, 0.1, range(3))):
        ledger = model.ledger(run)
        assert ratio == pytest.approx(ledger[3, 0] / ledger[3, 3])


def test_the_starts_have_the_deviation_that_they_name():
    for start, (_, deviation, _) in measure.STARTS.items():
        model, _ = next(measure.nets(start, 100, 5, 2, 0.1, [0]))
        if deviation is not None:
            assert model.cell.params["W_hh"].std() == pytest.approx(deviation, rel=0.05)


def test_a_swap_changes_the_first_word_alone():
    found = measure.swap_first_word("U(±1/√H), PyTorch", 1.0, seeds=4, H=6, I=5)
    assert set(found) == {"share", "later terms", "dL_4/dW_hh"}
    assert all(values.shape == (4,) and (values > 0).all() for values in found.values())


def test_a_lost_transpose_of_a_symmetric_matrix_changes_nothing():
    model, run = next(measure.nets("N(0, 1/H)", 6, 4, 5, 0.1, [0]))
    W = model.params["W_hh"]
    model.params["W_hh"] = W + W.T
    run = model.forward(run.trace.x, np.zeros(5, int))
    right = model.backward(run)["W_hh"]
    lost = model.cell.backward(measure.transpose_lost(run.trace, model.cell), run.dh[:, 0])["W_hh"]
    assert lost == pytest.approx(right)


def test_carried_forward_is_the_first_term():
    for model, run in measure.nets("N(0, 1/H)", 6, 4, 5, 0.1, range(3)):
        assert measure.carried_forward(model, run) == pytest.approx(model.chain_rule_terms(run, 4)[0].gradient)
