#!/usr/bin/env bash
# A forget gate whose bias of +1 stands in no file. Good guess: a cell whose stored numbers are all 0 has all gates at one
# half, so of a cell state c = 1 half is kept. Seen: so it is in Flax, and in Equinox; Haiku's LSTM keeps .731 = σ(1), since
# it adds 1 to the forget gate's sum in code. Who reads Haiku's weights elsewhere without it gets another network. Its GRU
# surprises too: of an old state 1 at all zeros it keeps one half, but with a bias of 3 on its first block, "z", it keeps
# 1 − σ(3) = .047: there z lets the new in, where PyTorch's z keeps the old.
#
# Seen with dm-haiku 0.0.17, flax 0.12.8, equinox 0.13.8, jax 0.10.2, numpy 2.4.6, Python 3.11, 2026-11-29:
#
#   kept of c = 1 with all parameters 0: haiku 0.731, flax 0.5, equinox 0.5
#   Haiku's GRU with a bias of 3 on block 1, 2, 3 keeps of h = 1: 0.047, 0.500, 0.998 (the candidate)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2 dm-haiku==0.0.17 flax==0.12.8 equinox==0.13.8
JAX_PLATFORMS=cpu "$folder/venv/bin/python" - <<'PYTHON'
import equinox as eqx
import haiku as hk
import jax
import jax.numpy as jnp
from flax import linen

H, x, one = 4, jnp.zeros((1, 3)), jnp.ones((1, 4))


def zeros(tree):
    return jax.tree.map(lambda a: jnp.zeros_like(a) if eqx.is_array(a) else a, tree)


step = hk.without_apply_rng(hk.transform(lambda x, h, c: hk.LSTM(H)(x, hk.LSTMState(h, c))))
_, state = step.apply(zeros(step.init(jax.random.key(0), x, 0 * one, one)), x, 0 * one, one)
kept = {"haiku": float(state.cell[0, 0])}
cell = linen.OptimizedLSTMCell(H)
params = zeros(cell.init(jax.random.key(0), (one, 0 * one), x))
(c, _), _ = cell.apply(params, (one, 0 * one), x)
kept["flax"] = float(c[0, 0])
_, c = zeros(eqx.nn.LSTMCell(3, H, key=jax.random.key(0)))(x[0], (0 * one[0], one[0]))
kept["equinox"] = float(c[0])
print("kept of c = 1 with all parameters 0:", ", ".join(f"{name} {value:.3g}" for name, value in kept.items()))
assert abs(kept["haiku"] - 0.7310586) < 1e-6 and kept["flax"] == kept["equinox"] == 0.5, kept

step = hk.without_apply_rng(hk.transform(lambda x, h: hk.GRU(H)(x, h)))
params, found = zeros(step.init(jax.random.key(0), x, one)), []
for block in range(3):
    bias = jnp.zeros(3 * H).at[block * H : (block + 1) * H].set(3.0)
    named = {module: {name: bias if name == "b" else value for name, value in of.items()} for module, of in params.items()}
    _, h = step.apply(named, x, one)
    found.append(float(h[0, 0]))
print("Haiku's GRU with a bias of 3 on block 1, 2, 3 keeps of h = 1:", ", ".join(f"{value:.3f}" for value in found))
assert abs(found[0] - 0.0474259) < 1e-6 and found[1] == 0.5 and abs(found[2] - 0.9975273) < 1e-6, found
print("As seen.")
PYTHON
