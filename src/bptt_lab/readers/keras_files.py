"""Keras: `.keras` archives, `.h5` of Keras 2 and 3, weights alone, and models in memory. Files need h5py; no Keras."""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..basics import checks
from . import names
from .arrays_files import library, text
from .found import CONVENTIONS, NOTES, Layer, blocks

HARD = {"2": 0.2, "3": 1 / 6}  # by the first digit of Keras's version: one name, two functions


def layers(path: Path) -> list[Layer]:
    h5py = library("h5py", path)
    config: Any = None
    content: Any = path
    version = ""
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            config, version = json.loads(archive.read("config.json")), json.loads(archive.read("metadata.json"))["keras_version"]
            content = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(content) as file:
        attributes = {**file.get("model_weights", file).attrs, **file.attrs}
        version = version or text(attributes.get("keras_version", ""))
        config = config or json.loads(text(attributes.get("model_config", "null")))
        arrays: dict[str, np.ndarray] = {}
        called: dict[str, str] = {}  # Keras 3 names places by class and number, and says there what the layer is called

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                arrays[name.replace("/", ".").removesuffix(":0")] = np.asarray(item, np.float64)
            elif "name" in item.attrs and name.endswith("/vars") and not name.endswith("cell/vars"):
                called[name.removesuffix("/vars").replace("/", ".")] = text(item.attrs["name"])

        file.visititems(visit)
    for place in sorted(called, key=len, reverse=True):
        stem = f"{place.rpartition('.')[0]}.{called[place]}".lstrip(".")
        arrays = {stem + n.removeprefix(place) if n.startswith(f"{place}.") else n: array for n, array in arrays.items()}
    return settled(names.layers(arrays, "keras"), config, version)


def of_model(model) -> list[Layer]:
    """The layers of a Keras model in memory."""
    from importlib.metadata import version

    arrays = {weight.path.replace("/", "."): np.asarray(weight.numpy(), np.float64) for weight in model.weights}
    config = {"class_name": type(model).__name__, "config": model.get_config()}
    return settled(names.layers(arrays, "keras"), config, version("keras"))


def settled(found: list[Layer], config: Any, version: str) -> list[Layer]:
    """The layers with what the config says of their activations; without a config that is asked for, or said to be assumed."""
    settings = dict(_settings(config))
    for each in found:
        n, how, turned = blocks(each.weights), each.convention or CONVENTIONS["keras"], _from_cudnn(each.weights)
        if turned:
            each.weights, how = turned, how._replace(reset_after=True)
            each.notes.append(NOTES["cudnn"])
        own = next((settings[part] for part in reversed(each.name.split(".")) if part in settings), None)
        if own:
            each.reversed |= bool(own.get("go_backwards"))
            gates, activation = own.get("recurrent_activation", "sigmoid"), own.get("activation", "tanh")
            known = ("tanh",) if n > 1 else ("tanh", "relu", "sigmoid")
            if gates not in ("sigmoid", "hard_sigmoid") or activation not in known:
                given = f"{each.name!r} with activations {activation!r} and {gates!r}"
                raise checks.error("path", given, "tanh, and σ or hard_sigmoid")
            slope = HARD.get(version[:1], 1 / 6) if gates == "hard_sigmoid" and n > 1 else 0.0
            after = how.reset_after if "b" in each.weights else bool(own.get("reset_after", False))
            each.notes = [note for note in each.notes if note != NOTES["reset"]]
            how = how._replace(slope=slope, activation=activation, reset_after=after)
        elif not turned and version.startswith("2") and n > 1:
            each.convention = None  # σ or the hard sigmoid: "keras" or "keras2"
            continue
        else:
            each.notes.append(NOTES["activations"])
        each.convention = how
    return found


def _from_cudnn(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray] | None:
    """The weights of layers that Keras 2 had for CuDNN: blocks in another order of memory, and the two biases in one row."""
    n, W_x, W_hh, b = blocks(weights), weights["W_x"], weights["W_hh"], weights.get("b")
    H = len(W_hh)
    if b is None or b.shape != (2 * n * H,):
        return None
    W_x = np.concatenate([block.reshape(H, -1) for block in np.split(W_x, n, axis=1)]).T
    W_hh = np.concatenate([block.T for block in np.split(W_hh, n, axis=1)], axis=1)
    return {"W_x": W_x, "W_hh": W_hh, "b": b[: n * H], "b_h": b[n * H :]}


def _settings(node: Any, outside: tuple[str, ...] = ()) -> Iterator[tuple[str, Mapping]]:
    """Name of a layer -> its settings: also by the name of what is around it alone, as Bidirectional and RNN are."""
    if isinstance(node, Mapping) and isinstance(config := node.get("config"), Mapping):
        known = (*outside, config.get("name", ""))
        if "units" in config and re.search("RNN|GRU|LSTM", node.get("class_name", "")):
            yield from ((name, config) for name in (*known, f"forward_{known[-1]}", f"backward_{known[-1]}"))
        for key, value in config.items():
            yield from _settings(value, known if key in ("layer", "cell") else ())
    elif isinstance(node, Mapping | list):
        for value in node.values() if isinstance(node, Mapping) else node:
            yield from _settings(value)
