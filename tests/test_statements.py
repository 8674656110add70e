"""Each statement of notebook 04: its premise holds in its nets, and the verdict is what they do."""

import numpy as np
import pytest
from bptt_lab.statements import ALL

from bptt_lab import growth, statements

BY = {statement.says: statement for statement in ALL}


def of(net):
    """What a net is: ρ, σ_max, the largest weight in size, and the norms of its Jacobians along its own run."""
    cell, x, h0 = net
    W, trace = cell.params["W_hh"], cell.unroll(x, h0)
    norms = [np.linalg.norm(cell.jacobian(trace, t), 2, axis=(-2, -1)) for t in range(1, trace.T, 5)]
    return np.abs(np.linalg.eigvals(W)).max(), np.linalg.norm(W, 2), np.abs(W).max(), np.array(norms), cell.activation.gamma


PREMISES = {
    "γσ_max < 1, so it vanishes": lambda ρ, σ, w, J, γ: γ * σ < 0.95,
    "it explodes, so γσ_max > 1": lambda ρ, σ, w, J, γ: γ * σ > 5,
    "it explodes, so some ‖J_t‖ > 1": lambda ρ, σ, w, J, γ: J.max() > 1,
    "γσ_max > 1, so it explodes": lambda ρ, σ, w, J, γ: γ * σ > 1.05,
    "every ‖J_t‖ > 1, so it explodes": lambda ρ, σ, w, J, γ: (J > 1.2).all(),
    "ρ > 1, so it explodes": lambda ρ, σ, w, J, γ: ρ > 1.4,
    "ρ < 1, so it vanishes": lambda ρ, σ, w, J, γ: ρ < 1e-7,
    "tanh' ≤ 1, so it cannot grow": lambda ρ, σ, w, J, γ: γ == 1,
    "huge weights explode": lambda ρ, σ, w, J, γ: w > 1e6,
    "all |w| < 1, so it vanishes": lambda ρ, σ, w, J, γ: w < 1,
    "sigmoid, |w| < 4: one path vanishes": lambda ρ, σ, w, J, γ: w < 4 and γ == 0.25,
    "sigmoid, all |w| < 4: it vanishes": lambda ρ, σ, w, J, γ: w < 4 and γ == 0.25,
    "sigmoid, ‖W_hh‖₂ < 4: it vanishes": lambda ρ, σ, w, J, γ: σ < 4 and γ == 0.25,
}


@pytest.mark.parametrize("says", BY)
def test_the_premise_holds_in_every_net_and_the_conclusion_as_the_verdict_says(says):
    statement, factors = BY[says], BY[says].factors()
    assert statement.verdict in ("sufficient", "necessary", "wrong")
    assert all(PREMISES[says](*of(net)) for net in statement.nets())
    vanishes = "vanishes" in says or "cannot grow" in says
    follows = (factors < 0.99).all() if vanishes else (factors > 1.01).all()
    breaks = (factors > 1.01).all() if vanishes else (factors < 0.99).all()
    assert breaks if statement.verdict == "wrong" else follows


def test_nothing_breaks_what_suffices():
    for seed in range(20):
        cell_of = np.random.default_rng(seed)
        W = cell_of.standard_normal((6, 6))
        for activation, γ in (("tanh", 1.0), ("relu", 1.0), ("sigmoid", 0.25)):
            cell = statements.by_hand(0.99 / γ * W / np.linalg.norm(W, 2), activation, W_x=1.0, b=cell_of.standard_normal(6))
            assert growth.slope(cell, growth.inputs(1.0, (growth.STEPS, 1), seed)) <= np.log(0.99)


def test_balanced_holds_every_state_at_one_half():
    (cell, x, h0), = statements.silent(statements.balanced(0.5, 64), 0.5)  # fmt: skip
    assert (cell.unroll(x, h0).h == 0.5).all()


def test_two_relus_with_radius_zero_grow_for_ever():
    W = statements.radius_zero().params["W_hh"]
    assert (W @ W == 0).all()
    assert BY["ρ < 1, so it vanishes"].factors() == pytest.approx(3.0)


def test_what_a_statement_expects_of_its_nets():
    assert BY["γσ_max < 1, so it vanishes"].expects_less_than_1()
    assert not BY["it explodes, so γσ_max > 1"].expects_less_than_1()
    assert BY["γσ_max > 1, so it explodes"].expects_less_than_1()
    assert not BY["tanh' ≤ 1, so it cannot grow"].expects_less_than_1()
