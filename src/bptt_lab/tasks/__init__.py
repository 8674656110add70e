"""The sequences that nets are trained on."""

from . import vocabulary
from .adding import Adding
from .agreement import Agreement
from .english import English
from .task import Task
from .temporal_order import TemporalOrder

__all__ = ["Adding", "Agreement", "English", "Task", "TemporalOrder", "vocabulary"]
