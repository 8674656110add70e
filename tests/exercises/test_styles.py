"""A right function passes however it is written: loops, einsum, rows for columns, other formulas for the same number."""

import math

import numpy as np
import pytest

import bptt_lab as bl


def backwards(cell, trace, dh):
    return cell.backward(trace, dh)


def stacked(cell, trace, dh):
    h, before = trace.h, np.vstack([trace.h0, trace.h[:-1]])
    da = np.zeros_like(h)
    for t in range(len(h) - 1, -1, -1):
        later = da[t + 1] @ cell.params["W_hh"] if t + 1 < len(h) else 0.0
        da[t] = (dh[t] + later) * (1 - h[t] * h[t])
    return {"b": da.sum(0), "W_hh": np.einsum("ti,tj->ij", da, before), "W_x": da.T @ trace.x}


def entry_by_entry(cell, trace, dh):
    x, W = trace.x.tolist(), cell.params["W_hh"].tolist()
    h, (T, H) = [trace.h0.tolist(), *trace.h.tolist()], dh.shape
    grads = {name: np.zeros(value.shape) for name, value in cell.params.items()}
    back = [0.0] * H
    for t in range(T, 0, -1):
        da = [(1 - h[t][i] ** 2) * (dh[t - 1][i] + back[i]) for i in range(H)]
        for i in range(H):
            grads["b"][i] += da[i]
            for j in range(len(x[0])):
                grads["W_x"][i, j] += da[i] * x[t - 1][j]
            for j in range(H):
                grads["W_hh"][i, j] += da[i] * h[t - 1][j]
        back = [sum(W[i][j] * da[i] for i in range(H)) for j in range(H)]
    return grads


def masked(y, targets, mask):
    p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    return -(np.log(p[np.arange(len(y)), targets]) * mask).sum()


def of_each_sentence(losses, mask):
    return np.mean([losses[mask[:, b], b].sum() for b in range(losses.shape[1])])


def by_einsum(losses, mask):
    return np.einsum("tb,tb->", losses, mask) / losses.shape[1]


def rows_that_count(y, targets, mask):
    dy = np.zeros(y.shape)
    for t in np.flatnonzero(mask):
        shifted = np.exp(y[t] - y[t].max())
        dy[t] = shifted / shifted.sum()
        dy[t, targets[t]] -= 1
    return dy


def slope_by_cosh(h):
    return 1 / np.cosh(np.arctanh(h)) ** 2


def slope_by_factors(h):
    return (1 - h) * (1 + h)


def jacobian_by_entries(h, W_hh):
    return [[(1 - h[i] ** 2) * W_hh[i, j] for j in range(len(h))] for i in range(len(h))]


def jacobian_by_column(h, W_hh):
    return (1 - h * h)[:, None] * W_hh


def one_sentence_at_a_time(dh, h, h_before, x, W_hh):
    total, back = {"W_x": 0.0, "W_hh": 0.0, "b": 0.0}, []
    for δ, after, before, word in zip(dh, h, h_before, x):
        da = δ * (1 - after**2)
        total = {"W_x": total["W_x"] + np.outer(da, word), "W_hh": total["W_hh"] + np.outer(da, before), "b": total["b"] + da}
        back.append(W_hh.T @ da)
    return {**total, "h_before": np.array(back)}


def shares_of_one_long_row(terms):
    rows = np.stack([term.ravel() for term in terms])
    G = rows.sum(0)
    return rows @ G / np.dot(G, G)


def columns(dL_dh, J, slope, x):
    column = J[1].T @ (J[2].T @ (J[3].T @ dL_dh))
    return (slope[0] * column)[:, None] * x[0]


def row_with_products(dL_dh, J, slope, x):
    norms = []
    for k in range(len(x)):
        row = np.linalg.multi_dot([dL_dh[None], *J[:k:-1]]) if k + 1 < len(x) else dL_dh[None]
        norms.append(float(np.linalg.norm(row * slope[k]) * np.linalg.norm(x[k])))
    return norms


