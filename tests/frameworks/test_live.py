"""Each reader against the framework whose weights it reads: states equal to 1e-6. `make test-frameworks`; skipped elsewhere."""

import os

import numpy as np
import pytest

import bptt_lab as bl

pytest.importorskip("haiku", reason="the frameworks are installed by `make test-frameworks`")
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
T, B, I, H = 12, 2, 3, 4
x = np.random.default_rng(0).standard_normal((T, B, I)).astype(np.float32)


def agree(found, wanted, i=0):
    """The states of layer i, below which the others of its stack read x, and those of the framework."""
    worst = np.abs(found[i].states(x) - np.asarray(wanted)).max() / max(1.0, np.abs(wanted).max())
    assert worst < 1e-6, (worst, found)
    print(f"{worst:.1e}", end=" ")


# ---- PyTorch


def torch():
    return pytest.importorskip("torch")


def torch_net(kind="LSTM", **more):
    torch().manual_seed(1)
    return getattr(torch().nn, kind)(I, H, **more)


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("way", [".pt", "jit.pt", ".npz", ".safetensors", "module", "state_dict"])
def test_pytorch(kind, way, tmp_path):
    net = torch_net(kind, bidirectional=True)
    wanted = net(torch().tensor(x))[0].detach().numpy()
    path = tmp_path / f"net{way}"
    arrays = {f"module._orig_mod.{name}": value for name, value in net.state_dict().items()}
    if way == ".pt":
        torch().save({"state_dict": arrays, "epoch": 3}, path)
    elif way == "jit.pt":
        torch().jit.save(torch().jit.script(net), path)
    elif way == ".npz":
        np.savez(path, **{name: value.numpy() for name, value in arrays.items()})
    elif way == ".safetensors":
        pytest.importorskip("safetensors.torch").save_file(arrays, path)
    found = bl.read(path if path.exists() else net if way == "module" else arrays)
    assert [each.reversed for each in found] == [False, True] and [each.kind for each in found] == [kind] * 2
    agree(found, wanted[..., :H])
    agree(found, wanted[..., H:], 1)


@pytest.mark.parametrize("name", ["bfloat16", "float16"])
def test_half_precision_is_read_to_the_last_bit(name, tmp_path):
    net = torch_net("GRU").to(getattr(torch(), name))
    pytest.importorskip("safetensors.torch").save_file(net.state_dict(), tmp_path / "half.safetensors")
    torch().save(net.state_dict(), tmp_path / "half.pt")
    wide = net.double()(torch().tensor(x).double())[0].detach().numpy()
    for file in ("half.safetensors", "half.pt"):
        agree(bl.read(tmp_path / file), wide)


@pytest.mark.parametrize(
    "norm", ["weight_norm", "spectral_norm", "parametrizations.weight_norm", "parametrizations.spectral_norm"]
)
def test_normalized_weights(norm):
    from operator import attrgetter

    net = attrgetter(norm)(torch().nn.utils)(torch_net(), "weight_hh_l0")
    with torch().no_grad():
        net(torch().tensor(x))
        for parameter in net.parameters():
            parameter.mul_(1.2)
    net.eval()
    wanted = net(torch().tensor(x))[0].detach().numpy()
    agree(bl.read(net.state_dict()), wanted)


def test_a_module_says_its_nonlinearity_and_a_state_dict_is_told_to_be_assumed():
    inside = torch_net("RNN", nonlinearity="relu")
    net = torch().nn.ModuleDict({"encoder": inside})
    agree(bl.read(net), inside(torch().tensor(x))[0].detach().numpy())
    assert "assumed" not in repr(bl.read(net)) and "tanh is assumed" in repr(bl.read(net.state_dict()))


def test_layers_read_what_is_below_them_and_a_projection_is_multiplied_out():
    net = torch_net(num_layers=2, bidirectional=True, proj_size=2)
    wanted = net(torch().tensor(x))[0].detach().numpy()
    found = bl.read(net)
    assert [(each.layer, each.reversed) for each in found] == [(0, False), (0, True), (1, False), (1, True)]
    h = found.trace(2, x).h @ found[2].projection.T
    assert np.abs(h - wanted[..., :2]).max() < 1e-6 and "projected" in repr(found)


