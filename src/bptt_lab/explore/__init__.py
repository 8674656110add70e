"""What a learner moves. One explorer a file pair: NAME.py computes and speaks, NAME.js draws.

Needs the course's packages (anywidget); `import bptt_lab` alone does not.
"""

from importlib import import_module

from . import base  # noqa: F401
from .words import EN

# The explorers are those that have words of their own.
_WHERE = {name.title().replace("_", ""): name for name in sorted(EN) if name != "all"} | {"my_predictions": "predictions"}
__all__ = [*_WHERE]


def __getattr__(name: str):
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__():
    return sorted({*globals(), *_WHERE})
