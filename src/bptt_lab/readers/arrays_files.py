"""NumPy's own .npz files, of arrays alone: nothing is unpickled."""

import zipfile
from pathlib import Path

import numpy as np

from ..basics import checks
from .torch_files import SAVE


def arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as found:
            return dict(found)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise checks.error("path", repr(path.name), "an .npz file of arrays", f"Save it with {SAVE}") from error