def test_what_pytorch_s_files_hold_beside_weights_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    torch().save({"net": torch_net().state_dict(), "more": Evil()}, tmp_path / "evil.pt")
    with pytest.raises(ValueError, match="expected a file of weights"):
        bl.read(tmp_path / "evil.pt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_a_module_that_is_quantized_opens_its_weights_and_a_file_of_it_is_refused(kind, tmp_path):
    net, given = torch().nn.Sequential(torch_net(kind, bidirectional=True)), torch().tensor(x)
    for dtype, far in ((torch().float16, 1e-6), (torch().qint8, 0.02)):
        packed = torch().ao.quantization.quantize_dynamic(net, {type(net[0])}, dtype=dtype)
        found, wanted = bl.read(packed), packed(given)[0].detach().numpy()
        assert [each.reversed for each in found] == [False, True] and ("int8" in repr(found)) == (far > 1e-6)
        for d, each in enumerate(found):
            assert np.abs(each.states(x) - wanted[..., d * H : (d + 1) * H]).max() < far
    torch().save(packed.state_dict(), tmp_path / "packed.pt")
    torch().jit.save(torch().jit.script(packed), tmp_path / "packed.jit")
    for source in (packed.state_dict(), tmp_path / "packed.pt", tmp_path / "packed.jit"):
        with pytest.raises(ValueError, match="packed by PyTorch's dynamic quantization, .* which dequantizes"):
            bl.read(source)


# ---- ONNX


def onnx_model(op, directions=1, **attributes):
    """One node with random weights, and its states by onnxruntime: (T, directions, B, H)."""
    onnx, runtime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    helper, n, rng = onnx.helper, {"RNN": 1, "GRU": 3, "LSTM": 4}[op], np.random.default_rng(5)
    shapes = {"W": (n * H, I), "R": (n * H, H), "B": (2 * n * H,)}
    if attributes.pop("peepholes", False):
        shapes["P"] = (3 * H,)
    weights = {name: rng.uniform(-1, 1, (directions, *shape)).astype(np.float32) for name, shape in shapes.items()}
    lengths = attributes.pop("lengths", None)
    inputs = ["X", "W", "R", "B", "L" * (lengths is not None), *(["", "", "P"] if "P" in shapes else [])]
    node = helper.make_node(op, inputs, ["Y"], hidden_size=H, **attributes)
    if lengths is not None:
        weights["L"] = np.array(lengths, np.int32)
    given = x.swapaxes(0, 1) if attributes.get("layout") else x
    X = helper.make_tensor_value_info("X", onnx.TensorProto.FLOAT, given.shape)
    Y = helper.make_tensor_value_info("Y", onnx.TensorProto.FLOAT, None)
    graph = helper.make_graph([node], "g", [X], [Y], [onnx.numpy_helper.from_array(a, name) for name, a in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    if attributes.get("layout"):  # which onnxruntime refuses to run: onnx's own program, slow and plain
        from onnx.reference import ReferenceEvaluator

        return model, ReferenceEvaluator(model).run(None, {"X": given})[0].transpose(1, 2, 0, 3)
    return model, runtime.InferenceSession(model.SerializeToString()).run(None, {"X": x})[0]


@pytest.mark.parametrize("op", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
def test_onnx(op, direction, tmp_path):
    model, wanted = onnx_model(op, 1 + (direction == "bidirectional"), direction=direction)
    (tmp_path / "net.onnx").write_bytes(model.SerializeToString())
    found = bl.read(tmp_path / "net.onnx")
    for d in range(wanted.shape[1]):
        agree(found, wanted[:, d], d)
    assert [each.reversed for each in found] == {"forward": [False], "reverse": [True]}.get(direction, [False, True])


@pytest.mark.parametrize(
    "op, attributes",
    [
        ("GRU", {"linear_before_reset": 1}),
        ("RNN", {"activations": ["Relu"]}),
        ("LSTM", {"peepholes": True}),
        ("LSTM", {"activations": ["HardSigmoid", "Tanh", "Tanh"], "activation_alpha": [0.2], "activation_beta": [0.5]}),
        ("GRU", {"activations": ["HardSigmoid", "Tanh"], "activation_alpha": [0.2], "activation_beta": [0.5]}),
    ],
)
def test_what_onnx_s_nodes_can_be_told(op, attributes):
    model, wanted = onnx_model(op, **attributes)
    agree(bl.read(model), wanted[:, 0])


@pytest.mark.parametrize("op", ["RNN", "GRU", "LSTM"])
def test_a_graph_whose_batch_comes_first_has_the_same_weights(op):
    model, wanted = onnx_model(op, layout=1)
    agree(bl.read(model), wanted[:, 0])


@pytest.mark.parametrize("op", ["RNN", "GRU", "LSTM"])
def test_lengths_end_a_sequence_and_the_reader_says_so(op):
    model, wanted = onnx_model(op, 2, direction="bidirectional", lengths=[T, 7])
    found = bl.read(model)
    assert "reads sequence_lens" in repr(found) and not wanted[7:, :, 1].any()
    for b, end in enumerate((T, 7)):  # backward from its own end
        for d in (0, 1):
            assert np.abs(found[d].states(x[:end, b]) - wanted[:end, d, b]).max() < 1e-6


def loop_model(n=4):
    """An LSTM or a plain RNN as tf2onnx writes them where no node fits: a Loop, and each round is handed the weights."""
    onnx = pytest.importorskip("onnx")
    node, info, rng = onnx.helper.make_node, onnx.helper.make_tensor_value_info, np.random.default_rng(7)
    F, N, O = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64, onnx.TensorProto.BOOL
    weights = {"kernel": (I, n * H), "recurrent": (H, n * H), "bias": (n * H,)}
    weights = {name: rng.uniform(-1, 1, shape).astype(np.float32) for name, shape in weights.items()}
    constants = {**weights, "zeros": np.zeros((B, H), np.float32), "T": np.array(T), "true": np.array(True)}
    constants |= {"first": np.array(0), "one": np.array(1)}
    gates = [
        node("Split", ["a"], ["a_i", "a_f", "a_g", "a_o"], axis=1, num_outputs=4),
        *(node("Sigmoid", [f"a_{gate}"], [gate]) for gate in "ifo"),
        node("Tanh", ["a_g"], ["g"]),
        node("Mul", ["f", "c"], ["kept"]), node("Mul", ["i", "g"], ["new"]), node("Add", ["kept", "new"], ["c_t"]),
        node("Tanh", ["c_t"], ["seen"]), node("Mul", ["o", "seen"], ["h_t"]),
    ]  # fmt: skip
    nodes = [
        node("Gather", ["X", "t"], ["x_t"]), node("Add", ["t", "one"], ["t_t"]),  # a count that is handed on, as the state is
        node("MatMul", ["h", "U"], ["from_h"]), node("MatMul", ["x_t", "W"], ["from_x"]),
        node("Add", ["from_h", "from_x"], ["sum"]), node("Add", ["sum", "b"], ["a"]),
        *(gates if n == 4 else [node("Tanh", ["a"], ["h_t"]), node("Identity", ["c"], ["c_t"])]),
        node("Identity", ["on"], ["on_t"]), node("Identity", ["h_t"], ["y"]),
    ]  # fmt: skip
    shapes = {"step": (N, []), "on": (O, []), "t": (N, []), "h": (F, [B, H]), "c": (F, [B, H])}
    shapes |= {short: (F, array.shape) for short, array in zip("WUb", weights.values())}
    ins = [info(name, *of) for name, of in shapes.items()]
    outs = [info(name if name in "WUb" else f"{name}_t", *shapes[name]) for name in [*shapes][1:]]
    body = onnx.helper.make_graph(nodes, "while", ins, [*outs, info("y", F, [B, H])])
    loop = node("Loop", ["T", "true", "first", "zeros", "zeros", *weights], [*(f"{name}_T" for name in "thcWUb"), "Y"], body=body)
    made = [onnx.numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = onnx.helper.make_graph([loop], "g", [info("X", F, x.shape)], [info("Y", F, None)], made)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 21)], ir_version=10)
    runtime = pytest.importorskip("onnxruntime")
    return model, runtime.InferenceSession(model.SerializeToString()).run(None, {"X": x})[0]


@pytest.mark.parametrize("n", [1, 4])
def test_a_loop_s_body_is_asked_for_its_convention(n):
    model, wanted = loop_model(n)
    with pytest.raises(ValueError, match="^convention: got None, and 'while' with .* which does not say it"):
        bl.read(model)
    agree(bl.read(model, convention="keras"), wanted)
    agree(bl.read(model, check=(x, wanted)), wanted)


def test_weights_in_int8_are_dequantized(tmp_path):
    quantization = pytest.importorskip("onnxruntime.quantization")
    import onnxruntime

    model, wanted = onnx_model("LSTM", 2, direction="bidirectional")
    (tmp_path / "net.onnx").write_bytes(model.SerializeToString())
    quantization.quantize_dynamic(tmp_path / "net.onnx", tmp_path / "int8.onnx", op_types_to_quantize=["LSTM"])
    found = bl.read(tmp_path / "int8.onnx")
    rounded = onnxruntime.InferenceSession(tmp_path / "int8.onnx").run(None, {"X": x})[0]
    for d in range(2):
        apart = np.abs(found[d].states(x) - rounded[:, d]).max()
        assert apart < 0.03 and np.abs(found[d].cell.params["W_hh"]).max() <= 1.01, apart
    assert "int8" in repr(found)


def test_an_export_with_a_node_is_read_and_one_that_unrolls_says_so(tmp_path):
    pytest.importorskip("onnxscript")
    for kind in ("LSTM", "GRU", "RNN"):
        net = torch_net(kind).eval()
        torch().onnx.export(net, (torch().tensor(x),), tmp_path / f"{kind}.onnx", dynamo=True, verbose=False)
        if kind == "RNN":
            with pytest.raises(ValueError, match="without a recurrent node .* unrolls nn.RNN for the traced length"):
                bl.read(tmp_path / "RNN.onnx")
        else:
            agree(bl.read(tmp_path / f"{kind}.onnx"), net(torch().tensor(x))[0].detach().numpy())


# ---- Keras


def keras_model(*layers):
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((T, I)), *layers])
    rng = np.random.default_rng(4)
    model.set_weights([rng.uniform(-1, 1, each.shape) for each in model.get_weights()])
    return model, np.asarray(model(x.swapaxes(0, 1))).swapaxes(0, 1)


