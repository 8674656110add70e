"""The memory of a cell in a few numbers, in words and as a picture."""

import warnings
from functools import cached_property

import numpy as np

from ..basics import checks, overflow
from ..basics.text import say, say_log10, spread, table
from ..cells import Cell, RNNCell, Trace
from . import exponents, products, real_moves, scaled

FAINT = -2.0  # log10 of 1 %
GROWTH = np.log10(1.1)  # less is called none
SWAPPED = "‖Δh_T‖/‖h_T‖, that input swapped"
KINDS = {"GatedCell": "gated", "GRUCell": "GRU", "LSTMCell": "LSTM"}
GUESS = "ρ^lag"  # the popular guess: ρ, the spectral radius of W_hh. No upper bound; a lower one where all slopes are 1
LABELS = {GUESS: f"{GUESS}, a popular guess and no bound"}


class MemoryReport:
    """What is left of dh_T/dh_k at the end of one run, lag by lag. Over B sequences a norm is their geometric mean.

    Of an LSTM the norms are those of the pair, d(h, c)_T/d(h, c)_k.

    norms      (T,) log10 ‖dh_T/dh_{T−lag}‖₂ for the lags 0..T−1; −inf where vanished exactly, in one sequence or more
    fitted     the lags of the slope, T//10 (at least 1) to T−1: the first tenth has not settled yet
    slope      nats a step, of the straight line through ln ‖dh_T/dh_{T−lag}‖₂ over `fitted` (least squares). −inf if some of
               them vanished exactly. None for T < 3, where there is no line; in a short run not yet the rate of long lags
    lyapunov   nats a step: the largest Lyapunov exponent of the same run, which the slope tends to
    half_life  ln 2/−slope, the steps in which the norm halves: inf if slope ≥ 0, None without a slope
    horizon    the first lag whose norm is under 1 %; inf if there is none in this run

    Computed when asked for:

    bounds     `memory.bounds` of all lags, name -> (T,)
    blocks     where the state is a pair (h, c): the norms of its four blocks at `lags`, and of what a readout sees at all, (T,)
    seen       the horizon of what a readout sees: that of h alone
    half_lives of each sequence, read up to the middle, to three quarters and to the end: (3, B), inf where it does not fall
    swaps      lag -> how far h_T moves when the input of that lag is another one, as a share of ‖h_T‖; NaN where there is none
    gates      (H,) each unit's mean of the gate that keeps, or None; counters: unit -> growth a step, see `real_moves.counters`
    """

    def __init__(self, cell: Cell, trace: Trace):
        self.cell, self.trace = cell, trace
        T = trace.T
        self.norms = self._mean(products.norms_back(cell, trace, T - 1))
        self.lyapunov = float(exponents.lyapunov(cell, trace, leading=1)[0])
        self.fitted = range(max(1, T // 10), T)
        self.slope = exponents.slope(self.fitted, self.norms[self.fitted.start :]) if T > 2 else None
        self.half_life = None if self.slope is None else exponents.half_life(self.slope)
        self.horizon = _first_faint(self.norms)

    def _mean(self, logs: np.ndarray) -> np.ndarray:
        return logs.mean(axis=0) if self.trace.batched else logs

    @cached_property
    def bounds(self) -> dict[str, np.ndarray]:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # of finite differences: said when it was made
            found = rungs(self.cell, self.trace, self.trace.T - 1)
        return {"true": self.norms, **{name: self._mean(logs) for name, logs in found.items()}}

    @cached_property
    def blocks(self) -> dict[str, np.ndarray]:
        if len(self.cell.parts) == 1:
            return {}
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            found = real_moves.blocks(self.cell, self.trace, self.lags)
        return {name: self._mean(logs) for name, logs in found.items()}

    seen = property(lambda self: _first_faint(self.blocks.get(real_moves.SEEN, self.norms)))

    @cached_property
    def half_lives(self) -> np.ndarray:
        T, B, found = self.trace.T, self.trace.shape[1], []
        for end in (T // 2, 3 * T // 4, T):
            lags = range(max(1, end // 10), end, 1 + end // 40)
            if len(lags) > 1:
                with warnings.catch_warnings(action="ignore", category=UserWarning):
                    norms = products.norms_back(self.cell, self.trace, end - 1, lags).reshape(B, -1)
                found.append([exponents.half_life(exponents.slope(lags, each)) for each in norms])
        return np.array(found)

    @cached_property
    def swaps(self) -> dict[int, float]:
        return dict(zip(self.lags, real_moves.swapped(self.trace, self.lags).tolist()))

    @property
    def lags(self) -> list[int]:
        """The lags that are printed."""
        T = self.trace.T
        return [lag for lag in (1, 3, 10, 30, 100, 300, 1000) if lag < T - 1] + [T - 1] * (T > 1)

    @cached_property
    def gates(self) -> np.ndarray | None:
        gate = real_moves.keeping_gate(self.trace)
        return None if gate is None else gate.mean(axis=(0, 1))

    counters = cached_property(lambda self: real_moves.counters(self.trace))

    @property
    def _measured(self) -> str:
        """What `norms` are of: of an LSTM that is the pair, and not h alone."""
        state = "h" if len(self.cell.parts) == 1 else f"({', '.join(self.cell.parts)})"
        return f"‖d{state}_T/d{state}_{{T−lag}}‖₂"

    def figure(self):
        """The norms against the lag with their bounds, as a Plotly figure."""
        from ..figures import memory as drawn  # Plotly loads only now

        return drawn(self.bounds, self.in_words(), self.trace.shape, self._measured, _kind(self.cell), LABELS)

    def in_words(self) -> dict[str, str]:
        """What the numbers say, name -> words."""
        words = {"slope": "none yet: a line needs at least three steps", "Lyapunov exponent": _rate(self.lyapunov)}
        words["half-life"] = "unknown without a slope"
        if self.slope is not None:
            words["slope"] = f"{_rate(self.slope)}, over the lags {self.fitted.start} to {self.fitted.stop - 1}"
            words["half-life"] = self._half_life(self.slope, exponents.half_life(self.slope))
        words["horizon"] = self._horizon(self.horizon)
        if self.blocks and self.seen != self.horizon:
            words["seen by a readout"] = f"{self._horizon(self.seen)}: h alone"
        if self.trace.T > 1 and self.norms.max() > GROWTH:
            peak = int(self.norms.argmax())
            then = "before it decays" if self.norms[-1] < self.norms[peak] - GROWTH else "and no decay in this run"
            words["growth"] = f"{say_log10(float(self.norms[peak]))}-fold at lag {peak}, {then}"
        if self.slope is not None and (apart := _apart(self.slope, self.lyapunov, self.trace.T)):
            both = f"half-life {_halves(self.slope)} by slope, {_halves(self.lyapunov)} by exponent"
            words["disagreement"] = f"{both}: {apart} apart by the end. Neither is a rate yet: take a longer run"
        return words

    def _half_life(self, slope: float, half: float) -> str:
        T = self.trace.T
        if half in (0.0, np.inf):
            return "0 steps: vanished exactly" if half == 0.0 else "none: it does not shrink"
        if -slope * (len(self.fitted) - 1) < np.log(2.0):
            return f"not shown: over these lags the norm falls by less than half; going on like this takes {say(half)} steps"
        several = [say(end, vanished="0", exploded="none") for end in (self.half_lives.min(), self.half_lives.max())]
        of = f"{self.trace.shape[1]} sequences and " * (self.trace.shape[1] > 1)
        return f"{say(half)} steps; {' to '.join(several)} over {of}the last steps {T // 2}, {3 * T // 4}, {T}"

    def _horizon(self, lag: float) -> str:
        return f"nowhere under 1 % in {_steps(self.trace.T)}" if lag == np.inf else f"under 1 % from lag {int(lag)}"

    def _units(self) -> dict[str, str]:
        """What single units do: a mean over all hides the few that keep."""
        if self.gates is None or not np.isfinite(self.gates).all():
            return {}
        order = np.argsort(-self.gates)[:3]
        most = ", ".join(f"unit {unit} {self.gates[unit]:.3f}" for unit in order)
        words = {f"{self.cell.keeping_gate} gate": f"{spread(self.gates, '.2f')} over units; the most open: {most}"}
        if self.counters:
            named = ", ".join(map(str, list(self.counters)[:8])) + ", …" * (len(self.counters) > 8)
            growth = say(max(self.counters.values()))
            words["counters"] = f"units {named}: {self.cell.parts[-1]} grows by up to {growth} a step, the gate all but 1"
        return words

    def __repr__(self) -> str:
        T, B, _ = self.trace.shape
        of = f", geometric means of {B} sequences" if B > 1 else ""
        lines = [f"Memory of {self.cell!r} over {_steps(T)}{of}"]
        lines += [f"  {name:18} {words}" for name, words in {**self.in_words(), **self._units()}.items()]
        if lags := self.lags:
            head = (self._measured, *(f"lag {lag}" for lag in lags))
            norms = {name: logs[lags] for name, logs in self.bounds.items()}
            norms |= {name: logs[lags] if name == real_moves.SEEN else logs for name, logs in self.blocks.items()}
            rows = [(LABELS.get(name, name), *(say_log10(float(log)) for log in logs)) for name, logs in norms.items()]
            if np.isfinite(list(self.swaps.values())).all():
                rows.append((SWAPPED, *(say(share, vanished="0") for share in self.swaps.values())))
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


def _first_faint(norms: np.ndarray) -> float:
    faint = np.flatnonzero(norms < FAINT)
    return int(faint[0]) if len(faint) else np.inf


def _apart(slope: float, exponent: float, T: int) -> str:
    """By what factor two rates differ after T steps, in words; none if by less than 2, or by a tenth of their size."""
    if slope == exponent:
        return ""
    apart = abs(slope - exponent) * (T - 1)
    if not np.isfinite(apart):
        return "without bound"
    large = apart > np.log(2.0) and abs(slope - exponent) > 0.1 * max(abs(slope), abs(exponent))
    return f"a factor of {say_log10(apart / np.log(10.0))}" if large else ""


def _halves(rate: float) -> str:
    half = exponents.half_life(rate)
    return f"none ({_rate(rate)})" if half == np.inf else f"{say(half, vanished='0')} steps"


def _rate(nats: float) -> str:
    return "vanished exactly" if nats == -np.inf else f"{say(nats, vanished='0')} nats a step"


def _steps(T: int) -> str:
    return f"{T} step" if T == 1 else f"{T} steps"


def bounds(cell: Cell, trace: Trace, t: int, lags=None) -> dict[str, np.ndarray]:
    """The ladder over the true norm, name -> log10 as in `norms_back`.

    "true"              ‖J_t ⋯ J_{k+1}‖₂
    "product of norms"  ∏ ‖J_j‖₂: always at least as large
    "(γσ_max)^lag"      γ bounds f', σ_max is the largest singular value of W_hh: larger again (Pascanu et al. 2013). RNNCell only
    "ρ^lag"             the popular guess that is *no* bound; ρ is the spectral radius of W_hh. RNNCell only
    """
    return {"true": products.norms_back(cell, trace, t, lags), **rungs(cell, trace, t, lags)}


@overflow.silent
def rungs(cell: Cell, trace: Trace, t: int, lags=None) -> dict[str, np.ndarray]:
    """`bounds` without the true norm."""
    products.check(cell, trace)
    t = checks.index("t", t, trace.T)
    lags = products.lags_of(lags, t)
    B = trace.shape[1]
    steps = np.zeros((B, max(lags) + 1))
    for some, J, e in products.jacobians(cell, trace, range(t, t - max(lags), -1)):
        steps[:, t + 1 - np.array(some)] = scaled.log10_norms(J, np.broadcast_to(e[..., None], J.shape[:-1])).T
    found = {"product of norms": trace.squeeze(steps.cumsum(axis=1)[:, lags], axis=0)}
    if isinstance(cell, RNNCell):
        W_hh = trace.cell.stack[:, cell.input_size + 1 :]
        scales = np.ones(B) if trace.cell.scales is None else np.abs(trace.cell.scales[:, 0])
        W, e = scaled.level(*scaled.rescaled(W_hh[None].copy()))
        sigma = np.linalg.svd(W[0], compute_uv=False)[0]
        rho = np.abs(np.linalg.eigvals(W[0])).max()
        for name, size in (("(γσ_max)^lag", cell.activation.gamma * sigma), (GUESS, rho)):
            rate = np.log10(size) + e[0] * scaled.LOG10_2 + np.log10(scales)
            found[name] = trace.squeeze(np.where(np.array(lags) > 0, rate[:, None] * np.array(lags), 0.0), axis=0)
    return found
