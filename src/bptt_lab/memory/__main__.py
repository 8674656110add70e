"""python -m bptt_lab.memory FILE: how far back the recurrent layers of a file learn, whichever framework wrote it."""

import argparse
from pathlib import Path

import numpy as np

from ..basics import checks
from ..readers import CONVENTIONS, read
from . import MemoryReport

MADE_UP = """Beware: this half-life is that of a made-up input, and may be of another world. The course's own trained LSTM has
3 steps on such an input, and 143 on what it learned to read. So hand over what your net reads: --input X.npy."""
SLOW = 1e11  # (width of a Jacobian)³ × steps × sequences: from here on it takes more than a minute


def main(given: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bptt_lab.memory", description=__doc__)
    parser.add_argument("file", help=".pt, .safetensors, .onnx, .keras, .h5, .npz, .msgpack, DyNet's text")
    parser.add_argument("--layer", help="one layer alone: its number in the table, or a piece of its name")
    parser.add_argument("--input", metavar="X.npy", help="what the net reads, (T, I) or (T, B, I); else the X of --check")
    parser.add_argument("--steps", type=int, default=200, help="T of a made-up input (%(default)s)")
    parser.add_argument("--std", type=float, default=1.0, help="and its standard deviation (%(default)s)")
    parser.add_argument("--convention", choices=CONVENTIONS, help="instead of what the file says")
    parser.add_argument("--check", nargs=2, metavar=("X.npy", "H.npy"), help="an input and its states: tries all conventions")
    parser.add_argument("--figure", metavar="FOLDER", default=".", help="where the figures go, as HTML (this folder)")
    options = parser.parse_args(given)
    try:
        _say(options)
    except (ValueError, OSError) as error:
        said = str(error).replace("check=(x, h)", "--check X.npy H.npy").replace("layer=0", "--layer 0")
        raise SystemExit(said) from None


def _array(option: str, path: str) -> np.ndarray:
    try:
        found = np.load(path, allow_pickle=False)
        if not isinstance(found, np.ndarray):
            raise ValueError("several arrays")
    except (ValueError, OSError, EOFError) as error:
        hint = "Of a table: np.save('x.npy', np.loadtxt('x.csv', delimiter=',')); of an archive: np.load('x.npz')['x']."
        raise checks.error(option, repr(path), "a file that np.save wrote", hint) from error
    return checks.array(option, found)


def _say(options: argparse.Namespace) -> None:
    layer = int(options.layer) if (options.layer or "").isdigit() else options.layer
    check = [_array("--check", each) for each in options.check] if options.check else None
    layers = read(options.file, layer=layer if check else None, check=check, convention=options.convention)
    print(layers)
    chosen = [i for i, each in enumerate(layers) if check or layer in (None, i) or isinstance(layer, str) and layer in each.name]
    if not chosen:
        raise SystemExit(f"--layer: got {options.layer!r}, expected a number up to {len(layers) - 1} or a piece of a name")
    width = {i: next(each for each in layers if each.name == layers[i].name).cell.input_size for i in chosen}
    read_from = options.input or (options.check[0] if options.check else None)
    if read_from:
        x = _array("--input", read_from)
        about = f"the input {read_from}"
        if x.ndim == 3:
            about += f", read as {len(x)} steps of {x.shape[1]} sequences (of a batch-first one save x.swapaxes(0, 1))"
        if x.ndim not in (2, 3) or x.shape[-1] not in width.values():
            I = width[chosen[0]]
            hint = "Of words or letters a net reads the rows of its embedding: save E[ids]." if x.ndim == 1 else ""
            raise checks.error("--input", f"shape {x.shape}", f"(T, {I}) or (T, B, {I})", hint)
    else:
        about = f"a made-up input, since no --input was given: {options.steps} steps of independent normal numbers of standard "
        about += f"deviation {options.std:g}, 4 sequences. The answer depends on it"
    for i in chosen:
        each = layers[i]
        print(f"\n{i}: {each.name}{', backward' * each.reversed}")
        if not read_from:
            shape = checks.count("--steps", options.steps), 4, width[i]
            x = checks.number("--std", options.std) * np.random.default_rng(0).standard_normal(shape)
        elif x.shape[-1] != width[i]:
            print(
                f"Not measured: it reads {width[i]} numbers a step, and not {x.shape[-1]}. Say --layer {i}, with what it reads."
            )
            continue
        wide = len(each.cell.parts) * each.cell.hidden_size
        if wide**3 * x[..., 0].size > SLOW:
            print(f"Its Jacobians are {wide} × {wide}: this takes minutes. One sequence of fewer steps is quicker.", flush=True)
        report = MemoryReport(each.cell, layers.trace(i, x))
        print(report)
        if not read_from:
            print(MADE_UP)
        place = Path(options.figure) / f"{Path(options.file).stem}_memory_{i}.html"
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            report.figure().write_html(place)
            print(f"Figure: {place}")
        except ImportError:
            print("No figure: it needs Plotly, `pip install plotly`.")
    said = f"as {options.file} or its format says them"
    if check or options.convention:
        said = f"as {options.check[1]} proves them" if check else f"as --convention {options.convention} says them"
    print(f"\nAssumed: a start of zeros; {about}; the conventions in the table above, {said}.")
    if not check:
        print("Only the net's own output can prove the conventions: --check X.npy H.npy.")


if __name__ == "__main__":
    main()
