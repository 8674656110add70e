"""The nets that come with the course: that the trained ones can do what they were trained for."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab import readers


def named(rows, H=4, I=3, prefix="encoder.rnn."):
    rng = np.random.default_rng(0)
    return {
        f"{prefix}weight_ih_l0": rng.standard_normal((rows * H, I)),
        f"{prefix}weight_hh_l0": rng.standard_normal((rows * H, H)),
        "head.weight": np.ones((2, H)),
    }


@pytest.mark.parametrize("rows, kind", [(1, bl.RNNCell), (3, bl.GRUCell), (4, bl.LSTMCell)])
def test_the_shape_of_the_hidden_weights_says_which_cell_it_is(rows, kind):
    state_dict = named(rows)
    cell = bl.read(state_dict)[0].cell
    assert type(cell) is kind and (cell.params["W_hh"] == state_dict["encoder.rnn.weight_hh_l0"]).all()


def test_a_file_gives_what_its_arrays_give(tmp_path):
    np.savez(tmp_path / "net.npz", **named(4))
    for read in (bl.read(tmp_path / "net.npz"), bl.read(str(tmp_path / "net.npz"))):
        assert (read[0].cell.params["W_x"] == named(4)["encoder.rnn.weight_ih_l0"]).all() and read[0].name == "encoder.rnn"


def test_an_example_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="^state: got 'half'"):
        readers.example("half")


def test_what_is_no_file_of_weights_is_refused_in_words(tmp_path):
    for name, content in (("junk.npz", b"hello"), ("short.npz", b"PK"), ("empty.npz", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"^source: got '{name}', expected a .npz file of arrays. .* saved with np.savez"):
            bl.read(tmp_path / name)
    np.savez(tmp_path / "objects.npz", a=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="^source: got 'objects.npz', expected a .npz file of arrays"):
        bl.read(tmp_path / "objects.npz")
    for nothing in (None, 3):
        with pytest.raises(
            ValueError, match="^source: got (NoneType|int) with no array of real numbers, expected arrays of a recurrent layer"
        ):
            bl.read(nothing)


@pytest.mark.parametrize("seed", readers.EXAMPLES)
def test_the_trained_nets_add_and_the_untrained_do_not(seed):
    task, errors = bl.tasks.Adding(50), {}
    for state in ("untrained", "trained"):
        path = readers.example(state, seed)
        arrays = np.load(path)
        model = bl.SequenceModel(bl.read(path)[0].cell, 1, "mse")
        model.params["W_oh"], model.params["b_o"] = arrays["readout.weight"], arrays["readout.bias"]
        errors[state] = task.score(model, n=500)
    assert errors["trained"] < 0.012 and errors["untrained"] > 0.15


def test_examples_are_the_nets_of_all_seeds_and_their_mean_gates_those_of_each():
    x, _, _ = bl.tasks.Adding(6).batch(3, np.random.default_rng(0))
    cells = readers.examples("trained")
    gates = readers.forget_gates(cells, x)
    assert gates.shape == (len(readers.EXAMPLES), 24)
    second = bl.read(readers.example("trained", 1))[0].cell
    assert (cells[1].params["W_hh"] == second.params["W_hh"]).all()
    assert np.allclose(gates[1], second.unroll(x).gates["forget"].mean(axis=(0, 1)))
