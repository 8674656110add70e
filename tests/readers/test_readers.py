"""Weights of other frameworks, offline: kept arrays of each (`tests/frameworks/small_arrays.py`), and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

import bptt_lab as bl
from bptt_lab.basics import own_cells
from bptt_lab.readers import CONVENTIONS, Convention, Layer, keras_files
from bptt_lab.readers.found import cell_of
from bptt_lab.readers.names import layers
from bptt_lab.readers.other_gates import HardSigmoidGRU, HardSigmoidLSTM, PeepholeLSTM

KEPT: dict[str, dict[str, np.ndarray]] = {}
for key, value in np.load(Path(__file__).parent / "small_arrays.npz").items():
    KEPT.setdefault(key.split("|")[0], {})[key.split("|")[1]] = value


def case(name):
    arrays = dict(KEPT[name])
    return arrays, arrays.pop("x"), arrays.pop("h")


def layer(name) -> Layer:
    """The one layer of a case; node weights and DyNet's list of arrays have no names that say what they are."""
    arrays, x, h = case(name)
    framework, kind = name.split(maxsplit=1)
    if framework == "onnx":
        rows = arrays["R"].shape[1]
        weights = {"W_x": arrays["W"][0], "W_hh": arrays["R"][0], "b": arrays["B"][0, :rows], "b_h": arrays["B"][0, rows:]}
        if "P" in arrays:
            weights["peepholes"] = arrays["P"][0].reshape(3, -1)[[0, 2, 1]]
        return Layer(name, weights, CONVENTIONS["onnx"]._replace(reset_after="after" in kind))
    if framework == "dynet":
        return Layer(name, dict(zip(("W_x", "W_hh", "b"), arrays.values())), CONVENTIONS["dynet"])
    (found,) = bl.read(arrays, convention="mlx" if framework == "mlx" else None)
    if "hard" in kind:
        found.convention = found.convention._replace(slope=1 / 6)
        del found.__dict__["cell"]
    return found


@pytest.mark.parametrize("name", KEPT)
def test_the_states_are_those_of_the_framework(name):
    _, x, h = case(name)
    assert np.abs(layer(name).states(x) - h).max() < 1e-6


@pytest.mark.parametrize("name", KEPT)
def test_a_given_output_finds_the_convention_among_all(name):
    _, x, h = case(name)
    found = layer(name)
    right, found.convention = found.cell, found.convention._replace(lstm="gofi", gru="nzr", forget=0.0, slope=0.0)
    found.settle(x, h)
    for parameter, value in right.params.items():
        assert np.abs(found.cell.params[parameter] - value).max() < 1e-12
    assert "checked: " in found.notes[-1] and "the next best" in found.notes[-1]


def test_a_convention_that_the_file_does_not_say_is_asked_for_and_a_check_names_it():
    arrays, x, h = case("mlx LSTM")
    with pytest.raises(ValueError, match="^convention: got None, and '.*which does not say it, expected one of 'torch', "):
        bl.read(arrays)
    found = bl.read(arrays, check=(x, h))
    assert "checked: i f g o is off by" in repr(found) and np.abs(found[0].states(x) - h).max() < 1e-6
    with pytest.raises(ValueError, match="^check: got states that .* under no one convention of 144, expected one. .* is off by"):
        bl.read(arrays, check=(x, h + 0.1))
    with pytest.raises(ValueError, match="no one convention"):  # near, and yet not the same net
        bl.read(arrays, check=(x, h + 0.00105))
    with pytest.raises(ValueError, match=r"^check: got h of shape \(4, 3\), expected \(5, 3\), all states, or \(3,\)"):
        bl.read(arrays, check=(x, h[1:]))
    assert bl.read(arrays, check=(x, h[-1]))[0].convention.lstm == "ifgo", "the last state is enough"
    with pytest.raises(ValueError, match=r"expected \(5, 3\), .* first half of the columns, h\[..., :3\]\.$"):
        bl.read(arrays, check=(x, np.hstack([h, h])))
    many = np.stack([x, x[::-1]])  # as with batch_first=True: under no convention are its states these
    with pytest.raises(ValueError, match=r"no one convention .* one sequence, x\[0\] and h\[0\]\.$"):
        bl.read(arrays, check=(many, np.stack([bl.read(arrays, convention="mlx")[0].states(each) for each in many])))
    with pytest.raises(ValueError, match=r"got h of shape \(1, 5, 3\), .* x\[0\] and h\[0\]\.$"):
        bl.read(arrays, check=(x, h[None]))


