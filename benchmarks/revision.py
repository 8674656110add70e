"""Speed of the cells beside an earlier revision, beside the plain way of `cells`, and beside PyTorch if it is installed.

    python -m benchmarks.revision            # against the last tag or, without one, the first commit before this one
    python -m benchmarks.revision 9bf9315

The revision is checked out into build/revision/ and loaded beside this package, so that all take turns in one process, on one
thread, in float64. A column is the time of the first over that of the second, the median over rounds: "revision / ours" of .95
and more means not slower; it holds to about 5 % on a quiet machine.
"""

from benchmarks.core import SIZES, measured, ours, problem, ratio, torch_rnn  # first, since it sets one thread

import importlib.util  # isort: skip
import statistics  # isort: skip
import subprocess  # isort: skip
import sys  # isort: skip
from pathlib import Path  # isort: skip

import bptt_lab as bl  # isort: skip


def checkout(revision: str) -> Path:
    """The folder with all files as they were at that revision."""
    root = Path(__file__).resolve().parents[1]
    folder = root / "build" / "revision" / revision
    if not folder.exists():
        subprocess.run(
            ["git", "worktree", "add", "--force", "--detach", folder, revision], cwd=root, check=True, capture_output=True
        )
    return folder


def load(revision: str):
    """The package as it was at that revision, under another name."""
    where = checkout(revision) / "src/bptt_lab"
    spec = importlib.util.spec_from_file_location(
        "bptt_lab_before", where / "__init__.py", submodule_search_locations=[str(where)]
    )
    assert spec and spec.loader, f"no package at {where}"
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def plain(x, dh, cell):
    def both():
        with bl.engine.off():
            return cell.backward(cell.unroll(x), dh)

    return both


PAIRS = ("before", "ours"), ("plain", "ours"), ("torch", "ours"), ("torch", "plain")


def main() -> None:
    revision = sys.argv[1] if len(sys.argv) > 1 else "HEAD~1"
    before = load(revision)
    print(f"Forward + backward, float64, one thread, in turns; before: {revision}.\n")
    print(f"{'T, B, I, H':>24} {'cell':>5} {'ours, µs':>10}", *(f"{one}/{other}".rjust(12) for one, other in PAIRS))
    found = []
    for size in SIZES:
        x, dh = problem(*size)
        for kind in ("RNNCell", "GRUCell", "LSTMCell"):
            cell, old = getattr(bl, kind)(*size[2:]), getattr(before, kind)(*size[2:])
            runs = {"ours": ours(x, dh, cell), "plain": plain(x, dh, cell), "before": ours(x, dh, old)}
            taken = measured(runs | {"torch": torch_rnn(x, dh, cell)})
            ratios = [ratio(taken, *pair) for pair in PAIRS]
            own = statistics.median(taken["ours"]) * 1e6
            found.append(float(ratios[0]))
            print(f"{', '.join(map(str, size)):>24} {kind[:-4]:>5} {own:10.1f}", *(f"{value:>12}" for value in ratios))
    print(f"\nbefore / ours: {min(found):.2f} to {max(found):.2f}, median {statistics.median(found):.2f}")


if __name__ == "__main__":
    main()
