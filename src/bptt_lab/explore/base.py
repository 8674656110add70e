"""The base of the explorers: settings → trace → arrays → picture.

An explorer is an ordinary widget. Each setting is a trait, so `observe`, `link` and `VBox` work, and setting a value in
Python moves the picture. NumPy computes the arrays of the whole grid of settings once and sends them as one binary
trait; the sliders then scrub them in the browser, which draws and never computes a gradient. A setting that is not
in the grid takes one round trip: Python computes the arrays again.

What is shown belongs to what is set: with a table goes `table_of`, the settings that it was computed for, and the browser shows
these, in picture, sentence and controls, until the next table is there. Meanwhile it says that it asks Python, and for what.

A new explorer is one Python file and one JavaScript file of the same name, and a section in words.toml:

    class Mine(Explorer):
        name = "mine"                                      the section of its words, and mine.js
        weight_scale = Grid(SCALES, 1.0)                   settings, their controls in this order; also Choice, Switch, Pointed
        net = Grid(range(21), asks_python=True)            one that is not in the table
        def parts(self, net): yield {"losses": array, …}   the arrays, what is on show first; arguments: the settings they need
        def said(self): yield self.say("shows", …)         what the picture shows now, sentence by sentence
        def still(self): return [(label, value), …]        bars for viewers where no widget runs

and in mine.js an object `explorer = {build(frame)}`, see explorer.js.
"""

import asyncio
import inspect
import os
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import numpy as np
import traitlets

from ..basics import languages, text
from . import page
from .cover import OPEN, covers
from .settings import Choice, Grid, Guess, Pointed, PointedCell, Setting, Switch, Text  # noqa: F401
from .still import AXES, Axis, as_image, still_svg
from .words import words_of

HERE = Path(__file__).parent
PAUSE = 0.01  # s, in which a kernel sends and hears: while NumPy computes, its other threads wait for their turn
DRAWN = 0.1  # s, after which the browser has drawn an answer: what is computed meanwhile would be in its way
SITE_FOLDER = "BPTT_SITE_FOLDER"  # if set: notebooks run for the site, and explorers are embedded in its pages

# Of the still picture and the explorer under it one is shown. Where Jupyter finds no explorer it would write "model not found".
ONLY_ONE = """<style>
.jp-OutputArea-child:has(.bptt-still):has(+ * .bptt), .jp-OutputArea-child:has(.bptt-still) + :not(:has(.bptt)) {
  display: none;
}
</style>"""

ZOOMS = ((-12, 6), (-4, 2), (-1, 1))  # powers of ten on an axis, by how often it was magnified
Arrays = dict[str, np.ndarray]
Parts = Iterator[Arrays]
Said = Iterator[str]
Bars = list[tuple[str, float]]


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


def kept(compute: Callable[..., Arrays]) -> Callable[..., Arrays]:
    """Arrays that are computed once for each setting, as the browser sees them: explorers on one page share them."""

    @lru_cache(maxsize=256)
    @wraps(compute)
    def found(*setting):
        return {name: as_sent(array) for name, array in compute(*setting).items()}

    return found


