"""bptt_lab: recurrent cells and backpropagation through time, written by hand in NumPy for a course on why RNNs forget.

    cell = RNNCell(input_size, hidden_size)       a recurrent cell; also GatedCell, GRUCell, LSTMCell
    trace = cell.unroll(x)                        everything it computed
    model = SequenceModel(cell, output_size)      with a readout and one loss a token
    run = model.forward(x, targets)
    grads = model.backward(run)                   backpropagation through time
    read("net.onnx")                              the recurrent layers of a file of any framework, as cells
    language("de")                                explorers, quizzes and checks speak German
    my_progress()                                 which exercises you have solved

Importing this needs NumPy alone. `bl.exercises`, `bl.explore` and `bl.figures` load when first used; the last two need the
course's other packages.
"""

import importlib

from . import engine, lessons, memory, readers, tasks, train
from .basics import overflow, text
from .basics.languages import language
from .cells import Cell, GatedCell, GRUCell, LSTMCell, RNNCell
from .gradcheck import gradcheck
from .model import SequenceModel, rtrl
from .readers import read

__all__ = [
    "Cell",
    "GRUCell",
    "GatedCell",
    "LSTMCell",
    "RNNCell",
    "SequenceModel",
    "engine",
    "gradcheck",
    "language",
    "lessons",
    "memory",
    "overflow",
    "read",
    "readers",
    "rtrl",
    "tasks",
    "text",
    "train",
]


def __getattr__(name: str):
    if name in ("exercises", "experiments", "explore", "figures"):
        return importlib.import_module(f"{__name__}.{name}")
    if name == "my_progress":
        return importlib.import_module(f"{__name__}.exercises").my_progress
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
