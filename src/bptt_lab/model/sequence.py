"""A cell with a readout and one loss a token.

y_t = W_oh h_t + b_o            for every step
L_t = loss(y_t, target_t)       one loss a token; a masked step has none
L   = Σ_t L_t                   the sum over the steps, then the mean over the B sequences

dL/dW_oh = Σ_t dL_t/dy_t h_tᵀ   no product of Jacobians here: distance cannot make it vanish
dL_t/dh_t = W_ohᵀ dL_t/dy_t     what each step hands to the cell's backward
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from .. import chain_rule
from ..basics import checks, overflow
from ..cells import Cell, starts
from ..cells.parameters import Parameters
from . import checkpoints, losses
from .losses import Run


class SequenceModel:
    """y_t = W_oh h_t + b_o on top of a cell, with one loss for each token.

    output_size: O, the number of classes or of target values. loss: "cross_entropy" or "mse". The readout starts as
    `cells.starts` says for the cell's init. Raises `ValueError` for anything else.
    """

    def __init__(self, cell: Cell, output_size: int, loss: str = "cross_entropy", seed: int = 0):
        if not isinstance(cell, Cell):
            raise checks.error("cell", type(cell).__name__, "a cell such as RNNCell")
        O, H = checks.count("output_size", output_size), cell.hidden_size
        self.cell, self.output_size = cell, O
        self.loss = checks.choice("loss", loss, losses.OF)
        # The cell draws from `seed` itself: a stream of our own keeps W_oh independent of W_x.
        rng = np.random.default_rng([checks.seed("seed", seed), 1])
        self.W_oh = starts.other_weights(cell.init, (O, H), H, H, rng)
        self.b_o = starts.bias(cell.init, O, H, rng)

    @property
    def params(self) -> Parameters:
        """The cell's parameters, W_oh (O, H) and b_o (O,): setting one copies into place."""
        return Parameters({**self.cell.params, "W_oh": self.W_oh, "b_o": self.b_o})

    def __repr__(self) -> str:
        return f"SequenceModel({self.cell!r}, {self.output_size}, loss={self.loss!r})"

    def forward(self, x, targets, mask=None, h0=None, scales=None, gate_biases=None) -> Run:
        """Read x, (T, I) or (T, B, I), and compare with the targets.

        targets: class numbers (T,) or (T, B) for "cross_entropy"; (T[, B]) or (T[, B], O) for "mse". mask: (T,) or
        (T, B), true where a token has a loss; the targets of other tokens are not looked at. h0, scales, gate_biases: as
        in the cell's `unroll`.
        """
        x, counts = checks.problem(self, x, mask)
        wanted = checks.wanted(self, targets, counts)
        trace = self.cell.unroll(x, h0, scales, gate_biases)
        # Only tokens with a loss pass through the readout: in a batch of sentences that is often one step of many.
        rows = np.s_[:, :] if counts.all() else np.nonzero(counts.reshape(len(x), -1))
        y = overflow.affine(self.W_oh, trace.states[1:][rows].reshape(-1, self.cell.hidden_size), self.b_o)
        return Run(self, trace, rows, y, wanted, counts.shape)

    def backward(self, run: Run, truncate: int | None = None) -> dict[str, np.ndarray]:
        """dL/d everything: every parameter, "x" and "h0" (and "c0" of an LSTM).

        truncate=k cuts the way back before the steps k, 2k, …: what happened before a cut counts as given. These are fixed
        pieces, not a window of k steps that moves along with each loss (Williams & Peng 1990).
        """
        check_run(self, run)
        return run.gradients(self.cell, None if truncate is None else checks.count("truncate", truncate))

    def gradient(self, x, targets, mask=None, checkpoint: bool = False) -> tuple[float, dict[str, np.ndarray]]:
        """(loss, gradients) in one call. checkpoint: keep √T states and compute the rest twice; see `checkpoints`."""
        if checkpoint is not False:
            return checkpoints.gradient(self, x, targets, mask, checkpoint)
        run = self.forward(x, targets, mask)
        return run.loss, run.gradients(self.cell)

    def chain_rule_terms(self, run: Run, t: int, wrt: str = "W_x") -> list[chain_rule.Term]:
        """The terms k = 0..t of dL_t/dW: word k's own way to the loss of token t.

        wrt: any parameter. W_oh and b_o stand outside the recurrence, so all their terms but k = t are zero. The terms
        sum to the gradient that BPTT gives for L_t alone. `factors` start with "dL[t]/dy[t]" and "dy[t]/dh[t]".
        """
        check_run(self, run)
        t = checks.index("t", t, run.trace.T)
        checks.choice("wrt", wrt, self.params)
        if wrt not in ("W_oh", "b_o"):
            dh_t = overflow.dot(run.dy[t], run.W_oh)
            return chain_rule.terms(self.cell, run.trace, dh_t, t, wrt, partial(self._readout_factors, run, t))
        gradients = np.zeros((t + 1, *self.params[wrt].shape))
        gradients[t], factors = self._readout_term(run, t, wrt)
        sizes = chain_rule.norm(gradients.reshape(t + 1, -1))
        return [chain_rule.Term(k, (gradients, sizes, lambda k: factors() if k == t else {})) for k in range(t + 1)]

    def _readout_factors(self, run: Run, t: int) -> dict[str, np.ndarray]:
        dL_dy, W_oh = run.trace.squeeze(run.dy[t], axis=0), chain_rule.state_rows(self.cell, run.W_oh.copy())
        return {f"dL[{t}]/dy[{t}]": dL_dy, f"dy[{t}]/d{chain_rule.state_name(self.cell)}[{t}]": W_oh}

    def _readout_term(self, run: Run, t: int, wrt: str) -> tuple[np.ndarray, Callable[[], dict[str, np.ndarray]]]:
        """The one term that is not zero, and what tells its factors."""
        (B, O), trace = run.dy[t].shape, run.trace
        v = trace.states[t + 1] if wrt == "W_oh" else np.ones((B, 1))

        def factors():
            immediate = np.zeros((B, O, O, v.shape[1]))
            immediate[:, range(O), range(O)] = v[:, None]  # row i of W_oh feeds output i alone
            immediate = immediate.reshape(B, O, *self.params[wrt].shape)
            return {f"dL[{t}]/dy[{t}]": trace.squeeze(run.dy[t], 0), f"∂⁺y[{t}]/∂{wrt}": trace.squeeze(immediate, 0)}

        return overflow.dot(run.dy[t].T, v).reshape(self.params[wrt].shape), factors

    def ledger(self, run: Run, wrt: str = "W_x") -> np.ndarray:
        """(T, T): entry [t, k] is the norm of step k's term in dL_t/dW; 0 above the diagonal.

        The terms of a row sum to BPTT's gradient of L_t. Their norms do not sum to its norm.
        """
        check_run(self, run)
        checks.choice("wrt", wrt, self.params)
        if wrt in self.cell.params:
            return chain_rule.ledger(self.cell, run.trace, run.dh, wrt)
        return np.diag([chain_rule.norm(self._readout_term(run, t, wrt)[0].ravel()) for t in range(run.trace.T)])


