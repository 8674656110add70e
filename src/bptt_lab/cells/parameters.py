"""The parameters of a cell or a model, by name."""

from collections.abc import Iterator, MutableMapping

import numpy as np

from ..basics import checks


class Parameters(MutableMapping):
    """A mapping name -> float64 array whose names and shapes are fixed.

    `params["W_x"] = value` copies `value` into the array that is there, so whoever holds the array sees the change.
    An unknown name, a wrong shape, NaN or infinity raise `ValueError`; the array is then left as it was.
    """

    def __init__(self, arrays: dict[str, np.ndarray]):
        self._arrays = arrays

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in list(self._arrays):
            raise KeyError(f"{name!r}; the parameters are {', '.join(map(repr, self._arrays))}")
        return self._arrays[name]

    def __setitem__(self, name: str, value) -> None:
        target = self._arrays[checks.choice("params", name, self._arrays)]
        target[...] = checks.array(f"params[{name!r}]", value, target.shape)

    def __delitem__(self, name: str) -> None:
        raise checks.error("params", f"a request to delete {name!r}", "the parameters to stay", "Set it to zero instead.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __repr__(self) -> str:
        return "Parameters(" + ", ".join(f"{name} {array.shape}" for name, array in self._arrays.items()) + ")"
