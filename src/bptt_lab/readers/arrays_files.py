"""Files of arrays alone, under their names: NumPy's .npz, and Flax's msgpack. Nothing is unpickled."""

from pathlib import Path
from typing import Any

import numpy as np

from ..basics import checks


def arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as found:
        return dict(found)


def msgpack(path: Path) -> Any:
    try:
        from flax.serialization import msgpack_restore
    except ImportError:
        raise checks.error("path", repr(path.name), "flax to be installed for its files", "`pip install flax`") from None
    return {"": msgpack_restore(path.read_bytes())}
