"""Files of arrays alone, under their names: NumPy's, PyTorch's, safetensors, Flax's msgpack. Nothing in them is run."""

import importlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..basics import checks

TYPES = dict(F64="<f8", F32="<f4", F16="<f2", BF16="<u2", I64="<i8", I32="<i4", I16="<i2", I8="i1", U8="u1")
SAVE = 'np.savez("net.npz", **{name: value.double().numpy() for name, value in net.state_dict().items()})'
AGAIN = f"A PyTorch net's weights are saved with {SAVE}"
PACKED = "_all_weight_values", "_packed_weight_hh"


def library(name: str, path, instead: str = "") -> Any:
    """A library that a format needs, loaded only now. instead: what else would do."""
    try:
        return importlib.import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        hint = f"`pip install {package}`{instead}"
        raise checks.error("path", repr(Path(path).name), f"{package} to be installed for such a file", hint) from None


def text(value) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def npz(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as found:
        return dict(found)


def msgpack(path: Path) -> Any:
    return {"": library("flax.serialization", path).msgpack_restore(path.read_bytes())}


def safetensors(path: Path) -> dict[str, np.ndarray]:
    """A length, names with types and places as JSON, and then the numbers. Needs no library."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    about = json.loads(content[8:start])
    body = memoryview(content)[start:]
    return {name: _array(body, **of) for name, of in about.items() if name != "__metadata__"}


def _array(content: memoryview, dtype: str, shape: list[int], data_offsets: list[int]) -> np.ndarray:
    if dtype not in TYPES:
        raise checks.error("path", f"numbers of type {dtype}", f"one of {' '.join(TYPES)}", "Such weights are scaled elsewhere.")
    array = np.frombuffer(content[slice(*data_offsets)], TYPES[dtype])
    if dtype == "BF16":  # the upper half of a float32
        array = (array.astype("<u4") << 16).view("<f4")
    return array.reshape(shape).astype(np.float64)


def refuse_packed(state: Any) -> None:
    """What quantize_dynamic makes hides its weights in objects that only a module opens."""
    content = state if isinstance(state, bytes) else " ".join(map(str, state)).encode() if isinstance(state, Mapping) else b""
    if any(name.encode() in content for name in PACKED):
        given = "weights packed by PyTorch's dynamic quantization"
        raise checks.error("source", given, "weights or the module", "Where the net is: bl.read(net), which dequantizes.")


def torch(path: Path) -> Any:
    """A state_dict, however deep in a checkpoint, or that of a TorchScript archive."""
    torch = library("torch", path, f", or, where the net is: {SAVE}")
    try:
        if not zipfile.is_zipfile(path) or not any("/code/" in name for name in zipfile.ZipFile(path).namelist()):
            return {"": torch.load(path, "cpu", weights_only=True)}  # a dict, whatever it is
        refuse_packed(path.read_bytes())
        return dict(torch.jit.load(path, "cpu").state_dict())
    except Exception as error:  # whatever torch meets in a file that is not its own, or that holds more than weights
        refuse_packed(path.read_bytes())
        raise checks.error("source", repr(path.name), "a file of weights alone, that torch can read", AGAIN) from error
