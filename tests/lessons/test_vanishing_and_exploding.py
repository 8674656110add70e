"""What notebook 04 measures over seeds, against the slow way; and each statement's premise and verdict, in its nets."""

import numpy as np
import pytest

from bptt_lab.cells import RNNCell
from bptt_lab.lessons import vanishing_and_exploding as lesson


def norm_back(cell, x, lag):
    """‖dh_T/dh_{T−lag}‖₂ of one sequence, by plain products."""
    trace = cell.unroll(x)
    product = np.eye(cell.hidden_size)
    for t in range(trace.T - 1, trace.T - 1 - lag, -1):
        product = product @ cell.jacobian(trace, t)
    return np.linalg.norm(product, 2)


def log10_norms_back(cell, trace, lag):
    """(B,): log10 ‖dh_T/dh_{T−lag}‖₂ of each sequence of one trace, by plain products: a chaotic net is unrolled once."""
    product = np.eye(cell.hidden_size)
    for t in range(trace.T - 1, trace.T - 1 - lag, -1):
        product = product @ cell.jacobian(trace, t)
    return np.log10(np.linalg.norm(product, 2, axis=(-2, -1)))


def test_slope_is_that_of_the_line_through_the_logarithms():
    cell = RNNCell(5, 5, weight_scale=0.9, seed=3)
    x = lesson.inputs(0.1, (lesson.STEPS, 2, 5), 0)
    logs = [np.mean([np.log(norm_back(cell, x[:, b], lag)) for b in range(2)]) for lag in lesson.LAGS]
    assert lesson.slope(cell, x) == pytest.approx(np.polyfit(lesson.LAGS, logs, 1)[0])


def test_a_net_that_halves_has_slope_minus_ln_2_and_one_that_vanished_minus_infinity():
    cell = RNNCell(1, 3)
    cell.params["W_hh"] = 0.5 * np.eye(3)
    assert lesson.slope(cell, np.zeros((lesson.STEPS, 1))) == pytest.approx(-np.log(2))
    cell.params["W_hh"] = np.zeros((3, 3))
    assert lesson.slope(cell, np.zeros((lesson.STEPS, 1))) == -np.inf


def test_the_exponent_is_a_prediction_it_reads_other_sequences(monkeypatch):
    read = []
    unroll = RNNCell.unroll
    monkeypatch.setattr(RNNCell, "unroll", lambda self, x, *rest: read.append(x) or unroll(self, x, *rest))
    found = lesson.exponents("orthogonal", 0.1, seeds=2, H=6)
    assert len(read) == 4 and not any(np.array_equal(read[i], read[j]) for i in range(4) for j in range(i))
    assert found["slope"] == pytest.approx(found["lyapunov"], abs=0.05) and found["ln σ_max"] == pytest.approx(0, abs=1e-9)


def test_every_start_has_its_entries_deviation():
    for start, deviation in (
        ("U(±1/√H), PyTorch", 3**-0.5),
        ("1.5 · N(0, 1/H)", 1.5),
        ("3 · N(0, 1/H)", 3.0),
        ("orthogonal", 1.0),
    ):
        init, scale = lesson.STARTS[start]
        assert RNNCell(4, 100, "tanh", scale, init).params["W_hh"].std() * 10 == pytest.approx(deviation, rel=0.03)


def test_unit_normal_draws_entries_of_deviation_one_whatever_the_width():
    found = lesson.unit_normal(40, seeds=2)
    assert np.exp(found["ln ρ"]) == pytest.approx(40**0.5, rel=0.25)
    assert (0 < found["mean f'"]).all() and (found["mean f'"] < 0.3).all() and found["slope"].shape == (2,)


def test_single_narrow_nets_differ_and_larger_weights_tame_them():
    nets = [(RNNCell(8, 8, weight_scale=3.0, seed=seed), lesson.inputs(0.1, (160, 4, 8), seed, 1)) for seed in range(40)]
    slopes = [lesson.slope(*net) for net in nets]
    assert min(slopes) < -1 and max(slopes) > 0.05
    assert lesson.median_of(4 * 8**0.5, H=8) < lesson.median_of(8**0.5, H=8, seeds=40) - 0.5
    grows = lesson.unit_normal(8, seeds=200)["slope"]
    assert np.mean(grows[grows > 0] < np.log(1.1)) > 0.6 and grows.max() < np.log(1.4)


