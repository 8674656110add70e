"""The weights of other frameworks' files, and the cells that they make: see `read`."""

from .any_file import read
from .examples import EXAMPLES, example, examples, forget_gates
from .found import CONVENTIONS, Convention, Found, Layer

__all__ = ["CONVENTIONS", "EXAMPLES", "Convention", "Found", "Layer", "example", "examples", "forget_gates", "read"]
