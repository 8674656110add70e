#!/usr/bin/env bash
# chars2vec makes a vector of a word, letter by letter, with two LSTMs; the package has trained ones of five sizes. Good guess: a
# word has one vector, whatever else is asked for in the call, and a letter that is not in the alphabet is left out, as the page
# says. Seen: the words of a call are filled up in front, with steps of zeros, to the longest of them, nothing is masked, and the LSTMs
# read those steps with their biases. One word of 28 letters moves all others in its call by .23 to .67 of their length, one of 12
# by .13 to .28; a slip of the pen moves them by some .4. And a word keeps what it got first: asked for alone later, it comes out of a
# store. So which list was asked for first decides how far two words are apart. A letter out of the alphabet is such a step too, and behind a word
# moves it by a fifth. Who asks for words one at a time sees nothing of it. (That LSTMs read padding that is not masked is common
# knowledge; of this package, and of its store, no report was found.)
#
# Seen with chars2vec 0.1.7, keras 3.15.1 on torch 2.13.0, numpy 2.4.6, Python 3.11, 2026-11-30, shares of a vector's length, medians of 12 words:
#
#                a slip   beside a word of 12, 17, 28 letters   and then alone   a strange letter behind, in front
#    50 units      0.41          0.26    0.34    0.53           as in the call             0.19    0.06
#   100 units      0.44          0.22    0.36    0.41           as in the call             0.23    0.04
#   150 units      0.44          0.28    0.43    0.67           as in the call             0.19    0.04
#   200 units      0.41          0.13    0.24    0.58           as in the call             0.20    0.03
#   300 units      0.37          0.17    0.25    0.23           as in the call             0.25    0.03
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 torch==2.13.0 keras==3.15.1
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps chars2vec==0.1.7
KERAS_BACKEND=torch "$folder/venv/bin/python" -W ignore - 2>"$folder/warnings" <<'PYTHON'
import contextlib
import os

import chars2vec
import numpy as np

PAIRS = (
    "memory memery, forget forgett, letter leter, sentence sentense, machine mashine, network netwerk, "
    "gradient gradiant, language langage, teacher techer, garden gardin, window windov, river rivver"
)
words, slips = zip(*(pair.split() for pair in PAIRS.split(", ")))
COMPANY = {12: "encyclopedia", 17: "misunderstandings", 28: "antidisestablishmentarianism"}


def share(vectors, of):
    """The median distance, in lengths of the vector that it was moved from."""
    return float(np.median(np.linalg.norm(vectors - of, axis=1) / np.linalg.norm(of, axis=1)))


def vectors(model, words):
    """Keras says how far it is; that goes nowhere."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        return model.vectorize_words(list(words))


def one_by_one(model, words):
    return np.concatenate([vectors(model, [word]) for word in words])


print("             a slip   beside a word of 12, 17, 28 letters   and then alone   a strange letter behind, in front")
for size in (50, 100, 150, 200, 300):
    name = f"eng_{size}"
    model = chars2vec.load_model(name)
    assert "é" not in model.char_to_ix
    alone, slip = one_by_one(model, words), share(one_by_one(model, slips), one_by_one(model, words))
    behind = share(one_by_one(model, [word + "é" for word in words]), alone)
    front = share(one_by_one(model, ["é" + word for word in words]), alone)
    moved, kept = {}, True
    for letters, other in COMPANY.items():
        model = chars2vec.load_model(name)
        given = vectors(model, [*words, other])[:-1]
        moved[letters] = share(given, alone)
        kept &= np.array_equal(one_by_one(model, words), given)
    told = "as in the call" if kept else "by itself"
    beside = "{:14.2f} {:7.2f} {:7.2f}".format(*moved.values())
    print(f"{size:3} units {slip:9.2f} {beside} {told:>24} {behind:16.2f} {front:7.2f}")
    assert kept and moved[12] > 0.08 and min(moved[17], moved[28]) > 0.18 and 0.25 < slip < 0.6, (size, slip, moved, kept)
    assert behind > 0.1 and 0.01 < front < moved[12], (size, behind, front)
print("As seen.")
PYTHON
