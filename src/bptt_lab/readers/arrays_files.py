"""Files of arrays alone, under their names: NumPy's .npz, safetensors, and Flax's msgpack. Nothing is unpickled."""

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from ..basics import checks

TYPES = dict(F64="<f8", F32="<f4", F16="<f2", BF16="<u2", I64="<i8", I32="<i4", I16="<i2", I8="i1", U8="u1")


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
