"""Singular values of long products against exact arithmetic, for factors of every shape that a cell can give."""

import numpy as np
import pytest

from bptt_lab.memory.spectra import TransposedProduct
from tests import reference

pytestmark = pytest.mark.filterwarnings("error")


def graded(shape, rng):
    return 10.0 ** rng.uniform(-10, 0, shape)


def pair(W, rng):
    """As of an LSTM: h and c, gates between 0 and 1."""
    H = len(W)
    f, i, o = rng.random((3, H, 1))
    h = np.hstack([0.5 * W + o * rng.standard_normal((H, H)), np.diagflat(o * f)])
    return np.vstack([h, np.hstack([i * W, np.diagflat(f)])])


FACTORS = {
    "dense": lambda W, rng: rng.standard_normal(W.shape),
    "saturated units": lambda W, rng: graded((len(W), 1), rng) * W,
    "units that are off": lambda W, rng: (rng.random((len(W), 1)) < 0.8) * W,
    "some weights are 0": lambda W, rng: (rng.random(W.shape) < 0.6) * W,
    "a pair": pair,
}


def values(factors):
    product = TransposedProduct(1, len(factors[0]))
    for factor in factors:
        product.times(factor[None], np.zeros(1, int))
    return product.log10_singular_values()[0]


def agree(factors):
    found, expected = values(factors), reference.log10_singular_values(factors)
    assert (np.isneginf(found) == np.isneginf(expected)).all(), (found, expected)
    finite = np.isfinite(expected)
    assert np.abs(found[finite] - expected[finite]).max(initial=0.0) < 1e-9


@pytest.mark.parametrize("kind", FACTORS)
@pytest.mark.parametrize("length", [1, 3, 12, 30])
@pytest.mark.parametrize("seed", range(4))
def test_every_singular_value_equals_exact_arithmetic(kind, length, seed):
    rng = np.random.default_rng([length, seed])
    W = rng.standard_normal((4, 4))
    agree([FACTORS[kind](W, rng) for _ in range(length)])


@pytest.mark.parametrize("seed", range(4))
def test_inputs_of_a_unit_may_be_of_every_size(seed):
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((5, 5)) * graded(5, rng)
    agree([(rng.random((5, 1)) + 0.1) * W for _ in range(10)])


def test_sizes_in_any_order():
    rng = np.random.default_rng(0)
    J = 10.0 ** -np.array([[8.0], [11], [4], [0], [2], [13]]) * rng.standard_normal((6, 6))
    for factors in ([J], [J, J]):
        assert values(factors) == pytest.approx(reference.log10_singular_values(factors), abs=1e-12)


def test_singular_values_further_apart_than_floats_reach():
    rng = np.random.default_rng(0)
    factors = [graded((3, 1), rng) * rng.standard_normal((3, 3)) for _ in range(80)]
    expected = reference.log10_singular_values(factors)
    assert expected[0] - expected[-1] > 350
    agree(factors)


def test_sequences_of_a_batch_do_not_meet():
    rng = np.random.default_rng(0)
    one = [rng.standard_normal((3, 3)) for _ in range(5)]
    two = [np.diag([1.0, 0.0, 0.0]), *one[1:]]
    product = TransposedProduct(2, 3)
    for a, b in zip(one, two):
        product.times(np.stack([a, b]), np.array([0, 3]))
    found = product.log10_singular_values()
    assert found[0] == pytest.approx(values(one), abs=1e-12)
    assert found[1, 0] == pytest.approx(values(two)[0] + 15 * np.log10(2), abs=1e-12) and np.isneginf(found[1, 1:]).all()