@pytest.mark.parametrize("file", [".keras", ".h5", ".weights.h5", "memory"])
@pytest.mark.parametrize("name", ["LSTM", "GRU", "GRU before", "SimpleRNN", "RNN"])
@pytest.mark.parametrize("both", [False, True])
def test_keras(file, name, both, tmp_path):
    layers = pytest.importorskip("keras").layers
    more = {"reset_after": False} if name == "GRU before" else {}
    net = layers.RNN(layers.LSTMCell(H), return_sequences=True) if name == "RNN" else None
    net = net or getattr(layers, name.split()[0])(H, return_sequences=True, **more)
    model, wanted = keras_model(layers.Bidirectional(net) if both else net)
    found = bl.read(kept(model, file, tmp_path))
    agree(found, wanted[..., :H], [each.reversed for each in found].index(False))
    if both:
        agree(found, wanted[..., H:], [each.reversed for each in found].index(True))
    assert ("assumed" in repr(found)) == (file == ".weights.h5")


def kept(model, file, tmp_path):
    if file == ".weights.h5":
        model.save_weights(tmp_path / "net.weights.h5")
    elif file != "memory":
        model.save(tmp_path / f"net{file}")
    return model if file == "memory" else next(tmp_path.glob("net*"))


@pytest.mark.parametrize("file", [".keras", ".h5", "memory"])
def test_keras_s_hard_sigmoid_and_other_activations(file, tmp_path):
    layers = pytest.importorskip("keras").layers
    for k, layer in enumerate((layers.LSTM, layers.GRU)):
        model, wanted = keras_model(layer(H, return_sequences=True, recurrent_activation="hard_sigmoid"))
        (tmp_path / str(k)).mkdir()
        found = bl.read(kept(model, file, tmp_path / str(k)))
        assert type(found[0].cell).__name__.startswith("HardSigmoid")
        agree(found, wanted)
    model, wanted = keras_model(layers.SimpleRNN(H, return_sequences=True, activation="relu"))
    agree(bl.read(kept(model, file, tmp_path)), wanted)


