"""The memory of a cell in a few numbers, in words and as a picture."""

import warnings
from functools import cached_property

import numpy as np

from ..basics.text import say, say_log10, table
from ..cells import Cell, RNNCell
from ..cells.trace import Trace
from . import exponents, ladder, products
from .ladder import GUESS

FAINT = -2.0  # log10 of 1 %
KINDS = {"GatedCell": "gated", "GRUCell": "GRU", "LSTMCell": "LSTM"}
LABELS = {GUESS: f"{GUESS}, a popular guess and no bound"}


class MemoryReport:
    """What is left of dh_T/dh_k at the end of one run, lag by lag. Over B sequences a norm is their geometric mean.

    norms      (T,) log10 ‖dh_T/dh_{T−lag}‖₂ for the lags 0..T−1; −inf where vanished exactly, in one sequence or more
    fitted     the lags of the slope, T//10 (at least 1) to T−1: the first tenth has not settled yet
    slope      nats a step, of the straight line through ln ‖dh_T/dh_{T−lag}‖₂ over `fitted` (least squares). −inf if some of
               them vanished exactly. None for T < 3, where there is no line; up to T = 12 it is not yet the rate of long lags
    lyapunov   nats a step: the largest Lyapunov exponent of the same run, which the slope tends to
    half_life  ln 2/−slope, the steps in which the norm halves: inf if slope ≥ 0, None without a slope
    horizon    the first lag whose norm is under 1 %; inf if there is none in this run
    bounds     `memory.bounds` of all lags, computed when asked for; name -> (T,)
    """

    def __init__(self, cell: Cell, trace: Trace):
        self.cell, self.trace = cell, trace
        T = trace.T
        self.norms = self._mean(products.norms_back(cell, trace, T - 1))
        self.lyapunov = float(exponents.lyapunov(cell, trace, leading=1)[0])
        self.fitted = range(max(1, T // 10), T)
        self.slope = exponents.slope(self.fitted, self.norms[self.fitted.start :]) if T > 2 else None
        self.half_life = None if self.slope is None else exponents.half_life(self.slope)
        faint = np.flatnonzero(self.norms < FAINT)
        self.horizon = int(faint[0]) if len(faint) else np.inf

    def _mean(self, logs: np.ndarray) -> np.ndarray:
        return logs.mean(axis=0) if self.trace.batched else logs

    @cached_property
    def bounds(self) -> dict[str, np.ndarray]:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # of finite differences: said when it was made
            rungs = ladder.rungs(self.cell, self.trace, self.trace.T - 1)
        return {"true": self.norms, **{name: self._mean(logs) for name, logs in rungs.items()}}

    def figure(self):
        """The norms against the lag with their bounds, as a Plotly figure."""
        from ..figures import memory as drawn  # Plotly loads only now

        return drawn(self.bounds, self.in_words(), self.trace.shape, _kind(self.cell), LABELS)

    def in_words(self) -> dict[str, str]:
        """What the numbers say, name -> words."""
        if self.slope is None or self.half_life is None:
            slope, half = "none yet: a line needs at least three steps", "unknown without a slope"
        else:
            short = "; a run this short has not settled" if self.trace.T <= 12 else ""
            slope = f"{_rate(self.slope)}, over the lags {self.fitted.start} to {self.fitted.stop - 1}{short}"
            words = {0.0: "0 steps: vanished exactly", np.inf: "none: it does not shrink"}
            half = words.get(self.half_life, f"{say(self.half_life)} steps")
        none = f"nowhere under 1 % in {_steps(self.trace.T)}"
        horizon = none if self.horizon == np.inf else f"under 1 % from lag {self.horizon}"
        return {"slope": slope, "Lyapunov exponent": _rate(self.lyapunov), "half-life": half, "horizon": horizon}

    def __repr__(self) -> str:
        T, B, _ = self.trace.shape
        of = f", geometric means of {B} sequences" if B > 1 else ""
        lines = [f"Memory of {self.cell!r} over {_steps(T)}{of}"]
        lines += [f"  {name:18} {words}" for name, words in self.in_words().items()]
        lags = [lag for lag in (1, 3, 10, 30, 100, 300, 1000) if lag < T - 1] + [T - 1] * (T > 1)
        if lags:
            head = ("‖dh_T/dh_{T−lag}‖₂", *(f"lag {lag}" for lag in lags))
            rungs = self.bounds.items()
            rows = [(LABELS.get(name, name), *(say_log10(float(logs[lag])) for lag in lags)) for name, logs in rungs]
            lines += [f"  {line}" for line in table(head, rows).splitlines()]
        return "\n".join(lines)


def report(cell: Cell, x) -> MemoryReport:
    """How far back the gradient of the last state reaches after reading x, (T, I) or (T, B, I), from a start of zeros."""
    products.check(cell)
    return MemoryReport(cell, cell.unroll(x))


def _kind(cell: Cell) -> str:
    """What figures know a cell by."""
    if isinstance(cell, RNNCell):
        return cell.activation.name
    return next((KINDS[kind.__name__] for kind in type(cell).__mro__ if kind.__name__ in KINDS), type(cell).__name__)


def _rate(nats: float) -> str:
    return "vanished exactly" if nats == -np.inf else f"{say(nats, vanished='0')} nats a step"


def _steps(T: int) -> str:
    return f"{T} step" if T == 1 else f"{T} steps"
