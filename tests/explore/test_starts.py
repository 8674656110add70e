"""The numbers of the messages on their way back, against products of Jacobians of one net at a time."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.explore import Starts
from bptt_lab.explore.starts import ACTIVATIONS, HIDDEN, SEEDS, STEPS


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("start", "scale", "inputs"), [("normal", 1.414, 0.1), ("orthogonal", 1.0, 1.0), ("identity", 1.0, 0.1)])
def test_a_message_is_a_direction_times_a_product_of_jacobians(start, scale, inputs, activation):
    explorer = Starts(start=start, weight_scale=scale, inputs=inputs)
    for seed in (0, 7):
        rng = np.random.default_rng([seed, 1])
        x, direction = inputs * rng.standard_normal((STEPS, 1, HIDDEN))[:, 0], rng.standard_normal(HIDDEN)
        cell = bl.RNNCell(HIDDEN, HIDDEN, activation, scale, start, seed)
        trace = cell.unroll(x)
        for lag in (0, 1, 30, 100):
            product = bl.memory.jacobian_product(cell, trace, STEPS - 1, STEPS - 1 - lag)
            norm = np.linalg.norm(direction @ product) / np.linalg.norm(direction)
            assert explorer.at(lag)[0][ACTIVATIONS.index(activation), seed] == pytest.approx(norm, rel=1e-5)


def test_the_prediction_is_half_of_the_units_off():
    assert Starts().at(100)[1] == pytest.approx(0.5**50, rel=1e-5)
    assert Starts(weight_scale=1.414, start="orthogonal").at(100)[1] == pytest.approx(1.0, rel=0.02)
    assert Starts(weight_scale=2.0, start="identity").at(10)[1] == pytest.approx(1024)


def test_the_sentence_gives_median_and_range_and_reads_off_where_it_is_told():
    explorer = Starts(lag=40)
    tanh = explorer.at(40)[0][0]
    assert len(tanh) == SEEDS and explorer.sentence().startswith(
        f"Steps back: 40. The message of norm 1 has norm {bl.text.say(np.median(tanh))}"
    )
    assert f"{bl.text.say(tanh.min())} to {bl.text.say(tanh.max())}" in explorer.sentence()
    explorer.lag = -1
    assert explorer.sentence().startswith("Steps back: 100.")
    explorer.weight_scale = 10.0
    assert "exploded with ReLU (exploded to exploded)" in explorer.sentence()


def test_the_prediction_holds_in_the_middle_of_ten_nets_and_not_for_each():
    norms, predicted = Starts().at(30)
    assert 0.1 < np.median(norms[1]) / predicted < 10
    assert norms[1].max() / norms[1].min() > 100
