"""The weights of other frameworks' files, and the cells that they make."""

from .torch_files import EXAMPLES, SAVE, cell, example, examples, forget_gates, load

__all__ = ["EXAMPLES", "SAVE", "cell", "example", "examples", "forget_gates", "load"]
