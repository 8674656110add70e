"""Clipping by norm."""

import numpy as np
import pytest

from bptt_lab import chain_rule
from bptt_lab.train import clip_by_norm

pytestmark = pytest.mark.filterwarnings("error")


def length(grads):
    return float(chain_rule.norm(np.concatenate([np.ravel(value) for value in grads.values()])))


def test_all_arrays_together_are_scaled_to_the_limit():
    grads = {"W": np.array([[3.0, 0.0]]), "b": np.array([4.0])}
    clipped, before = clip_by_norm(grads, 1.0)
    assert before == 5.0 and clipped["W"] == pytest.approx(np.array([[0.6, 0.0]])) and clipped["b"] == pytest.approx([0.8])
    assert grads["b"][0] == 4.0, "the gradient handed in stays as it was"


@pytest.mark.parametrize("limit", [5.0, 7.0])
def test_a_gradient_within_the_limit_stays_to_the_last_digit(limit):
    grads = {"W": np.array([3.0, 4.0])}
    clipped, before = clip_by_norm(grads, limit)
    assert (clipped["W"] == grads["W"]).all() and before == 5.0
    clipped["W"][0] = 9.0
    assert grads["W"][0] == 3.0


def test_a_gradient_of_zero_stays_zero():
    clipped, before = clip_by_norm({"W": np.zeros((2, 2))}, 1.0)
    assert before == 0.0 and not clipped["W"].any()


def test_where_entries_have_exploded_they_alone_are_left_and_finite():
    clipped, before = clip_by_norm({"W": np.array([3.0, -np.inf]), "b": np.array([np.inf, 1e308])}, 2.0)
    assert before == np.inf
    assert clipped["W"] == pytest.approx([0.0, -(2.0**0.5)]) and clipped["b"] == pytest.approx([2.0**0.5, 0.0])


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1.0, 1e200, 1.7e308])
@pytest.mark.parametrize("limit", [1e-300, 1.0, 1e300])
def test_sizes_whose_squares_leave_float64(size, limit):
    grads = {"W": size * np.array([1.0, -1.0]), "b": size * np.ones((2, 3))}
    clipped, before = clip_by_norm(grads, limit)
    assert before == pytest.approx(size * 8**0.5 if size < 1e308 else np.inf, rel=1e-3)
    assert length(clipped) == pytest.approx(min(before, limit), rel=1e-3)


@pytest.mark.parametrize("limit", [0, -1.0, np.nan, "1"])
def test_a_limit_that_is_none_is_named(limit):
    with pytest.raises(ValueError, match="^limit: got"):
        clip_by_norm({"W": np.ones(2)}, limit)


def test_nan_is_named():
    with pytest.raises(ValueError, match=r"^grads\['W'\]: got nan"):
        clip_by_norm({"W": np.array([np.nan])}, 1.0)
