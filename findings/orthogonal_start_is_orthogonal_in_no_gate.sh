#!/usr/bin/env bash
# "Orthogonal" is the usual start for recurrent weights, since an orthogonal matrix keeps lengths. Good guess: each gate of an
# LSTM or a GRU starts with one, as the matrix of a plain RNN does. Seen: Keras hands the initializer the H × 4H matrix of all
# gates at once, and so does who calls PyTorch's orthogonal_ on weight_hh_l0. What is orthogonal then is the whole; a gate's own
# H × H block has singular values from near 0 to .9, mean square 1/4 (GRU 1/3), and eigenvalues up to about .5 (.6).
# Flax has both in one package: linen's cells start orthogonal gate by gate, and so does nnx.LSTMCell; nnx.OptimizedLSTMCell,
# whose page calls its mathematics the same and its parameters compatible, does not, nor does nnx.GRUCell. So a GRU moved from
# linen to nnx starts otherwise: after 30 steps 6 to 40 times less of its first state is left (four seeds). (Keras says what its
# initializer does to an oblong matrix; that gates get one was found on no page. A discussion of bnlstm, issue 6, touches it.)
#
# Seen with keras 3.15.1, torch 2.13.0, flax 0.12.8, jax 0.10.2, numpy 2.4.6, Python 3.11, 2026-11-29, H = 64, over all blocks:
#
#                             singular values: least, mean square, largest    largest |eigenvalue|
#   keras SimpleRNN                         1.000        1.000    1.000                 1.00
#   keras LSTM                              0.001        0.250    0.862                 0.54
#   keras GRU                               0.010        0.333    0.947                 0.66
#   linen OptimizedLSTMCell                 1.000        1.000    1.000                 1.00
#   nnx OptimizedLSTMCell                   0.002        0.250    0.864                 0.55
#   of a GRU's first state after 30 steps: linen GRUCell 5.8e-06, nnx GRUCell 3.2e-07
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 jax==0.10.2 flax==0.12.8 keras==3.15.1
JAX_PLATFORMS=cpu KERAS_BACKEND=torch "$folder/venv/bin/python" -W ignore - 2>"$folder/warnings" <<'PYTHON'
import jax
import jax.numpy as jnp
import keras
import numpy as np
import torch
from flax import linen, nnx

H, x, blocks, cells = 64, jnp.zeros((1, 8)), {}, {}
keras.utils.set_random_seed(0)
for name in ("SimpleRNN", "LSTM", "GRU"):
    layer = getattr(keras.layers, name)(H)
    layer.build((1, 30, 8))
    W = layer.get_weights()[1]
    blocks[f"keras {name}"] = np.split(W, W.shape[1] // H, axis=1)
for name in ("RNN", "LSTM", "GRU"):
    W = torch.nn.init.orthogonal_(getattr(torch.nn, name)(8, H).weight_hh_l0).detach().numpy()
    blocks[f"torch {name}"] = np.split(W, len(W) // H)
for name in ("LSTMCell", "OptimizedLSTMCell", "GRUCell"):
    cell = getattr(linen, name)(H)
    params = cell.init(jax.random.key(0), cell.initialize_carry(jax.random.key(0), x.shape), x)
    blocks[f"linen {name}"] = [layer["kernel"] for key, layer in params["params"].items() if key[0] == "h"]
    cells[f"linen {name}"] = lambda carry, x, cell=cell, params=params: cell.apply(params, carry, x)[0]
    cell = getattr(nnx, name)(8, H, rngs=nnx.Rngs(0))
    kernels = [np.asarray(leaf) for leaf in jax.tree.leaves(nnx.state(cell, nnx.Param)) if leaf.ndim == 2 and len(leaf) == H]
    blocks[f"nnx {name}"] = [block for W in kernels for block in np.split(W, W.shape[1] // H, axis=1)]
    cells[f"nnx {name}"] = lambda carry, x, cell=cell: cell(carry, x)[0]
seen = {}
print("                         singular values: least, mean square, largest    largest |eigenvalue|")
for name, of in blocks.items():
    values = np.linalg.svd(np.array(of, float), compute_uv=False)
    radius = np.abs(np.linalg.eigvals(np.array(of, float))).max()
    seen[name] = values.min(), (values**2).mean(), values.max(), radius
    print(f"{name:35}" + "{:10.3f} {:12.3f} {:8.3f} {:20.2f}".format(*seen[name]))
    gates = 1 if "RNN" in name or name.startswith("linen") or name == "nnx LSTMCell" else 3 if "GRU" in name else 4
    assert abs(seen[name][1] - 1 / gates) < 1e-4, name
    assert (seen[name][0] > 0.999 and radius > 0.999) if gates == 1 else (seen[name][0] < 0.02 and radius < 0.7), name


def first_state_left(cell):
    """How far the first state of a GRU can move the 30th, in the mean direction; random input."""

    def last(h):
        for x in inputs:
            h = cell(h, x)
        return h[0]

    return float(jnp.linalg.norm(jax.jacobian(last)(jnp.zeros((1, H)))[:, 0]) / H**0.5)


inputs = np.random.default_rng(0).standard_normal((30, 1, 8)).astype("f")
left = {name: first_state_left(cell) for name, cell in cells.items() if "GRU" in name}
print("of a GRU's first state after 30 steps:", ", ".join(f"{name} {value:.1e}" for name, value in left.items()))
assert left["linen GRUCell"] > 5 * left["nnx GRUCell"], left
print("As seen.")
PYTHON