def rtrl(model: SequenceModel, run: Run) -> dict[str, np.ndarray]:
    """The gradient of every parameter and of the start, carried forward (real-time recurrent learning).

    The same numbers as `model.backward(run)`, less "x", at a much higher price: see `chain_rule.forward_mode`.
    """
    check_model(model)
    check_run(model, run)
    return {**chain_rule.forward_mode(model.cell, run.trace, run.dh), **run.readout_gradients()}


def check_model(model) -> None:
    if not isinstance(model, SequenceModel):
        raise checks.error("model", type(model).__name__, "a SequenceModel", "Try model = bl.SequenceModel(cell, output_size).")


def check_run(model: SequenceModel, run) -> None:
    hint = "Try run = model.forward(x, targets)."
    if not isinstance(run, Run):
        raise checks.error("run", type(run).__name__, "a run of the model", hint)
    if run.W_oh.shape != model.W_oh.shape:
        checks.trace(model.cell, run.trace)  # says more, if it is the cell that differs
        raise checks.error("run", f"a run with {len(run.b_o)} outputs", f"one with {model.output_size} outputs", hint)


def check_task(task) -> None:
    """Whether `task` offers batches and says what a model for it needs."""
    if isinstance(task, type) or not all(hasattr(task, name) for name in ("batch", "input_size", "output_size", "loss")):
        raise checks.error("task", type(task).__name__, "a task", "Try task = bl.tasks.Agreement(distance=5).")


def check_fits(model, task) -> None:
    """A model of other sizes than the task's is refused."""
    check_model(model)
    check_task(task)
    given, wanted = (model.cell.input_size, model.output_size, model.loss), (task.input_size, task.output_size, task.loss)
    if given != wanted:
        raise checks.error("model", f"(inputs, outputs, loss) = {given}", f"{wanted}, as {task!r} has them")
