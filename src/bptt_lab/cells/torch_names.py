"""Exchange weights with PyTorch without importing it.

PyTorch calls our W_x `weight_ih`, our W_hh `weight_hh`, and splits our b into `bias_ih` + `bias_hh`. A layer of
`torch.nn.RNN` adds `_l0`, `_l1`, … to each name, a `torch.nn.RNNCell` adds nothing; a model that holds the layer puts
a prefix such as `encoder.rnn.` in front.
"""

import re
from collections.abc import Mapping

import numpy as np

from ..basics import checks

_NAME = re.compile(
    r"(?P<prefix>(?:.*\.)?)(?P<kind>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)(?P<layer>_l\d+)?(?P<reverse>_reverse)?"
)


def read(state_dict: Mapping, layer: int) -> dict[str, np.ndarray]:
    """The arrays of one layer under the names weight_ih, weight_hh, bias_ih, bias_hh; a missing bias is 0."""
    if not isinstance(state_dict, Mapping):
        raise checks.error("state_dict", type(state_dict).__name__, "a mapping from PyTorch's names to arrays or tensors")
    layer = checks.index("layer", layer, 10**6)
    found: dict[str, np.ndarray] = {}
    prefixes: set[str] = set()
    named: dict[str, str] = {}
    for name, value in state_dict.items():
        if not isinstance(name, str):
            raise checks.error("state_dict", f"the key {name!r}", "PyTorch's names, which are strings")
        match = _NAME.fullmatch(name)
        if not match or (match["layer"] or "_l0") != f"_l{layer}":
            continue
        if match["reverse"]:
            raise checks.error("state_dict", repr(name), "a layer that reads in one direction")
        if match["kind"] == "weight_hr":
            raise checks.error("state_dict", repr(name), "a layer without a projection (proj_size=0)")
        if before := named.get(whose := match["prefix"] + match["kind"]):
            raise checks.error("state_dict", f"both {before!r} and {name!r}", "each weight once", "Leave one of them out.")
        named[whose] = name
        prefixes.add(match["prefix"])
        found[match["kind"]] = _to_array(name, value)
    if len(prefixes) > 1:
        raise checks.error("state_dict", f"layers under {sorted(prefixes)}", "one layer", "Hand in the part under one prefix.")
    for kind in ("weight_ih", "weight_hh"):
        if kind not in found:
            names = ", ".join(map(repr, state_dict)) or "no names"
            raise checks.error("state_dict", names, f"a name that ends in '{kind}_l{layer}' or '{kind}'")
    rows = found["weight_hh"].shape[0] if found["weight_hh"].ndim else 0
    for kind in ("bias_ih", "bias_hh"):
        found.setdefault(kind, np.zeros(rows))
    return found


def _to_array(name: str, value) -> np.ndarray:
    if hasattr(value, "detach"):  # a tensor
        try:
            value = value.detach().cpu()
            widened = hasattr(value, "double") and not value.is_complex()  # bfloat16, which NumPy does not know
            value = (value.double() if widened else value).numpy()
        except (TypeError, RuntimeError):
            raise checks.error(
                f"state_dict[{name!r}]", "a tensor without numbers that NumPy can read", "a dense tensor"
            ) from None
    return checks.array(f"state_dict[{name!r}]", value)


def write(weight_ih, weight_hh, bias_ih, bias_hh, layer: int) -> dict[str, np.ndarray]:
    """Copies of the four arrays under the names of one layer of `torch.nn.RNN`, `GRU` or `LSTM`."""
    layer = checks.index("layer", layer, 10**6)
    values = {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias_ih": bias_ih, "bias_hh": bias_hh}
    return {f"{name}_l{layer}": np.array(value, dtype=np.float64, order="C") for name, value in values.items()}
