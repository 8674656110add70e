"""Random problems for all tests of the core."""

import functools
import os
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

import bptt_lab as bl

# No deadline: a slow or busy machine must not fail a test. Derandomised: CI fails for what changed, not for luck.
settings.register_profile("course", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("course")
# Kernels that tests start are no learner's: they keep no progress.
os.environ["BPTT_PROGRESS"] = "off"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """One more than there are cores: a test in a browser waits for the browser, or for a kernel, half of its time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tests are handed out one by one, in their order, and those that look at one page to one worker."""
    from xdist.scheduler import LoadScopeScheduling

    from tests.browser.waiting import page_of_test

    class InOrder(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return page_of_test(nodeid) or nodeid

    config.option.loadscopereorder = False
    return InOrder(config, log) if config.option.dist == "load" else None


ACTIVATIONS = ("tanh", "relu", "sigmoid")
GATES = {
    "gated": bl.GatedCell,
    "gru": bl.GRUCell,
    "gru before": functools.partial(bl.GRUCell, reset_after=False),
    "lstm": bl.LSTMCell,
}
CELLS = (*ACTIVATIONS, *GATES)
STARTS = ("normal", "uniform", "glorot", "orthogonal", "identity")


@dataclass
class Problem:
    """A model, what it reads, and what it should say; `arrays` are those of the reference, always with a batch axis."""

    model: bl.SequenceModel
    x: np.ndarray
    targets: np.ndarray
    mask: np.ndarray
    h0: np.ndarray | tuple[np.ndarray, np.ndarray]  # a pair for the LSTM
    cell: str  # one of CELLS

    def start(self, b):
        """h0 of one sequence."""
        if self.x.ndim == 2:
            return self.h0
        return tuple(part[b] for part in self.h0) if isinstance(self.h0, tuple) else self.h0[b]

    @property
    def arguments(self):
        cell, shape = self.model.cell, self.x.shape
        batch = (lambda a: a) if self.x.ndim == 3 else (lambda a: a[:, None])
        parts = self.h0 if isinstance(self.h0, tuple) else (self.h0,)
        h0 = np.concatenate([part.reshape(-1, cell.hidden_size) for part in parts], axis=1)
        params = {name: np.array(value) for name, value in self.model.params.items()}
        targets = batch(self.targets)
        if self.model.loss == "mse":
            targets = targets.reshape(shape[0], h0.shape[0], self.model.output_size)
        return params, batch(self.x), h0, targets, batch(self.mask), self.cell, self.model.loss


def make(T=4, B=None, I=3, H=4, O=3, activation="tanh", init="normal", loss="cross_entropy", seed=0, scale=1.0, cell=None):
    """cell: one of CELLS; the plain cell with that activation if it is not given."""
    rng, name = np.random.default_rng(seed), cell or activation
    kind = GATES.get(name) or functools.partial(bl.RNNCell, activation=name)
    cell = kind(I, H, init=init, seed=seed, weight_scale=scale)
    for bias in (name for name in cell.params if name.startswith("b")):
        cell.params[bias] = 0.3 * rng.standard_normal(cell.params[bias].shape)
    model = bl.SequenceModel(cell, O, loss=loss, seed=seed)
    model.params["b_o"] = rng.standard_normal(O)
    steps = (T,) if B is None else (T, B)
    targets = rng.integers(O, size=steps) if loss == "cross_entropy" else rng.standard_normal(steps if O == 1 else (*steps, O))
    mask = rng.random(steps) < 0.7
    mask.flat[-1] = True
    h0 = rng.standard_normal((H,) if B is None else (B, H))
    x = rng.standard_normal((*steps, I))
    return Problem(model, x, targets, mask, (h0, rng.standard_normal(h0.shape)) if name == "lstm" else h0, name)


_sizes = dict(
    T=st.integers(1, 6),
    B=st.sampled_from([None, 1, 2, 3]),
    I=st.integers(1, 4),
    H=st.integers(1, 5),
    O=st.integers(1, 4),
    init=st.sampled_from(STARTS),
    loss=st.sampled_from(["cross_entropy", "mse"]),
    seed=st.integers(0, 10**6),
    scale=st.sampled_from([0.3, 1.0, 2.0]),
)
problems = st.builds(make, cell=st.sampled_from(CELLS), **_sizes)
plain_problems = st.builds(make, cell=st.sampled_from(ACTIVATIONS), **_sizes)
gate_problems = st.builds(make, cell=st.sampled_from(tuple(GATES)), **_sizes)


# What rounding leaves of a softmax near 1 and of sums that cancel; a gradient smaller than that has no digits to compare.
ROUNDING = 1e-14


def same(got, expected, digits=1e-9, floor=0.0):
    """Whether two arrays agree to that part of the largest entry, or to `floor` if that is more."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape, f"shape {got.shape}, expected {expected.shape}"
    largest = np.abs(expected).max(initial=0.0)
    off = np.abs(got - expected).max(initial=0.0)
    assert off <= max(digits * largest, floor, 1e-300), f"off by {off:.3g} where the largest entry is {largest:.3g}"


@pytest.fixture
def problem():
    return make()
