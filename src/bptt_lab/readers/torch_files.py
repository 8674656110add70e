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


# What stands for a weight W: name of the first part -> the others, and W itself.
_WHOLE = {
    "weight_g": r"(?P<head>.*)(?P<weight>weight_[ih]h_l\d+(?:_reverse)?)_g",
    "weight norm": r"(?P<head>.*)parametrizations\.(?P<weight>weight_[ih]h\w*)\.original0",
    "weight_u": r"(?P<head>.*)(?P<weight>weight_[ih]h\w*)_orig",
    "spectral norm": r"(?P<head>.*)parametrizations\.(?P<weight>weight_[ih]h\w*)\.original",
}


def plain(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights themselves where a file has their parts: g v/‖v‖ of a weight norm, W/σ of a spectral norm, as in eval mode."""
    found = dict(arrays)
    for name, array in arrays.items():
        for kind, pattern in _WHOLE.items():
            if match := re.fullmatch(pattern, name):
                stem, whole = name.rpartition("_")[0], match["head"] + match["weight"]
                if kind in ("weight_g", "weight norm"):
                    v = arrays[f"{stem}_v" if kind == "weight_g" else name[:-1] + "1"]
                    found[whole] = array * v / np.linalg.norm(v.reshape(len(v), -1), axis=1).reshape(-1, *[1] * (v.ndim - 1))
                else:
                    at = stem if kind == "weight_u" else name.removesuffix("original") + "0."
                    found[whole] = array / (arrays[f"{at}_u"] @ array @ arrays[f"{at}_v"])
    return found
