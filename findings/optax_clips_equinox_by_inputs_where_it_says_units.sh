#!/usr/bin/env bash
# Exploding gradients are clipped; optax.adaptive_grad_clip does it "unit-wise": each unit's update is at most a share of
# that unit's own weights. Good guess: so it is for a GRU of Equinox as for one of Flax. Seen: the same GRU with the same weights,
# data and gradients is clipped to two different updates, apart by more than their length. Optax sums over axis 0, right for
# kernels stored as (in, out), as Flax has them; Equinox stores (out, in), so each input is held to the share, and a unit goes
# eight times over its own; a square W_hh fits both ways. One input in other units of measure, a hundred times the rest, takes
# 72 times the second one's gradient; what is left is 29 times in Flax, and in Equinox the same for each. One factor for all,
# clip_by_global_norm, sees no layout, and axis=1 mends it. (That rank 2 means axis 0 stands on the page of unitwise_norm, and
# axis came for rank 5, optax 906; of Equinox, or of recurrent weights, no report was found.)
#
# Seen with optax 0.2.8, equinox 0.13.8, flax 0.12.8, jax 0.10.2, numpy 2.4.6, Python 3.11, 2026-11-30, a share of .01 allowed:
#
#                       updates apart: W_ih, W_hh   a unit's largest share: equinox, flax   input 1 against 2: equinox, flax
#   by_global_norm           8.5e-11   9.7e-08               2.185    2.185                        72.20    72.20
#   adaptive                 2.0e+00   2.4e+00               0.083    0.010                         1.03    28.50
#   adaptive, axis=1         6.4e-08   9.6e-07               0.010    0.010                        28.50    28.50
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2 flax==0.12.8 equinox==0.13.8 optax==0.2.8
JAX_PLATFORMS=cpu "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen

I, H, T, SHARE = 4, 8, 20, 0.01
rng = np.random.default_rng(0)
x = jnp.array(rng.standard_normal((T, I)) * [100, 1, 1, 1], jnp.float32)  # one input in other units of measure


def loss(step):
    h = jnp.zeros(H)
    for x_t in x:
        h = step(h, x_t)
    return 100 * jnp.sum(h**2)


cell = eqx.nn.GRUCell(I, H, use_bias=False, key=jax.random.key(0))
theirs = jax.grad(lambda cell: loss(lambda h, x_t: cell(x_t, h)))(cell)
names = {"weight_ih": ("ir", "iz", "in"), "weight_hh": ("hr", "hz", "hn")}
flax_cell = linen.GRUCell(H)
params = jax.tree.map(jnp.zeros_like, flax_cell.init(jax.random.key(0), jnp.zeros(H), x[0]))
for name, kernels in names.items():
    for kernel, block in zip(kernels, jnp.split(getattr(cell, name), 3)):
        params["params"][kernel]["kernel"] = block.T
flax_loss = lambda params: loss(lambda h, x_t: flax_cell.apply(params, h, x_t)[0])
grads = jax.grad(flax_loss)(params)
for kernels in grads["params"].values():  # both without biases
    kernels.update({name: 0 * value for name, value in kernels.items() if name == "bias"})


def clipped(clip, tree, grads):
    return clip.update(grads, clip.init(tree), tree)[0]


def as_equinox(tree):
    return {name: np.concatenate([tree["params"][kernel]["kernel"].T for kernel in kernels]) for name, kernels in names.items()}


def off(a, b):
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


ways = {
    "by_global_norm": (optax.clip_by_global_norm(1.0), optax.clip_by_global_norm(1.0)),
    "adaptive": (optax.adaptive_grad_clip(SHARE), optax.adaptive_grad_clip(SHARE)),
    "adaptive, axis=1": (optax.adaptive_grad_clip(SHARE, axis=1), optax.adaptive_grad_clip(SHARE)),
}
apart = max(off(np.asarray(getattr(theirs, name)), as_equinox(grads)[name]) for name in names)
print(f"the two losses: {loss(lambda h, x_t: cell(x_t, h)):.6g}, {flax_loss(params):.6g}; gradients before clipping apart by {apart:.0e}")
print("                     updates apart: W_ih, W_hh    largest share of a unit's weights: equinox, flax    first input against second: equinox, flax")
seen = {}
for way, (for_equinox, for_flax) in ways.items():
    arrays = {name: getattr(cell, name) for name in names}
    ours = {name: np.asarray(value) for name, value in clipped(for_equinox, arrays, {name: getattr(theirs, name) for name in names}).items()}
    flaxs = as_equinox(clipped(for_flax, params, grads))
    shares = [max(float((np.linalg.norm(of[name], axis=1) / np.linalg.norm(arrays[name], axis=1)).max()) for name in names) for of in (ours, flaxs)]
    first = [float(np.linalg.norm(of["weight_ih"][:, 0]) / np.linalg.norm(of["weight_ih"][:, 1])) for of in (ours, flaxs)]
    seen[way] = off(ours["weight_ih"], flaxs["weight_ih"]), off(ours["weight_hh"], flaxs["weight_hh"]), *shares, *first
    print(f"{way:20}" + "{:16.1e} {:10.1e} {:34.3f} {:10.3f} {:34.2f} {:8.2f}".format(*seen[way]))
assert apart < 1e-5, apart
for way, (ih, hh, equinox_share, flax_share, equinox_first, flax_first) in seen.items():
    if way == "adaptive":
        assert min(ih, hh) > 1 and equinox_share > 5 * SHARE and flax_share < 1.001 * SHARE and equinox_first < 1.5 < 20 < flax_first, seen
    else:
        assert max(ih, hh) < 1e-4 and abs(equinox_share / flax_share - 1) < 1e-3 and min(equinox_first, flax_first) > 20, seen
print("As seen.")
PYTHON
