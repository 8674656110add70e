"""The base of the explorers: settings → trace → arrays → picture.

An explorer is an ordinary widget. Each control is a trait, so `observe`, `link` and `VBox` work, and setting a value in
Python moves the picture. NumPy computes the arrays of the whole grid of settings once and sends them as one binary
trait; the sliders then scrub them in the browser, which draws and never computes a gradient. A control that is not
in the grid takes one round trip: Python computes the arrays again, and the old picture stays until they are there.

A new explorer is one Python file and one JavaScript file of the same name:

    class Mine(Explorer):
        name = "mine"                                      the key of its words, and mine.js
        weight_scale = Grid(SCALES, default=1.0)           controls, in the order they are shown; also Count, Enum
        controls = (Control("weight_scale", "slider", SCALES), …)
        def parts(self): yield {"losses": array, …}        the arrays, what is on show first
        def sentence(self): return self.say("shows", …)    what the picture shows now, in words
        def still(self): return [(label, value), …]        bars for viewers where no widget runs

and in mine.js an object `explorer = {build(frame)}`, see explorer.js.
"""

import os
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import anywidget
import numpy as np
import traitlets

from ..basics import languages
from . import page
from .still import still_svg
from .words import words_of

HERE = Path(__file__).parent
NO_NUMBER = ("vanished", "exploded")  # what `say` says in English
SENDING = 0.01  # s, in which the kernel's sending thread gets to its work: while NumPy computes, it waits for its turn
SITE_FOLDER = "BPTT_SITE_FOLDER"  # if set: notebooks run for the site, and explorers are embedded in its pages


def _source(*names: str) -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


def fixed(value: float, digits: int) -> str:
    """A number with so many digits after the point, for shares and cosines; with a true minus, and no minus before 0."""
    return f"{value:z.{digits}f}".replace("-", "−")


def as_sent(array: np.ndarray) -> np.ndarray:
    """An array as the browser sees it, float32. Where float32 has no three digits left, a number has vanished."""
    if array.dtype == np.dtype("<f4"):
        return array
    with np.errstate(over="ignore", under="ignore"):
        sent = np.ascontiguousarray(array, dtype="<f4")
    sent[np.abs(sent) < np.finfo("<f4").tiny] = 0.0
    return sent


class Grid(traitlets.Float):
    """A number on a stated grid. A value between two grid points moves to the nearer one; outside is an error."""

    def __init__(self, values: tuple[float, ...], default: float, **metadata):
        super().__init__(default_value=default, **metadata)
        self.values = values

    def validate(self, obj, value):
        if isinstance(value, np.floating | np.integer):
            value = float(value)
        value = super().validate(obj, value)
        if not self.values[0] <= value <= self.values[-1]:
            low, high = self.values[0], self.values[-1]
            raise traitlets.TraitError(f"{self.name}: got {value!r}, expected a number from {low:g} to {high:g}.")
        return min(self.values, key=lambda grid_value: abs(grid_value - value))


class Count(traitlets.Int):
    """A whole number from `lowest` to `highest`; with a grid, the nearest one that is on it."""

    def __init__(self, lowest: int, highest: int, default: int, grid: tuple[int, ...] = (), **metadata):
        super().__init__(default_value=default, **metadata)
        self.lowest, self.highest, self.grid = lowest, highest, grid

    def validate(self, obj, value):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole or not self.lowest <= value <= self.highest:
            expected = f"a whole number from {self.lowest} to {self.highest}"
            raise traitlets.TraitError(f"{self.name}: got {value!r}, expected {expected}.")
        return min(self.grid, key=lambda grid_value: abs(grid_value - value), default=int(value))


class Place(traitlets.List):
    """A row and a column of a triangle, each counted from 1 to `highest`; [0, 0] is none."""

    def __init__(self, highest: int, **metadata):
        super().__init__(default_value=[0, 0], **metadata)
        self.highest = highest

    def validate(self, obj, value):
        try:
            row, column = value
            return [Count(0, self.highest, 0).validate(obj, entry) for entry in (row, column)]
        except (TypeError, ValueError, traitlets.TraitError):
            expected = f"two whole numbers from 0 to {self.highest}"
            raise traitlets.TraitError(f"{self.name}: got {value!r}, expected {expected}.") from None


class Control(NamedTuple):
    """How a trait is shown. kind: "slider", "choice" (a few options, all in sight), "menu" (many) or "switch"."""

    trait: str
    kind: str
    values: tuple = ()
    asks_python: bool = False  # not in the table: takes a round trip, and is off where no kernel runs


