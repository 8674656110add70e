"""Notebook 04: how the norm of dh_T/dh_k falls or grows with the lag, the bounds on it, and the learner's own guess."""

import numpy as np
import traitlets

from .. import memory
from ..basics import checks, overflow
from ..cells import RNNCell
from .base import Arrays, Bars, Choice, Grid, Guess, Magnified, Parts, Pointed, Said, Switch, kept
from .predictions import Made, judge, keep
from .sentence_net import ACTIVATIONS, HIDDEN
from .sentence_net import HALF_THE_SCALES as SCALES

LENGTHS = (1, 2, 4, 8, 16, 32, 64)
STARTS = ("normal", "uniform", "orthogonal", "shift")
INPUTS = (0.0, 0.1, 1.0)
RUNGS = ("product", "sigma", "radius")  # what `memory.bounds` gives beside the truth, in its order


def lags_of(T: int) -> list[int]:
    """Where the curve of T words is computed: all lags up to 16, then every fourth, and the last."""
    return [lag for lag in range(T) if lag <= 16 or lag % 4 == 0 or lag == T - 1]


class Decay(Magnified):
    """‖dh_T/dh_k‖₂ against the lag T − k, the ladder of bounds, what the whole product stretches, the eigenvalues of W_hh.

    A net of 16 units, or a `cell` that is handed in, reads T Gaussian inputs. `weight_scale` multiplies its W_hh, `length` is T,
    `inputs` the standard deviation, the `start` "shift" ½ I and ones above the diagonal. `guess` is the learner's, the power of
    ten at the largest lag. `curve` is "hidden" or "shown"; `product`, `sigma`, `radius` say which rungs are shown; the last two
    are of an `RNNCell` alone. `lag`: where to read off, −1 for nowhere.
    """

    name = "decay"
    weight_scale = Grid(SCALES, 1.0)
    length = Grid(LENGTHS, 32)
    start = Choice(STARTS, kind="menu")
    inputs = Choice(INPUTS, 0.1, kind="menu")
    activation = Choice(ACTIVATIONS)
    guess = Guess(range(-12, 7))
    curve = Choice(("hidden", "shown"))
    product = Switch()
    sigma = Switch()
    radius = Switch()
    lag = Pointed(range(-1, LENGTHS[-1]))

    def __init__(self, cell=None, **settings):
        if cell is not None and not hasattr(cell, "input_size"):
            raise checks.error("cell", type(cell).__name__, "a cell such as GRUCell(8, 16)")
        self._cell = cell
        yours = "" if cell is None else type(cell).__name__
        self.facts = {"lags": {T: lags_of(T) for T in LENGTHS}, "yours": yours}
        if yours:
            without = {"start", "activation", *(() if isinstance(cell, RNNCell) else RUNGS[1:])}
            self.controls = tuple(control for control in type(self).controls if control.name not in without)
        super().__init__(**settings)

    def parts(self) -> Parts:
        if self._cell is not None:
            yield curves_of(self._cell, "yours")
        else:
            yield from (sweep(start, activation) for start in STARTS for activation in ACTIVATIONS)

    def at(self, name: str) -> np.ndarray:
        """The row of this weight scale in one of the arrays of the net on show, see `curves_of`."""
        net = "yours" if self._cell is not None else f"{self.start}_{self.activation}"
        return self.look_up(f"{name}_{net}" if name == "sizes" else f"{name}_{net}_{self.inputs:g}_{self.length}", "weight_scale")

    def norms(self, name: str = "true") -> dict[int, float]:
        """lag -> norm, or one of the rungs "product", "sigma" and "radius"."""
        lags = np.array(lags_of(self.length))
        with overflow.quietly():
            if name in ("true", "product"):
                values = 10.0 ** self.at("ladder")[("true", "product").index(name)]
            else:
                values = self.at("sizes")[0 if name == "radius" else 2] ** lags
        return dict(zip(lags.tolist(), values.tolist()))

    def _setting(self) -> dict[str, str]:
        """The net and its inputs, in words."""
        start = {"activation": self.activation, "start": self.words[f"start_{self.start}"]}
        net = self.say("net", **start) if self._cell is None else self.say("net_own", cell=self.facts["yours"])
        return {"net": net, "scale": self.number(self.weight_scale), "inputs": self.words[f"inputs_{self.inputs:g}"]}

    def said(self) -> Said:
        norms, shown, lags = self.norms(), self.curve == "shown", self.length - 1
        guess = self.words["unset" if self.guess is None else f"guess_{self.guess}"]
        told = {"guess": guess, "lags": lags, **self._setting()}
        plain = self._cell is None or isinstance(self._cell, RNNCell)
        sizes = dict(zip(("rho", "sigma"), self.at("sizes"))) if plain else {}
        told["matrix"] = self.say("matrix" if plain else "matrix_own", **sizes, **told)
        if not lags:
            yield self.say("shows_one", **told)
            yield from self.said_of_axis()
            return
        far = norms[lags]
        if not shown:
            yield self.say("shows_unset" if self.guess is None else "shows_hidden", **told)
        else:
            yield self.say("shows", far=far, **told)
            if self.guess is not None:
                yield self.say("judged", **told)
                yield judge(self, self.guess, far)[2]
            yield told["matrix"]
            if far > 0:
                stretches = self.at("stretches")
                yield self.say("alive", alive=int((stretches > stretches[0] - 3).sum()), units=len(stretches))
        rungs = [control.name for control in self.controls if control.name in RUNGS and getattr(self, control.name)]
        for rung in rungs:  # that are asked for, and that this net has
            yield self.say(f"at_{rung}", value=self.norms(rung)[lags])
        if shown and "radius" in rungs and self.norms("radius")[lags] < 0.999 * far:
            yield self.words["radius_fails"]
        if self._cell is None and self.activation == "relu" and self.inputs == 0:
            yield self.words["silent_relu"]
        if shown and self.lag in norms:
            yield self.say("read", lag=self.lag, norm=norms[self.lag])
        yield from self.said_of_axis()

    @traitlets.observe("curve")
    def _keep_the_guess(self, change) -> None:
        if change["new"] == "shown" and self._arrays and self.length > 1 and self.guess is not None:
            lags = self.length - 1
            question = self.say("asked", lags=lags, **self._setting())
            keep((self.name, id(self._cell), question), Made(question, *judge(self, self.guess, self.norms()[lags])))

    def still(self) -> Bars:
        norms, last = self.norms(), self.length - 1
        if self.curve == "hidden" and last:  # the learner guesses first
            guessed = [] if self.guess is None else [(self.say("bar_guess", lag=last), 10.0**self.guess)]
            return [(self.say("bar", lag=0), norms[0]), *guessed]
        return [(self.say("bar", lag=lag), norms[lag]) for lag in (0, 1, 2, 4, 8, 16, 32, self.length - 1) if lag in norms]


