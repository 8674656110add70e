"""Call a learner's function: prints are caught, errors are handed back, and a loop without an end is stopped."""

import contextlib
import ctypes
import io
import sys
import threading
from typing import Any, NamedTuple

import numpy as np

SECONDS = 5.0


class TooLong(BaseException):
    """The time is up. No `Exception`, so that a learner's `except Exception` does not swallow it."""


class Answer(NamedTuple):
    """What a call gave: its value or its error, and what it printed."""

    value: Any
    error: BaseException | None
    printed: str


def call(fn, arguments: tuple, seconds: float | None = None) -> Answer:
    """fn(*arguments), stopped after 5 s. Stopping the kernel by hand still works: KeyboardInterrupt alone goes through."""
    printed, over = io.StringIO(), threading.Event()
    with contextlib.suppress(RuntimeError):  # a browser's Python has no threads: there nothing is stopped
        threading.Thread(target=_stop, args=(threading.get_ident(), over, seconds or SECONDS), daemon=True).start()
    try:
        with contextlib.redirect_stdout(printed), np.errstate(all="ignore"):
            return Answer(_run(fn, arguments), None, printed.getvalue())
    except (Exception, SystemExit, TooLong) as error:
        return Answer(None, error, printed.getvalue())
    finally:
        over.set()


def _run(fn, arguments):
    return fn(*arguments)


def _stop(thread: int, over: threading.Event, seconds: float) -> None:
    """Raise `TooLong` in that thread, when the time is up and it is still inside the learner's function.

    A second thread can do this on every system, where an alarm signal needs Unix and the main thread. It takes hold between
    two steps of Python, not within one call of NumPy. Once more after a while, if a bare `except:` has swallowed it.
    """
    while not over.wait(seconds):
        seconds, frame, depth = 0.2, sys._current_frames().get(thread), 0
        while frame is not None and frame.f_code is not _run.__code__:
            frame, depth = frame.f_back, depth + 1
        if frame is not None and depth:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TooLong))