def test_over_a_lag_the_norm_itself_is_measured():
    assert 4.7 < lesson.over_lag(64, 15) < 5.4
    cell, x = RNNCell(6, 6, weight_scale=6**0.5), lesson.inputs(0.1, (lesson.STEPS, lesson.BATCH, 6), 0, 1)
    assert lesson.over_lag(6, 3, seeds=1) == pytest.approx(log10_norms_back(cell, cell.unroll(x), 3).mean())
    assert lesson.median_of(2.0, H=6, seeds=1) == lesson.slope(RNNCell(6, 6, weight_scale=2.0), x)


def test_sizes_are_radius_and_largest_stretch():
    found = lesson.sizes(5, seeds=3)
    W = RNNCell(1, 5, seed=2).params["W_hh"]
    assert found["σ_max"][2] == pytest.approx(np.linalg.svd(W)[1][0])
    assert found["ρ"][2] == pytest.approx(np.abs(np.linalg.eigvals(W)).max()) and (found["ρ"] <= found["σ_max"]).all()


def test_the_shift_grows_first_and_falls_in_the_end():
    norms = lesson.power_norms(lesson.shift(), 150)
    assert norms[0] == 1 and norms[3] == pytest.approx(np.linalg.norm(np.linalg.matrix_power(lesson.shift(), 3), 2))
    assert norms.argmax() == 17 and 1.9e6 < norms.max() < 2e6 and norms[-1] < 1e-20
    assert np.linalg.eigvals(lesson.shift()) == pytest.approx(0.5)


def test_signal_to_noise_of_one_net_by_its_sequences_one_by_one():
    from bptt_lab import SequenceModel

    found = lesson.signal_to_noise("normal", 1.0, 0.5, [0, 3], seeds=1, H=5, sequences=40)
    model, x = SequenceModel(RNNCell(5, 5), 10), lesson.inputs(0.5, (13, 40, 5), 0, 1)
    g = []
    for b in range(40):  # dL_T/dh_{T−3}: the gradient by the start of a run over the last three words
        trace = model.cell.unroll(x[:, b])
        last = model.forward(x[-3:, b], np.zeros(3, int), np.arange(3) == 2, h0=trace.h[-4])
        g.append(model.backward(last)["h0"])
    mean = np.mean(g, axis=0)
    noise = np.sqrt(np.mean(np.sum((g - mean) ** 2, axis=1)))
    assert found["norm"][0, 1] == pytest.approx(np.sqrt(np.mean(np.sum(np.square(g), axis=1))))
    assert found["signal to noise"][0, 1] == pytest.approx(np.linalg.norm(mean) / noise)


def test_powers_past_either_end_of_float64_are_infinite_or_zero():
    for size in (1e-300, 1e-3, 1.0, 1e3, 1e300):
        with np.errstate(over="ignore", under="ignore"):
            expected = np.float64(size) ** np.arange(201)
        np.testing.assert_allclose(lesson.power_norms(size * np.eye(3), 200), expected, rtol=1e-12, atol=1e-320)
    W = 20.0 * RNNCell(1, 30).params["W_hh"]
    norms = lesson.power_norms(W, 400)
    assert norms[3] == pytest.approx(np.linalg.norm(W @ W @ W, 2)) and norms[-1] == np.inf and not np.isnan(norms).any()
    assert lesson.power_norms(np.zeros((2, 2)), 2).tolist() == [1, 0, 0]
    assert lesson.power_norms(np.eye(3, k=1), 4).tolist() == [1, 1, 1, 0, 0], "nilpotent: nothing is left after three steps"


