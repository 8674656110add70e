"""python -m tests.frameworks.small_arrays: weights of each framework and the states that it made of them, for `make test`.

Writes tests/readers/small_arrays.npz: `CASE|NAME` is an array of the framework's own tree, `CASE|x` and `CASE|h` what it read
and answered, (T, I) and (T, H). Run where the frameworks are, see `make test-frameworks`.
"""

import os
from pathlib import Path

import numpy as np

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
T, I, H = 5, 2, 3
FILE = Path(__file__).parents[1] / "readers" / "small_arrays.npz"
x = np.random.default_rng(0).standard_normal((T, I)).astype(np.float32)


def shaken(tree):
    """No array may be all zeros, as fresh biases are: else a wrong place for it would not be seen."""
    import jax

    return jax.tree.map(lambda a: a + 0.5 * np.random.default_rng(a.size).standard_normal(a.shape).astype("f"), tree)


def main():
    import dynet
    import equinox
    import flax.linen
    import haiku
    import jax
    import keras
    import mlx.core
    import mlx.nn
    import onnx
    import onnxruntime
    import torch
    from flax import nnx
    from mlx.utils import tree_flatten
    from onnx.reference import ReferenceEvaluator

    mlx.core.random.seed(0)
    kept = {}

    def keep(case, arrays, h):
        kept.update({f"{case}|{name}": np.asarray(value, np.float32) for name, value in arrays.items()})
        kept.update({f"{case}|x": x, f"{case}|h": np.asarray(h, np.float32).reshape(T, H)})

    def paths(tree):
        return {"/".join(str(key.key) for key in path): leaf for path, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]}

    for kind in ("RNN", "GRU", "LSTM"):
        torch.manual_seed(0)
        net = getattr(torch.nn, kind)(I, H)
        keep(f"torch {kind}", {n: v.numpy() for n, v in net.state_dict().items()}, net(torch.tensor(x))[0].detach())
        net = getattr(mlx.nn, kind)(I, H)
        out = net(mlx.core.array(x))
        keep(f"mlx {kind}", dict(tree_flatten(net.parameters())), out[0] if kind == "LSTM" else out)
    for case, kind, more in (
        ("LSTM", "LSTM", {}),
        ("GRU", "GRU", {}),
        ("GRU before", "GRU", {"reset_after": False}),
        ("RNN", "SimpleRNN", {}),
        ("LSTM hard", "LSTM", {"recurrent_activation": "hard_sigmoid"}),
        ("GRU hard", "GRU", {"recurrent_activation": "hard_sigmoid"}),
    ):
        model = keras.Sequential([keras.Input((T, I)), getattr(keras.layers, kind)(H, return_sequences=True, **more)])
        model.set_weights(shaken(model.get_weights()))
        keep(f"keras {case}", {weight.path: weight.numpy() for weight in model.weights}, model(x[None]))
    for kind in ("LSTMCell", "GRUCell", "SimpleCell"):
        net = flax.linen.RNN(getattr(flax.linen, kind)(H))
        params = shaken(net.init(jax.random.key(0), x[None]))
        keep(f"flax {kind}", paths(params), net.apply(params, x[None]))
        net = nnx.RNN(getattr(nnx, kind)(I, H, rngs=nnx.Rngs(0)), rngs=nnx.Rngs(0))
        nnx.update(net, shaken(nnx.state(net, nnx.Param)))
        keep(f"nnx {kind}", paths(nnx.to_pure_dict(nnx.state(net, nnx.Param))), net(x[None]))
    for kind in ("LSTM", "GRU", "VanillaRNN"):

        def run(x, kind=kind):
            core = getattr(haiku, kind)(H)
            return haiku.dynamic_unroll(core, x, core.initial_state(None))[0]

        net = haiku.without_apply_rng(haiku.transform(run))
        params = shaken(net.init(jax.random.key(0), x))
        keep(f"haiku {kind}", paths(params), net.apply(params, x))
    for kind, state in (("LSTMCell", (np.zeros(H), np.zeros(H))), ("GRUCell", np.zeros(H))):
        cell, states = shaken(getattr(equinox.nn, kind)(I, H, key=jax.random.key(0))), []
        for row in x:
            state = cell(row, state)
            states.append(state[0] if kind == "LSTMCell" else state)
        keep(f"equinox {kind}", {n: v for n, v in vars(cell).items() if hasattr(v, "shape")}, states)
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    for case, op, n, attributes in (
        ("LSTM", "LSTM", 4, {}),
        ("LSTM peephole", "LSTM", 4, {}),
        ("GRU", "GRU", 3, {}),
        ("GRU after", "GRU", 3, {"linear_before_reset": 1}),
        ("RNN", "RNN", 1, {}),
        ("LSTM layout", "LSTM", 4, {"layout": 1}),
        ("GRU layout", "GRU", 3, {"layout": 1}),
        ("LSTM lengths", "LSTM", 4, {}),
        ("GRU lengths", "GRU", 3, {}),
    ):
        shapes = {"W": (n * H, I), "R": (n * H, H), "B": (2 * n * H,), **({"P": (3 * H,)} if "peephole" in case else {})}
        rng = np.random.default_rng(1)
        weights = {name: rng.uniform(-1, 1, (1, *shape)).astype(np.float32) for name, shape in shapes.items()}
        given, ends = x[None] if attributes.get("layout") else x[:, None], "lengths" in case
        constants = {**weights, **({"L": np.array([T], np.int32)} if ends else {})}
        given = np.concatenate([given, given]) if ends else given  # what stands behind a sequence's end is padding
        inputs = ["X", "W", "R", "B", "L" * ends, *(["", "", "P"] if "P" in weights else [])]
        node = helper.make_node(op, inputs, ["Y"], hidden_size=H, **attributes)
        X, Y = helper.make_tensor_value_info("X", float32, given.shape), helper.make_tensor_value_info("Y", float32, None)
        made = [onnx.numpy_helper.from_array(a, name) for name, a in constants.items()]
        model = helper.make_model(
            helper.make_graph([node], "g", [X], [Y], made), opset_imports=[helper.make_opsetid("", 21)], ir_version=10
        )
        if attributes.get("layout"):  # onnxruntime refuses it
            h = ReferenceEvaluator(model).run(None, {"X": given})[0]
        else:
            h = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"X": given})[0]
        keep(f"onnx {case}", weights, h[:T] if ends else h)
    collection = dynet.ParameterCollection()
    builder = dynet.VanillaLSTMBuilder(1, I, H, collection)
    dynet.renew_cg()
    outputs = builder.initial_state().transduce([dynet.inputVector(row) for row in x])
    keep(
        "dynet LSTM",
        {str(k): p.as_array() for k, p in enumerate(builder.get_parameters()[0])},
        [out.npvalue() for out in outputs],
    )
    np.savez_compressed(FILE, **kept)
    print(f"{len({name.split('|')[0] for name in kept})} cases, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
