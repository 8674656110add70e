"""What the notebooks measure, one file a notebook, named after it: so a notebook's cells stay short.

What several notebooks use stands with the first of them.
"""

from importlib import import_module
from pkgutil import iter_modules

__all__ = [module.name for module in iter_modules(__path__)]
for _name in __all__:
    import_module(f"{__name__}.{_name}")
