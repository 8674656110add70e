"""A cell of one's own whose `step_back` is wrong: gradcheck looks at one step, and says what is."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.cells import Cell

MGU = """
class MGU(Cell):  # the minimal gated unit (Zhou et al. 2016)
    blocks = "forget", "candidate"

    def step(self, u, h):
        (u1, u2), (W1, W2) = self.split(u), self.blocks_of(self.W_hh)
        f = 1 / (1 + np.exp(-(u1 + h @ W1.T)))
        g = np.tanh(u2 + (f * h) @ W2.T)
        return (1 - f) * h + f * g, (f, g)

    def step_back(self, δ, kept, h):
        (f, g), (W1, W2) = kept, self.blocks_of(self.W_hh)
        da2 = δ * f * (1 - g * g)
        dp = da2 @ W2
        da1 = (δ * (g - h) + dp * h) * f * (1 - f)
        return self.join(da1, da2), δ * (1 - f) + dp * f + da1 @ W1

    def pairs(self, da, kept, h):
        (f, g), (da1, da2) = kept, self.split(da)
        return {"W_hh": [(da1, h), (da2, f * h)]}
"""
LEAKY = """
class Leaky(Cell):
    keeps = ("n",)

    def step(self, u, h):
        n = np.tanh(u + h @ self.W_hh.T)
        return 0.7 * h + 0.3 * n, (n,)

    def step_back(self, δ, kept, h):
        (n,) = kept
        da = δ * 0.3 * (1 - n * n)
        return da, 0.7 * δ + da @ self.W_hh
"""


def model(text, old="", new=""):
    assert old in text
    names = {"np": np, "Cell": Cell}
    exec(text.replace(old, new) if old else text, names)
    kind = names.get("MGU") or names["Leaky"]
    return bl.SequenceModel(kind(3, 4, init="uniform", seed=1), 3)


def check(*slip, **named):
    rng = np.random.default_rng(0)
    return bl.gradcheck(model(*slip), rng.standard_normal((5, 3)), [0, 1, 2, 1, 0], **named)


@pytest.mark.parametrize("text", [MGU, LEAKY])
def test_a_right_one_agrees(text):
    report = check(text)
    assert report.passed and report.slips == []


@pytest.mark.parametrize(
    ("text", "old", "new", "place", "said"),
    [
        (MGU, "* f * (1 - f)\n", "\n", "the block 'forget' of dL/da", "the factor forget (1 − forget) is missing."),
        (MGU, "(g - h)", "(h - g)", "the block 'forget'", "δ ⊙ forget (1 − forget) ⊙ (candidate − h) has its sign turned."),
        (
            MGU,
            "da2 @ W2",
            "da2 @ W2.T",
            "the block 'forget'",
            "da_candidate @ W_candidate.T ⊙ h ⊙ forget (1 − forget) stands where",
        ),
        (MGU, "δ * f * (1", "δ * (1", "the block 'candidate'", "the factor forget is missing."),
        (MGU, "g * g", "g", "the block 'candidate'", "(1 − candidate) stands where (1 − candidate²) belongs."),
        (
            MGU,
            "dp * f +",
            "dp +",
            "what goes back to h",
            "da_candidate @ W_candidate stands where da_candidate @ W_candidate ⊙ forget",
        ),
        (MGU, "δ * (1 - f) +", "δ * f +", "what goes back to h", "δ ⊙ forget stands where δ ⊙ (1 − forget) belongs."),
        (MGU, " + da1 @ W1", "", "what goes back to h", "the term da_forget @ W_forget is missing."),
        (MGU, "(da2, f * h)", "(da2, h)", "pairs: the block 'candidate' of W_hh", "W_hh multiplies h ⊙ forget."),
        (LEAKY, " * (1 - n * n)", "", "the block 'hidden'", "the factor (1 − n²) is missing."),
        (LEAKY, "da = δ", "da = -δ", "the block 'hidden'", "the sign is turned."),
        (LEAKY, "δ * 0.3", "δ", "the block 'hidden'", "it is 3.33 times the right one."),
        (
            LEAKY,
            "da @ self.W_hh",
            "da @ self.W_hh.T",
            "to h",
            "da_hidden @ W_hidden.T stands where da_hidden @ W_hidden belongs.",
        ),
        (LEAKY, "0.7 * δ + ", "", "what goes back to h", "0.700 times δ is missing."),
        (LEAKY, " + da @ self.W_hh", "", "what goes back to h", "the term da_hidden @ W_hidden is missing."),
        (LEAKY, "(1 - n * n)", "np.exp(n)", "the block 'hidden' of dL/da is", "should be near"),
    ],
)
def test_what_is_wrong_in_one_step_is_said(text, old, new, place, said):
    report = check(text, old, new)
    assert report.result == "wrong" and len(report.slips) == 1
    assert place in report.slips[0] and said in report.slips[0] and report.slips[0] in repr(report)


def test_a_transpose_in_step_is_said_of_step_and_not_of_the_way_back():
    back, pairs = check(LEAKY, "h @ self.W_hh.T", "h @ self.W_hh").slips
    assert "what goes back to h" in back and "`step` multiplies by W_hidden's transpose" in back
    assert pairs.endswith("it is transposed, as where `step` multiplies by W_hiddenᵀ. W v is written `v @ W.T`.")


def test_blocks_that_are_joined_in_another_order_are_named():
    of_forget, of_candidate = check(MGU, "self.join(da1, da2)", "self.join(da2, da1)").slips
    assert "that is the block 'candidate'. `join` takes the blocks in their order: forget, candidate." in of_forget
    assert "that is the block 'forget'." in of_candidate


def test_without_step_back_there_is_nothing_to_check_unless_it_is_handed_in():
    alone = LEAKY[: LEAKY.index("    def step_back")]
    with pytest.raises(NotImplementedError, match="Leaky has no step_back"):
        check(alone)
    right = check(LEAKY).numeric
    assert check(alone, grads={"W_hh": right["W_hh"]}).passed
    assert check(alone, grads={"W_hh": -right["W_hh"]}).result == "wrong"
