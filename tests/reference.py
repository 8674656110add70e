"""An independent judge: the models written only from their formulas, differentiated by HIPS autograd.

It shares nothing with the package. Parameters may be given as a list with one dict for each step, so that a chain-rule
term is the gradient with respect to that step's own copy.
"""

import autograd.numpy as np
import mpmath
from autograd import grad, jacobian

FUNCTIONS = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0.0), "sigmoid": lambda a: 1.0 / (1.0 + np.exp(-a))}
KEEPS = {"gated": 0, "gru": 1, "gru before": 1, "lstm": 1}  # the row block whose bias a sweep over gate biases moves


def step(cell, p, x_t, state, scales=None, gate_biases=None):
    """One step. state: h as (B, H), and [h | c] as (B, 2H) of an LSTM."""
    σ, tanh = FUNCTIONS["sigmoid"], np.tanh
    H = p["W_hh"].shape[1]
    h, c = state[:, :H], state[:, H:]
    read = h if scales is None else scales[:, None] * h  # W_hh times a scale is W_hh that reads a scaled h

    def inputs(block):
        a = np.dot(x_t, p["W_x"][block * H : (block + 1) * H].T) + p["b"][block * H : (block + 1) * H]
        return a + gate_biases[:, None] if gate_biases is not None and KEEPS[cell] == block else a

    def hidden(block, v):
        return np.dot(v, p["W_hh"][block * H : (block + 1) * H].T)

    def layer(block):
        return inputs(block) + hidden(block, read)

    if cell == "gated":
        return σ(layer(0)) * h + σ(layer(1)) * tanh(layer(2))
    if cell == "lstm":
        c = σ(layer(1)) * c + σ(layer(0)) * tanh(layer(2))
        return np.concatenate([σ(layer(3)) * tanh(c), c], axis=1)
    if cell in ("gru", "gru before"):
        r, z = σ(layer(0)), σ(layer(1))
        n = tanh(inputs(2) + (r * (hidden(2, read) + p["b_hn"]) if cell == "gru" else hidden(2, r * read)))
        return (1 - z) * n + z * h
    return FUNCTIONS[cell](layer(0))


def states(copies, x, start, cell, scales=None, detach_every=None, gate_biases=None):
    """The states 1..T, a list of (B, H), or (B, 2H) of an LSTM. copies: one parameter dict for each step."""
    state, found = start, []
    for t, p in enumerate(copies):
        if detach_every and t and t % detach_every == 0:
            state = state._value if hasattr(state, "_value") else state
        state = step(cell, p, x[t], state, scales, gate_biases)
        found.append(state)
    return found


def token_loss(y, target, kind):
    """(B,)"""
    if kind == "mse":
        return np.sum((y - target) ** 2, axis=1)
    shifted = y - np.max(y, axis=1, keepdims=True)
    return np.log(np.sum(np.exp(shifted), axis=1)) - shifted[np.arange(len(target)), target]


def losses(copies, x, start, targets, mask, cell, kind, scales=None, detach_every=None, gate_biases=None):
    """A list of L_t, (B,) each; 0 where masked."""
    found = []
    for t, state in enumerate(states(copies, x, start, cell, scales, detach_every, gate_biases)):
        h = state[:, : copies[t]["W_oh"].shape[1]]
        y = np.dot(h, copies[t]["W_oh"].T) + copies[t]["b_o"]
        found.append(np.where(mask[t], token_loss(y, targets[t], kind), 0.0))
    return found


def gradients(params, x, start, targets, mask, cell, kind, scales=None, detach_every=None, gate_biases=None):
    """(loss, gradients of every parameter, "x", "h0" and an LSTM's "c0"); the loss is summed over steps, the mean over sequences.

    detach_every=k: the state is detached before the steps k, 2k, …
    """

    def loss(everything):
        p = {name: everything[name] for name in params}
        return np.sum(np.array([np.sum(L) for L in run(p, everything["x"], everything["start"])])) / x.shape[1]

    def run(p, x, start):
        return losses([p] * len(x), x, start, targets, mask, cell, kind, scales, detach_every, gate_biases)

    total = sum(np.sum(L) for L in run(params, x, start)) / x.shape[1]
    return total, _dict_gradient(loss, {**params, "x": x, "start": start})


def cell_gradients(params, x, start, cell, dstates):
    """The gradients of Σ_t ⟨dstates_t, state_t⟩, for a cell without a readout."""

    def loss(everything):
        found = states([everything] * len(x), everything["x"], everything["start"], cell)
        return sum(np.sum(d * state) for d, state in zip(dstates, found))

    return _dict_gradient(loss, {**params, "x": x, "start": start})


def _dict_gradient(loss, values):
    found = {name: grad(lambda value: loss({**values, name: value}))(values[name]) for name in values}
    start, H = found.pop("start"), values["W_hh"].shape[1]
    return {**found, "h0": start[:, :H], **({"c0": start[:, H:]} if start.shape[1] > H else {})}


def term(params, x, start, targets, mask, cell, kind, t, k, wrt):
    """Term k of dL_t/dW: the gradient with respect to step k's own copy of W."""

    def loss(own):
        copies = [params] * len(x)
        copies = [*copies[:k], {**params, wrt: own}, *copies[k + 1 :]]
        return np.sum(losses(copies[: t + 1], x, start, targets, mask, cell, kind)[t]) / x.shape[1]

    return grad(loss)(params[wrt])


def step_jacobian(params, x_t, previous, cell):
    """dh_t/dh_{t-1} of one sequence, (H, H), or of an LSTM's pair, (2H, 2H)."""
    return jacobian(lambda state: step(cell, params, x_t[None], state[None])[0])(previous)


def log10_norm(factors):
    """Of the product of square matrices, by mpmath with so many digits that none is lost."""
    with mpmath.workdps(100 + 35 * len(factors)):
        product = mpmath.eye(len(factors[0]))
        for factor in factors:
            product *= mpmath.matrix(factor.tolist())
        return float(mpmath.log10(mpmath.svd_r(product, compute_uv=False)[0]))
