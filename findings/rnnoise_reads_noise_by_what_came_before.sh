#!/usr/bin/env bash
# RNNoise takes noise out of speech, 100 frames a second, and says of each frame how likely it is speech. Good guess: what came
# a second ago is forgotten. Seen: one and the same white noise has a chance of speech of .01 in the ten seconds that follow 7 s
# of speech, and of .68 after 7 s of noise. Half a minute later it is .52 and .71. (In louder noise the two come near each other
# after more than a minute, in fainter noise after some twenty seconds: measure longer than you believe.)
#
# Seen with pyrnnoise 0.4.5, numpy 2.4.6, espeak-ng 1.51 (apt), Python 3.11, 2026-11-29, means of 10 s:
#   after speech .01 .11 .36 .52, after noise .68 .70 .72 .71
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps pyrnnoise==0.4.5
espeak-ng -v en-us --stdout "When you learn to read, each word stands alone. Later you hear whole sentences, and the end of one
tells you how its beginning was meant. A network that listens reads one short piece of sound after another." > "$folder/speech.wav"
"$folder/venv/bin/python" - "$folder/speech.wav" <<'PYTHON'
import ctypes
import importlib.util
import sys
from pathlib import Path

import numpy as np

found = importlib.util.find_spec("pyrnnoise").submodule_search_locations[0]
library, pointer = ctypes.CDLL(str(Path(found) / "librnnoise.so")), ctypes.POINTER(ctypes.c_float)
library.rnnoise_create.restype, library.rnnoise_create.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
library.rnnoise_process_frame.restype = ctypes.c_float
library.rnnoise_process_frame.argtypes = [ctypes.c_void_p, pointer, pointer]


def speech_probability(wave):
    state, out, said = library.rnnoise_create(None), np.empty(480, np.float32), []
    for frame in (wave * 32767).astype(np.float32).reshape(-1, 480):
        said.append(library.rnnoise_process_frame(state, out.ctypes.data_as(pointer), frame.ctypes.data_as(pointer)))
    return np.array(said)


spoken = np.frombuffer(Path(sys.argv[1]).read_bytes()[44:], "<i2") / 32768
spoken = np.interp(np.arange(7 * 48_000) / 48_000, np.arange(len(spoken)) / 22_050, spoken)
rng = np.random.default_rng(0)
noise, other = .02 * rng.standard_normal(40 * 48_000), .02 * rng.standard_normal(7 * 48_000)
means = {}
for name, before in (("speech", spoken * .1 / spoken.std()), ("noise", other)):
    said = speech_probability(np.concatenate([before, noise]))[700:]
    means[name] = said.reshape(-1, 1000).mean(axis=1)
    print(f"after 7 s of {name:6}: the same noise is speech with", np.round(means[name], 2), "(mean of every 10 s)")
assert means["speech"][0] < .1 and means["noise"][0] > .4, means
print("The past decides, as seen.")
PYTHON