class Explorer(anywidget.AnyWidget):
    """The base; see the head of this file."""

    name: ClassVar[str]
    code: ClassVar[str]  # what the browser runs: `render`
    controls: tuple[Setting, ...] = ()
    facts: dict[str, Any] = {}  # what the browser needs to know besides settings and arrays
    still_axis: ClassVar[str] = "magnitude"  # of the still picture's bars; or "nats", "shares"; see `axis_of_still` too
    asks_python: ClassVar[bool] = False  # where no kernel runs, a field of its own is grey; a control says so itself

    _css = _source("explorer.css") + covers(OPEN)
    language = traitlets.Unicode().tag(sync=True)  # of the words, for screen readers
    words = traitlets.Dict().tag(sync=True)
    spec = traitlets.Dict().tag(sync=True)
    layout_of_table = traitlets.Dict().tag(sync=True)
    table_of = traitlets.Dict().tag(sync=True)
    table = traitlets.Bytes().tag(sync=True)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "name" in vars(cls):  # not in the classes that traitlets derives to add traits to
            cls.code = _source("draw.js", "explorer.js", f"{cls.name}.js")
            cls._esm = cls.code + "\nexport default { render };\n"
            known = {name: trait for kind in reversed(cls.__mro__) for name, trait in vars(kind).items()}
            cls.controls = tuple(trait for trait in known.values() if isinstance(trait, Setting) and trait.kind)

    def __init__(self, **settings):
        language = languages.spoken(self.name, languages.known("language", settings.pop("language", languages.current())))
        unknown = set(settings) - set(self.trait_names())
        if unknown:
            known = ", ".join(control.name for control in self.controls)
            raise ValueError(f"{sorted(unknown)[0]}: not a setting of {type(self).__name__}, expected one of {known}.")
        texts = words_of(self.name, language)
        self._arrays: Arrays = {}
        self._of: dict[str, Any] = {}  # the settings that they were computed for
        self._computing = threading.RLock()
        self._rest: Iterator[bool] = iter(())  # of the last question
        spec = {
            "controls": [
                {"trait": c.name, "label": texts[c.name], "kind": c.kind, "values": c.values, "asks_python": c.asks_python}
                for c in self.controls
            ],
            "settings": sorted(set(self.trait_names(sync=True)) - set(Explorer.class_trait_names())),
            "facts": self.facts,
        }
        super().__init__(language=language, words=texts, spec=spec, **settings)
        self.on_msg(self._hear)
        if asking := self.trait_names(asks_python=True):
            self.observe(lambda _: self.refresh(later=bool(self._property_lock)), asking)  # held while the browser is heard

    def open(self) -> None:
        """Tell the browser of this explorer, its table with it: what is sent later, a browser that is busy may undo again."""
        if not self._arrays:
            self.refresh()
        super().open()

    def parts(self, *settings: Any, **named: Any) -> Parts:
        """Arrays by name, what the present settings show first. Shapes stay the same from one call to the next.

        Its arguments are the settings that it is called for: those that ask Python, and those that say what is on show.
        """
        yield {"none": np.zeros(1)}  # a question computes nothing

    def said(self) -> Said:
        """What the picture shows now, sentence by sentence."""
        raise NotImplementedError

    def sentence(self) -> str:
        """What the picture shows now."""
        return " ".join(self.said())

    def still(self) -> Bars:
        """(label, value) of the bars of the still picture."""
        raise NotImplementedError

    def axis_of_still(self) -> Axis:
        """On which these bars stand: the one that is on show, where a setting chooses it."""
        return AXES[self.still_axis]

    def still_picture(self) -> dict[str, str]:
        """What stands where no widget runs, by MIME type."""
        svg = still_svg(self.words, self.still(), self.sentence(), self.axis_of_still(), self.language)
        image = as_image(svg, self.sentence()) + f"<p>{self.words['asleep']}</p>"
        return {"image/svg+xml": svg, "text/html": self.in_its_language(image)}

    def in_its_language(self, block: str) -> str:
        """HTML that says which language it is in, where that is not English."""
        return block if self.language == "en" else f'<div lang="{self.language}">{block}</div>'

    def _hear(self, _, settings: dict[str, Any], buffers: Any) -> None:
        """What the browser says where it cannot trust Jupyter's own way any more, see explorer.js."""
        with self._lock_property(**settings), self.hold_trait_notifications():
            for name, value in settings.items():
                self.set_trait(name, value)

    def refresh(self, later: bool = False) -> None:
        """Compute the arrays anew. What is on show is sent first and by itself, the whole grid after it.

        Settings may change while this runs, from another thread too: the last change computes last. later: the rest is computed
        between the reader's questions, and a new one ends it. Jupyter holds a question back until the one before is done with,
        so where keys follow fast an answer takes half the time.
        """
        loop = asyncio._get_running_loop() if later else None
        with self._computing:
            self._rest = self._computed()
            if loop:
                return self._go_on(self._rest, loop, DRAWN)
            for _ in filter(None, self._rest):
                time.sleep(PAUSE)

    def _go_on(self, rest: Iterator[bool], loop: asyncio.AbstractEventLoop, pause: float = PAUSE) -> None:
        with self._computing:
            if rest is self._rest and next(rest, None) is not None:
                loop.call_later(pause, self._go_on, rest, loop)

    def _computed(self) -> Iterator[bool]:
        """The work of `refresh`, part by part: whether one was sent by itself."""
        of = {name: getattr(self, name) for name in inspect.signature(self.parts).parameters if self.has_trait(name)}
        arrays, first = dict(self._arrays), bool(self._arrays)
        for part in self.parts(**of):
            part = {name: as_sent(array) for name, array in part.items()}
            if sent := first and (self._partly() or any(arrays[name] is not array for name, array in part.items())):
                self._send_table(part, of)
            arrays, first = arrays | part, False
            yield sent
        self._arrays, self._of = arrays, {name: of[name] for name in self.trait_names(asks_python=True)}
        self._send_table(arrays, self._of)

    def _partly(self) -> bool:
        """Whether only what is on show was sent last."""
        return len(self.layout_of_table) < len(self._arrays)

    @property
    def arrays(self) -> Arrays:
        """The arrays of the present settings, all sent. While another thread computes them, this waits."""
        if self._partly() or any(getattr(self, name) != value for name, value in self._of.items()):
            self.refresh()
        return self._arrays

    def _send_table(self, arrays: Arrays, of: dict[str, Any]) -> None:
        offset, layout = 0, {}
        for name, array in arrays.items():
            layout[name] = [offset, *array.shape]
            offset += array.size
        with self.hold_sync():
            self.layout_of_table, self.table_of = layout, of
            self.table = b"".join(array.tobytes() for array in arrays.values())

    def places(self, *settings: str) -> tuple[int, ...]:
        """Where these settings stand among their values."""
        return tuple(getattr(type(self), name).values.index(getattr(self, name)) for name in settings)

    def look_up(self, array: str, *settings: str) -> np.ndarray:
        """What belongs to these settings in an array whose first axes are their values, as float64."""
        return self.arrays[array][self.places(*settings)].astype(float)

    def number(self, value: float) -> str:
        """A number in this explorer's language: where it has vanished or exploded, a word."""
        return text.say(value, self.words["vanished"], self.words["exploded"])

    def say(self, key: str, **values: Any) -> str:
        """One of this explorer's sentences, filled in. The browser fills the same sentences from the same arrays."""
        written = {name: self.number(value) if isinstance(value, float) else value for name, value in values.items()}
        return self.words[key].format(**written)

    def __repr__(self) -> str:
        return self.sentence()  # also inside a box: an address there would differ from run to run

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": self.sentence(), **self.still_picture()}, metadata

    def _ipython_display_(self):
        """The still picture, and then the widget, which hides it: once the kernel is gone, or in a page, the still is left."""
        from IPython.display import display

        if folder := os.environ.get(SITE_FOLDER):
            display({"text/html": page.embedded(self, Path(folder)), "text/plain": self.sentence()}, raw=True)
            return
        bundle, _ = self._repr_mimebundle_()
        widget = {kind: bundle.pop(kind) for kind in [*bundle] if kind.startswith("application/vnd.jupyter.widget")}
        display({**bundle, "text/html": f'<div class="bptt-still">{ONLY_ONE}{bundle["text/html"]}</div>'}, raw=True)
        display({**widget, "text/plain": self.sentence()}, raw=True)

    def to_html(self, path: str | Path | None = None) -> str | None:
        """This explorer as one HTML page that needs no kernel and no network; sliders scrub the table that is in it.

        With a path the page is written there, and nothing is returned: as the last line of a cell it prints nothing.
        """
        _ = self.arrays  # what the reader's own page still waits for is in this one
        whole = page.alone(self)
        if path is None:
            return whole
        Path(path).write_text(whole, encoding="utf-8")
        return None


class Magnified(Explorer):
    """An explorer whose axis of 18 powers of ten can be magnified. `zoom` says how often that was done, three times a press."""

    zooms: ClassVar[tuple] = ZOOMS
    zoom = Pointed(range(len(ZOOMS)))

    def said_of_axis(self) -> Said:
        """What is said of the axis, where it is not the whole one."""
        if zoom := min(self.zoom, len(self.zooms) - 1):
            low, high = (self.words.get(f"guess_{end}", text.say(10.0**end)) for end in self.zooms[zoom])
            yield self.say("zoomed", times=3**zoom, low=low, high=high)
