"""Exchange weights with PyTorch without importing it.

PyTorch calls our W_x `weight_ih`, our W_hh `weight_hh`, and splits our b into `bias_ih` + `bias_hh`. A layer of
`torch.nn.RNN` adds `_l0`, `_l1`, … to each name, a `torch.nn.RNNCell` adds nothing; a model that holds the layer puts
a prefix such as `encoder.rnn.` in front.
"""

import re
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from . import checks, overflow

_NAME = re.compile(
    r"(?P<prefix>(?:.*\.)?)(?P<kind>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)(?P<layer>_l\d+)?(?P<reverse>_reverse)?"
)


def read(state_dict: Mapping, layer: int) -> dict[str, np.ndarray]:
    """The arrays of one layer under the names weight_ih, weight_hh, bias_ih, bias_hh; a bias may be missing."""
    if not isinstance(state_dict, Mapping):
        raise checks.error("state_dict", type(state_dict).__name__, "a mapping from PyTorch's names to arrays or tensors")
    layer = checks.index("layer", layer, 10**6)
    found: dict[str, np.ndarray] = {}
    named: dict[tuple[str, str], str] = {}
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
        if before := named.get(whose := (match["prefix"], match["kind"])):
            raise checks.error("state_dict", f"both {before!r} and {name!r}", "each weight once", "Leave one of them out.")
        named[whose] = name
        found[match["kind"]] = checks.array(f"state_dict[{name!r}]", value)
    prefixes = {prefix for prefix, _ in named}
    if len(prefixes) > 1:
        raise checks.error("state_dict", f"layers under {sorted(prefixes)}", "one layer", "Hand in the part under one prefix.")
    for kind in ("weight_ih", "weight_hh"):
        if kind not in found:
            names = ", ".join(map(repr, state_dict)) or "no names"
            raise checks.error("state_dict", names, f"a name that ends in '{kind}_l{layer}' or '{kind}'")
    return found


class TorchWeights:
    """What the cells that PyTorch has too can do with its weights."""

    @classmethod
    def from_torch(cls, state_dict: Mapping, layer: int = 0) -> Self:
        """A cell with the weights of one layer of `torch.nn.RNN`, `GRU` or `LSTM`, or of `RNNCell`, `GRUCell`, `LSTMCell`.

        state_dict: arrays or tensors under PyTorch's names, with any prefix. The two biases are summed, missing ones are 0; a GRU
        keeps the candidate's apart. Reversed and projected layers are refused with a `ValueError`. The next layer reads this
        one's `trace.h`.
        """
        return cls._from_torch(state_dict, layer)

    @classmethod
    def _from_torch(cls, state_dict: Mapping, layer: int, **settings: Any) -> Self:
        arrays, n = read(state_dict, layer), len(cls.blocks)  # type: ignore[attr-defined]
        W_x, W_hh = arrays["weight_ih"], arrays["weight_hh"]
        rows = W_hh.shape[0] if W_hh.ndim else 0
        H = rows // n
        if W_hh.shape != (n * H, H) or H == 0:
            raise checks.error("weight_hh", f"shape {W_hh.shape}", f"({n}·H, H)", "Is this another kind of cell?")
        if W_x.ndim != 2 or W_x.shape[0] != rows or W_x.shape[1] == 0:
            raise checks.error("weight_ih", f"shape {W_x.shape}", f"({rows}, input size)")
        b, b_h = (checks.array(name, arrays.get(name, np.zeros(rows)), (rows,)) for name in ("bias_ih", "bias_hh"))
        return cls.of_weights(W_x, W_hh, b, b_h, **settings)

    @classmethod
    def of_weights(cls, W_x: np.ndarray, W_hh: np.ndarray, b: np.ndarray, b_h: np.ndarray, **settings: Any) -> Self:
        """A cell with these weights, their blocks in our order, and two biases."""
        cell: Any = cls(W_x.shape[1], W_hh.shape[1], **settings)  # type: ignore[call-arg]
        if "b_hn" in cell.vectors:
            candidate, b_h = cell.rows_of("candidate"), b_h.copy()
            cell.params["b_hn"] = b_h[candidate]
            b_h[candidate] = 0.0
        with overflow.quietly():
            cell.params["W_x"], cell.params["W_hh"], cell.params["b"] = W_x, W_hh, b + b_h
        return cell

    def to_torch(self: Any, grads: Mapping | None = None, layer: int = 0) -> dict[str, np.ndarray]:
        """The parameters, or a dict of their gradients, in PyTorch's names and layout.

        Our one bias becomes `bias_ih`, beside a `bias_hh` of zeros, but for a GRU's b_hn, which is the candidate's part of
        `bias_hh`. Both biases have the same gradient.
        """
        if grads is not None and not isinstance(grads, Mapping):
            raise checks.error("grads", type(grads).__name__, "a dict as `backward` returns it")
        values = {}
        for name, own in self.params.items():
            if grads is not None and name not in grads:
                raise checks.error("grads", f"only {', '.join(map(repr, grads))}", f"also {name!r}")
            values[name] = own if grads is None else checks.array(f"grads[{name!r}]", grads[name], own.shape, allow_inf=True)
        second = np.zeros_like(values["b"]) if grads is None else values["b"].copy()
        if "b_hn" in self.vectors:
            second[self.rows_of("candidate")] = values["b_hn"]
        layer = checks.index("layer", layer, 10**6)
        arrays = {"weight_ih": values["W_x"], "weight_hh": values["W_hh"], "bias_ih": values["b"], "bias_hh": second}
        return {f"{name}_l{layer}": np.array(value, dtype=np.float64, order="C") for name, value in arrays.items()}


class TorchRNN(TorchWeights):
    @classmethod
    def from_torch(cls, state_dict: Mapping, layer: int = 0, activation: str = "tanh") -> Self:
        """As `TorchWeights.from_torch`. PyTorch does not store the nonlinearity: say `activation="relu"` if it was."""
        return cls._from_torch(state_dict, layer, activation=activation)


class TorchGRU(TorchWeights):
    @classmethod
    def from_torch(cls, state_dict: Mapping, layer: int = 0, reset_after: bool = True) -> Self:
        """As `TorchWeights.from_torch`. False puts them into the form that PyTorch does not have: b_hn is then added to b."""
        return cls._from_torch(state_dict, layer, reset_after=reset_after)
