"""The sequences that nets are trained on."""

from . import vocabulary
from .agreement import Agreement
from .english import English
from .task import Task
from .two_signals import Adding, TemporalOrder

__all__ = ["Adding", "Agreement", "English", "Task", "TemporalOrder", "vocabulary"]
