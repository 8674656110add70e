"""PyTorch's files: weights alone are loaded, and nothing in them is run. Needs torch, which Python's format asks for."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..basics import checks
from .names import flat

SAVE = 'np.savez("net.npz", **{name: value.double().numpy() for name, value in net.state_dict().items()})'


def arrays(path: Path) -> dict[str, np.ndarray]:
    """Of a state_dict, however deep in a checkpoint, or of a TorchScript archive."""
    try:
        import torch
    except ImportError:
        hint = f"`pip install torch`, or, where the net is: {SAVE}"
        raise checks.error("path", repr(path.name), "torch to be installed for a file of its own", hint) from None
    try:
        if _is_script(path):
            return plain(flat(dict(torch.jit.load(path, "cpu").state_dict())))
        return plain(flat(torch.load(path, "cpu", weights_only=True)))
    except Exception as error:  # whatever torch meets in a file that is not its own, or that holds more than weights
        hint = f"Save its weights with torch.save(net.state_dict(), …), or with {SAVE}"
        raise checks.error("path", repr(path.name), "a file of weights that torch can read", hint) from error


def _is_script(path: Path) -> bool:
    return zipfile.is_zipfile(path) and any("/code/" in name for name in zipfile.ZipFile(path).namelist())


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
