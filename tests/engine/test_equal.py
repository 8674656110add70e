"""The quick way and the plain way are one: the same numbers for every cell, shape, start and scale, exploded ones too."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bptt_lab as bl
from bptt_lab import chain_rule
from bptt_lab.basics.one_hot import OneHot
from bptt_lab.engine import scratch
from tests.conftest import CELLS, GATES, STARTS

KINDS = ("tanh", "relu", "sigmoid", *GATES)


def cell_of(kind, I, H, **settings):
    return GATES[kind](I, H, **settings) if kind in GATES else bl.RNNCell(I, H, activation=kind, **settings)


def problem(kind, T, B, I, H, start, scale, init="normal", size=1.0, seed=0):
    """A cell, what it reads, from where, and a gradient for each part of its states."""
    rng, steps = np.random.default_rng(seed), (T,) if B is None else (T, B)
    cell = cell_of(kind, I, H, init=init, weight_scale=scale, seed=seed)
    draw = lambda *shape: size * rng.standard_normal(shape)  # noqa: E731
    h0 = tuple(draw(*steps[1:], H) for _ in cell.parts) if start else None
    own = [draw(*steps, H) for _ in cell.parts]
    return cell, draw(*steps, I), h0[0] if h0 and len(h0) == 1 else h0, own


def both_ways(cell, x, h0, own):
    """What the quick and the plain way give, name -> array; the plain way back once over the quick way's trace, too."""
    found = []
    quick = cell.unroll(x, h0)
    with bl.engine.off():
        assert type(cell).quick is None
        plain = cell.unroll(x, h0)
        ways = [(plain, cell.backward(plain, *own)), (quick, cell.backward(quick, *own))]
    for trace, grads in [(quick, cell.backward(quick, *own)), *ways]:
        kept = {name: getattr(trace, name) for name in ("x", "h", "h0", *(["c", "c0"] if len(cell.parts) > 1 else []))}
        found.append({**kept, **trace.gates, **{f"d{name}": value for name, value in grads.items()}})
    return found


def assert_same(found, tolerance):
    first, *others = found
    for other in others:
        assert set(first) == set(other)
        for name, value in first.items():
            assert value.shape == other[name].shape, name
            assert not np.isnan(value).any() and not np.isnan(other[name]).any(), name
            finite = np.isfinite(value) & np.isfinite(other[name])
            off = np.abs(np.where(finite, value, 0.0) - np.where(finite, other[name], 0.0)).max()
            assert off <= tolerance * max(np.abs(np.where(finite, value, 0.0)).max(), 1e-300), (name, off)
            assert (np.isinf(value) == np.isinf(other[name])).all(), name


@given(
    st.sampled_from(KINDS), st.sampled_from([1, 2, 5, 12]), st.sampled_from([None, 1, 3]), st.sampled_from([1, 3]),
    st.sampled_from([1, 4, 9]), st.booleans(), st.sampled_from([0.0, 0.5, 1.0, 2.0]), st.sampled_from(STARTS), st.integers(0, 99),
)  # fmt: skip
def test_both_ways_give_the_same(kind, T, B, I, H, start, scale, init, seed):
    assert_same(both_ways(*problem(kind, T, B, I, H, start, scale, init, 1.0, seed)), 1e-12)


# Past each bound at which the quick way goes another way: few units, several chunks, scratch that is not kept.
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("T", "B", "H"), [(3, 1, 48), (3, 1, 49), (3, 1, 65), (300, None, 16), (60, 2, 70), (400, 5, 24), (900, 3, 40)]
)
def test_both_ways_give_the_same_at_every_size_where_the_quick_way_changes(kind, T, B, H):
    scale = 0.7 if kind == "relu" else 1.0  # relu of gain 1 explodes on long sequences
    assert_same(both_ways(*problem(kind, T, B, 3, H, True, scale)), 1e-12)
    assert 900 * 3 * 40 * 3 > scratch.SMALL > 60 * 70


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("T", "B", "H"), [(1, 2, 3), (7, 1, 5), (12, 3, 4), (60, 2, 70), (900, 3, 40)])
@pytest.mark.parametrize("scale", [0.7, 1e150])
def test_words_that_stay_numbers_give_what_zeros_and_ones_give(kind, T, B, H, scale):
    cell, _, _, own = problem(kind, T, B, 11, H, False, scale)
    words = OneHot(np.random.default_rng(0).integers(11, size=(T, B)), 11)
    assert (np.asarray(words) == np.eye(11)[words.classes]).all()
    found = both_ways(cell, words, None, own)
    assert (found[0]["x"] == np.asarray(words)).all()
    assert_same(found, 1e-12 if scale < 1 else 1e-9)


def test_training_never_writes_them_out(monkeypatch):
    monkeypatch.delattr(OneHot, "__array__")
    task = bl.tasks.Agreement(3)
    for kind in (bl.RNNCell, bl.GatedCell, bl.GRUCell, bl.LSTMCell):
        model = bl.SequenceModel(kind(task.input_size, 5), 2)
        assert len(bl.train.fit(model, task, 2, 4, progress=False)) == 2
        assert 0 <= task.score(model, 20) <= 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [1e30, 1e150])
@pytest.mark.parametrize("B", [None, 2])
def test_what_overflows_is_the_same_and_never_nan(kind, scale, B):
    with np.errstate(all="raise"):  # nor a warning
        found = both_ways(*problem(kind, 12, B, 2, 3, True, scale, size=1e3))
    assert_same(found, 1e-9)


