"""Call a learner's function: prints are caught, a loop without an end is stopped, and an error is told in words."""

import contextlib
import ctypes
import dis
import inspect
import io
import re
import signal
import sys
import threading
import time
import traceback
from typing import Any, NamedTuple

import numpy as np

from .telling import sizes, tell, text_of

SECONDS = 5.0
# A signal that does nothing where nobody waits for it. It ends a `time.sleep` too, but reaches the main thread alone. Windows has
# none.
WAKE: Any = getattr(signal, "SIGURG", None)


class TooLong(BaseException):
    """The time is up. No `Exception`, so that a learner's `except Exception` does not swallow it."""

    seconds = SECONDS  # after which it did stop: one call of NumPy is not cut short


class Answer(NamedTuple):
    """What a call gave: its value or its error, and what it printed."""

    value: Any
    error: BaseException | None
    printed: str


def call(fn, arguments: tuple) -> Answer:
    """fn(*arguments), stopped after 5 s. Stopping the kernel by hand still works: KeyboardInterrupt alone goes through."""
    printed, over, start = io.StringIO(), threading.Event(), time.monotonic()
    printed.close = lambda: None  # type: ignore[method-assign]  # who closes sys.stdout loses nothing that was printed
    with contextlib.ExitStack() as afterwards:
        afterwards.callback(over.set)
        with contextlib.suppress(RuntimeError):  # a browser's Python has no threads: there nothing is stopped
            threading.Thread(target=_stop, args=(threading.get_ident(), over), daemon=True).start()
        with contextlib.suppress(ValueError, TypeError):  # another thread hears no signal, and Windows has none
            before = signal.signal(WAKE, _wake)
            afterwards.callback(signal.signal, WAKE, before or signal.SIG_DFL)
        try:
            with contextlib.redirect_stdout(printed), np.errstate(all="ignore"), np.printoptions():
                return Answer(_run(fn, arguments), None, printed.getvalue())
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if isinstance(error, TooLong):
                error.seconds = time.monotonic() - start
            return Answer(None, error, printed.getvalue())


def _run(fn, arguments):
    return fn(*arguments)


def _is_inside(frame) -> bool:
    """Whether a thread that is at that frame is in the learner's function, or in what it called."""
    while (outer := frame and frame.f_back) and outer.f_code is not _run.__code__:
        frame = outer
    return bool(outer)


def _wake(_, frame) -> None:
    if _is_inside(frame):
        raise TooLong


def _stop(thread: int, over: threading.Event) -> None:
    """Raise `TooLong` in that thread, when the time is up and it is still inside the learner's function.

    A second thread can do this on every system. Where the signal does not reach, it takes hold between two steps of Python, not
    within a `time.sleep`; within one call of NumPy neither does. Once more after a while, if a bare `except:` has swallowed it.
    """
    seconds = SECONDS
    while not over.wait(seconds):
        seconds = 0.2
        if not _is_inside(sys._current_frames().get(thread)):
            continue
        if thread == threading.main_thread().ident and WAKE and signal.getsignal(WAKE) is _wake:
            signal.pthread_kill(thread, WAKE)
        else:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TooLong))


def arrays(value) -> list[np.ndarray]:
    """The arrays that an argument is made of: of an object what its copy would take along, not what other objects hold."""
    if isinstance(value, np.ndarray):
        return [value]
    if hasattr(value, "__dict__"):
        value = [entry for entry in (value.__getstate__() or {}).values() if not hasattr(entry, "__dict__")]
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [array for entry in entries if not callable(entry) for array in arrays(entry)]


def outside(fn) -> str:
    """Which numbers a function takes from the notebook around it: the check's problems have other sizes."""
    if not inspect.isfunction(fn):
        return ""
    names = dict.fromkeys(step.argval for step in dis.get_instructions(fn) if step.opname == "LOAD_GLOBAL")
    taken = ", ".join(name for name in names if isinstance(fn.__globals__.get(name), int | float | np.ndarray))
    return taken and tell(
        "It reads {names} from the notebook. The check has other sizes: take them from the arguments.", names=taken
    )


def stopped(fn, error: BaseException, parameters: tuple[str, ...], arguments: tuple) -> str:
    """What to say of a function that stopped with an error: where, with what, and why that may be."""
    kind, message, line = type(error).__name__, message_of(error), _line(fn, error)
    if isinstance(error, TooLong):
        says = tell(
            "Your function was stopped after {seconds:.0f} seconds. Is there a loop in it that never ends?", seconds=error.seconds
        )
        return text_of(says, line)
    if isinstance(error, SystemExit):
        return text_of(tell("Your function leaves Python altogether. Use return to leave a function."), line)
    if not line and isinstance(error, TypeError):
        return tell("Your function could not be called with {wanted}: {error}.", wanted=", ".join(parameters), error=message)
    says = tell("Your function stops with {kind}: {error}", kind=kind, error=message)
    says = says if message else tell("Your function stops with {kind}.", kind=kind)
    why = tell("In Python a power is written **, not ^.") if re.search("bitwise_xor|for \\^:", message) else ""
    if isinstance(error, np.linalg.LinAlgError):
        why = tell("Does the matrix still hold numbers? A long product leaves what float64 can hold.")
    return text_of(says, line, why, tell("It was called with {sizes}.", sizes=sizes(parameters, arguments)), outside(fn))


def message_of(error: BaseException) -> str:
    """What an exception says, if anything."""
    with contextlib.suppress(Exception):
        return str(error)
    return ""


def _line(fn, error: BaseException) -> str:
    """The learner's own line at which an exception arose; "" if it never got there."""
    file = getattr(getattr(fn, "__code__", None), "co_filename", None)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    if not frames:
        return ""
    says = tell("It happens in line {n} of the cell", n=frames[-1].lineno)
    says = tell("It was in line {n} of the cell", n=frames[-1].lineno) if isinstance(error, TooLong) else says
    return says + (f": {frames[-1].line}" if frames[-1].line else ".")
