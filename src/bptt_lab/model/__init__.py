"""A cell with a readout and one loss a token: the model, its run, and backpropagation through time."""

from .losses import Run
from .sequence import SequenceModel, check_fits, check_model, check_run, check_task, rtrl

__all__ = ["Run", "SequenceModel", "check_fits", "check_model", "check_run", "check_task", "rtrl"]
