"""`bl.read`: whatever holds the weights of a recurrent net, its layers as cells."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..basics import checks
from . import arrays_files, dynet_text, keras_files, names, onnx_graphs, safetensors_files, torch_files
from .conventions import CONVENTIONS, Convention
from .found import Found, Layer

KERAS = CONVENTIONS["keras"], CONVENTIONS["keras2"]


def _named(arrays: Callable[[Path], dict]) -> Callable[[Path], list[Layer]]:
    return lambda path: names.layers(torch_files.plain(names.flat(arrays(path))))


READERS: dict[str, Callable[[Path], list[Layer]]] = {
    ".npz": _named(arrays_files.arrays),
    ".safetensors": _named(safetensors_files.arrays),
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin", ".jit", ".ts"), _named(torch_files.arrays)),
    ".onnx": onnx_graphs.layers,
    **dict.fromkeys((".keras", ".h5", ".hdf5"), keras_files.layers),
    **dict.fromkeys((".dynet", ".model", ".txt"), dynet_text.layers),
}


def read(source: Any, *, layer: int | str | None = None, check=None, convention: str | Convention | None = None) -> Found:
    """The recurrent layers of a file or of an object: print it, and take `found[0].cell`.

    source      a path: .npz, .safetensors, .pt .pth .ckpt .bin (PyTorch, also TorchScript), .onnx, .keras .h5 .hdf5, DyNet's
                text; or a state_dict, a tree of arrays (Flax, Haiku, Equinox, MLX), a module or a model
    layer       only that one: its number in the table, or a piece of its name
    check       (x, h), what the one layer read and its states, or its last: all conventions are tried, the one that fits is
                taken, and said is by how much the next misses. The only proof, since many files do not say all
    convention  a name of `readers.CONVENTIONS`, or a `readers.Convention`: instead of what the file says

    Nothing of a file is run. Libraries for a format are asked for when it is read.
    """
    name, found = _source(source)
    if not found:
        hint = "A layer is known by such names as weight_ih_l0, recurrent_kernel, Wh, dense_h or w_h."
        raise checks.error("source", name, "arrays of a recurrent layer", hint)
    if isinstance(layer, str):
        found = [each for each in found if layer in each.name]
    elif layer is not None:
        found = [found[checks.index("layer", layer, len(found))]]
    if not found:
        raise checks.error("layer", repr(layer), "a piece of the name of one of the layers")
    if convention is not None:
        how = (
            convention
            if isinstance(convention, Convention)
            else CONVENTIONS[checks.choice("convention", convention, CONVENTIONS)]
        )
        for each in found:  # of Keras's GRUs the file does say the form: the one that resets after the product has two biases
            each.convention = how._replace(reset_after="b_h" in each.weights) if how in KERAS else how
    if check is not None:
        if len(found) != 1:
            several = ", ".join(repr(each.name) + " backward" * each.reversed for each in found)
            raise checks.error("layer", several, "one layer to be checked", "Say which, by its number: layer=0.")
        if not isinstance(check, tuple | list) or len(check) != 2:
            raise checks.error("check", type(check).__name__, "a pair (x, h)")
        found[0].settle(*check)
    if convention is not None or check is not None:
        for each in found:
            each.notes = [note for note in each.notes if "assumed" not in note]
    _ = [each.cell for each in found]  # what cannot be a cell is said now
    return Found(found, name)


def _source(source: Any) -> tuple[str, list[Layer]]:
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.is_file():
            raise checks.error("source", repr(str(source)), "a file that is there")
        if path.suffix not in READERS:
            raise checks.error("source", repr(path.name), f"a name that ends in one of {' '.join(READERS)}")
        return path.name, READERS[path.suffix](path)
    name = type(source).__name__
    if hasattr(source, "SerializeToString"):
        return name, onnx_graphs.layers(source)
    if hasattr(source, "get_config") and hasattr(source, "weights"):
        return name, keras_files.of_model(source)
    framework = None
    if callable(getattr(source, "state_dict", None)):
        found = names.layers(torch_files.plain(names.flat(dict(source.state_dict()))))
        modules = dict(source.named_modules()) if hasattr(source, "named_modules") else {}
        said = {names.clean(place): module.nonlinearity for place, module in modules.items() if hasattr(module, "nonlinearity")}
        for each in found:
            if each.name in said and each.convention:
                each.convention, each.notes = each.convention._replace(activation=said[each.name]), []
        return name, found
    if callable(getattr(source, "parameters", None)):
        source, framework = source.parameters(), "mlx"
    return name, names.layers(torch_files.plain(names.flat(source)), framework)
