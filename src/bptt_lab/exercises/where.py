"""Where on the way back through a sentence a gradient first goes wrong."""

from collections.abc import Callable

import numpy as np

from .telling import tell


def at_which_word(x: np.ndarray, right: np.ndarray) -> Callable[[dict], str]:
    """A problem's `where`, read from "W_x". x (T, I): words that are rows of the identity, each with a column to itself."""

    def where(found: dict) -> str:
        if "W_x" not in found or found["W_x"].shape != right.shape:
            return ""
        off = [t for t, word in enumerate(x) if not np.allclose(found["W_x"] @ word, right @ word, rtol=1e-7)]
        return (
            tell("On the way back W_x first goes wrong at word {k} of {T}, t={t}.", k=off[-1] + 1, T=len(x), t=off[-1])
            if off
            else ""
        )

    return where
