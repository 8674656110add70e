"""What a learner moves. One explorer a file pair: NAME.py computes and speaks, NAME.js draws.

Needs the course's packages (anywidget); `import bptt_lab` alone does not.
"""

from importlib import import_module

from . import base  # noqa: F401

_WHERE = {
    "CellSwitch": "cell_switch",
    "Decay": "decay",
    "FourCells": "four_cells",
    "FourTerms": "four_terms",
    "GatePad": "gate_pad",
    "GradientByLag": "gradient_by_lag",
    "Ledger": "ledger",
    "LivingEquation": "living_equation",
    "Predict": "predict",
    "my_predictions": "predictions",
    "Quiz": "quiz",
    "Starts": "starts",
    "TokenLosses": "token_losses",
    "Truncation": "truncation",
    "Wall": "wall",
    "WordByWord": "word_by_word",
}
__all__ = [*_WHERE]


def __getattr__(name: str):
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__():
    return sorted({*globals(), *_WHERE})