def scaled_by_largest_entry(jacobians):
    product, powers = jacobians[-1], 0
    for J in reversed(jacobians[:-1]):
        product = J @ product
        size = int(np.floor(np.log2(np.abs(product).max())))
        product, powers = np.ldexp(product, -size), powers + size
    return np.log10(np.linalg.svd(product)[1][0]) + powers * np.log10(2)


def rungs_by_svd(jacobians, W_hh, gamma):
    def stretch(A):
        return np.linalg.svd(A, compute_uv=False)[0]

    product = jacobians[0]
    for J in jacobians[1:]:
        product = product @ J
    return {
        "weights": (gamma * stretch(W_hh)) ** len(jacobians),
        "norms": np.exp(sum(np.log(stretch(J)) for J in jacobians)),
        "true": np.sqrt(np.linalg.eigvalsh(product @ product.T)[-1]),
    }


def noise_from_the_variances(g):
    return np.sqrt((g.mean(0) ** 2).sum() / g.var(axis=0).sum())


def latch_by_hand(w, a, b, steps):
    product = 1.0
    for _ in range(steps):
        a, b = math.tanh(w * a), math.tanh(w * b)
        product *= w * (1 - a) * (1 + a)
    return {"gradient": product, "apart": max(a, b) - min(a, b)}


def by_package(grads, limit):
    clipped, _ = bl.train.clip_by_norm(grads, limit)
    return clipped


def pieces(cell, trace, dh, k):
    grads = {name: 0.0 for name in cell.params}
    for start in range(0, len(dh), k):
        before = trace.h[start - 1] if start else trace.h0
        piece = cell.unroll(trace.x[start : start + k], before)
        for name, gradient in cell.backward(piece, dh[start : start + k]).items():
            if name in grads:
                grads[name] = grads[name] + gradient
    return grads


def gates_by_tanh(x, h_before, W_x, W_hh, b):
    a = np.hstack([W_x, W_hh, b[:, None]]) @ np.concatenate([x, h_before, [1.0]])
    H = len(h_before)
    gates = 0.5 + 0.5 * np.tanh(a[: 2 * H] / 2)
    return gates[:H] * h_before + gates[H:] * np.tanh(a[2 * H :])


def terms_by_rows(h_before, G1, G2, candidate, W_hh):
    H = len(G1)
    slopes = np.concatenate([h_before * (G1 - G1**2), candidate * (G2 - G2**2), G2 - G2 * candidate**2])
    rows = slopes[:, None] * W_hh
    return {"keep": np.eye(H) * G1, "dG1": rows[:H], "dG2": rows[H : 2 * H], "candidate": rows[2 * H :]}


def half_life_by_softplus(bias):
    return math.log(2) / math.log1p(math.exp(-bias))


def half_life_base_two(bias):
    return 1 / np.log2(1 + np.exp(-bias))


def gru_by_rows(dh, r, z, n, h_before, inner, W_hh):
    dn, du = (1 - z) * dh, (1 - z) * dh * (1 - n * n) * r
    da = np.concatenate([du * inner * (1 - r), (h_before - n) * dh * (z - z * z), dn - dn * n**2])
    road = np.concatenate([da[: 2 * len(z)], du]) @ W_hh
    return {"h_before": road + dh * z, **dict(zip(("a_r", "a_z", "a_n"), np.split(da, 3)))}


def lstm_all_at_once(dh, dc, i, f, g, o, c, c_before, W_hh):
    total = dc + dh * o / np.cosh(c) ** 2
    slopes = np.stack([i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)])
    da = (np.stack([total * g, total * c_before, total * i, dh * np.tanh(c)]) * slopes).ravel()
    return {"c_before": total * f, "h_before": da @ W_hh, "a": da}


def lstm_steps(cell, trace, dh):
    """With the step of the exercise before, and one product for each gradient at the end."""
    step, gates = bl.exercises.get("lstm_step").solution, [trace.gates[name] for name in cell.blocks]
    c_before, back_h, back_c, rows = np.vstack([trace.c0, trace.c[:-1]]), 0.0, np.zeros_like(trace.c0), []
    for t in range(len(dh) - 1, -1, -1):
        found = step(dh[t] + back_h, back_c, *(g[t] for g in gates), trace.c[t], c_before[t], cell.params["W_hh"])
        back_h, back_c = found["h_before"], found["c_before"]
        rows.insert(0, found["a"])
    da = np.array(rows)
    return {"W_x": da.T @ trace.x, "W_hh": da.T @ np.vstack([trace.h0, trace.h[:-1]]), "b": da.sum(axis=0)}