# ---- JAX's


def jax():
    return pytest.importorskip("jax")


@pytest.mark.parametrize("name", ["OptimizedLSTMCell", "LSTMCell", "GRUCell", "SimpleCell"])
@pytest.mark.parametrize("api", ["linen", "nnx"])
def test_flax(name, api, tmp_path):
    flax = pytest.importorskip("flax")
    if api == "linen":
        net = flax.linen.RNN(getattr(flax.linen, name)(H), time_major=True)
        params = net.init(jax().random.key(2), x)
        params = jax().tree.map(lambda a: a + 0.3 * np.random.default_rng(a.size).standard_normal(a.shape).astype("f"), params)
        wanted = net.apply(params, x)
    else:
        from flax import nnx

        net = nnx.RNN(getattr(nnx, name)(I, H, rngs=nnx.Rngs(0)), time_major=True, rngs=nnx.Rngs(0))
        state = jax().tree.map(
            lambda a: a + 0.3 * np.random.default_rng(a.size).standard_normal(a.shape).astype("f"), nnx.state(net, nnx.Param)
        )
        nnx.update(net, state)
        params, wanted = nnx.to_pure_dict(nnx.state(net, nnx.Param)), net(x)
    agree(bl.read(params), wanted)
    leaves = jax().tree_util.tree_flatten_with_path(params)[0]
    np.savez(tmp_path / "tree.npz", **{"/".join(str(key.key) for key in path): leaf for path, leaf in leaves})
    agree(bl.read(tmp_path / "tree.npz"), wanted)
    (tmp_path / "tree.msgpack").write_bytes(flax.serialization.to_bytes(params))
    agree(bl.read(tmp_path / "tree.msgpack"), wanted)


