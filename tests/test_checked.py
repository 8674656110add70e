"""The check of a learner's own clipping: the stub, the right one, and each known mistake."""

import numpy as np
import pytest

from bptt_lab import checked, train


def norm_of(grads):
    return np.sqrt(sum((g**2).sum() for g in grads.values()))


def right(grads, limit):
    norm = norm_of(grads)
    factor = limit / norm if norm > limit else 1.0
    return {name: g * factor for name, g in grads.items()}


def in_place(grads, limit):
    for g in grads.values():
        g *= limit / norm_of(grads)
    return grads


MISTAKES = {
    "one norm over all arrays": lambda g, c: {n: a * min(1, c / np.linalg.norm(a)) if a.any() else a for n, a in g.items()},
    "by one factor": lambda g, c: {n: np.clip(a, -c, c) for n, a in g.items()},
    "not limit": lambda g, c: {n: a * c for n, a in g.items()},
    "square root": lambda g, c: {n: a * min(1, c / norm_of(g) ** 2) for n, a in g.items()},
    "must stay as it is": lambda g, c: {n: a * c / max(norm_of(g), 1e-300) for n, a in g.items()},
    "becomes NaN": lambda g, c: {n: a / norm_of(g) * min(norm_of(g), c) for n, a in g.items()},
    "changes the arrays": in_place,
    "Return a dict": lambda g, c: list(g.values()),
    "names and shapes": lambda g, c: {"W": g["W"]},
    "in your hands": lambda g, c: {n: 2 * a for n, a in right(g, c).items()},
}


def test_the_untouched_stub_is_not_tried_yet():
    assert checked.clip(lambda grads, limit: None) == "Not tried yet."


@pytest.mark.parametrize("solution", [right, lambda grads, limit: train.clip_by_norm(grads, limit)[0]])
def test_a_right_answer_is_right(solution):
    assert checked.clip(solution).startswith("Right")


@pytest.mark.parametrize("says", MISTAKES)
def test_each_mistake_is_named(says):
    assert says in checked.clip(MISTAKES[says])
