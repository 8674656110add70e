"""Bad input raises `ValueError` before anything is computed: with the argument, what was given and what was expected."""

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.tasks import vocabulary

CELL = bl.RNNCell(3, 4)
MODEL = bl.SequenceModel(CELL, 5)
MSE = bl.SequenceModel(CELL, 2, loss="mse")
LSTM, GRU = bl.LSTMCell(3, 4), bl.GRUCell(3, 4)
X, Y = np.ones((6, 3)), np.zeros(6, int)
TRACE, RUN = CELL.unroll(X), MODEL.forward(X, Y)


def broken(value):
    """A model with one weight that is not a number. It can only get there around `params`."""
    model = bl.SequenceModel(bl.RNNCell(3, 4), 5)
    model.cell.params["W_hh"][1, 2] = value
    return model


def broken_readout():
    model = bl.SequenceModel(bl.RNNCell(3, 4), 5)
    model.params["b_o"][2] = np.nan
    return model


def broken_gru():
    cell = bl.GRUCell(3, 4)
    cell.params["b_hn"][1] = np.nan
    return cell


class Tensor:
    """Behaves as a tensor that NumPy cannot read, such as one on a graphics card."""

    shape = (6,)

    def detach(self):
        return self

    def cpu(self):
        raise NotImplementedError("Cannot copy out of meta tensor; no data!")

    def __array__(self, *_, **__):
        raise TypeError("can't convert cuda:0 device type tensor to numpy")


def with_nan(array):
    array = np.array(array, dtype=float)
    array.flat[-1] = np.nan
    return array


