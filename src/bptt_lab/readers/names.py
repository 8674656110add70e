"""Layers by the names of their arrays: what each framework calls W_x, W_hh and b, as data, and what collects them."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from .conventions import CONVENTIONS, blocks
from .found import Layer

# The last parts of a name -> what it is here. Of names in one place of a file, a W_hh makes a layer.
ROLES = {
    "weight_ih": "W_x", "weight_hh": "W_hh", "bias_ih": "b", "bias_hh": "b_h", "weight_hr": "W_hr",  # PyTorch
    "bias": "b", "bias_n": "b_hn",  # Equinox beside weight_ih; also Keras
    "Wx": "W_x", "Wh": "W_hh", "b": "b", "bhn": "b_hn", "Wxh": "W_x", "Whh": "W_hh",  # MLX, and many others
    "w_ih": "W_x", "w_hh": "W_hh", "b_ih": "b", "b_hh": "b_h",
    "kernel": "W_x", "recurrent_kernel": "W_hh", "cell.vars.0": "W_x", "cell.vars.1": "W_hh", "cell.vars.2": "b",  # Keras
    "w_i": "W_x", "w_h": "W_hh",  # Haiku's GRU
    "linear.w": "W", "linear.b": "b", "linear_1.w": "W_hh", "linear_1.b": "b_h",  # its LSTM, where W is [W_x; W_hh], and its RNN
    "dense_i.kernel": "W_x", "dense_i.bias": "b", "dense_h.kernel": "W_hh", "dense_h.bias": "b_h",  # Flax's nnx
    "i.kernel": "W_x", "i.bias": "b", "h.kernel": "W_hh", "h.bias": "b_h",  # Flax's SimpleCell
}  # fmt: skip
# Whose name for W_hh it is. None: many write so, each with a convention of its own.
WHOSE = {
    "weight_hh": "torch", "recurrent_kernel": "keras", "cell.vars.1": "keras", "dense_h.kernel": "flax", "h.kernel": "flax",
    "w_h": "haiku", "linear.w": "haiku", "linear_1.w": "haiku", "Wh": None, "Whh": None, "w_hh": None,
}  # fmt: skip
_LONGEST = sorted(map(re.escape, ROLES), key=len, reverse=True)
_NAME = re.compile(rf"(?P<prefix>(?:.*?[._])??)(?P<name>{'|'.join(_LONGEST)})(?P<layer>_l\d+)?(?P<reverse>_reverse)?")
_GATE = re.compile(r"(?P<prefix>(?:.*\.)?)(?P<side>[ih])(?P<gate>[ifgorzn])_?\.(?P<what>kernel|bias)")  # Flax: an array a gate
_OUTSIDE = re.compile(r"(?:^|(?<=\.))(?:module|_orig_mod|state_dict|params|~|layers|model_weights|_layer)\.")
_HAIKU = re.compile(r"(?:.*\.)?(?:lstm|vanilla_rnn)[^.]*\.")  # its own names; a module called otherwise says nothing

PROJECTED = "projected: the cell has all units, and `projection` times its h is what the next layer reads"
ROUNDED = "int8, dequantized: what runs rounds its states too, and rounding can look like memory"
ALIKE = "taken for Haiku's since its arrays are called linear: plain layers of such a shape look alike"
RESET = "a GRU of Keras's without a bias does not say its form: that it resets after the product, Keras's default, is assumed"
TANH = "tanh is assumed: the names of a plain RNN's weights do not say tanh or relu"


def clean(place: str) -> str:
    """Where a layer stands, without what wrappers and formats put around it."""
    return _OUTSIDE.sub("", f"{place}.").strip("._") or "(no name)"


def flat(tree: Any, name: str = "") -> dict[str, np.ndarray]:
    """The arrays of nested dicts, lists and objects, under their names joined by dots."""
    if hasattr(tree, "detach"):  # a tensor; in bfloat16 NumPy knows it only widened
        tree = tree.detach().cpu()
        tree = tree.dequantize() if getattr(tree, "is_quantized", False) else tree
        tree = np.asarray(tree.double() if hasattr(tree, "double") and not tree.is_complex() else tree)
    if isinstance(tree, Mapping):
        pairs = list(tree.items())
    elif isinstance(tree, list | tuple):
        pairs = list(enumerate(tree))
    elif not hasattr(tree, "shape") and hasattr(tree, "__dict__") and not isinstance(tree, type):
        pairs = list(vars(tree).items())
    else:
        array = np.asarray(tree) if hasattr(tree, "shape") else np.zeros(0)
        return {name: array.astype(np.float64)} if array.ndim and array.dtype.kind in "fiuV" and array.size else {}
    found: dict[str, np.ndarray] = {}
    for key, value in pairs:
        key = str(key).replace("/", ".").removesuffix(":0")
        found |= flat(value, f"{name}.{key}" if name else key)
    return found


def layers(arrays: Mapping[str, np.ndarray], framework: str | None = None) -> list[Layer]:
    """The layers of named arrays. framework: whose they are, where that is known from elsewhere."""
    groups: dict[tuple, dict[str, np.ndarray]] = {}
    whose: dict[tuple, str | None] = {}
    for name, array in {**arrays, **_gates_together(arrays)}.items():
        match = _NAME.fullmatch(name)
        if not match:
            continue
        if match["name"].startswith("linear") and framework != "haiku" and not _HAIKU.fullmatch(match["prefix"]):
            continue  # any layer may be called linear
        key = match["prefix"], int((match["layer"] or "_l0")[2:]), bool(match["reverse"])
        groups.setdefault(key, {})[ROLES[match["name"]]] = array
        if match["name"] in WHOSE:
            whose[key] = framework or WHOSE[match["name"]]
    found = []
    for (prefix, number, reverse), weights in groups.items():
        if (prefix, number, reverse) not in whose:
            continue
        notes = []
        if "W" in weights:  # (I + H, 4H), or beside W_hh that of a plain RNN
            W = weights.pop("W")
            H = 0 if "W_hh" in weights or W.ndim != 2 else W.shape[1] // 4
            weights |= {"W_x": W[:-H], "W_hh": W[-H:]} if 0 < H < len(W) else {"W_x": W}
            notes = [] if _HAIKU.fullmatch(prefix) else [ALIKE]
        weights = {role: array for role, array in weights.items() if array.size}
        if {"W_x", "W_hh"} <= set(weights):
            who = whose[prefix, number, reverse]
            convention = CONVENTIONS[who] if who else None
            if who == "keras":
                b = weights.get("b")
                convention = CONVENTIONS[who]._replace(reset_after=b is None or b.ndim == 2)
                if b is None:
                    notes += [RESET] * (blocks(weights) == 3)
                elif b.ndim == 2:
                    weights["b"], weights["b_h"] = b
            notes += [PROJECTED] * ("W_hr" in weights) + [TANH] * (who == "torch" and blocks(weights) == 1)
            found.append(Layer(clean(prefix), weights, convention, number, reverse or "backward" in prefix, notes))
    return found


def _gates_together(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Flax's arrays of single gates, side by side in our order, as nnx has them."""
    gates: dict[str, dict] = {}
    for name, array in arrays.items():
        if match := _GATE.fullmatch(name):
            gates.setdefault(match["prefix"], {})[match["side"] + match["gate"], match["what"]] = array
    found: dict[str, np.ndarray] = {}
    for prefix, by_gate in gates.items():
        order = "ifgo" if ("ho", "kernel") in by_gate else "rzn"
        for side in "ih":
            kernels = [by_gate.get((side + gate, "kernel")) for gate in order]
            if any(kernel is None for kernel in kernels):
                break
            zeros = np.zeros(kernels[0].shape[1])  # type: ignore[union-attr]
            found[f"{prefix}dense_{side}.kernel"] = np.concatenate(kernels, axis=1)  # type: ignore[arg-type]
            found[f"{prefix}dense_{side}.bias"] = np.concatenate([by_gate.get((side + gate, "bias"), zeros) for gate in order])
    return found