def test_a_model_s_gradient_and_a_mask_are_the_same_both_ways():
    rng = np.random.default_rng(0)
    for kind in CELLS:
        model = bl.SequenceModel(cell_of(kind, 3, 5), 4)
        x, targets, mask = rng.standard_normal((7, 2, 3)), rng.integers(4, size=(7, 2)), rng.random((7, 2)) > 0.4
        loss, grads = model.gradient(x, targets, mask)
        with bl.engine.off():
            plain_loss, plain = model.gradient(x, targets, mask)
        assert loss == pytest.approx(plain_loss, rel=1e-13)
        for name, value in plain.items():
            np.testing.assert_allclose(grads[name], value, rtol=0, atol=1e-13 * max(1.0, np.abs(value).max()))


def terms_and_ledgers(p, size):
    """What is carried back from single losses, by name: the terms of the last step's and the ledger, of each parameter."""
    cell, x, h0, (dh, *_) = p
    model, trace, rows = bl.SequenceModel(cell, 2), cell.unroll(x, h0), size * dh.reshape(len(x), -1, cell.hidden_size)
    found = {}
    for name in cell.params:
        terms = chain_rule.terms(cell, trace, rows[-1], len(x) - 1, name, dict)
        found[f"terms of {name}"] = np.stack([term.gradient for term in terms])
        found[f"their norms, {name}"] = np.array([term.norm for term in terms])
        found[f"ledger of {name}"] = chain_rule.ledger(model.cell, trace, rows, name)
    return found


def assert_terms_and_ledgers_are_the_same(p, tolerance, size=1.0):
    quick = terms_and_ledgers(p, size)
    with bl.engine.off():
        assert_same([terms_and_ledgers(p, size), quick], tolerance)


@given(
    st.sampled_from(KINDS), st.sampled_from([1, 2, 5, 12]), st.sampled_from([None, 1, 3]), st.sampled_from([1, 3]),
    st.sampled_from([1, 4, 9]), st.booleans(), st.sampled_from([0.0, 0.5, 1.0, 2.0]), st.sampled_from(STARTS), st.integers(0, 99),
)  # fmt: skip
def test_terms_and_ledgers_are_the_same_both_ways(kind, T, B, I, H, start, scale, init, seed):
    assert_terms_and_ledgers_are_the_same(problem(kind, T, B, I, H, start, scale, init, 1.0, seed), 1e-12)


@pytest.mark.parametrize("kind", ["tanh", "relu", "lstm"])
@pytest.mark.parametrize(("T", "H", "size"), [(12, 3, 1e-200), (12, 3, 1e200), (100, 32, 1.0), (150, 40, 1.0)])
def test_long_tiny_and_huge_losses_give_the_same_terms_and_ledgers(kind, T, H, size):
    assert_terms_and_ledgers_are_the_same(problem(kind, T, None, 3, H, True, 0.7), 1e-12, size)
    assert 100 * 32 * 164 < 1_000_000 < 150 * 40 * 230  # on both sides of the bound in `way_back.fits`


@pytest.mark.parametrize("kind", ["tanh", "relu"])
def test_terms_and_ledgers_that_overflow_are_the_same_and_never_nan(kind):
    with np.errstate(all="raise"):
        assert_terms_and_ledgers_are_the_same(problem(kind, 12, None, 2, 3, True, 1e100, size=0.1), 1e-9, 1e10)


def test_off_is_off_inside_and_on_again_after_it_also_after_an_error():
    assert bl.LSTMCell.quick
    with pytest.raises(KeyError), bl.engine.off():
        with bl.engine.off():
            pass
        assert bl.LSTMCell.quick is None
        raise KeyError
    assert bl.LSTMCell.quick


def test_a_subclass_with_a_step_of_its_own_does_not_get_its_parent_s_engine():
    class Halved(bl.RNNCell):
        def step(self, u, h):
            h, kept = super().step(u, h)
            return h / 2, kept

    x = np.ones((3, 2))
    np.testing.assert_allclose(Halved(2, 3).unroll(x).h[0], bl.RNNCell(2, 3).unroll(x).h[0] / 2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_is_read_only_and_survives_copies_and_pickles(kind):
    cell, x, h0, own = problem(kind, 4, 1, 2, 3, True, 1.0)
    trace = cell.unroll(x, h0)
    grads = cell.backward(trace, *own)
    cell.params["W_hh"] = np.zeros_like(cell.params["W_hh"])
    for name in ("x", "h", "h0"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(trace, name)[...] = 7.0
    for other in (copy.copy(trace), copy.deepcopy(trace), pickle.loads(pickle.dumps(trace))):
        again = cell.backward(other, *own)
        assert all((again[name] == grads[name]).all() for name in grads)  # of the weights as they were


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("B", [None, 1, 3])
def test_without_the_gradient_of_x_the_others_are_the_same(kind, B):
    cell, x, h0, own = problem(kind, 9, B, 2, 4, True, 1.0)
    trace = cell.unroll(x, h0)
    whole = cell.backward(trace, *own)
    trace.needs_dx = False
    for _ in range(2):  # with scratch made, and with scratch used again
        found = cell.backward(trace, *own)
        assert set(whole) - set(found) <= {"x"} and ("x" not in found or B != 3 or kind == "gru before")
        assert all((found[name] == whole[name]).all() for name in set(whole) - {"x"})
