"""What notebook 05 measures, at small sizes."""

import numpy as np

import bptt_lab as bl
from bptt_lab import short_term
from bptt_lab.experiments import distances


def test_without_the_subject_the_sentences_are_the_same_but_for_a_blank():
    x, targets, mask = bl.tasks.Agreement(4).batch(8, np.random.default_rng(0))
    blank, same, places = short_term.WithoutSubject(4).batch(8, np.random.default_rng(0))
    assert not blank[distances.SUBJECT].any() and x[distances.SUBJECT].sum() == 8
    assert all(map(np.array_equal, (np.delete(x, 1, 0), targets, mask), (np.delete(blank, 1, 0), same, places)))


def test_a_far_subject_might_as_well_be_absent_and_a_near_one_not():
    assert short_term.as_if_absent(20, seed=0, steps=20) < 1e-3
    assert short_term.as_if_absent(1, seed=0, steps=60) > 0.3


def test_fresh_nets_are_of_the_stated_size_and_start():
    net = short_term.fresh(bl.GatedCell, seed=3, gate_bias=2.0)
    assert (net.cell.input_size, net.cell.hidden_size, net.output_size, net.cell.init) == (98, 32, 2, "uniform")


def test_the_sentences_named_here_are_in_the_recipe():
    for how in short_term.SENTENCES.values():
        assert len(bl.experiments.values(bl.experiments.load("distances"), "right", cell="tanh", **how)) == 5