CASES = {
    # what is called: (call, words that the message must hold)
    "cell, size 0": (lambda: bl.RNNCell(0, 4), ["input_size", "0", "at least 1"]),
    "cell, size -1": (lambda: bl.RNNCell(3, -1), ["hidden_size", "-1", "at least 1"]),
    "cell, size 2.5": (lambda: bl.RNNCell(3, 2.5), ["hidden_size", "2.5", "whole number"]),
    "cell, size True": (lambda: bl.RNNCell(3, True), ["hidden_size", "True", "whole number"]),
    "cell, size text": (lambda: bl.RNNCell("3", 4), ["input_size", "'3'", "whole number"]),
    "cell, activation": (lambda: bl.RNNCell(3, 4, activation="gelu"), ["activation", "gelu", "tanh"]),
    "cell, activation is a function": (lambda: bl.RNNCell(3, 4, activation=np.tanh), ["activation", "tanh"]),
    "cell, init": (lambda: bl.RNNCell(3, 4, init="xavier"), ["init", "xavier", "glorot"]),
    "cell, weight scale": (lambda: bl.RNNCell(3, 4, weight_scale=np.nan), ["weight_scale", "nan", "finite"]),
    "cell, weight scale text": (lambda: bl.RNNCell(3, 4, weight_scale="big"), ["weight_scale", "big", "number"]),
    "cell, weight scale past float64": (
        lambda: bl.RNNCell(3, 1, init="glorot", weight_scale=1.7e308),
        ["weight_scale", "1.7e+308", "finite"],
    ),
    "cell, seed": (lambda: bl.RNNCell(3, 4, seed=-1), ["seed", "-1", "at least 0"]),
    "gate bias": (lambda: bl.GRUCell(3, 4, gate_bias=np.inf), ["gate_bias", "inf", "finite"]),
    "gate bias, text": (lambda: bl.GatedCell(3, 4, gate_bias="open"), ["gate_bias", "open", "number"]),
    "GRU, reset_after": (lambda: bl.GRUCell(3, 4, reset_after="no"), ["reset_after", "'no'", "True or False"]),
    "GRU, NaN in b_hn": (lambda: broken_gru().unroll(X), ["b_hn", "nan", "(1,)", "finite"]),
    "LSTM, h0 is no pair": (lambda: LSTM.unroll(X, np.ones(4)), ["h0", "ndarray", "a pair (h0, c0)"]),
    "LSTM, h0 of three": (lambda: LSTM.unroll(X, (np.ones(4),) * 3), ["h0", "3", "a pair (h0, c0)"]),
    "LSTM, h0 in the pair": (lambda: LSTM.unroll(X, (np.ones(3), np.ones(4))), ["h0", "(3,)", "(4,)"]),
    "LSTM, c0 in the pair": (lambda: LSTM.unroll(X, (np.ones(4), np.ones((1, 4)))), ["c0", "(1, 4)", "(4,)"]),
    "LSTM, NaN in c0": (lambda: LSTM.unroll(X, (np.ones(4), with_nan(np.ones(4)))), ["c0", "nan", "finite"]),
    "LSTM, only half a pair": (lambda: LSTM.unroll(X, (np.ones(4), None)), ["c0"]),
    "LSTM, dc": (lambda: LSTM.backward(LSTM.unroll(X), np.ones((6, 4)), np.ones((6, 3))), ["dc", "(6, 3)", "(6, 4)"]),
    "RNN, dc": (lambda: CELL.backward(TRACE, np.ones((6, 4)), dc=np.ones((6, 4))), ["dc", "ndarray", "None", "RNNCell"]),
    "gates, dc": (lambda: GRU.backward(GRU.unroll(X), np.ones((6, 4)), 0.0), ["dc", "float", "None", "GRUCell"]),
    "LSTM, chrono": (lambda: bl.lessons.gru_and_lstm.chrono(LSTM, 1), ["longest", "1", "at least 2"]),
    "gates, h0": (lambda: GRU.unroll(X, h0=np.ones(3)), ["h0", "(3,)", "(4,)"]),
    "gates, scales": (lambda: GRU.unroll(X, scales=[1.0, 2.0]), ["scales", "(2,)", "(1,)"]),
    "gates, gate biases": (lambda: GRU.unroll(X, gate_biases=[np.nan]), ["gate_biases", "nan", "finite"]),
    "RNN, gate biases": (lambda: CELL.unroll(X, gate_biases=[1.0]), ["gate_biases", "list", "None", "no keeping_gate"]),
    "gates, jacobian, t": (lambda: GRU.jacobian(GRU.unroll(X), 6), ["t", "6", "0 to 5"]),
    "gates, another kind's trace": (lambda: GRU.backward(TRACE, np.ones((6, 4))), ["trace of a RNNCell", "trace of a GRUCell"]),
    "params, name": (lambda: CELL.params.__setitem__("W", 0), ["params", "'W'", "W_hh"]),
    "params, shape": (lambda: CELL.params.__setitem__("b", np.ones(3)), ["'b'", "(3,)", "(4,)"]),
    "params, NaN": (lambda: CELL.params.__setitem__("b", [1, 2, np.nan, 4]), ["'b'", "nan", "(2,)", "finite"]),
    "params, deletion": (lambda: CELL.params.__delitem__("b"), ["'b'"]),
    "unroll, rank 1": (lambda: CELL.unroll(np.ones(3)), ["x", "(3,)", "(T, 3)"]),
    "unroll, rank 4": (lambda: CELL.unroll(np.ones((1, 1, 1, 3))), ["x", "(1, 1, 1, 3)", "(T, B, 3)"]),
    "unroll, width": (lambda: CELL.unroll(np.ones((6, 2))), ["x", "(6, 2)", "(T, 3)"]),
    "unroll, no step": (lambda: CELL.unroll(np.ones((0, 3))), ["x", "(0, 3)", "at least one step"]),
    "unroll, no sequence": (lambda: CELL.unroll(np.ones((6, 0, 3))), ["x", "(6, 0, 3)", "one sequence"]),
    "unroll, NaN": (lambda: CELL.unroll(with_nan(X)), ["x", "nan", "(5, 2)", "finite"]),
    "unroll, infinity": (lambda: CELL.unroll(X * np.inf), ["x", "inf", "finite"]),
    "unroll, words": (lambda: CELL.unroll([["a", "b", "c"]]), ["x", "array of numbers"]),
    "unroll, None": (lambda: CELL.unroll(None), ["x: got None", "array of numbers"]),
    "unroll, None among numbers": (lambda: CELL.unroll([[1.0, None, 3.0]]), ["x: got None", "array of numbers"]),
    "unroll, ragged": (lambda: CELL.unroll([[1, 2, 3], [1, 2]]), ["x", "array of numbers"]),
    "unroll, h0": (lambda: CELL.unroll(X, h0=np.ones(3)), ["h0", "(3,)", "(4,)"]),
    "unroll, h0 without its batch": (lambda: CELL.unroll(np.ones((6, 2, 3)), h0=np.ones(4)), ["h0", "(4,)", "(2, 4)"]),
    "unroll, NaN in h0": (lambda: CELL.unroll(X, h0=with_nan(np.ones(4))), ["h0", "nan", "finite"]),
    "unroll, scales": (lambda: CELL.unroll(np.ones((6, 2, 3)), scales=[1.0]), ["scales", "(1,)", "(2,)"]),
    "unroll, NaN weight": (lambda: broken(np.nan).cell.unroll(X), ["W_hh", "nan", "(1, 2)", "finite"]),
    "unroll, infinite weight": (lambda: broken(np.inf).forward(X, Y), ["W_hh", "inf", "finite"]),
    "forward, no step": (lambda: MODEL.forward(np.ones((0, 3)), Y[:0]), ["x: got shape (0, 3)", "at least one step"]),
    "forward, NaN in b_o": (lambda: broken_readout().forward(X, Y), ["b_o", "nan", "(2,)"]),
    "backward, shape": (lambda: CELL.backward(TRACE, np.ones((6, 3))), ["dh", "(6, 3)", "(6, 4)"]),
    "backward, NaN": (lambda: CELL.backward(TRACE, with_nan(np.ones((6, 4)))), ["dh", "nan"]),
    "backward, words": (lambda: CELL.backward(TRACE, [["a"] * 4] * 6), ["dh", "array of numbers"]),
    "terms, another model's run": (
        lambda: bl.SequenceModel(bl.RNNCell(3, 5), 5).chain_rule_terms(RUN, 0),
        ["trace", "4 units", "5 units"],
    ),
    "jacobian, no trace": (lambda: CELL.jacobian(None, 0), ["trace", "NoneType", "unroll"]),
    "unroll, a whole number past float64": (lambda: CELL.unroll([[10**400, 1, 2]]), ["x", "past float64", "finite"]),
    "jacobian, t too large": (lambda: CELL.jacobian(TRACE, 6), ["t", "6", "0 to 5"]),
    "jacobian, t negative": (lambda: CELL.jacobian(TRACE, -1), ["t", "-1", "0 to 5"]),
    "jacobian, t 1.5": (lambda: CELL.jacobian(TRACE, 1.5), ["t", "1.5", "whole"]),
    "model, not a cell": (lambda: bl.SequenceModel("rnn", 5), ["cell", "str", "RNNCell"]),
    "model, output size": (lambda: bl.SequenceModel(CELL, 0), ["output_size", "0", "at least 1"]),
    "model, loss": (lambda: bl.SequenceModel(CELL, 5, loss="hinge"), ["loss", "hinge", "cross_entropy"]),
    "targets, length": (lambda: MODEL.forward(X, Y[:5]), ["targets", "(5,)", "(6,)"]),
    "targets, too large": (lambda: MODEL.forward(X, Y + 5), ["targets", "5", "0 to 4"]),
    "targets, negative": (lambda: MODEL.forward(X, Y - 1), ["targets", "-1", "0 to 4"]),
    "targets, halves": (lambda: MODEL.forward(X, Y + 0.5), ["targets", "whole"]),
    "targets, NaN": (lambda: MODEL.forward(X, with_nan(Y)), ["targets", "whole"]),
    "forward, rank 1": (lambda: MODEL.forward([1.0, 2.0], [0, 1]), ["x", "(2,)", "(T, 3)"]),
    "x, complex": (lambda: CELL.unroll(X * 1j), ["x", "complex", "numbers"]),
    "x, numbers as words": (lambda: CELL.unroll(X.astype(str)), ["x", "numbers"]),
    "x, masked": (lambda: CELL.unroll(np.ma.array(X)), ["x", "masked"]),
    "backward, another cell's trace": (
        lambda: bl.RNNCell(2, 4).backward(TRACE, np.ones((6, 4))),
        ["trace", "3 inputs", "2 inputs"],
    ),
    "jacobian, another cell's trace": (lambda: bl.RNNCell(3, 5).jacobian(TRACE, 1), ["trace", "4 units", "5 units"]),
    "backward, no trace": (lambda: CELL.backward(None, np.ones((6, 4))), ["trace", "NoneType", "unroll"]),
    "targets, the bad one is shown": (lambda: MODEL.forward(X, [0, 1, 2, 1.5, 0, 0]), ["targets", "1.5", "whole"]),
    "targets, too large for a number": (lambda: MODEL.forward(X, [0, 1, 2, 2**70, 0, 0]), ["targets", "whole"]),
    "targets, ragged": (lambda: MODEL.forward(X, [[0, 1], [2]]), ["targets", "different lengths", "(6,)"]),
    "weight scale beyond float": (lambda: bl.RNNCell(3, 4, weight_scale=10**400), ["weight_scale", "finite"]),
    "to_torch, not a dict": (lambda: CELL.to_torch(1), ["grads", "int", "dict"]),
    "to_torch, shape": (lambda: CELL.to_torch({**CELL.params, "b": np.ones(2)}), ["'b'", "(2,)", "(4,)"]),
    "targets, words": (lambda: MODEL.forward(X, ["a"] * 6), ["targets", "whole"]),
    "targets, complex": (lambda: MODEL.forward(X, Y + 0j), ["targets", "whole"]),
    "targets, one-hot": (lambda: MODEL.forward(X, np.eye(6)), ["targets", "(6, 6)", "(6,)"]),
    "targets of mse, shape": (lambda: MSE.forward(X, np.ones(6)), ["targets", "(6,)", "(6, 2)"]),
    "targets of mse, NaN": (lambda: MSE.forward(X, with_nan(np.ones((6, 2)))), ["targets", "nan"]),
    "mask, shape": (lambda: MODEL.forward(X, Y, mask=np.ones(5, bool)), ["mask", "(5,)", "(6,)"]),
    "mask, values": (lambda: MODEL.forward(X, Y, mask=np.full(6, 0.5)), ["mask", "true and false"]),
    "mask, ragged": (lambda: MODEL.forward(X, Y, mask=[[1], [1, 0], 1]), ["mask", "(6,)"]),
    "mask, NaN": (lambda: MODEL.forward(X, Y, mask=np.full(6, np.nan)), ["mask", "true and false"]),
    "targets, masked": (lambda: MODEL.forward(X, np.ma.array(Y, mask=Y == 0)), ["targets", "a masked array", "`mask`"]),
    "targets of mse, masked": (lambda: MSE.forward(X, np.ma.ones((6, 2))), ["targets", "a masked array"]),
    "targets, no array": (lambda: MODEL.forward(X, Tensor()), ["targets: got Tensor", "(6,)"]),
    "targets, an object past float64": (
        lambda: MODEL.forward(X, np.array([0, 1, 2, 3, 4, 10**400], object)),
        ["targets", "whole class numbers"],
    ),
    "mask, masked": (lambda: MODEL.forward(X, Y, mask=np.ma.ones(6, bool)), ["mask", "a masked array"]),
    "mask, no array": (lambda: MODEL.forward(X, Y, mask=Tensor()), ["mask: got Tensor", "(6,)"]),
    "mask, records": (lambda: MODEL.forward(X, Y, mask=np.zeros(6, [("a", float)])), ["mask", "true and false"]),
    "mask, objects": (lambda: MODEL.forward(X, Y, mask=np.array([1, 0, 1, 0, 1, int], object)), ["mask", "true and false"]),
    "x, no array": (lambda: CELL.unroll(Tensor()), ["x: got Tensor", "an array of numbers"]),
    "lags, no array": (lambda: bl.memory.norms_back(CELL, TRACE, 3, Tensor()), ["lags: got Tensor", "a list"]),
    "cell, weight scale in bytes": (lambda: bl.RNNCell(3, 4, weight_scale=b"3"), ["weight_scale", "b'3'", "a finite number"]),
    "clip, limit is an array": (lambda: bl.train.clip_by_norm({}, np.ones(2)), ["limit", "[1., 1.]", "a finite number"]),
    "clip, limit -inf": (lambda: bl.train.clip_by_norm({}, -np.inf), ["limit", "-inf"]),
    "fit, progress": (
        lambda: bl.train.fit(bl.SequenceModel(bl.RNNCell(2, 3), 1, "mse"), bl.tasks.Adding(5), 1, progress=X),
        ["progress", "True or False"],
    ),
    "from_torch, no numbers": (
        lambda: bl.RNNCell.from_torch({**CELL.to_torch(), "bias_hh_l0": Tensor()}),
        ["bias_hh_l0", "a tensor", "NumPy"],
    ),
    "truncate": (lambda: MODEL.backward(RUN, truncate=0), ["truncate", "0", "at least 1"]),
    "model.backward, no run": (lambda: MODEL.backward(3), ["run: got int", "a run of the model", "model.forward(x, targets)"]),
    "model.backward, a trace": (lambda: MODEL.backward(TRACE, truncate=2), ["run: got SingleTrace", "model.forward(x, targets)"]),
    "terms, no run": (lambda: MODEL.chain_rule_terms(TRACE, 0), ["run: got SingleTrace", "model.forward(x, targets)"]),
    "ledger, no run": (lambda: MODEL.ledger(TRACE), ["run: got SingleTrace", "model.forward(x, targets)"]),
    "rtrl, a trace": (lambda: bl.rtrl(MODEL, TRACE), ["run: got SingleTrace", "model.forward(x, targets)"]),
    "rtrl, a cell": (lambda: bl.rtrl(CELL, RUN), ["model: got RNNCell", "SequenceModel(cell, output_size)"]),
    "gradcheck, no model": (lambda: bl.gradcheck(3, X, Y), ["model: got int", "SequenceModel(cell, output_size)"]),
    "backward, a run of another readout": (
        lambda: bl.SequenceModel(CELL, 7).backward(RUN),
        ["run: got a run with 5 outputs", "one with 7 outputs"],
    ),
    "terms, a run of another readout": (
        lambda: bl.SequenceModel(CELL, 7).chain_rule_terms(RUN, 2, "W_oh"),
        ["run: got a run with 5 outputs"],
    ),
    "ledger, a run of another readout": (lambda: bl.SequenceModel(CELL, 7).ledger(RUN, "b_o"), ["5 outputs", "7 outputs"]),
    "rtrl, a run of another readout": (lambda: bl.rtrl(bl.SequenceModel(CELL, 7), RUN), ["5 outputs", "7 outputs"]),
    "gradient, checkpoint": (lambda: MODEL.gradient(X, Y, checkpoint="no"), ["checkpoint", "'no'", "True or False"]),
    "clip, not a dict": (lambda: bl.train.clip_by_norm(None, 1.0), ["grads", "NoneType", "a dict"]),
    "memory, no trace": (lambda: bl.memory.lyapunov(CELL, None), ["trace", "NoneType", "unroll"]),
    "norms, ragged lags": (
        lambda: bl.memory.norms_back(CELL, TRACE, 3, [[1], [1, 2]]),
        ["lags", "different lengths", "a list"],
    ),
    "terms, t": (lambda: MODEL.chain_rule_terms(RUN, 6), ["t", "6", "0 to 5"]),
    "terms, wrt": (lambda: MODEL.chain_rule_terms(RUN, 0, "W"), ["wrt", "'W'", "W_hh"]),
    "ledger, wrt": (lambda: MODEL.ledger(RUN, wrt="h"), ["wrt", "'h'", "W_oh"]),
    "gradcheck, name": (lambda: bl.gradcheck(MODEL, X, Y, grads={"W": 0}), ["grads", "'W'", "W_x"]),
    "gradcheck, shape": (lambda: bl.gradcheck(MODEL, X, Y, grads={"b": np.ones(3)}), ["'b'", "(3,)", "(4,)"]),
    "gradcheck, nothing": (lambda: bl.gradcheck(MODEL, X, Y, grads={}), ["grads", "dict"]),
    "from_torch, a list": (lambda: bl.RNNCell.from_torch([1]), ["state_dict", "list", "mapping"]),
    "from_torch, layer": (lambda: bl.RNNCell.from_torch({}, layer=-1), ["layer", "-1"]),
    "from_torch, empty": (lambda: bl.RNNCell.from_torch({}), ["state_dict", "no names", "weight_ih_l0"]),
    "from_torch, one weight under two names": (
        lambda: bl.RNNCell.from_torch({"weight_ih": np.ones((4, 3)), **CELL.to_torch()}),
        ["state_dict", "both 'weight_ih' and 'weight_ih_l0'", "each weight once"],
    ),
    "from_torch, a key that is a number": (
        lambda: bl.RNNCell.from_torch({0: 1, **CELL.to_torch()}),
        ["state_dict", "key 0", "strings"],
    ),
    "from_torch, activation": (lambda: bl.RNNCell.from_torch(CELL.to_torch(), activation="gelu"), ["activation", "gelu", "tanh"]),
    "from_torch, NaN": (
        lambda: bl.RNNCell.from_torch({**CELL.to_torch(), "weight_ih_l0": with_nan(np.ones((4, 3)))}),
        ["weight_ih_l0", "nan", "(3, 2)", "finite"],
    ),
    "to_torch, layer": (lambda: CELL.to_torch(layer=-1), ["layer", "-1"]),
    "to_torch, a gradient is missing": (lambda: CELL.to_torch({"b": 1}), ["grads", "'b'", "W_x"]),
    "encode, unknown word": (lambda: vocabulary.encode("the zebra"), ["text", "zebra", "vocabulary"]),
    "encode, near miss": (lambda: vocabulary.encode("the catz"), ["catz", "cats"]),
    "encode, nothing": (lambda: vocabulary.encode("  "), ["text", "at least one word"]),
    "encode, a number": (lambda: vocabulary.encode(3), ["text", "int", "string"]),
    "decode, width": (lambda: vocabulary.decode(np.ones((2, 3))), ["x", "(2, 3)", "98"]),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_refused_with_argument_given_and_expected(name):
    call, words = CASES[name]
    with pytest.raises(ValueError) as caught:
        call()
    message = str(caught.value)
    missing = [word for word in words if word not in message]
    assert not missing, f"{message!r} lacks {missing}"


def test_a_refused_parameter_leaves_the_old_one():
    before = CELL.params["b"].copy()
    with pytest.raises(ValueError):
        CELL.params["b"] = with_nan(np.ones(4))
    assert (CELL.params["b"] == before).all()


def test_a_seed_may_be_any_whole_number():
    for kind in (bl.RNNCell, bl.GatedCell, bl.LSTMCell, bl.GRUCell):
        one, other = kind(3, 4, init="uniform", seed=7), kind(3, 4, init="uniform", seed=np.array(7))
        assert all((one.params[name] == other.params[name]).all() for name in one.params)
