"""Layers by the names of their arrays: `frameworks.toml` says what each framework calls W_x, W_hh and b."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..basics import checks
from .found import CONVENTIONS, NOTES, TABLE, Layer, blocks

# The last parts of a name -> what it is here; and whose name for W_hh it is, None where many write so.
ROLES = {name: role for names in TABLE["names"].values() for name, role in names.items()}
WHOSE = {n: who if who != "many" else None for who, names in TABLE["names"].items() for n in names if names[n] in ("W_hh", "W")}
_LONGEST = sorted(map(re.escape, ROLES), key=len, reverse=True)
_NAME = re.compile(rf"(?P<prefix>(?:.*?[._])??)(?P<name>{'|'.join(_LONGEST)})(?P<layer>_l\d+)?(?P<reverse>_reverse)?")
_GATE = re.compile(r"(?P<prefix>(?:.*\.)?)(?P<side>[ih])(?P<gate>[ifgorzn])_?\.(?P<what>kernel|bias)")  # Flax: an array a gate
_OUTSIDE = re.compile(r"(?:^|(?<=\.))(?:module|_orig_mod|state_dict|params|~|layers|model_weights|_layer)\.")
_HAIKU = re.compile(r"(?:.*\.)?(?:lstm|vanilla_rnn)[^.]*\.")  # its own names; a module called otherwise says nothing
# Parts of one weight, of PyTorch's weight and spectral norms.
_PART = re.compile(r"(?P<head>.*?)(?P<new>parametrizations\.)?(?P<weight>weight_[ih]h\w*?)(?P<part>_g|_orig|\.original0?)")


def clean(place: str) -> str:
    """Where a layer stands, without what wrappers and formats put around it."""
    return _OUTSIDE.sub("", f"{place}.").strip("._") or "(no name)"


def flat(tree: Any, name: str = "") -> dict[str, np.ndarray]:
    """The arrays of nested dicts, lists and objects, under their names joined by dots."""
    tree = checks.of_tensor(tree)
    if isinstance(tree, list | tuple):
        tree = dict(enumerate(tree))
    elif not isinstance(tree, Mapping | type) and hasattr(tree, "__dict__") and not hasattr(tree, "shape"):
        tree = vars(tree)
    if not isinstance(tree, Mapping):
        array = np.asarray(tree) if hasattr(tree, "shape") else np.zeros(0)
        return {name: array.astype(np.float64)} if array.ndim and array.dtype.kind in "fiuV" and array.size else {}
    found: dict[str, np.ndarray] = {}
    for key, value in tree.items():
        key = str(key).replace("/", ".").removesuffix(":0")
        found |= flat(value, f"{name}.{key}" if name else key)
    return found


def layers(arrays: Mapping[str, np.ndarray], framework: str | None = None) -> list[Layer]:
    """The layers of named arrays. framework: whose they are, where that is known from elsewhere."""
    groups: dict[tuple, dict[str, np.ndarray]] = {}
    whose: dict[tuple, str | None] = {}
    arrays = plain(arrays)
    for name, array in {**arrays, **_gates_together(arrays)}.items():
        match = _NAME.fullmatch(name)
        if not match or match["name"].startswith("linear") and framework != "haiku" and not _HAIKU.fullmatch(match["prefix"]):
            continue  # any layer may be called linear
        key = match["prefix"], int((match["layer"] or "_l0")[2:]), bool(match["reverse"])
        groups.setdefault(key, {})[ROLES[match["name"]]] = array
        if match["name"] in WHOSE:
            whose[key] = framework or WHOSE[match["name"]]
    found = []
    for key in filter(whose.__contains__, groups):
        (prefix, number, reverse), weights, who, notes = key, groups[key], whose[key], list[str]()
        if "W" in weights:  # (I + H, 4H), or beside W_hh that of a plain RNN
            W = weights.pop("W")
            H = 0 if "W_hh" in weights or W.ndim != 2 else W.shape[1] // 4
            weights |= {"W_x": W[:-H], "W_hh": W[-H:]} if 0 < H < len(W) else {"W_x": W}
            notes = [] if _HAIKU.fullmatch(prefix) else [NOTES["alike"]]
        weights = {role: array for role, array in weights.items() if array.size}
        if {"W_x", "W_hh"} <= set(weights):
            convention = CONVENTIONS[who] if who else None
            if convention and who == "keras":
                b = weights.get("b")
                convention = convention._replace(reset_after=b is None or b.ndim == 2)
                if b is None:
                    notes += [NOTES["reset"]] * (blocks(weights) == 3)
                elif b.ndim == 2:
                    weights["b"], weights["b_h"] = b
            notes += [NOTES["projected"]] * ("W_hr" in weights) + [NOTES["tanh"]] * (who == "torch" and blocks(weights) == 1)
            found.append(Layer(clean(prefix), weights, convention, number, reverse or "backward" in prefix, notes))
    return found


def _gates_together(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Flax's arrays of single gates, side by side in our order, as nnx has them."""
    gates: dict[tuple, dict[str, np.ndarray]] = {}
    for name, array in arrays.items():
        if match := _GATE.fullmatch(name):
            gates.setdefault((match["prefix"], match["side"], match["what"]), {})[match["gate"]] = array
    found = {}
    for (prefix, side, what), by_gate in gates.items():
        order = "ifgo" if "o" in by_gate else "rzn"
        if what == "kernel" and by_gate.keys() >= set(order):
            biases, none = gates.get((prefix, side, "bias"), {}), np.zeros(by_gate[order[0]].shape[1])
            found[f"{prefix}dense_{side}.kernel"] = np.concatenate([by_gate[gate] for gate in order], axis=1)
            found[f"{prefix}dense_{side}.bias"] = np.concatenate([biases.get(gate, none) for gate in order])
    return found


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
