"""The table of the sentence explorers, against the model one setting at a time."""

import subprocess
import sys

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab import chain_rule
from bptt_lab.explore import sentence_net
from bptt_lab.tasks import vocabulary


def place(activation, scale):
    return sentence_net.ACTIVATIONS.index(activation), sentence_net.SCALES.index(scale)


def one_by_one(sentence, activation, scale, wrt, start):
    V = len(vocabulary.VOCABULARY)
    cell = bl.RNNCell(V, sentence_net.HIDDEN, activation=activation, init=start, weight_scale=scale)
    model = bl.SequenceModel(cell, V)
    run = model.forward(vocabulary.encode(sentence), vocabulary.next_words(sentence))
    T = run.trace.T
    tokens = [[term.gradient for term in model.chain_rule_terms(run, t, wrt)] for t in range(T)]
    return {
        "losses": run.losses,
        "ledger": model.ledger(run, wrt),
        "whole": [np.linalg.norm(sum(terms)) for terms in tokens],
        "jacobians": [0.0] + [np.linalg.norm(cell.jacobian(run.trace, t), 2) for t in range(1, T)],
        "readout": [np.linalg.norm(run.dh[t]) for t in range(T)],
        "immediate": [
            np.linalg.norm(chain_rule.immediate(cell, run.trace, t, wrt).reshape(cell.hidden_size, -1), 2) for t in range(T)
        ],
        "shares": [
            [(term * sum(terms)).sum() / (np.linalg.norm(sum(terms)) ** 2 or 1.0) for term in terms] + [0.0] * (T - 1 - t)
            for t, terms in enumerate(tokens)
        ],
    }


@pytest.mark.parametrize("activation", sentence_net.ACTIVATIONS)
@pytest.mark.parametrize("scale", [0.1, 1.0, 3.16])
@pytest.mark.parametrize("wrt", ["W_x", "W_hh"])
@pytest.mark.parametrize(
    ("sentence", "start"), [("cats", "normal"), ("the cats were hungry", "uniform"), ("the cats were hungry", "identity")]
)
def test_each_row_of_the_table_is_a_net_of_that_setting(activation, scale, wrt, sentence, start):
    arrays, row = sentence_net.read(sentence, wrt, start), place(activation, scale)
    for name, expected in one_by_one(sentence, activation, scale, wrt, start).items():
        assert arrays[name][row] == pytest.approx(np.array(expected), rel=1e-4, abs=1e-6), name


@pytest.mark.parametrize("start", ["normal", "orthogonal"])
def test_sentences_that_begin_alike_each_have_a_table_of_their_own(start):
    sentence_net.read.cache_clear()
    for sentence in ("the birds saw the cats", "the birds saw", "the birds saw the dogs today", "the birds were the dogs"):
        arrays, row = sentence_net.read(sentence, "W_x", start), place("tanh", 1.0)
        for name, expected in one_by_one(sentence, "tanh", 1.0, "W_x", start).items():
            assert arrays[name][row] == pytest.approx(np.array(expected), rel=1e-4, abs=1e-6), (sentence, name)


def test_the_grid_has_the_stated_settings_and_one_in_its_middle():
    assert len(sentence_net.SCALES) == 25 and sentence_net.SCALES[0] == 0.1 and sentence_net.SCALES[-1] == 10.0
    assert sentence_net.SCALES[12] == 1.0


def test_the_table_is_kept_and_of_the_type_that_the_browser_reads():
    arrays = sentence_net.read("cats were")
    assert arrays is sentence_net.read("cats were")
    assert all(array.dtype == np.dtype("<f4") and not np.isnan(array).any() for array in arrays.values())


@pytest.mark.filterwarnings("error")
def test_where_no_unit_passes_anything_on_the_stretch_is_nothing_and_elsewhere_that_of_lapack():
    W, slope = np.random.default_rng(0).standard_normal((16, 16)), np.random.default_rng(1).random((3, 4, 25, 16)) ** 9
    slope[0], slope[1, ..., 1:], slope[2, ..., 0] = 0.0, 0.0, 1e-15
    found = sentence_net._stretches(slope, W)
    expected = np.linalg.norm(slope[..., None] * W, 2, axis=(-2, -1)) * sentence_net.SCALES
    assert found == pytest.approx(expected, rel=1e-10) and not found[0].any()


def test_the_norm_on_an_edge_bounds_what_a_term_can_lose_or_gain_there():
    arrays = sentence_net.read("the cats were hungry")
    row = place("tanh", 1.0)
    bound = arrays["readout"][row][3] * arrays["jacobians"][row][1:].prod() * arrays["immediate"][row][0]
    assert arrays["ledger"][row][3, 0] <= bound


def test_a_new_activation_appears_in_every_explorer_with_that_control():
    code = """
import numpy as np
from bptt_lab.basics import activations
value = lambda a, out=None: np.divide(a, 1 + abs(a), out)
slope = lambda h, out=None: np.square(1 - abs(h), out)
activations.ACTIVATIONS["softsign"] = activations.Activation("softsign", value, slope, 1.0)
from bptt_lab import explore
found = []
for name in explore.__all__:
    kind = getattr(explore, name)
    if hasattr(kind, "activation"):
        shown = {"curve": "shown"} if name == "Decay" else {}
        explorer = kind(activation="softsign", **shown)
        control = next(control for control in kind.controls if control.name == "activation")
        assert control.values[-1] == "softsign" and explorer.sentence()
        assert np.isfinite([size for _, size in explorer.still()]).all()
        assert explorer.still() != kind(activation="tanh", **shown).still()
        found.append(name)
print(found)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = ["Decay", "FourCells", "GradientByLag", "Ledger", "LivingEquation", "TokenLosses", "Truncation"]
    assert done.stdout.strip() == str(names)
