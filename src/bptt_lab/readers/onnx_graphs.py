"""ONNX: the LSTM, GRU and RNN nodes of a graph and of the graphs inside it, and initializers that keep PyTorch's names."""

import functools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..basics import checks
from . import names
from .arrays_files import library, text
from .found import CONVENTIONS, NOTES, TABLE, Layer

BLOCKS, ACTIVATIONS, MISSING = TABLE["onnx"].values()


def layers(source: Any) -> list[Layer]:
    """source: the path of a file, or a ModelProto."""
    graph = source.graph if hasattr(source, "graph") else library("onnx", source).load(source).graph
    found, operators = list[Layer](), Counter[str]()
    for each, value in _graphs(graph, {}):
        for node in each.node:
            operators[node.op_type] += 1
            if node.op_type in BLOCKS:
                found += _directions(node, value, node.name or f"{node.op_type} {operators[node.op_type]}")
        found += _written_out(each, value) if each is not graph else []
        kept = {tensor.name: value(tensor.name) for tensor in each.initializer}
        found += names.layers(names.flat(kept))
    if not found:
        most = ", ".join(f"{n} {name}" for name, n in operators.most_common(5)) or "it is empty"
        raise checks.error("path", f"a graph without a recurrent node ({most})", "an LSTM, GRU or RNN node", MISSING)
    return found


def _graphs(graph, outside: dict) -> Iterator[tuple]:
    """The graph and those inside it, each with a function that gives the constant of a name, or None."""
    from onnx import numpy_helper
    from onnx.reference import ReferenceEvaluator

    known = {**outside, **{tensor.name: tensor for tensor in graph.initializer}}
    known |= {name: node for node in graph.node for name in node.output}

    def value(name):
        """Of an initializer, or of what is computed from constants alone, as weights in int8 are."""
        made = known.get(name)
        if made is None or not hasattr(made, "op_type"):
            return made if made is None or isinstance(made, np.ndarray) else numpy_helper.to_array(made)
        inputs = {each: value(each) for each in made.input if each}
        if any(array is None for array in inputs.values()):
            return None
        return dict(zip(made.output, ReferenceEvaluator(made).run(None, inputs)))[name]

    yield graph, value
    for node in graph.node:
        for attribute in node.attribute:
            for inner in ([attribute.g] if attribute.HasField("g") else []) + list(attribute.graphs):
                handed = dict[str, Any]()
                if node.op_type == "Loop":  # what every round hands to the next one unchanged
                    for name, into, out in zip(node.input[2:], inner.input[2:], inner.output[1:]):
                        handed |= {into.name: value(name)} if into.name == out.name else {}
                yield from _graphs(inner, known | handed)


def _written_out(body, value) -> list[Layer]:
    """The cell that a Loop's body writes as products and sums, as tf2onnx does where no node fits. W_hh meets the state."""
    made = {name: node for node in body.node for name in node.output}
    state = {each.name for each in body.input[2:] if value(each.name) is None}

    @functools.cache
    def met(name) -> bool:
        return name in state or name in made and made[name].op_type != "Gather" and any(map(met, made[name].input))

    several: dict[str, list] = {"W_x": [], "W_hh": []}
    for node in body.node:
        if node.op_type == "MatMul" and (W := value(node.input[1])) is not None:
            several["W_hh" if met(node.input[0]) else "W_x"].append(W)
    if any({W.ndim for W in each} != {2} or len({len(W) for W in each}) > 1 for each in several.values()):
        return []
    weights = {role: np.concatenate(each, axis=1) for role, each in several.items()}
    H, rows = weights["W_hh"].shape
    if rows not in (H, 3 * H, 4 * H) or weights["W_x"].shape[1] != rows:
        return []
    added = [value(name) for node in body.node if node.op_type == "Add" for name in node.input]
    weights |= zip(("b", "b_h"), (each for each in added if np.shape(each) == (rows,)))
    return [Layer(body.name, weights, None, notes=[NOTES["loop"]])]


def _directions(node, value, name: str) -> list[Layer]:
    from onnx.helper import get_attribute_value

    about = {attribute.name: get_attribute_value(attribute) for attribute in node.attribute}
    direction = text(about.get("direction", "forward"))
    ways = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[direction]
    inputs = [*node.input, *[""] * 12]
    if about.get("clip") or about.get("input_forget"):
        raise checks.error("path", f"{name!r} with clip or input_forget", "a plain cell", "No cell here has such gates.")
    W, R, B = (value(each) if each else None for each in inputs[1:4])
    if W is None or R is None:
        raise checks.error("path", f"{name!r}, whose weights come from an input of the graph", "weights that are constants")
    notes, n = [], BLOCKS[node.op_type]
    if node.op_type == "DynamicQuantizeLSTM":  # onnxruntime's own: (directions, I, 4H), where the standard has (…, 4H, I)
        W, R = (_dequantized(q, value(inputs[k]), value(inputs[k + 1])).swapaxes(1, 2) for q, k in ((W, 8), (R, 10)))
        notes.append(NOTES["rounded"])
    if inputs[4]:
        notes.append(NOTES["lengths"])
    H, peepholes = R.shape[2], value(inputs[7]) if n == 4 and inputs[7] else None
    activations = [text(each) for each in about.get("activations", [])]
    found = []
    for d, backward in enumerate(ways):
        weights = {"W_x": W[d], "W_hh": R[d]}
        if B is not None:
            weights |= {"b": B[d, : n * H], "b_h": B[d, n * H :]}
        if peepholes is not None:
            i, o, f = peepholes[d].reshape(3, H)
            weights["peepholes"] = np.stack([i, f, o])
        how = CONVENTIONS["onnx"]._replace(reset_after=bool(about.get("linear_before_reset", 0)))
        each = activations[d * len(activations) // len(ways) : (d + 1) * len(activations) // len(ways)]
        if each and " ".join(each) not in (known := ACTIVATIONS[str(n)]):
            raise checks.error("path", f"{name!r} with the activations {' '.join(each)}", f"one of {', '.join(known)}")
        if each and each[0] == "HardSigmoid":
            how = how._replace(slope=round(float(about.get("activation_alpha", [0.2])[0]), 7))
        if each and n == 1:
            how = how._replace(activation=each[0].lower())
        found.append(Layer(name, weights, how, 0, backward, list(notes)))
    return found


def _dequantized(q, scale, zero):
    """(directions, I, 4H) in whole numbers; scale and zero of each direction, or of each column."""
    scale, zero = (np.asarray(each, np.float64).reshape(len(q), 1, -1) for each in (scale, zero))
    return (q.astype(np.float64) - zero) * scale
