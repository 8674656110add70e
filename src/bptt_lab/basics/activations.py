"""tanh, relu and sigmoid: the value, the slope read from the output, and the bound γ of the slope.

A slope can be read from the output h = f(a) alone, so a trace need not keep the pre-activation a:

    tanh'(a) = 1 − h²        relu'(a) = 1 where h > 0, else 0        sigmoid'(a) = h (1 − h)

γ is the largest slope (Pascanu, Mikolov & Bengio 2013): 1, 1 and ¼.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy import square, subtract  # as names of their own: NumPy is slow to find them each time

from . import checks

# As arrays, since a Python number costs NumPy twice the time of a small array.
_ZERO, _HALF, _ONE = np.array(0.0), np.array(0.5), np.array(1.0)


class Activation(NamedTuple):
    """An activation function f; every function takes an array of any shape and writes into `out` if given."""

    name: str
    value: Callable[..., np.ndarray]  # value(a, out=None) = f(a)
    slope: Callable[..., np.ndarray]  # slope(h, out=None) = f'(a), read from h = f(a)
    gamma: float  # the largest slope


def _relu(a, out=None):
    return np.maximum(a, _ZERO, out=out)


def _sigmoid(a, out=None):
    # ½ tanh(a/2) + ½ is the same function and never overflows.
    out = np.multiply(a, _HALF, out)
    np.tanh(out, out)
    np.multiply(out, _HALF, out)
    return np.add(out, _HALF, out)


def _tanh_slope(h, out=None):
    out = square(h, out)
    return subtract(_ONE, out, out)


def _relu_slope(h, out=None):
    return np.greater(h, _ZERO, np.empty_like(h) if out is None else out)


def _sigmoid_slope(h, out=None):
    return np.multiply(h, np.subtract(_ONE, h), out)


tanh, sigmoid = np.tanh, _sigmoid

ACTIVATIONS = {
    "tanh": Activation("tanh", np.tanh, _tanh_slope, 1.0),
    "relu": Activation("relu", _relu, _relu_slope, 1.0),
    "sigmoid": Activation("sigmoid", _sigmoid, _sigmoid_slope, 0.25),
}


def get(name: str) -> Activation:
    """The activation of that name; `ValueError` for any other name."""
    return ACTIVATIONS[checks.choice("activation", name, ACTIVATIONS)]