def test_a_check_overrules_what_a_file_says_and_tells():
    arrays, x, h = case("torch LSTM")
    i, f, g, o = (np.split(np.arange(12), 4)[k] for k in range(4))
    mixed = {name: value[np.concatenate([g, o, i, f])] for name, value in arrays.items()}
    found = bl.read(mixed, check=(x, h))
    assert found[0].convention.lstm == "goif" and "the file alone says i f g o" in repr(found)


def test_names_are_found_however_deep_and_layers_in_both_directions():
    rng = np.random.default_rng(0)
    names = [f"_l{k}{way}" for k in (0, 1) for way in ("", "_reverse")]
    arrays = {f"weight_ih{n}": rng.standard_normal((9, 2 if n < "_l1" else 6)) for n in names}
    arrays |= {f"weight_hh{n}": rng.standard_normal((9, 3)) for n in names}
    found = bl.read({"state_dict": {f"module._orig_mod.net.rnn.{n}": a for n, a in arrays.items()}, "epoch": 3})
    assert [(each.name, each.kind, each.layer, each.reversed) for each in found] == [
        ("net.rnn", "GRU", 0, False), ("net.rnn", "GRU", 0, True), ("net.rnn", "GRU", 1, False), ("net.rnn", "GRU", 1, True),
    ]  # fmt: skip
    x = rng.standard_normal((4, 2))
    below = np.concatenate([found[0].cell.unroll(x).h, found[1].cell.unroll(x[::-1]).h[::-1]], axis=1)
    assert (found.trace(3, x).h == found[3].cell.unroll(below[::-1]).h).all()
    assert repr(found).splitlines()[1].split() == "name cell inputs units layer direction convention".split()
    assert len(bl.read(arrays, layer=2)) == 1 and bl.read(arrays, layer=2)[0].layer == 1


def test_a_plain_rnn_under_pytorch_s_names_is_said_to_be_assumed_tanh():
    assert "tanh is assumed" in repr(bl.read(case("torch RNN")[0])) and "assumed" not in repr(bl.read(case("torch GRU")[0]))
    assert "assumed" not in repr(bl.read(case("torch RNN")[0], convention=Convention(activation="relu")))


def test_normalized_and_projected_weights_are_multiplied_out():
    rng = np.random.default_rng(0)
    W, g, W_x, W_hr = (
        rng.standard_normal((12, 3)),
        rng.standard_normal((12, 1)),
        rng.standard_normal((12, 2)),
        rng.standard_normal((2, 3)),
    )
    normed = g * W / np.linalg.norm(W, axis=1, keepdims=True)
    for names in (("weight_hh_l0_g", "weight_hh_l0_v"), [f"parametrizations.weight_hh_l0.original{k}" for k in (0, 1)]):
        found = bl.read({"weight_ih_l0": W_x, **dict(zip(names, (g, W)))})
        assert np.abs(found[0].cell.params["W_hh"] - normed).max() < 1e-12
    u, v = rng.standard_normal(12), rng.standard_normal(3)
    for names in (
        ("weight_hh_l0_orig", "weight_hh_l0_u", "weight_hh_l0_v"),
        [f"parametrizations.weight_hh_l0.{n}" for n in ("original", "0._u", "0._v")],
    ):
        found = bl.read({"weight_ih_l0": W_x, **dict(zip(names, (W, u, v)))})
        assert np.abs(found[0].cell.params["W_hh"] - W / (u @ W @ v)).max() < 1e-12
    narrow = rng.standard_normal((12, 2))
    found = bl.read({"weight_ih_l0": W_x, "weight_hh_l0": narrow, "weight_hr_l0": W_hr})
    assert (found[0].cell.params["W_hh"] == narrow @ W_hr).all() and found[0].states(np.ones((3, 2))).shape == (3, 2)


