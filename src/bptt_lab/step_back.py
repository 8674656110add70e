"""One step of the way back through a GRU and an LSTM: what notebook 08 asks the learner to write, and the check of it.

Vectors of one sequence, (H,). A name like da_r is dL/da of the block r, where r = σ(a_r).
"""

from collections.abc import Callable, Iterator

import numpy as np

from .cells import GRUCell, LSTMCell

T, I, H = 6, 3, 5  # of the small cells that the checks walk through
Slips = Iterator[tuple[str, np.ndarray, str]]  # the name of a part, a wrong value of it, what to tell


def gru(dh, r, z, n, h_before, inner):
    """Given δ_t = dL/dh_t, of h_t = z h_{t-1} + (1 − z) n with n = tanh(… + r · inner), inner = W_hn h_{t-1} + b_hn.

    Returns da_r, da_z, da_n and "direct": what reaches h_{t-1} while gates and candidate are held.
    """
    da_n = (1 - z) * dh * (1 - n**2)
    da_z = (h_before - n) * dh * z * (1 - z)
    da_r = inner * da_n * r * (1 - r)
    return da_r, da_z, da_n, z * dh


def _gru_slips(dh, r, z, n, h_before, inner) -> Slips:
    da_r, da_z, da_n, _ = gru(dh, r, z, n, h_before, inner)
    yield "direct", (1 - z) * dh, "Here z keeps the old state: h_t = z h_{t-1} + (1 − z) n. You have z and 1 − z the other way round."
    yield "direct", dh, "On the direct road h_{t-1} is multiplied by z."
    yield "da_n", (1 - z) * dh, "The slope of tanh is missing in da_n: it is 1 − n²."
    yield "da_n", z * dh * (1 - n**2), "n is multiplied by 1 − z, not by z."
    yield "da_z", (h_before - n) * dh, "The slope of the logistic gate is missing in da_z: z(1 − z)."
    yield "da_z", h_before * dh * z * (1 - z), "dL/dz has two parts: z also stands in (1 − z) n, with a minus."
    yield "da_z", -da_z, "The sign of da_z is turned: more z is more of h_{t-1} and less of n."
    yield "da_r", inner * da_n, "The slope of the logistic gate is missing in da_r: r(1 − r)."
    yield "da_r", h_before * da_n * r * (1 - r), "r multiplies the inner sum W_hn h_{t-1} + b_hn. So dL/dr carries inner, not h_before."
    yield "da_r", inner * (1 - z) * dh * r * (1 - r), "r stands inside the tanh. So dL/dr starts from da_n, with its slope."


def lstm(dh, dc, i, f, g, o, c, c_before):
    """Given dL/dh_t, and what the next step hands to c_t; c_t = f c_{t-1} + i g, h_t = o tanh(c_t).

    Returns da_i, da_f, da_g, da_o and "dc_before": what goes on to c_{t-1} while h_{t-1} is held.
    """
    dc = dc + o * (1 - np.tanh(c) ** 2) * dh  # the second way into the loss: through h_t
    da_i = g * dc * i * (1 - i)
    da_f = c_before * dc * f * (1 - f)
    da_g = i * dc * (1 - g**2)
    da_o = np.tanh(c) * dh * o * (1 - o)
    return da_i, da_f, da_g, da_o, f * dc


def _lstm_slips(dh, dc, i, f, g, o, c, c_before) -> Slips:
    through_h = o * (1 - np.tanh(c) ** 2) * dh
    δ = dc + through_h
    yield "dc_before", f * dc, "c_t reaches the loss in two ways: from the next step, which is dc, and through h_t. Add the second."
    yield "dc_before", f * through_h, "c_t reaches the loss in two ways: through h_t, and from the next step. Add dc."
    yield "dc_before", f * (dc + o * dh), "The way from h_t into c_t has a slope: 1 − tanh(c_t)²."
    yield "dc_before", δ, "On its way to c_{t-1} the gradient is multiplied by f."
    yield "da_f", c * δ * f * (1 - f), "f multiplies the old c. So dL/df carries c_before, not c."
    yield "da_g", i * δ * g * (1 - g), "The candidate g is a tanh: its slope is 1 − g²."
    yield "da_o", c * dh * o * (1 - o), "o multiplies tanh(c), not c."
    yield "da_o", np.tanh(c) * δ * o * (1 - o), "o stands in h_t alone. So dL/do starts from dh, not from dc."
    for name, value in (("da_i", g * δ), ("da_f", c_before * δ), ("da_o", np.tanh(c) * dh)):
        yield name, value, f"The slope of the logistic gate is missing in {name}: {name[-1]}(1 − {name[-1]})."


