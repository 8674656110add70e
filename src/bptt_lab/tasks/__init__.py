"""The sequences that nets are trained on."""

from . import vocabulary

__all__ = ["vocabulary"]