def test_a_safetensors_file_needs_no_library_also_in_half_precision(tmp_path):
    arrays = {"weight_ih_l0": np.array([[0.5], [-1.25]]), "weight_hh_l0": np.array([[1.0, 0.0], [0.5, 3.0]])}
    for kind in ("F64", "F32", "F16", "BF16"):
        about, content = {"__metadata__": {"format": "pt"}}, b""
        for name, array in arrays.items():
            upper = (array.astype("<f4").view("<u4") >> 16).astype("<u2")
            data = upper if kind == "BF16" else array.astype({"F64": "<f8", "F32": "<f4", "F16": "<f2"}[kind])
            about[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(content), len(content) + data.nbytes]}
            content += data.tobytes()
        head = json.dumps(about).encode()
        (tmp_path / "net.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + content)
        assert (bl.read(tmp_path / "net.safetensors")[0].cell.params["W_hh"] == arrays["weight_hh_l0"]).all(), kind
    (tmp_path / "net.safetensors").write_bytes(b"hello")
    with pytest.raises(ValueError, match="^source: got 'net.safetensors', expected a .safetensors file of arrays"):
        bl.read(tmp_path / "net.safetensors")


def test_dynet_s_text_is_read_column_by_column_with_its_hidden_one(tmp_path):
    W_x, W_hh, b = (KEPT["dynet LSTM"][str(k)] for k in range(3))
    lines = []
    for k, array in enumerate((W_x, W_hh, b)):
        shape = ",".join(map(str, array.shape))
        lines += [
            f"#Parameter# /vanilla-lstm-builder/_{k} {{{shape}}} {array.size} ZERO_GRAD",
            " ".join(map(repr, array.ravel("F").tolist())),
        ]
    (tmp_path / "net.dynet").write_text("\n".join(lines) + "\n")
    found = bl.read(tmp_path / "net.dynet")
    assert np.abs(found[0].states(KEPT["dynet LSTM"]["x"]) - KEPT["dynet LSTM"]["h"]).max() < 1e-6
    assert "it is in no file" in repr(found)
    text = "\n".join(lines) + "\n"
    both = "".join(text.replace("/vanilla-lstm-builder", f"/birnn/vanilla-lstm-builder{n}") for n in ("", "_1"))
    (tmp_path / "net.dynet").write_text(both)
    assert [(each.name, each.layer, each.reversed) for each in bl.read(tmp_path / "net.dynet")] == [
        ("birnn", 0, False), ("birnn", 0, True),
    ]  # fmt: skip
    normed = text + "".join(f"#Parameter# /_{k} {{{n}}} 9 ZERO_GRAD\n{'1 ' * n}\n" for k, n in enumerate([12] * 4 + [3] * 2))
    for content, says in (
        (normed, "^path: got 'vanilla-lstm-builder' with layer normalization, expected one without ln_lstm"),
        (text.replace("vanilla-lstm", "gru"), "^path: got gru-builder, expected a vanilla-lstm-builder"),
        (text[: len(text) // 3], "^path: got .* numbers under 'vanilla-lstm-builder', expected .* Is the file whole"),
        ("a,b\n1,2\n", "^path: got 'net.dynet', expected DyNet's text"),
    ):
        (tmp_path / "net.dynet").write_text(content)
        with pytest.raises(ValueError, match=says):
            bl.read(tmp_path / "net.dynet")


@pytest.mark.parametrize("kind", ["LSTM", "VanillaRNN"])
def test_haiku_s_modules_of_any_name_are_read_when_it_is_said_that_they_are_haiku_s(kind):
    arrays, x, h = case(f"haiku {kind}")
    renamed = {name.replace("vanilla_rnn", "ear").replace("lstm", "ear"): array for name, array in arrays.items()}
    with pytest.raises(ValueError, match="got dict with ear.linear.* If this is Haiku's, .*: convention='haiku'"):
        bl.read(renamed)
    found = bl.read(renamed, convention="haiku")
    assert np.abs(found[0].states(x) - h).max() < 1e-6 and "look alike" in repr(found)
    assert "look alike" not in repr(bl.read(arrays))


def test_what_keras_stores_for_cudnn_is_turned():
    """As Keras 2 converts to it: each block of the kernel in the other order of memory, each recurrent one turned."""
    for name, n in (("keras LSTM", 4), ("keras GRU", 3)):
        arrays, x, h = case(name)
        kernel, recurrent, bias = (
            next(v for k, v in arrays.items() if k.endswith(f"/{end}")) for end in ("kernel", "recurrent_kernel", "bias")
        )
        stored = {
            "rnn.kernel": np.hstack([block.T.ravel().reshape(block.shape) for block in np.hsplit(kernel, n)]),
            "rnn.recurrent_kernel": np.hstack([block.T for block in np.hsplit(recurrent, n)]),
            "rnn.bias": np.concatenate([0.25 * bias, 0.75 * bias]) if n == 4 else bias.ravel(),
        }
        (found,) = keras_files.settled(layers(stored, "keras"), None, "2.1.6")
        assert np.abs(found.states(x) - h).max() < 1e-6 and "CuDNN" in found.notes[0]


def test_what_a_keras_config_says_is_taken_and_without_one_keras_2_is_asked_about():
    arrays, x, h = case("keras LSTM hard")
    stored = {f"stack.{name.replace('/', '.')}": value for name, value in arrays.items()}
    name = next(iter(arrays)).split("/")[-3]
    layer = {
        "class_name": "LSTM",
        "config": {"name": name, "units": 3, "activation": "tanh", "recurrent_activation": "hard_sigmoid"},
    }
    config = {
        "class_name": "Sequential",
        "config": {"name": "stack", "layers": [{"class_name": "Dense", "config": {"name": "d", "units": 1}}, layer]},
    }
    for version, slope in (("3.15.1", 1 / 6), ("2.2.0", 0.2)):
        (found,) = keras_files.settled(layers(stored, "keras"), config, version)
        assert found.cell.slope == slope and (version[0] == "2" or np.abs(found.states(x) - h).max() < 1e-6)
    layer["config"]["go_backwards"] = True
    (found,) = keras_files.settled(layers(stored, "keras"), config, "3.15.1")
    assert found.reversed
    layer["config"]["activation"] = "relu"
    with pytest.raises(
        ValueError, match="^path: got .* with activations 'relu' and 'hard_sigmoid', expected tanh, and σ or hard_sigmoid"
    ):
        keras_files.settled(layers(stored, "keras"), config, "3.15.1")
    (found,) = keras_files.settled(layers(stored, "keras"), None, "2.2.0")
    with pytest.raises(ValueError, match="^convention: got None"):
        found.cell
    (found,) = keras_files.settled(layers(stored, "keras"), None, "3.0.0")
    assert "assumed" in found.notes[0] and type(found.cell) is bl.LSTMCell


@pytest.mark.parametrize(
    "suffix, library",
    [(".onnx", "onnx"), (".msgpack", "flax.serialization"), (".keras", "h5py"), (".h5", "h5py"), (".pt", "torch")],
)
def test_a_library_that_is_missing_is_named_with_the_line_that_installs_it(suffix, library, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, library, None)
    (tmp_path / f"net{suffix}").write_bytes(b"")
    library = library.partition(".")[0]
    with pytest.raises(ValueError, match=rf"expected {library} to be installed .*`pip install {library}`"):
        bl.read(tmp_path / f"net{suffix}")


def test_a_keras_gru_without_a_bias_is_taken_for_the_default_and_that_is_said():
    arrays = {"gru/kernel:0": np.ones((2, 9)), "gru/recurrent_kernel:0": np.ones((3, 9))}
    found = bl.read(arrays)
    assert found[0].cell.reset_after and "resets after the product, Keras's default, is assumed" in repr(found)
    for convention, after in (("keras", True), ("keras2", False)):
        said = bl.read(arrays, convention=convention)
        assert said[0].cell.reset_after == after and "assumed" not in repr(said)
    stored = {"gru.kernel": np.ones((2, 9)), "gru.recurrent_kernel": np.ones((3, 9))}
    (found,) = keras_files.settled(layers(stored, "keras"), {"class_name": "GRU", "config": {"name": "gru", "units": 3}}, "2.1.6")
    assert not found.cell.reset_after and not found.notes, "a config says it, also where it leaves out what was not known then"


def test_what_holds_no_layer_is_refused_in_words(tmp_path):
    for given, says in (
        (tmp_path / "none.npz", "source: got .* expected a file that is there"),
        (3, "source: got int with no array of real numbers, expected arrays of a recurrent layer"),
        ({"a": np.ones(3)}, r"source: got dict with a \(3,\), expected arrays of a recurrent layer"),
        (
            {"weight_hh_l0": np.ones((8, 4)), "weight_ih_l0": np.ones((8, 2))},
            r"W_hh: got shape \(8, 4\), expected 1, 3 or 4 blocks",
        ),
    ):
        with pytest.raises(ValueError, match=f"^{says}"):
            bl.read(given)
    np.savez(tmp_path / "net.NPZ.npz", **{"dense.weight": np.ones((2, 3))})
    with pytest.raises(ValueError, match=r"^source: got the folder .*, expected one file. In it: net.NPZ.npz\."):
        bl.read(tmp_path)
    with pytest.raises(ValueError, match=r"^source: got net.NPZ.npz with dense.weight \(2, 3\), expected arrays of a recurrent"):
        bl.read(tmp_path / "net.NPZ.npz")
    for packed in ("rnn._all_weight_values.0.param", "rnn._packed_weight_hh"):
        with pytest.raises(ValueError, match="^source: got weights packed by PyTorch's dynamic quantization, .* bl.read.net."):
            bl.read({packed: object()})
    for h in (np.full((5, 3), np.nan), "h"):
        with pytest.raises(ValueError, match="^check: got"):
            bl.read(case("torch GRU")[0], check=(case("torch GRU")[1], h))
    whole = {"weight_ih_l0": np.ones((12, 2)), "weight_hh_l0": np.ones((12, 3)), "bias_ih_l0": np.ones(7)}
    with pytest.raises(ValueError, match=r"^b: got shape \(7,\), expected shape \(12,\). This is the layer 'enc'"):
        bl.read({f"enc.{name}": array for name, array in whole.items()})
    (tmp_path / "half.npz").write_bytes((tmp_path / "net.NPZ.npz").read_bytes()[:90])
    with pytest.raises(
        ValueError, match=r"^source: got 'half.npz', expected a .npz file of arrays. .* met this: File is not a zip"
    ):
        bl.read(tmp_path / "half.npz")
    (tmp_path / "net.pickle").write_bytes(b"")
    with pytest.raises(ValueError, match="^source: got 'net.pickle', expected a name that ends in one of .npz"):
        bl.read(tmp_path / "net.pickle")
    arrays, x, h = case("torch GRU")
    both = {f"{side}.{name}": value for side in "ab" for name, value in arrays.items()}
    with pytest.raises(ValueError, match="^layer: got 'a', 'b', expected one layer to be checked. Say which"):
        bl.read(both, check=(x, h))
    with pytest.raises(ValueError, match="^convention: got 'pytorch', expected one of 'torch'"):
        bl.read(arrays, convention="pytorch")
    assert [each.name for each in bl.read(both, layer="b")] == ["b"]
    with pytest.raises(ValueError, match="^layer: got 'c', expected a piece of the name of one of the layers, 'a', 'b'"):
        bl.read(both, layer="c")


def test_gates_that_see_the_cell_may_be_straight_lines_too():
    rng = np.random.default_rng(0)
    weights = {name: rng.standard_normal(shape) for name, shape in (("W_x", (8, 3)), ("W_hh", (8, 2)), ("peepholes", (3, 2)))}
    cell, x = cell_of(weights, CONVENTIONS["torch"]._replace(slope=0.2)), rng.standard_normal((2, 3))
    trace = cell.unroll(x)
    a = weights["W_x"] @ x[1] + weights["W_hh"] @ trace.h[0]
    i, f, o = (0.2 * (a[k : k + 2] + p * c) + 0.5 for k, p, c in zip((0, 2, 6), weights["peepholes"], trace.c[[0, 0, 1]]))
    assert np.allclose([trace.gates[name][1] for name in ("input", "forget", "output")], np.clip((i, f, o), 0, 1))


@pytest.mark.filterwarnings("ignore:.*finite differences")
@pytest.mark.parametrize("kind", [PeepholeLSTM, HardSigmoidLSTM, HardSigmoidGRU])
@pytest.mark.parametrize("before", [False, True])
def test_the_way_back_of_the_cells_that_only_files_have(kind, before):
    more = {"reset_after": not before} if kind is HardSigmoidGRU else {}
    rng = np.random.default_rng(0)
    cell = kind(3, 4, **more)
    for name in cell.vectors:
        cell.params[name] = rng.standard_normal(4)
    if kind is not PeepholeLSTM or before:
        cell.slope = 0.15 if before else 0.2
        cell.params["b"] = rng.standard_normal(len(cell.params["b"]))
    model = bl.SequenceModel(cell, 2)
    x = rng.standard_normal((5, 2, 3))
    report = bl.gradcheck(model, x, rng.integers(0, 2, (5, 2)))
    assert max(report.errors.values()) < 1e-6, report
    trace = cell.unroll(x[:, 0])
    with pytest.warns(UserWarning, match="finite differences"):
        moved = own_cells.jacobians(cell, trace, slice(2, 3))[0, 0]
    assert np.abs(cell.jacobian(trace, 2) - moved).max() < 1e-7