def test_where_nothing_arrives_there_is_no_signal():
    found = lesson.signal_to_noise("normal", 1e6, 0.1, [0, 3, 3], seeds=1, H=4, sequences=10)
    assert found["signal to noise"][0, 0] > 0 and not found["signal to noise"][0, 1:].any() and not found["norm"][0, 1:].any()
    found = lesson.signal_to_noise("normal", 1.0, 0.1, [3, 0, 3], seeds=1, H=4, sequences=10)["signal to noise"][0]
    assert found[0] == found[2] > 0, "a lag that is asked for twice is answered twice"


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: lesson.inputs("loud", (3, 2), 0), "spread"),
        (lambda: lesson.inputs(np.nan, (3, 2), 0), "spread"),
        (lambda: lesson.exponents("uniform", 0.1), "start"),
        (lambda: lesson.exponents("orthogonal", 0.1, seeds=0), "seeds"),
        (lambda: lesson.unit_normal("wide"), "H"),
        (lambda: lesson.unit_normal(4, seeds=1.5), "seeds"),
        (lambda: lesson.sizes(4, seeds=0), "seeds"),
        (lambda: lesson.shift(2.5), "H"),
        (lambda: lesson.power_norms(np.ones((2, 3)), 4), "W"),
        (lambda: lesson.power_norms(np.zeros((0, 0)), 4), "W"),
        (lambda: lesson.power_norms(np.full((2, 2), np.nan), 4), "W"),
        (lambda: lesson.power_norms(np.eye(2), -1), "steps"),
        (lambda: lesson.signal_to_noise("normal", 1.0, 0.1, [1.5]), "lags"),
        (lambda: lesson.signal_to_noise("normal", 1.0, 0.1, []), "lags"),
        (lambda: lesson.signal_to_noise("normal", 1.0, 0.1, [0], sequences=1), "sequences"),
        (lambda: lesson.signal_to_noise("normal", 1.0, 0.1, [0], seeds=0), "seeds"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(ValueError, match=rf"{name}.*: got .*, expected"):
        call()


def test_an_orthogonal_net_loses_only_what_tanh_takes():
    found = lesson.orthogonal(0.5, seeds=2, H=6)
    assert found["slope"] == pytest.approx(lesson.exponents("orthogonal", 0.5, seeds=2, H=6)["slope"])
    cell = RNNCell(6, 6, init="orthogonal", seed=1)
    trace = cell.unroll(lesson.inputs(0.5, (lesson.STEPS, lesson.BATCH, 6), 1, 1))
    W = cell.params["W_hh"]  # orthogonal, so that diag(f') W Wᵀ is diag(f')
    slopes = [np.diagonal(cell.jacobian(trace, t) @ W.T, axis1=1, axis2=2) for t in range(trace.T)]
    assert found["mean f'"][1] == pytest.approx(np.mean(slopes))
    assert found["rms f'"][1] == pytest.approx(np.mean(np.square(slopes)) ** 0.5)


MEASURED = {
    "small": {
        "orthogonal": {"slope": np.array([1.0, 2.0, 9.0]), "lyapunov": np.array([1.0, 2.5, 9.0]), "ln σ_max": np.array([3.0])},
        "3 · N(0, 1/H)": {"slope": np.array([-0.049]), "lyapunov": np.array([0.0]), "ln σ_max": np.array([4.0])},
    },
    "large": {
        "orthogonal": {"slope": np.array([5.0]), "lyapunov": np.array([5.0]), "ln σ_max": np.array([7.0])},
        "3 · N(0, 1/H)": {"slope": np.array([6.0]), "lyapunov": np.array([5.25]), "ln σ_max": np.array([8.0])},
    },
}


def test_medians_are_a_slope_for_each_kind_of_input_and_one_bound():
    medians, rows, _, _ = lesson.summary(MEASURED)
    assert medians == {"orthogonal": (2.0, 5.0, 3.0), "3 · N(0, 1/H)": (-0.049, 6.0, 4.0)}
    assert rows == [("orthogonal", "+2.00", "+5.00", "3.0"), ("3 · N(0, 1/H)", "+0.0", "+6.0", "4.0")]


def test_the_worst_prediction_is_sought_in_every_net():
    assert lesson.summary(MEASURED)[2] == 0.75


def test_one_step_back_is_the_last_jacobians_norm_and_vanishes_where_all_units_are_flat():
    cell = RNNCell(6, 6, weight_scale=0.7)
    trace = cell.unroll(lesson.inputs(0.1, (50, 6), 0))
    assert 10 ** lesson.one_step_back(0.7, H=6) == pytest.approx(np.linalg.norm(cell.jacobian(trace, 49), 2))
    assert lesson.one_step_back(1e6) == -np.inf


def test_the_matrices_are_what_their_names_say():
    matrices = lesson.matrices()
    for name, W in matrices.items():
        assert W.shape == (int(name.rsplit("= ")[-1]),) * 2
    assert matrices["N(0, 1/H), H = 100"].std() == pytest.approx(0.1, rel=0.03)
    assert matrices["N(0, 1), H = 100"].std() == pytest.approx(1, rel=0.03)
    assert (matrices["all 0.2, H = 10"] == 0.2).all()


def test_signals_are_those_of_the_starts_that_are_named():
    found = lesson.signals([0, 2], seeds=2, H=4, sequences=10)
    assert len(found) == 4
    for start, init, scale in (("U(±1/√H), PyTorch", "uniform", 1.0), ("N(0, 1)", "normal", 2.0)):
        for spread in (0.1, 1.0):
            expected = lesson.signal_to_noise(init, scale, spread, [0, 2], 2, 4, 10)
            assert all(np.array_equal(values, expected[name]) for name, values in found[start, spread].items())


BY = {statement.says: statement for statement in lesson.STATEMENTS}


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
    "ρ < 1, so it vanishes": lambda ρ, σ, w, J, γ: ρ < 1e-3,
    "γ·H·max|w| < 1, so it vanishes": lambda ρ, σ, w, J, γ: γ * 64 * w < 1,
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
            cell = lesson.by_hand(0.99 / γ * W / np.linalg.norm(W, 2), activation, W_x=1.0, b=cell_of.standard_normal(6))
            assert lesson.slope(cell, lesson.inputs(1.0, (lesson.STEPS, 1), seed)) <= np.log(0.99)


@pytest.mark.parametrize("says", [says for says in BY if BY[says].verdict == "wrong"])
def test_a_counter_example_survives_a_nudge_of_every_number(says):
    statement, rng = BY[says], np.random.default_rng(0)
    for cell, x, h0 in list(statement.nets())[:4]:
        other = cell.frozen()
        for values in (other.params, state := {"x": x, "h0": np.zeros((*x.shape[1:-1], cell.hidden_size)) if h0 is None else h0}):
            for name, value in values.items():
                values[name] = value + 1e-10 * rng.choice([-1.0, 1.0], np.shape(value))
        net = other, state["x"], state["h0"]
        assert PREMISES[says](*of(net))
        factor = np.exp(lesson.slope(*net))
        assert factor < 0.95 if statement.expects_less_than_1() else factor > 1.05


def test_a_net_at_an_unstable_fixed_point_does_not_survive_it():
    """Why neither "all weights 0.2, silent" nor "all weights 0.5, balanced" is a counter-example."""
    assert lesson.nudged(0.0, [20, 40, 150]) == pytest.approx(np.log10(2) * np.array([20, 40, 150]))
    moved = lesson.nudged(1e-10, [20, 40, 150])
    assert moved[0] == pytest.approx(20 * np.log10(2), abs=0.01) and moved[1] < 10 and moved[2] < -50
    cell, h0 = lesson.balanced(np.full((64, 64), 0.5)), np.full(64, 0.5)
    h0[0] += 1e-12
    assert lesson.memory.norms_back(cell, cell.unroll(np.zeros((41, 1)), h0), 40, [40])[0] < -50


def test_balanced_holds_every_state_at_one_half_and_is_the_tanh_net_of_a_quarter_of_its_weights():
    (cell, x, h0), = lesson.silent(lesson.balanced([[3.8]]), 0.5)  # fmt: skip
    assert (cell.unroll(x, h0).h == 0.5).all()
    (cell, x, h0), = lesson.small_weights(H=5, seeds=1)  # fmt: skip
    assert np.abs(cell.params["W_hh"]).max() < 3 and cell.params["W_hh"].min() < 0
    tanh = lesson.by_hand(cell.params["W_hh"] / 4, "tanh", W_x=0.5)
    np.testing.assert_allclose(cell.unroll(x, h0).h[:30], 0.5 + tanh.unroll(x).h[:30] / 2, atol=1e-6)


def test_one_path_falls_where_the_whole_grows():
    one_path, whole = lesson.path_and_whole(lag=30)
    assert one_path == pytest.approx(30 * np.log10(0.75), abs=0.05) and (whole > 1).all()
    cell, x, h0 = next(lesson.small_weights())
    assert whole[0] == pytest.approx(log10_norms_back(cell, cell.unroll(x, h0), 30).mean())


def test_two_relus_with_radius_zero_grow_for_ever():
    W = lesson.radius_zero().params["W_hh"]
    assert (W @ W == 0).all()
    assert BY["ρ < 1, so it vanishes"].factors() == pytest.approx(3.0)


def test_what_a_statement_expects_of_its_nets():
    assert BY["γσ_max < 1, so it vanishes"].expects_less_than_1()
    assert not BY["it explodes, so γσ_max > 1"].expects_less_than_1()
    assert BY["γσ_max > 1, so it explodes"].expects_less_than_1()
    assert not BY["tanh' ≤ 1, so it cannot grow"].expects_less_than_1()


def test_farthest_apart_is_of_nets_of_one_start_that_read_one_kind_of_input():
    rest = {"lyapunov": np.zeros(2), "ln σ_max": np.zeros(2)}
    quiet = {"orthogonal": {"slope": np.array([0.1, 0.3]), **rest}, "N(0, 1/H)": {"slope": np.array([5.0, 5.1]), **rest}}
    loud = {start: {"slope": np.array([9.0, 9.0]), **rest} for start in quiet}
    assert lesson.summary({"quiet": quiet, "loud": loud})[3] == pytest.approx(0.2)
