"""PyTorch's files: weights alone are loaded, and nothing in them is run. Needs torch, which Python's format asks for."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..basics import checks
from .arrays_files import library

SAVE = 'np.savez("net.npz", **{name: value.double().numpy() for name, value in net.state_dict().items()})'

AGAIN = f"A PyTorch net's weights are saved with {SAVE}"
PACKED = "_all_weight_values", "_packed_weight_hh"


def refuse_packed(state: Any) -> None:
    """What quantize_dynamic makes hides its weights in objects that only a module opens."""
    content = state if isinstance(state, bytes) else " ".join(map(str, state)).encode() if isinstance(state, Mapping) else b""
    if any(name.encode() in content for name in PACKED):
        given = "weights packed by PyTorch's dynamic quantization"
        raise checks.error("source", given, "weights or the module", "Where the net is: bl.read(net), which dequantizes.")


def arrays(path: Path) -> Any:
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


_PART = re.compile(r"(?P<head>.*?)(?P<new>parametrizations\.)?(?P<weight>weight_[ih]h\w*?)(?P<part>_g|_orig|\.original0?)")


def plain(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights where a file has their parts: g v/‖v‖ of a weight norm, W/(u W v) of a spectral norm, as in eval mode."""
    found = dict(arrays)
    for name, array in arrays.items():
        if match := _PART.fullmatch(name):
            stem = name.removesuffix("original0").removesuffix("original") if match["new"] else name.removesuffix(match["part"])
            if match["part"] in ("_g", ".original0"):
                v = arrays[stem + ("original1" if match["new"] else "_v")]
                whole = array * v / np.linalg.norm(v, axis=1, keepdims=True)
            else:
                u, v = (arrays[f"{stem}{'0.' if match['new'] else ''}_{side}"] for side in "uv")
                whole = array / (u @ array @ v)
            found[match["head"] + match["weight"]] = whole
    return found
