#!/usr/bin/env bash
# jieba, which cuts Chinese into words, ships a trained network beside its dictionary: two layers of GRUs in both directions and a CRF, as
# files of Paddle of 2019. Each W_hh says of itself that it is 128 × 384. Good guess: that is three gates of 128 columns each, as in Keras
# and, turned, in PyTorch, and what is left open is their order and form. Seen: it is no table. The first 128 · 256 numbers are a
# 128 × 256 matrix of update and reset gate, the rest a 128 × 128 one of the candidate, laid one behind the other; only the
# biases and the inputs' matrix stand column by column. Of eight orders and forms, none finds the words when cut by columns
# (F .55 at best); the two blocks do, .94, in one form: update gate first, z lets the new in (as it keeps the old in PyTorch), reset
# before W_hh. Any cut has the right shapes and gives a label to every character, so nothing stops a wrong reader. Reset after W_hh is only a
# little worse, .81: the one mistake that a look at a few sentences would let pass. (The formula is on Paddle's old pages, which
# say that the matrices are joined to one of shape D × 3D; of jieba's files as such nothing was found.)
#
# Seen with jieba 0.42.1, numpy 2.4.6, Python 3.11, 2026-11-30, F of the cuts between words in ten sentences against those by jieba's own dictionary:
#
#   old · z + new · (1 − z)     z first: reset before, after   r first: reset before, after
#                            blocks           0.00    0.00                  0.13    0.00
#                           columns           0.00    0.00                  0.20    0.26
#   old · (1 − z) + new · z     z first: reset before, after   r first: reset before, after
#                            blocks           0.94    0.81                  0.23    0.20
#                           columns           0.53    0.55                  0.05    0.03
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 jieba==0.42.1
"$folder/venv/bin/python" -W ignore - "$folder" <<'PYTHON'
import logging
import sys
from pathlib import Path

import jieba
import numpy as np

jieba.setLogLevel(logging.ERROR)
jieba.dt.tmp_dir = sys.argv[1]
home, H = Path(jieba.__file__).parent / "lac_small", 128
SENTENCES = """我来到北京清华大学学习自然语言处理
今天天气很好我们一起去公园散步吧
他昨天在图书馆借了三本关于历史的书
这家公司去年的收入增长了百分之二十
老师让学生们把作业放在桌子上
医生建议病人每天早上喝一杯温水
火车因为大雪晚点了两个小时
孩子们在学校的操场上踢足球
科学家发现了一种新的植物
政府决定明年在城市北部修建一座新机场""".split()


def tensor(name):
    """The numbers and the shape that stands before them: field 2 of a message, one varint a dimension."""
    data = (home / "model_baseline" / name).read_bytes()
    end = 20 + int.from_bytes(data[16:20], "little")
    shape, byte = [], iter(data[22:end])
    for tag in byte:
        assert tag == 0x10, name
        size, shift, more = 0, 0, 128
        while more & 128:
            more = next(byte)
            size, shift = size | (more & 127) << shift, shift + 7
        shape.append(size)
    return np.frombuffer(data[end:], "<f4").reshape(shape).astype(float)


def lines(name):
    return [line.split("\t") for line in (home / name).read_text(encoding="utf8").splitlines() if line.count("\t") == 1]


σ = lambda a: 1 / (1 + np.exp(-a))
W = {path.name: tensor(path.name) for path in (home / "model_baseline").iterdir()}
number, label = {character: int(n) for n, character in lines("word.dic")}, {int(n): name for n, name in lines("tag.dic")}
assert W["gru_0.w_0"].shape == W["gru_3.w_0"].shape == (H, 3 * H)


def read(x, k, blocks, z_first, reset_before, z_is_new):
    W_hh, states, h = W[f"gru_{k}.w_0"], [], np.zeros(H)
    flat = W_hh.ravel()
    gates, candidate = (W_hh[:, : 2 * H], W_hh[:, 2 * H :])
    if blocks:
        gates, candidate = flat[: 2 * H * H].reshape(H, 2 * H), flat[2 * H * H :].reshape(H, H)
    for u in x @ W[f"fc_{k}.w_0"] + W[f"fc_{k}.b_0"].ravel() + W[f"gru_{k}.b_0"].ravel():
        z, r = np.split(σ(u[: 2 * H] + h @ gates), 2)[:: 1 if z_first else -1]
        new = np.tanh(u[2 * H :] + ((r * h) @ candidate if reset_before else r * (h @ candidate)))
        h = (1 - z) * h + z * new if z_is_new else z * h + (1 - z) * new
        states.append(h)
    return np.array(states)


def cuts(text, *form):
    """Where a word begins, by the best path of the CRF; its rows are start, end, and from each label to each."""
    x = W["word_emb"][[number.get(character, number["OOV"]) for character in text]]
    for k in (0, 2):
        x = np.concatenate([read(x, k, *form), read(x[::-1], k + 1, *form)[::-1]], axis=1)
    first, last, *step = W["crfw"]
    scores, *emitted = x @ W["fc_4.w_0"] + W["fc_4.b_0"].ravel()
    scores, came_from = scores + first, []
    for more in emitted:
        paths = scores[:, None] + np.array(step)
        came_from.append(paths.argmax(axis=0))
        scores = paths.max(axis=0) + more
    path = [int((scores + last).argmax())]
    for back in reversed(came_from):
        path.append(int(back[path[-1]]))
    return {i for i, one in enumerate(reversed(path)) if i and not label[one].endswith("-I")}


def by_dictionary(text):
    return set(np.cumsum([len(word) for word in jieba.cut(text, HMM=False)])[:-1].tolist())


def agreement(*form):
    mine, theirs = zip(*((cuts(text, *form), by_dictionary(text)) for text in SENTENCES))
    return 2 * sum(len(a & b) for a, b in zip(mine, theirs)) / sum(len(a) + len(b) for a, b in zip(mine, theirs))


found = {}
for z_is_new in (False, True):
    formula = "old · (1 − z) + new · z" if z_is_new else "old · z + new · (1 − z)"
    print(f"{formula}     z first: reset before, after   r first: reset before, after")
    for blocks in (True, False):
        values = []
        for z_first, before in ((True, True), (True, False), (False, True), (False, False)):
            found[blocks, z_first, before, z_is_new] = agreement(blocks, z_first, before, z_is_new)
            values.append(found[blocks, z_first, before, z_is_new])
        print(f"{'blocks' if blocks else 'columns':>33}" + "{:15.2f} {:7.2f} {:21.2f} {:7.2f}".format(*values))
right = found.pop((True, True, True, True))
after = found.pop((True, True, False, True))
assert right > 0.9 > after > 0.7 and max(found.values()) < 0.65, (right, after, found)
print("No table, as seen.")
PYTHON
