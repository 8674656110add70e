"""What outside code relies on: names, signatures, and that NumPy is all it needs."""

import inspect
import subprocess
import sys

import bptt_lab as bl


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_the_package_loads_numpy_and_nothing_else():
    loaded = run(
        "import sys; before = set(sys.modules); from bptt_lab import *; import bptt_lab.experiments, bptt_lab.exercises\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "new -= sys.stdlib_module_names\n"
        "print(*sorted(name for name in new if getattr(sys.modules.get(name), '__file__', None)))"
    ).split()
    assert set(loaded) == {"numpy", "bptt_lab"}, loaded


def test_the_explorers_load_when_first_used():
    assert (
        run("import bptt_lab as bl, sys; a = 'anywidget' in sys.modules; bl.explore; print(a, 'anywidget' in sys.modules)")
        == "False True"
    )


def test_an_explorer_loads_no_other_and_no_lesson_and_all_names_are_listed():
    says = run(
        "import bptt_lab as bl, sys; bl.explore.LivingEquation\n"
        "print([name for name in ('lessons', 'memory', 'readers', 'explore.wall') if f'bptt_lab.{name}' in sys.modules])\n"
        "print(set(bl.__all__) - set(dir(bl)), set(bl.explore.__all__) - set(dir(bl.explore)))"
    )
    assert says.split("\n") == ["[]", "set() set()"]


def test_a_memory_report_loads_plotly_only_when_asked_to_draw():
    code = "import bptt_lab as bl, sys; r = bl.memory.report(bl.RNNCell(1, 2), [[1.0], [2.0], [3.0]]); repr(r)"
    assert run(code + "; a = 'plotly' in sys.modules; r.figure(); print(a, 'plotly' in sys.modules)") == "False True"


def test_the_exercises_load_when_first_used_and_need_numpy_alone():
    says = run(
        "import bptt_lab as bl, sys; e = bl.exercises.all()[0]; r = e.check(e.solution)\n"
        "print(r.solved, r.mistake, 'IPython' in sys.modules, 'plotly' in sys.modules, callable(list(e.mistakes.values())[0]))"
    )
    assert says == "True None False False True"


def parameters(function):
    return {name: parameter.default for name, parameter in inspect.signature(function).parameters.items() if name != "self"}


def first(function, n):
    """The first n parameters; more of the package's own may follow."""
    return dict(list(parameters(function).items())[:n])


def test_the_cells_with_gates():
    shared = {"weight_scale": 1.0, "init": "normal", "seed": 0, "gate_bias": 0.0}
    for cell, more in ((bl.GatedCell, {}), (bl.LSTMCell, {}), (bl.GRUCell, {"reset_after": True})):
        given = parameters(cell.__init__)
        assert list(given)[:2] == ["input_size", "hidden_size"]
        assert {name: given[name] for name in list(given)[2:]} == {**shared, **more}
        assert first(cell.unroll, 2) == {"x": inspect.Parameter.empty, "h0": None}
        assert list(parameters(cell.jacobian)) == ["trace", "t"]
    x, nothing = [[1, 2], [3, 4]], inspect.Parameter.empty
    gated, gru, lstm = bl.GatedCell(2, 3), bl.GRUCell(2, 3), bl.LSTMCell(2, 3)
    assert list(gru.params) == ["W_x", "W_hh", "b", "b_hn"] and list(bl.GRUCell(2, 3, reset_after=False).params) == list(
        gated.params
    )
    assert list(gated.jacobian_terms(gated.unroll(x), 1)) == ["keep", "dG1", "dG2", "candidate"]
    trace = lstm.unroll(x, h0=([0, 0, 0], [1, 1, 1]))
    assert trace.c.shape == trace.h.shape == (2, 3) and trace.c0.shape == trace.h0.shape == (3,)
    assert lstm.jacobian(trace, 0).shape == (6, 6)
    for cell in (bl.RNNCell(2, 3), gated, gru, lstm):
        assert parameters(cell.backward) == {"trace": nothing, "dh": nothing, "dc": None}
    assert set(lstm.backward(trace, trace.h, dc=trace.c)) == {"W_x", "W_hh", "b", "x", "h0", "c0"}
    assert set(gru.backward(gru.unroll(x), trace.h)) == {"W_x", "W_hh", "b", "b_hn", "x", "h0"}
    for cell, names in ((gated, ("G1", "G2", "candidate")), (gru, ("reset", "update", "candidate"))):
        assert tuple(cell.unroll(x).gates) == names
    assert tuple(trace.gates) == ("input", "forget", "cell", "output")
    assert list(parameters(bl.GRUCell.from_torch)) == ["state_dict", "layer", "reset_after"]
    assert list(parameters(bl.LSTMCell.from_torch)) == ["state_dict", "layer"]
    assert parameters(bl.GRUCell.to_torch) == parameters(bl.LSTMCell.to_torch) == {"grads": None, "layer": 0}


