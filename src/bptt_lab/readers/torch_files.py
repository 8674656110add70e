"""The weights of a PyTorch net from a file, and the cell that they make. Needs no torch, unless the file is one of its own.

state_dict = readers.load("net.npz")
cell = readers.cell(state_dict)
"""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..basics import checks
from ..cells import Cell, GRUCell, LSTMCell, RNNCell

SAVE = 'np.savez("net.npz", **{name: value.numpy() for name, value in net.state_dict().items()})'
EXAMPLES = range(5)  # the seeds of the nets that come with the course
_CELLS: dict[int, type[RNNCell | GRUCell | LSTMCell]] = {1: RNNCell, 3: GRUCell, 4: LSTMCell}


def example(state: str = "trained", seed: int = 0) -> Path:
    """The file of an LSTM that PyTorch trained on the adding problem, T = 50: "trained" or "untrained", for seeds 0 to 4.

    `tools/torch_lstm.py` made them: one layer of 24 units, PyTorch's own start, Adam, to a squared error under .01.
    """
    checks.choice("state", state, ("untrained", "trained"))
    return Path(__file__).parent / "data" / f"torch_lstm_{state}_{checks.index('seed', seed, len(EXAMPLES))}.npz"


def examples(state: str) -> list[LSTMCell]:
    """The cells of all `example` files of one state, in the order of their seeds."""
    return [LSTMCell.from_torch(load(example(state, seed))) for seed in EXAMPLES]


def forget_gates(cells: Sequence[LSTMCell], x: np.ndarray) -> np.ndarray:
    """(n, H): of n LSTMs that read x, each unit's forget gate, the mean over all steps and sequences."""
    return np.array([each.unroll(x).gates["forget"].mean(axis=(0, 1)) for each in cells])


def load(path: str | Path) -> dict[str, np.ndarray]:
    """The arrays of a file by name: of an .npz, or, where torch is installed, of a .pt that holds a state_dict."""
    if not isinstance(path, str | Path):
        raise checks.error("path", repr(path), "the path of a file")
    path = Path(path)
    if not path.is_file():
        raise checks.error("path", repr(str(path)), "a file that is there")
    if path.suffix == ".npz":
        return _arrays(path)
    try:
        import torch
    except ImportError:
        raise checks.error(
            "path", repr(path.name), "an .npz file, since torch is not installed here", f"Save it with {SAVE}"
        ) from None
    try:
        tensors = torch.load(path, "cpu", weights_only=True)
    except Exception as error:  # whatever torch meets in a file that is not its own, or that holds more than weights
        hint = f"Save its weights with torch.save(net.state_dict(), …), or with {SAVE}"
        raise checks.error("path", repr(path.name), "a file of weights that torch can read", hint) from error
    if not isinstance(tensors, Mapping) or not all(isinstance(value, torch.Tensor) for value in tensors.values()):
        inside = ", ".join(map(repr, tensors)) if isinstance(tensors, Mapping) else type(tensors).__name__
        hint = 'If one of its entries is a state_dict, hand over that: torch.load("net.pt", weights_only=True)["model"].'
        raise checks.error("path", f"{path.name!r} with {inside}", "a state_dict: names and their tensors", hint)
    return {name: value.double().numpy() for name, value in tensors.items()}


def _arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise checks.error("path", repr(path.name), "an .npz file of arrays", f"Save it with {SAVE}") from error


def cell(state_dict: Mapping, layer: int = 0) -> Cell:
    """The cell of one layer: an RNN, a GRU or an LSTM, as the shape of its hidden weights says.

    An RNN is taken to be one of tanh, PyTorch's default. `RNNCell.from_torch` takes others.
    """
    if not isinstance(state_dict, Mapping):
        raise checks.error("state_dict", type(state_dict).__name__, "a mapping from PyTorch's names to arrays or tensors")
    checks.seed("layer", layer)
    hidden = [value for name, value in state_dict.items() if str(name).endswith((f"weight_hh_l{layer}", "weight_hh"))]
    if not hidden:
        raise checks.error(
            "state_dict", ", ".join(map(repr, state_dict)) or "no names", f"a name that ends in 'weight_hh_l{layer}'"
        )
    shape = np.shape(hidden[0])
    kind = next((_CELLS[n] for n in _CELLS if len(shape) == 2 and shape[0] == n * shape[1]), None)
    if kind is None:
        raise checks.error("weight_hh", f"shape {shape}", "H, 3·H or 4·H rows of H columns: an RNN, a GRU or an LSTM")
    return kind.from_torch(state_dict, layer)
