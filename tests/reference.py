"""An independent judge: the plain RNN model written only from its formulas, differentiated by HIPS autograd.

It shares nothing with the package. Parameters may be given as a list with one dict for each step, so that a chain-rule
term is the gradient with respect to that step's own copy.
"""

import autograd.numpy as np
import mpmath
from autograd import grad, jacobian

FUNCTIONS = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0.0), "sigmoid": lambda a: 1.0 / (1.0 + np.exp(-a))}


def states(copies, x, h0, activation, scales=None, detach_every=None):
    """h_1..h_T as a list of (B, H). copies: one parameter dict for each step."""
    h, found = h0, []
    for t, p in enumerate(copies):
        if detach_every and t and t % detach_every == 0:
            h = h._value if hasattr(h, "_value") else h
        hidden = np.dot(h, p["W_hh"].T)
        if scales is not None:
            hidden = scales[:, None] * hidden
        h = FUNCTIONS[activation](np.dot(x[t], p["W_x"].T) + p["b"] + hidden)
        found.append(h)
    return found


def token_loss(y, target, kind):
    """(B,)"""
    if kind == "mse":
        return np.sum((y - target) ** 2, axis=1)
    shifted = y - np.max(y, axis=1, keepdims=True)
    return np.log(np.sum(np.exp(shifted), axis=1)) - shifted[np.arange(len(target)), target]


def losses(copies, x, h0, targets, mask, activation, kind, scales=None, detach_every=None):
    """A list of L_t, (B,) each; 0 where masked."""
    found = []
    for t, h in enumerate(states(copies, x, h0, activation, scales, detach_every)):
        y = np.dot(h, copies[t]["W_oh"].T) + copies[t]["b_o"]
        found.append(np.where(mask[t], token_loss(y, targets[t], kind), 0.0))
    return found


def gradients(params, x, h0, targets, mask, activation, kind, scales=None, detach_every=None):
    """(loss, gradients of every parameter, "x" and "h0"); the loss is summed over steps, the mean over sequences.

    detach_every=k: the state is detached before the steps k, 2k, …
    """

    def loss(everything):
        p = {name: everything[name] for name in params}
        return np.sum(np.array([np.sum(L) for L in run(p, everything["x"], everything["h0"])])) / x.shape[1]

    def run(p, x, h0):
        return losses([p] * len(x), x, h0, targets, mask, activation, kind, scales, detach_every)

    everything = {**params, "x": x, "h0": h0}
    total = sum(np.sum(L) for L in run(params, x, h0)) / x.shape[1]
    return total, _dict_gradient(loss, everything)


def _dict_gradient(loss, values):
    return {name: grad(lambda value: loss({**values, name: value}))(values[name]) for name in values}


def term(params, x, h0, targets, mask, activation, kind, t, k, wrt):
    """Term k of dL_t/dW: the gradient with respect to step k's own copy of W."""

    def loss(own):
        copies = [params] * len(x)
        copies = [*copies[:k], {**params, wrt: own}, *copies[k + 1 :]]
        return np.sum(losses(copies[: t + 1], x, h0, targets, mask, activation, kind)[t]) / x.shape[1]

    return grad(loss)(params[wrt])


def step_jacobian(params, x_t, h_previous, activation):
    """dh_t/dh_{t-1} of one sequence, (H, H)."""
    return jacobian(lambda h: states([params], x_t[None, None], h[None], activation)[0][0])(h_previous)


def log10_singular_values(factors):
    """Of the product of square matrices, by mpmath with so many digits that none is lost; −inf for what is 0."""
    with mpmath.workdps(100 + 35 * len(factors)):
        product = mpmath.eye(len(factors[0]))
        for factor in factors:
            product *= mpmath.matrix(factor.tolist())
        values = mpmath.svd_r(product, compute_uv=False)
        logs = np.array([float(mpmath.log10(value)) if value > 0 else -np.inf for value in values])
        return np.where(logs > logs[0] - mpmath.mp.dps + 50, logs, -np.inf)