def cell_of(start: str, activation: str) -> RNNCell:
    """The net of the explorer: 16 units, 16 inputs."""
    cell = RNNCell(HIDDEN, HIDDEN, activation, init="normal" if start == "shift" else start)
    if start == "shift":
        cell.params["W_hh"] = 0.5 * np.eye(HIDDEN) + np.eye(HIDDEN, k=1)
    return cell


@kept
def sweep(start: str, activation: str) -> Arrays:
    """`curves_of` one of the explorer's own nets."""
    return curves_of(cell_of(start, activation), f"{start}_{activation}")


def curves_of(cell, net: str) -> Arrays:
    """Every weight scale and input scale of any cell; rows are weight scales, and of one input scale and length there are

    ladder (scales, 2, lags): log10 of the true norm, and of the product of the Jacobians' norms. stretches (scales, D): log10 of
    the singular values of dh_T/dh_1; −inf for those that a plain product cannot tell from 0, 12 powers of ten under the largest.
    Of an RNNCell, for all inputs: eigenvalues (H, 2) of W_hh at weight scale 1; sizes (scales, 3): ρ, σ_max and γσ_max.
    """
    arrays, S = {}, len(SCALES)
    x = np.random.default_rng(0).standard_normal((LENGTHS[-1], 1, cell.input_size))
    batch = np.concatenate([np.repeat(spread * x, S, axis=1) for spread in INPUTS], axis=1)
    trace = cell.unroll(batch, scales=np.tile(SCALES, len(INPUTS)))
    for T in LENGTHS:
        bounds = memory.bounds(cell, trace, T - 1, lags_of(T))
        ladder = np.stack([bounds["true"], bounds["product of norms"]], axis=1)
        stretches = np.linalg.svd(memory.jacobian_product(cell, trace, T - 1, 0), compute_uv=False)
        stretches[stretches < 1e-12 * stretches[..., :1]] = 0.0
        with overflow.quietly():
            stretches = np.log10(stretches)
        for i, spread in enumerate(INPUTS):
            arrays[f"ladder_{net}_{spread:g}_{T}"] = ladder[i * S : (i + 1) * S]
            arrays[f"stretches_{net}_{spread:g}_{T}"] = stretches[i * S : (i + 1) * S]
    if isinstance(cell, RNNCell):
        λ = np.linalg.eigvals(cell.params["W_hh"])
        ρ, σ = np.abs(λ).max(), np.linalg.norm(cell.params["W_hh"], 2)
        arrays[f"eigenvalues_{net}"] = np.stack([λ.real, λ.imag], axis=1)
        arrays[f"sizes_{net}"] = np.outer(SCALES, [ρ, σ, cell.activation.gamma * σ])
    return arrays