def check_gru(yours: Callable) -> str:
    """What to tell a learner whose `yours` should be `gru`."""
    return _check(yours, gru, ("da_r", "da_z", "da_n", "direct"), _gru_slips, _walk_gru)


def check_lstm(yours: Callable) -> str:
    """What to tell a learner whose `yours` should be `lstm`."""
    return _check(yours, lstm, ("da_i", "da_f", "da_g", "da_o", "dc_before"), _lstm_slips, _walk_lstm)


def _check(yours, right, parts, slips, walk) -> str:
    arguments = walk(right)[0]
    got = _own(yours, arguments)
    if got is None:
        return "Not tried yet."
    if not isinstance(got, tuple | list) or len(got) != len(parts):
        return f"Return {len(parts)} things, in this order: {', '.join(parts)}."
    for name, value in zip(parts, got):
        if np.shape(value) != (H,):
            return f"{name} has shape {np.shape(value)}. It has one number for each unit, ({H},)."

    def same(value, target):
        return np.allclose(np.asarray(value, dtype=float), target, rtol=1e-9, atol=1e-14)

    found = dict(zip(parts, got))
    off = [name for name, target in zip(parts, right(*arguments)) if not same(found[name], target)]
    if not off:
        return f"Right. Walked over {T} words, your step gives the gradient of cell.backward: {_agreement(*walk(yours)[1:])}."
    told = [text for name, value, text in slips(*arguments) if name in off and same(found[name], value)]
    fine = ", ".join(name for name in parts if name not in off)
    return f"Off: {', '.join(off)}.{f' Right: {fine}.' if fine else ''} {told[0] if told else 'Go through the equations again.'}"


def _own(step, arguments):
    """Call it with copies: a learner's code may write into what it is given."""
    return step(*(argument.copy() for argument in arguments))


def _setting(kind):
    """A small cell that nothing is special about, its run, and each step's own dL_t/dh_t."""
    rng = np.random.default_rng(8)
    cell = kind(I, H, seed=8)
    for name, value in cell.params.items():
        cell.params[name] = value + 0.3 * rng.standard_normal(value.shape)
    return cell, cell.unroll(rng.standard_normal((T, I))), rng.standard_normal((T, H))


def _walk_gru(step):
    """Back over the whole sequence with `step`: the arguments of the step in the middle, the walk's dL/dh0 and dL/db, the package's."""
    cell, trace, dh = _setting(GRUCell)
    W_hh, b_hn = cell.params["W_hh"], cell.params["b_hn"]
    states, back, db, seen = np.concatenate([trace.h0[None], trace.h]), np.zeros(H), np.zeros(3 * H), []
    for t in reversed(range(T)):
        r, z, n = (trace.gates[name][t] for name in cell.blocks)
        inner = W_hh[cell.rows_of("candidate")] @ states[t] + b_hn
        seen.append((dh[t] + back, r, z, n, states[t], inner))
        da_r, da_z, da_n, direct = _own(step, seen[-1])
        back = direct + np.concatenate([da_r, da_z, r * da_n]) @ W_hh  # W_hhᵀ, and r on the way out of the inner sum
        db += np.concatenate([da_r, da_z, da_n])
    return seen[T // 2], {"h0": back, "b": db}, cell.backward(trace, dh)


def _walk_lstm(step):
    """As `_walk_gru`."""
    cell, trace, dh = _setting(LSTMCell)
    c, back, dc, db, seen = np.concatenate([np.zeros((1, H)), trace.c]), np.zeros(H), np.zeros(H), np.zeros(4 * H), []
    for t in reversed(range(T)):
        seen.append((dh[t] + back, dc, *(trace.gates[name][t] for name in cell.blocks), c[t + 1], c[t]))
        *da, dc = _own(step, seen[-1])
        back = np.concatenate(da) @ cell.params["W_hh"]
        db += np.concatenate(da)
    return seen[T // 2], {"h0": back, "b": db}, cell.backward(trace, dh)


def _agreement(walked, grads) -> str:
    off = max(np.abs(walked[name] - grads[name]).max() / np.abs(grads[name]).max() for name in walked)
    return "they agree to 12 digits" if off < 1e-12 else f"but they differ by {off:.0e} of the largest entry"
