"""`bl.read`: whatever holds the weights of a recurrent net, its layers as cells."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..basics import checks
from . import arrays_files, dynet_text, keras_files, names, onnx_graphs
from .found import CONVENTIONS, NOTES, Convention, Found, Layer

KERAS = CONVENTIONS["keras"], CONVENTIONS["keras2"]
NAMES = "A layer is known by two names, such as weight_ih_l0 and weight_hh_l0, kernel and recurrent_kernel, or Wx and Wh."

READERS: dict[str, Callable[[Path], Any]] = {  # to layers, or to arrays whose names say what they are
    ".npz": arrays_files.npz,
    ".safetensors": arrays_files.safetensors,
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin", ".jit", ".ts"), arrays_files.torch),
    ".msgpack": arrays_files.msgpack,
    ".onnx": onnx_graphs.layers,
    **dict.fromkeys((".keras", ".h5", ".hdf5"), keras_files.layers),
    **dict.fromkeys((".dynet", ".model", ".txt"), dynet_text.layers),
}


def read(source: Any, *, layer: int | str | None = None, check=None, convention: str | Convention | None = None) -> Found:
    """The recurrent layers of a file or of an object: print it, and take `found[0].cell`.

    source      a path: .npz, .safetensors, .pt .pth .ckpt .bin (PyTorch, also TorchScript), .onnx, .keras .h5 .hdf5, Flax's
                .msgpack, DyNet's text; or a state_dict, a tree of arrays (Flax, Haiku, Equinox, MLX), a module or a model
    layer       only that one: its number in the table, or a piece of its name
    check       (x, h), what the one layer read and its states, or its last: all conventions are tried, the one that fits is
                taken, and said is by how much the next misses. The only proof, since many files do not say all
    convention  a name of `readers.CONVENTIONS`, or a `readers.Convention`: instead of what the file says

    Nothing of a file is run, but for what PyTorch runs to load a TorchScript archive: read only those that you trust. Libraries
    for a format are asked for when it is read.
    """
    name, found = _source(source, convention if convention == "haiku" else None)
    if not found:
        raise checks.error("source", name, "arrays of a recurrent layer", NAMES)
    if isinstance(layer, str):
        known = ", ".join(dict.fromkeys(repr(each.name) for each in found))
        found = [each for each in found if layer in each.name]
    elif layer is not None:
        found = [found[checks.index("layer", layer, len(found))]]
    if not found:
        raise checks.error("layer", repr(layer), f"a piece of the name of one of the layers, {known}")
    if convention is not None:
        if not isinstance(convention, Convention):
            convention = CONVENTIONS[checks.choice("convention", convention, CONVENTIONS)]
        for each in found:  # of Keras's GRUs the file does say the form: the one that resets after the product has two biases
            after = "b_h" in each.weights if convention in KERAS and "b" in each.weights else convention.reset_after
            each.convention = convention._replace(reset_after=after)
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


def _source(source: Any, framework: str | None) -> tuple[str, list[Layer]]:
    if isinstance(source, str | Path):
        path = Path(source)
        if path.is_dir():
            inside = ", ".join(sorted(each.name for each in path.iterdir() if each.suffix.lower() in READERS)[:8])
            raise checks.error("source", f"the folder {str(source)!r}", "one file", f"In it: {inside or 'none that is read'}.")
        if not path.is_file():
            raise checks.error("source", repr(str(source)), "a file that is there")
        if path.suffix.lower() not in READERS:
            hint = f"Pickles and tables are not read. {arrays_files.AGAIN}"
            raise checks.error("source", repr(path.name), f"a name that ends in one of {' '.join(READERS)}", hint)
        try:
            found = READERS[path.suffix.lower()](path)
        except Exception as error:  # of many libraries, each with its own
            if isinstance(error, ValueError) and ": got " in str(error):
                raise
            said = next(iter(str(error).splitlines()), type(error).__name__)[:240].rstrip(".") + "."
            again = f" {arrays_files.AGAIN}" * (path.suffix.lower() == ".npz")
            hint = f"Is it all there, and what its name says? Its reader met this: {said}{again}"
            raise checks.error("source", repr(path.name), f"a {path.suffix} file of arrays", hint) from error
        return path.name, found if isinstance(found, list) else _named(path.name, found, framework)
    name = type(source).__name__
    if hasattr(source, "SerializeToString"):
        return name, onnx_graphs.layers(source)
    if hasattr(source, "get_config") and hasattr(source, "weights"):
        return name, keras_files.of_model(source)
    if callable(getattr(source, "state_dict", None)):
        return name, _of_module(name, source)
    if callable(getattr(source, "parameters", None)):
        source, framework = source.parameters(), "mlx"
    return name, _named(name, source, framework)


def _named(source: str, arrays: Any, framework: str | None = None) -> list[Layer]:
    flat = names.flat(arrays)
    found = names.layers(flat, framework)
    if not found:
        arrays_files.refuse_packed(arrays)
        some = ", ".join(f"{name} {array.shape}".strip() for name, array in list(flat.items())[:6]) + ", …" * (len(flat) > 6)
        haiku = " If this is Haiku's, whose layers may be called anything: convention='haiku'."
        hint = NAMES + haiku * any(name.endswith("linear.w") for name in flat)
        raise checks.error("source", f"{source} with {some or 'no array of real numbers'}", "arrays of a recurrent layer", hint)
    return found


def _of_module(name: str, module: Any) -> list[Layer]:
    """A module knows what its weights alone do not say."""
    arrays = names.flat(dict(module.state_dict()))
    inside = dict(module.named_modules()) if hasattr(module, "named_modules") else {}
    packed = {place: each for place, each in inside.items() if hasattr(each, "get_weight") and hasattr(each, "get_bias")}
    for place, each in packed.items():  # quantized: they give what they have packed
        arrays |= names.flat({**each.get_weight(), **each.get_bias()}, place)
    found = _named(name, arrays)
    said = {names.clean(place): each.nonlinearity for place, each in inside.items() if hasattr(each, "nonlinearity")}
    rounded = {names.clean(place) for place, each in packed.items() if "int8" in str(each.dtype)}
    for layer in found:
        if layer.name in said and layer.convention:
            layer.convention, layer.notes = layer.convention._replace(activation=said[layer.name]), []
        if layer.name in rounded:
            layer.notes.append(NOTES["rounded"])
    return found