def test_names_of_what_is_returned():
    model = bl.SequenceModel(bl.RNNCell(2, 3), 4)
    assert list(model.cell.params) == ["W_x", "W_hh", "b"] and list(model.params) == ["W_x", "W_hh", "b", "W_oh", "b_o"]
    run = model.forward([[1, 2], [3, 4]], [0, 3])
    assert set(model.cell.backward(run.trace, run.trace.h)) == {"W_x", "W_hh", "b", "x", "h0"}
    assert set(model.backward(run)) == {*model.params, "x", "h0"}
    assert all(hasattr(run, name) for name in ("losses", "loss", "y", "probabilities", "trace"))
    assert all(hasattr(run.trace, name) for name in ("h", "h0"))
    terms = model.chain_rule_terms(run, 1)
    assert all(hasattr(term, name) for term in terms for name in ("k", "gradient", "norm", "factors"))
    report = bl.gradcheck(model, [[1, 2], [3, 4]], [0, 3])
    assert all(hasattr(report, name) for name in ("errors", "worst", "step"))
    (layer,) = bl.read(model.cell.to_torch())
    assert all(hasattr(layer, name) for name in ("name", "kind", "cell", "layer", "reversed"))
    report = bl.memory.report(model.cell, [[1, 2], [3, 4], [5, 6]])
    assert all(hasattr(report, name) for name in ("slope", "lyapunov", "half_life", "horizon", "bounds", "figure"))


def test_signatures():
    nothing = inspect.Parameter.empty
    assert parameters(bl.RNNCell.__init__) == {
        "input_size": nothing, "hidden_size": nothing, "activation": "tanh", "weight_scale": 1.0, "init": "normal", "seed": 0,
    }  # fmt: skip
    assert parameters(bl.SequenceModel.__init__) == {"cell": nothing, "output_size": nothing, "loss": "cross_entropy", "seed": 0}
    assert first(bl.RNNCell.unroll, 2) == {"x": nothing, "h0": None}
    assert first(bl.RNNCell.backward, 2) == {"trace": nothing, "dh": nothing}
    assert list(parameters(bl.RNNCell.jacobian)) == ["trace", "t"]
    assert first(bl.SequenceModel.forward, 4) == {"x": nothing, "targets": nothing, "mask": None, "h0": None}
    assert parameters(bl.SequenceModel.gradient) == {"x": nothing, "targets": nothing, "mask": None, "checkpoint": False}
    assert parameters(bl.SequenceModel.backward) == {"run": nothing, "truncate": None}
    assert parameters(bl.SequenceModel.chain_rule_terms) == {"run": nothing, "t": nothing, "wrt": "W_x"}
    assert parameters(bl.SequenceModel.ledger) == {"run": nothing, "wrt": "W_x"}
    assert parameters(bl.gradcheck) == {
        "model": nothing, "x": nothing, "targets": nothing, "mask": None, "grads": None, "h0": None,
    }  # fmt: skip
    assert list(parameters(bl.rtrl)) == ["model", "run"]
    assert list(parameters(bl.memory.jacobian_product)) == ["cell", "trace", "t", "k"]
    assert list(parameters(bl.memory.norms)) == ["cell", "trace"]
    assert first(bl.memory.lyapunov, 2) == {"cell": nothing, "trace": nothing}
    assert parameters(bl.read) == {"source": nothing, "layer": None, "check": None, "convention": None}
    assert parameters(bl.memory.report) == {"cell": nothing, "x": nothing}
    assert list(parameters(bl.train.clip_by_norm)) == ["grads", "limit"]
    assert parameters(bl.RNNCell.from_torch) == {"state_dict": nothing, "layer": 0, "activation": "tanh"}
    assert parameters(bl.RNNCell.to_torch) == {"grads": None, "layer": 0}


def test_an_unknown_name_is_an_attribute_error():
    try:
        bl.nothing
    except AttributeError as error:
        assert "nothing" in str(error)
    else:
        raise AssertionError
