"""How the kernels that run notebooks are spoken to: over sockets in files, where there are such.

A port can be taken by another program between the moment it is chosen and the moment the kernel listens. That is a second or two,
on a busy machine ten, and then no cell of that notebook can be run. `tools.notebooks compare` puts this file beside the copies
that it runs, as pytest's conftest.py, since nbval starts kernels by itself.
"""

import os
import tempfile
import uuid
from pathlib import Path


def of_a_kernel() -> dict[str, str]:
    """What a kernel's manager is to be made with: a name that no other kernel has. Nothing on Windows."""
    if os.name != "posix":
        return {}
    return {"transport": "ipc", "ip": str(Path(tempfile.gettempdir()) / f"kernel-{uuid.uuid4().hex[:12]}")}


if Path(__file__).name == "conftest.py":
    import nbval.kernel

    make = nbval.kernel.KernelManager
    nbval.kernel.KernelManager = lambda **settings: make(**of_a_kernel(), **settings)
