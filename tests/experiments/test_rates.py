"""The recipe of rates: near distances first, and what is said of its map."""

import json

import numpy as np

from bptt_lab.experiments import load, rates
from bptt_lab.experiments.training import train_farther, train_until


def test_it_goes_from_near_to_far_and_stops_after_two_distances_that_no_seed_learns(monkeypatch):
    learned = {(5, 0): 50, (5, 1): None, (15, 1): 100}
    seen = []

    def instead(settings):
        at = settings["task"][1]["distance"], settings["seed"]
        seen.append(at)
        return {"steps": learned.get(at)}

    monkeypatch.setattr("bptt_lab.experiments.training.train_until", instead)
    found = train_farther({"cell": "tanh", "at": [5, 10, 15, 20, 30, 40, 50], "seeds": 2})
    assert found == {"steps": [[50, None], [None, None], [None, 100], [None, None], [None, None], None, None]}
    assert len(seen) == 10 and json.loads(json.dumps(found)) == found


def test_a_row_is_made_of_the_trainings_of_its_places():
    fit = {**rates.fit_at("SGD", 0.05), "steps": 150}
    settings = {"cell": "tanh, orthogonal", "fit": fit, "at": [5], "reach": 0.99, "seeds": 2}
    once = {**settings, "task": ("Agreement", {"distance": 5})}
    assert train_farther(settings)["steps"] == [[train_until({**once, "seed": seed})["steps"] for seed in (0, 1)]]


def test_a_normalised_step_is_as_long_as_the_rate():
    for rate in rates.AT["normalised"]:
        fit = rates.fit_at("normalised", rate)
        assert np.isclose(fit["lr"] * fit["clip"], rate, rtol=1e-12) and fit["clip"] < 1e-5 and fit["optimizer"] == "sgd"


def test_places_put_the_rates_of_both_recipes_together():
    for how, cells in (("SGD", rates.CELLS), ("Adam", ("tanh", "LSTM, open", "LSTM, closed")), ("normalised", ("tanh",))):
        for cell in cells:
            places = rates.places(how, cell)
            assert tuple(places) == rates.AT[how], (how, cell)
            assert all(tuple(row) == (5, 10, 15, 20, 30) for row in places.values())
            assert {len(steps) for row in places.values() for steps in row.values()} <= {0, 5}
    runs = load("agreement")
    kept = [run["steps"] for run in runs if run["cell"] == "tanh" and run["task"][1]["distance"] == 10][:5]
    assert rates.places("SGD", "tanh")[0.5][10] == kept


def test_counts_and_the_farthest_distance_that_all_seeds_learn():
    row = {5: [50, 50], 10: [100, 50], 15: [None, 50], 20: [50, 50], 30: []}
    assert rates.counts(row) == [2, 2, 1, 2, 0] and rates.learned_by_all(row) == 10
    assert rates.learned_by_all({5: [None, 50], 10: [50, 50]}) == 0
