"""bptt_lab: recurrent cells and backpropagation through time, written by hand in NumPy for a course on why RNNs forget.

    cell = RNNCell(input_size, hidden_size)       a recurrent cell; also GatedCell, GRUCell, LSTMCell
    trace = cell.unroll(x)                        everything it computed
    model = SequenceModel(cell, output_size)      with a readout and one loss a token
    run = model.forward(x, targets)
    grads = model.backward(run)                   backpropagation through time
    read("net.onnx")                              the recurrent layers of a file of any framework, as cells
    language("de")                                explorers, quizzes and checks speak German
    my_progress()                                 which exercises you have solved

Importing this needs NumPy alone. All but the cells and their models loads when first used: a kernel whose first cell opens an
explorer is ready a tenth sooner. `bl.explore` and `bl.figures` need the course's other packages.
"""

import importlib

from . import engine
from .basics import overflow, text
from .basics.languages import language
from .cells import Cell, GatedCell, GRUCell, LSTMCell, RNNCell
from .gradcheck import gradcheck
from .model import SequenceModel, rtrl

__all__ = [
    "Cell", "GRUCell", "GatedCell", "LSTMCell", "RNNCell", "SequenceModel", "engine", "gradcheck", "language", "lessons",
    "memory", "overflow", "read", "readers", "rtrl", "tasks", "text", "train",
]  # fmt: skip

_LATER = {"exercises", "experiments", "explore", "figures", "lessons", "memory", "readers", "tasks", "train"}
_WITHIN = {"my_progress": "exercises", "read": "readers"}


def __getattr__(name: str):
    if name in _LATER:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _WITHIN:
        return getattr(importlib.import_module(f"{__name__}.{_WITHIN[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_LATER, *_WITHIN})