def gru_steps(cell, trace, dh):
    step, gates = bl.exercises.get("gru_step").solution, [trace.gates[name] for name in cell.blocks]
    W_hh, before, back = cell.params["W_hh"], np.vstack([trace.h0, trace.h[:-1]]), 0.0
    rows, inner = np.zeros((len(dh), len(W_hh))), np.zeros_like(dh)
    for t in reversed(range(len(dh))):
        u = np.split(W_hh, 3)[2] @ before[t] + cell.params["b_hn"]
        found = step(dh[t] + back, *(g[t] for g in gates), before[t], u, W_hh)
        rows[t] = np.concatenate([found["a_r"], found["a_z"], found["a_n"]])
        inner[t], back = found["a_n"] * gates[0][t], found["h_before"]
    H = dh.shape[1]
    fed = np.hstack([rows[:, : 2 * H], inner])
    return {"b_hn": inner.sum(0), "b": rows.sum(0), "W_x": np.einsum("ti,tj->ij", rows, trace.x), "W_hh": fed.T @ before}


def mgu_by_rows(dh, f, candidate, h_before, W_hh):
    """As a GRU that resets before the product, with z = 1 − f; the blocks of W_hh multiply the columns of one matrix each."""
    H, read = len(f), np.stack([h_before, f * h_before])
    to_candidate = dh * f
    to_candidate -= to_candidate * candidate**2
    reset = to_candidate @ W_hh[H:]
    through_gate = (reset * h_before - (h_before - candidate) * dh) * (f - f * f)
    da = np.stack([through_gate, to_candidate])
    rows = np.einsum("ki,kj->kij", da, read).reshape(2 * H, H)
    return {"W_hh": rows, "a_f": da[0], "a_h": da[1], "h_before": dh + f * (reset - dh) + da[0] @ W_hh[:H]}


def counted(last, were, new):
    counts = {}
    for word, verb in zip(last.tolist(), were.tolist()):
        counts.setdefault(word, []).append(verb)
    fallback = were.tolist()
    return [int(2 * sum(counts.get(word, fallback)) > len(counts.get(word, fallback))) for word in new.tolist()]


STYLES = {
    "sentence_loss": [masked],
    "batch_loss": [of_each_sentence, by_einsum],
    "output_gradient": [rows_that_count],
    "tanh_slope": [slope_by_cosh, slope_by_factors],
    "jacobian": [jacobian_by_entries, jacobian_by_column],
    "bptt": [backwards, stacked, entry_by_entry],
    "batch_step": [one_sentence_at_a_time],
    "shares": [shares_of_one_long_row],
    "first_term": [columns],
    "ledger_row": [row_with_products],
    "log10_norm": [scaled_by_largest_entry],
    "ladder": [rungs_by_svd],
    "signal_to_noise": [noise_from_the_variances],
    "latch": [latch_by_hand],
    "clip": [by_package],
    "truncated_bptt": [pieces],
    "gated_step": [gates_by_tanh],
    "four_terms": [terms_by_rows],
    "half_life": [half_life_by_softplus, half_life_base_two],
    "gru_step": [gru_by_rows],
    "gru_backward": [backwards, gru_steps],
    "lstm_step": [lstm_all_at_once],
    "lstm_backward": [backwards, lstm_steps],
    "own_cell": [mgu_by_rows],
    "last_word": [counted],
}


def test_every_exercise_is_written_in_another_style_too():
    assert list(STYLES) == [exercise.name for exercise in bl.exercises.all()]


@pytest.mark.parametrize("name, own", [(name, own) for name, styles in STYLES.items() for own in styles])
def test_another_right_way_to_write_it_passes(name, own):
    report = bl.exercises.get(name).check(own)
    assert report.solved, report
