"""The settings of an explorer: traits that know their values, and which control moves them."""

from functools import partial
from typing import Any

import numpy as np
import traitlets


class Setting(traitlets.TraitType[Any, Any]):
    """One of the values; without a default it is the first, and with None it may be not set.

    `kind` is that of the control that moves it: "slider", "choice" (a few options, all in sight), "menu" (many), "switch", or
    "" for none. One that `asks_python` is not in the table: it takes a round trip, and is off where no kernel runs.
    """

    kind = ""
    name: str
    validate: Any

    def __init__(self, values: Any, default: Any = ..., kind: str | None = None, asks_python: bool = False):
        self.values, self.asks_python = tuple(values), asks_python
        self.kind = self.kind if kind is None else kind
        super().__init__(self.values[0] if default is ... else default, allow_none=default is None)
        self.tag(sync=True, asks_python=asks_python)

    def refuse(self, value: Any, expected: str):
        raise traitlets.TraitError(f"{self.name}: got {value!r}, expected {expected}.")


class Grid(Setting):
    """A number. A value between two grid points moves to the nearer one; outside is an error."""

    kind = "slider"

    def validate(self, obj, value):
        whole, (low, *_, high) = isinstance(self.values[0], int), self.values
        number = isinstance(value, int | np.integer if whole else int | float | np.number) and not isinstance(value, bool)
        if not number or not low <= value <= high:
            self.refuse(value, f"{'a whole number' if whole else 'a number'} from {low:g} to {high:g}")
        return min(self.values, key=lambda grid_value: abs(grid_value - value))


class Choice(Setting):
    """One of a few."""

    kind = "choice"

    def validate(self, obj, value):
        if value not in self.values:
            self.refuse(value, f"one of {', '.join(map(repr, self.values))}")
        return self.values[self.values.index(value)]


class Text(Setting):
    """Any text. Those of the menu are in the table; another asks Python: so it is tagged, and stays on without a kernel."""

    kind = "menu"

    def validate(self, obj, value):
        return value if isinstance(value, str) else self.refuse(value, "a text")


class PointedCell(Setting):
    """A row and a column of a triangle that are chosen in the picture, each counted from 1; [0, 0] is none."""

    def validate(self, obj, value):
        pair = isinstance(value, list | tuple) and len(value) == 2 and all(type(entry) is int for entry in value)
        if not pair or not set(value) <= set(self.values):
            self.refuse(value, f"two whole numbers from 0 to {self.values[-1]}")
        return list(value)


Guess = partial(Grid, default=None)  # a number that the learner guesses
Pointed = partial(Grid, kind="")  # a number that is chosen in the picture itself
Switch = partial(Choice, (True, False), False, "switch")  # on or off