@pytest.mark.parametrize("called", [None, "encoder"])
@pytest.mark.parametrize("name", ["LSTM", "GRU", "VanillaRNN"])
def test_haiku(name, called):
    haiku = pytest.importorskip("haiku")

    def run(x):
        core = getattr(haiku, name)(H, name=called)
        return haiku.dynamic_unroll(core, x, core.initial_state(B))[0]

    net = haiku.without_apply_rng(haiku.transform(run))
    params = net.init(jax().random.key(2), x)
    params = jax().tree.map(lambda a: a + 0.3 * np.random.default_rng(a.size).standard_normal(a.shape).astype("f"), params)
    if called and name != "GRU":
        with pytest.raises(ValueError, match="encoder.linear.w .* convention='haiku'"):
            bl.read(params)
    agree(bl.read(params, convention="haiku" if called else None), net.apply(params, x))


@pytest.mark.parametrize("name", ["LSTMCell", "GRUCell"])
def test_equinox(name):
    equinox = pytest.importorskip("equinox")
    cell = getattr(equinox.nn, name)(I, H, key=jax().random.key(1))
    states = []
    for b in range(B):
        state = (np.zeros(H), np.zeros(H)) if name == "LSTMCell" else np.zeros(H)
        states.append(
            [np.asarray((state := cell(row, state))[0] if name == "LSTMCell" else (state := cell(row, state))) for row in x[:, b]]
        )
    agree(bl.read({"encoder": cell}), np.swapaxes(states, 0, 1))


@pytest.mark.parametrize("name", ["LSTM", "GRU", "RNN"])
def test_mlx(name, tmp_path):
    mx = pytest.importorskip("mlx.core")
    import mlx.nn
    from mlx.utils import tree_flatten

    net = getattr(mlx.nn, name)(I, H)
    out = net(mx.array(x.swapaxes(0, 1)))
    wanted = np.asarray(out[0] if name == "LSTM" else out).swapaxes(0, 1)
    agree(bl.read(net), wanted)
    mx.save_safetensors(str(tmp_path / "net.safetensors"), dict(tree_flatten(net.parameters())))
    with pytest.raises(ValueError, match="which does not say it"):
        bl.read(tmp_path / "net.safetensors")
    agree(bl.read(tmp_path / "net.safetensors", convention="mlx"), wanted)
    agree(bl.read(tmp_path / "net.safetensors", check=(x, wanted)), wanted)


# ---- DyNet


def test_dynet(tmp_path):
    dy = pytest.importorskip("dynet")
    collection = dy.ParameterCollection()
    builder = dy.VanillaLSTMBuilder(2, I, H, collection)
    collection.save(str(tmp_path / "net.dynet"))
    found = bl.read(tmp_path / "net.dynet")
    dy.renew_cg()
    states = [out.npvalue() for out in builder.initial_state().transduce([dy.inputVector(row) for row in x[:, 0]])]
    assert np.abs(found.trace(1, x[:, 0]).h - np.array(states)).max() < 1e-6


def test_dynet_s_two_directions_and_what_it_has_beside(tmp_path):
    dy = pytest.importorskip("dynet")
    collection = dy.ParameterCollection()
    builder = dy.BiRNNBuilder(2, I, 2 * H, collection, dy.VanillaLSTMBuilder)
    collection.save(str(tmp_path / "net.dynet"))
    found = bl.read(tmp_path / "net.dynet")
    dy.renew_cg()
    states = np.array([out.npvalue() for out in builder.transduce([dy.inputVector(row) for row in x[:, 0]])])
    assert np.abs(found.trace(2, x[:, 0]).h - states[:, :H]).max() < 1e-6
    assert np.abs(found.trace(3, x[:, 0]).h[::-1] - states[:, H:]).max() < 1e-6
    for make, says in (
        (lambda c: dy.VanillaLSTMBuilder(1, I, H, c, ln_lstm=True), "'vanilla-lstm-builder' with layer normalization"),
        (lambda c: dy.GRUBuilder(1, I, H, c), "gru-builder, expected a vanilla-lstm-builder"),
    ):
        collection = dy.ParameterCollection()
        kept = make(collection)
        collection.save(str(tmp_path / "other.dynet"))
        with pytest.raises(ValueError, match=says):
            bl.read(tmp_path / "other.dynet")
        del kept
