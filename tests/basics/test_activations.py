"""Values, slopes read from the output, and γ."""

import numpy as np
import pytest

from bptt_lab.basics import activations

POINTS = np.linspace(-4, 4, 1602)  # not at relu's kink


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_the_slope_read_from_the_output_is_the_derivative(name):
    f = activations.get(name)
    numeric = (f.value(POINTS + 1e-6) - f.value(POINTS - 1e-6)) / 2e-6
    assert f.slope(f.value(POINTS)) == pytest.approx(numeric, abs=1e-8)


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_gamma_is_the_largest_slope(name):
    f = activations.get(name)
    slopes = f.slope(f.value(np.linspace(-9, 9, 180_001)))
    assert slopes.max() == pytest.approx(f.gamma, rel=1e-6) and slopes.max() <= f.gamma


@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_results_can_be_written_into_an_array(name):
    f, a, out = activations.get(name), np.array([-1.0, 0.5]), np.empty(2)
    expected = f.value(a)
    assert f.value(a, out) is out and (out == expected).all()
    slope = f.slope(expected)
    assert f.slope(expected, out) is out and (out == slope).all()
    assert (a == [-1.0, 0.5]).all()


def test_known_values():
    assert activations.get("tanh").value(np.array([0.0, 1.0])) == pytest.approx([0.0, np.tanh(1)])
    assert (activations.get("relu").value(np.array([-2.0, 0.0, 3.0])) == [0, 0, 3]).all()
    assert activations.get("sigmoid").value(np.array([-800.0, 0.0, 800.0])) == pytest.approx([0.0, 0.5, 1.0])