class Explorer(anywidget.AnyWidget):
    """The base; see the head of this file."""

    name: ClassVar[str]
    controls: tuple[Control, ...] = ()
    still_axis: ClassVar[str] = "magnitude"  # of the still picture's bars; or "nats", "shares"
    asks_python: ClassVar[bool] = False  # where no kernel runs, a field of its own is grey; a control says so itself

    _css = _source("explorer.css")
    language = traitlets.Unicode().tag(sync=True)  # of the words, for screen readers
    words = traitlets.Dict().tag(sync=True)
    spec = traitlets.List().tag(sync=True)
    layout_of_table = traitlets.Dict().tag(sync=True)
    table = traitlets.Bytes().tag(sync=True)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "name" in vars(cls):  # not in the classes that traitlets derives to add traits to
            cls._esm = _source("draw.js", "explorer.js", f"{cls.name}.js") + "\nexport default { render };\n"

    def __init__(self, **settings):
        language = languages.spoken(self.name, languages.known("language", settings.pop("language", languages.current())))
        unknown = set(settings) - set(self.trait_names())
        if unknown:
            known = ", ".join(control.trait for control in self.controls)
            raise ValueError(f"{sorted(unknown)[0]}: not a setting of {type(self).__name__}, expected one of {known}.")
        texts = words_of(self.name, language)
        self._arrays: dict[str, np.ndarray] = {}
        self._computing = threading.RLock()
        spec = [{**control._asdict(), "label": texts[control.trait]} for control in self.controls]
        super().__init__(language=language, words=texts, spec=spec, **settings)
        self.refresh()
        asking = [control.trait for control in self.controls if control.asks_python]
        if asking:
            self.observe(lambda _: self.refresh(), asking)

    def parts(self) -> Iterator[dict[str, np.ndarray]]:
        """Arrays by name, what the present settings show first. Shapes stay the same from one call to the next."""
        raise NotImplementedError

    def sentence(self) -> str:
        """What the picture shows now."""
        raise NotImplementedError

    def still(self) -> list[tuple[str, float]]:
        """(label, value) of the bars of the still picture."""
        raise NotImplementedError

    def still_picture(self) -> dict[str, str]:
        """What stands where no widget runs, by MIME type."""
        return {"image/svg+xml": still_svg(self.words, self.still(), self.sentence(), self.still_axis, self.language)}

    def in_its_language(self, block: str) -> str:
        """HTML that says which language it is in, where that is not English."""
        return block if self.language == "en" else f'<div lang="{self.language}">{block}</div>'

    def refresh(self) -> None:
        """Compute the arrays anew. What is on show is sent first and by itself, the whole grid after it.

        Settings may change while this runs, from another thread too: the last change computes last.
        """
        with self._computing:
            parts = self.parts()
            if self._arrays and self._keep(on_show := next(parts)):
                self._send_table(on_show)
                time.sleep(SENDING)
            for part in parts:
                self._keep(part)
            self._send_table(self._arrays)

    def _keep(self, part: dict[str, np.ndarray]) -> bool:
        """Take over arrays as float32, as the browser sees them; whether any is new."""
        part = {name: as_sent(array) for name, array in part.items()}
        new = any(self._arrays.get(name) is not array for name, array in part.items())
        self._arrays.update(part)
        return new

    def _send_table(self, names: Iterable[str]) -> None:
        offset, layout = 0, {}
        for name in names:
            layout[name] = [offset, *self._arrays[name].shape]
            offset += self._arrays[name].size
        with self.hold_sync():
            self.layout_of_table = layout
            self.table = b"".join(self._arrays[name].tobytes() for name in names)

    def say(self, key: str, **values: Any) -> str:
        """One of this explorer's sentences, filled in. The browser fills the same sentences from the same arrays."""
        return self.words[key].format(**{name: self._no_number(value) for name, value in values.items()})

    def _no_number(self, value: Any) -> Any:
        """What stands where a number has vanished or exploded, in this explorer's language."""
        return self.words[value] if isinstance(value, str) and value in NO_NUMBER else value

    def _repr_mimebundle_(self, **kwargs):
        if folder := os.environ.get(SITE_FOLDER):
            return {"text/html": page.embedded(self, Path(folder)), "text/plain": self.sentence()}
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), "text/plain": self.sentence(), **self.still_picture()}, metadata

    def to_html(self, path: str | Path | None = None) -> str:
        """This explorer as one HTML page that needs no kernel and no network; sliders scrub the table that is in it."""
        text = page.alone(self)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text
