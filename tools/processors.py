"""Run the notebooks' comparison as other processors would, and list the cells that then print something else.

    python -m tools.processors                     under every setting that this machine can run
    python -m tools.processors oldest own          under these alone
    python -m tools.processors --pytest            the tests too, without those in a browser
    python -m tools.processors --notebooks notebooks/05_short_term_memory.ipynb

NumPy and OpenBLAS choose their code by processor, and the last bits of tanh, of exp and of products differ. Of a chaotic net, and
of a long training, nothing but a distribution is the same everywhere. A machine can be told to take the code of an older one:

    own       what it chooses itself
    avx512    as a server of Intel since 2017, or of AMD since 2022
    avx2      as most of the rest since 2013
    oldest    as every x86 processor of 64 bits; sums are taken in another order, and tanh is the C library's
    nudged    as it chooses itself, with every weight that a net starts with moved by 10⁻¹³ of itself; notebooks alone

Arm has own kernels and one setting here: the comparison must be seen to pass on one. All output goes to build/processors/.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from bptt_lab.basics import text

ROOT = Path(__file__).parent.parent
LOGS = ROOT / "build" / "processors"
CHOICE = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES", "OPENBLAS_L2_SIZE")
# OpenBLAS's kernels, and what NumPy may use of the processor, by its names before version 2.4 and since.
AVX2 = {"AVX", "F16C", "FMA3", "AVX2", "SSE3", "SSSE3", "SSE41", "POPCNT", "SSE42", "X86_V3"}
OTHERS: dict[str, tuple[str, set[str] | None]] = {
    "avx512": ("SkylakeX", None),
    "avx2": ("Haswell", AVX2),
    "oldest": ("Prescott", set()),
}
NAMES = "own", *OTHERS, "nudged"
NEEDS = {"avx512": {"X86_V4", "AVX512_SKX"}, "avx2": {"X86_V3", "AVX2"}}
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.M)
ANSI = re.compile(r"\x1b\[[0-9;]*m")

# Printed by a fresh Python: what it found, and which of OpenBLAS's kernels run (if it is OpenBLAS that multiplies).
ASK = """
import ctypes, json, pathlib, numpy as np
from numpy._core import _multiarray_umath as umath
folder, core = pathlib.Path(np.__file__).parent, "another"
for path in [*folder.parent.glob("numpy.libs/*openblas*"), *folder.glob(".dylibs/*openblas*")]:
    ask = getattr(ctypes.CDLL(str(path)), "scipy_openblas_get_corename64_", None)
    if ask:
        ask.restype = ctypes.c_char_p
        core = ask().decode()
print(json.dumps([core, sorted(name for name in umath.__cpu_dispatch__ if umath.__cpu_features__.get(name))]))
"""


def settings() -> dict[str, dict[str, str]]:
    """The settings that this machine can run: name -> environment variables."""
    found: dict[str, dict[str, str]] = {"own": {}}
    nudged = {"nudged": {"BPTT_NUDGE": "1e-13"}}
    if platform.machine() not in ("x86_64", "AMD64"):
        return found | nudged
    has = kernels({})[1]
    for name, (core, allowed) in OTHERS.items():
        if name not in NEEDS or NEEDS[name] & set(has):
            off = [] if allowed is None else [feature for feature in has if feature not in allowed]
            found[name] = {"OPENBLAS_CORETYPE": core, **({"NPY_DISABLE_CPU_FEATURES": " ".join(off)} if off else {})}
    return found | nudged


def environment(setting: dict[str, str]) -> dict[str, str]:
    """The environment of a program under a setting; what stood there of a choice is taken out."""
    return {**{name: value for name, value in os.environ.items() if name not in CHOICE}, **setting}


def kernels(setting: dict[str, str]) -> tuple[str, list[str]]:
    """What runs under a setting: OpenBLAS's kernels, and what NumPy uses beyond what every such processor has."""
    done = subprocess.run([sys.executable, "-c", ASK], env=environment(setting), capture_output=True, text=True, check=True)
    core, used = json.loads(done.stdout)
    return core, used


def run(command: list[str], setting: dict[str, str], log: Path) -> list[str]:
    """Run a pytest under a setting. Returns what failed; its output is in `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w", encoding="utf-8") as out:
        code = subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment(setting), stdout=out, stderr=out
        ).returncode
    found = FAILED.findall(ANSI.sub("", log.read_text(encoding="utf-8")))
    return found or ([f"it ended with {code}: see {log.relative_to(ROOT).as_posix()}"] if code else [])


def main(arguments: list[str] | None = None) -> int:
    possible = settings()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("settings", nargs="*", metavar="SETTING", help=f"of {', '.join(NAMES)}; all if none is named")
    parser.add_argument("--pytest", action="store_true", help="run the tests too, without those in a browser")
    parser.add_argument("--notebooks", nargs="+", default=[], help="these alone")
    given = parser.parse_args(arguments)
    for name in given.settings:
        if name not in NAMES:
            parser.error(f"{name!r} is no setting: there are {', '.join(NAMES)}")
    rows: list[tuple[str, ...]] = []
    failed: dict[str, list[str]] = {}
    seen: dict[tuple[str, ...], str] = {}
    for name in given.settings or possible:
        if name not in possible:
            rows.append((name, "this machine cannot run it", "", ""))
            continue
        core, used = kernels(possible[name])
        if name != "nudged" and (core, *used) in seen:
            rows.append((name, core, " ".join(used), f"as {seen[core, *used]}"))
            continue
        seen[core, *used] = name
        print(f"{name}: {core}, NumPy with {' '.join(used) or 'nothing more'} …", flush=True)
        found = run(["tools.notebooks", "compare", *given.notebooks], possible[name], LOGS / f"{name}_notebooks.log")
        if given.pytest and name != "nudged":
            without = "--ignore=tests/browser", "--ignore=tests/notebooks/test_kept.py"  # which compares the notebooks again
            tests = ["pytest", "-q", *without, "--numprocesses=auto", "--maxprocesses=4"]
            found += run(tests, possible[name], LOGS / f"{name}_tests.log")
        failed[name] = found
        rows.append((name, core, " ".join(used), f"{len(found)} differ" if found else "all the same"))
    print(text.table((f"NumPy {np.__version__}", "OpenBLAS", "NumPy uses", "notebooks and tests"), rows))
    for name, found in failed.items():
        print(*(f"{name}: {what}" for what in found), sep="\n", end="\n" if found else "")
    return int(any(failed.values()))


if __name__ == "__main__":
    sys.exit(main())
