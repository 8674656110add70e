"""What a person waits for, beside an earlier revision: one table with before, now, their ratio, and the target.

    python -m benchmarks.felt                                # every row, beside revision 9bf9315: an hour
    python -m benchmarks.felt --quick                        # without the rows that take minutes
    python -m benchmarks.felt --rows terms,ledger REVISION

The revision is checked out into build/revision/. A row is measured five times in each, in turns, in a process of its own each
time, and the medians are shown: on a busy machine both are slower, and the ratio holds. Both run on what is installed here.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parents[1]
REVISION, ROUNDS = "9bf9315", 5
LESSONS = [f"{n:02}_*.ipynb" for n in range(10)]  # the ten that the earlier revision has too
Numbers = list[float | None]
Measure = Callable[[Path], Numbers]  # from the folder of a revision to a number for each line of a row, None if it has none


class Line(NamedTuple):
    """A line of the table. target: of now / before; or of now alone, at most that or, for "×", at least."""

    what: str
    unit: str
    target: float | None = None
    alone: bool = False


class Row(NamedTuple):
    """What is measured together. needs: a package that is not the course's, as pip is told."""

    measure: Measure
    lines: list[Line]
    slow: bool = False
    needs: str | None = None


def python(code: str, root: Path, *arguments: str) -> Numbers:
    """The numbers that some code prints last, run with the package as it is in `root`."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
        "PYTHONPATH": os.pathsep.join([str(root / "src"), str(HERE)]),
        "PYTHONPYCACHEPREFIX": str(HERE / "build" / "pycache"),  # a module is compiled once, as at a learner's
        **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }
    with tempfile.TemporaryDirectory() as empty:
        command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
        done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError((done.stderr.strip() or "no word why").splitlines()[-1])
    return json.loads(done.stdout.strip().splitlines()[-1])


def script(code: str) -> Measure:
    return lambda root: python(code, root)


RUN_ALL = """
import sys, time, nbformat
from pathlib import Path
from tools.notebooks import client
took = []
for path in map(Path, sys.argv[1:]):
    start = time.perf_counter()
    client(nbformat.read(path, as_version=4), timeout=200, resources={"metadata": {"path": "."}}).execute()
    took.append(time.perf_counter() - start)
print([sum(took), max(took)])
"""


def run_all(*names: str) -> Measure:
    return lambda root: python(RUN_ALL, root, *(str(next((root / "notebooks").glob(name))) for name in names))


# In a kernel, since Plotly's figures ask where they are.
FIGURE = """
import nbformat
from tools.notebooks import client
cell = nbformat.v4.new_code_cell('''import time, numpy as np, bptt_lab as bl
figure = bl.figures.training({"tanh": np.ones(20)}, ("guessing", 1.0), "one")
start = time.perf_counter()
display(figure)
print([time.perf_counter() - start])''')
client(nbformat.v4.new_notebook(cells=[cell]), timeout=100).execute()
print([output for output in cell.outputs if output.output_type == "stream"][-1].text)
"""
# The second number is the floor: what the course does not have in its hand. A kernel has loaded itself before. So for the rows
# below: a floor is bare NumPy calls on arrays that lie ready, without which no way there leads to the same numbers.
EXPLORER = """
import ipykernel.kernelapp, time
start = time.perf_counter()
import numpy, anywidget
floor = time.perf_counter() - start
import bptt_lab.explore
bptt_lab.explore.LivingEquation(small=True, length=11, weight_scale=0.316)
print([time.perf_counter() - start, floor])
"""
RUN = """
import time, tracemalloc, timeit, numpy as np, bptt_lab as bl
def seconds(times, call):
    call()  # modules load with the first call: that is another wait
    # Of the processor: these rows only compute, and what else runs on the machine is left out so.
    return timeit.timeit(call, timer=time.process_time, number=times) / times
def made(H, T):
    rng, model = np.random.default_rng(0), bl.SequenceModel(bl.RNNCell(H, H), 8)
    return model, model.forward(rng.standard_normal((T, H)), rng.integers(8, size=T))
model, run = made(32, 100)
W, rows, room = model.cell.params["W_hh"].copy(), np.ones((3200, 32)), np.empty((3200, 32))

def outer_products():  # each term's row carried back, and the terms themselves: 800 kB
    for row, before in zip(rows[:99], room):
        row.dot(W, before)
    return rows[:100, :, None] * rows[:100, None]

def carried_rows(T, rows, W, room):  # of step k, the rows of all later losses
    for k in range(T):
        np.dot(rows[k:T], W, room[k:T])

def norms():  # each product, times its transpose, times one vector, six times
    for t in range(1, 100):
        A = np.matmul(rows[: 32 * t], W, out=room[: 32 * t]).reshape(t, 32, 32)
        G, u = A @ A, A[:, 0]
        for _ in range(6):
            u = np.matvec(G, u)

def long(T, H):
    result, rows, room = np.zeros((T, T)), np.ones((T, H)), np.empty((T, H))
    carried_rows(T, rows, W[:H, :H].copy(), room)
    for k in range(T):
        result[k, k:] = rows[k:, 0]
"""
LONG = f"""{RUN}
model, run = made(8, 5000)
took, floor = seconds(1, lambda: model.ledger(run)), seconds(1, lambda: long(5000, 8))
tracemalloc.start()
result = model.ledger(run)
print([took, floor, tracemalloc.get_traced_memory()[1] - result.nbytes])
"""


def timed(call: str, floor: str, times: int) -> Measure:
    return script(f"{RUN}print([seconds({times}, lambda: {call}), seconds({times}, lambda: {floor})])")


AGAINST = "from benchmarks.core import against; print(against('%s'))"
ASKED = "from benchmarks.explorers import asked; print(asked())"
STEP = """
from benchmarks.training import ratio_to_torch, times_of
print([ratio_to_torch(times, to) for name in ("tanh", "LSTM") for times in [times_of(name)] for to in (0, 2)])
"""
VISIT = "import sys; from benchmarks.explorers import first_visit; print(first_visit(*sys.argv[1:]))"


def visit(built: Path, *what: str) -> Numbers:
    return python(VISIT, built.parents[1], str(built), *what) if built.exists() else [None] * 3


def site(root: Path) -> Numbers:
    """To a slider, and the bytes; and to the end of a page of the same theme with nothing on it."""
    took, size, _ = visit(root / "build" / "site", "notebooks/00_start_here.html", ".bptt input[type=range]:enabled")
    return [took, size, visit(root / "build" / "site", "search.html", "footer.bd-footer")[0]]


def lite(root: Path) -> Numbers:
    """To the notebook, and the bytes, ours and those of JupyterLite alone; and what the first cell then installs from there."""
    built = root / "build" / "lite"
    wheels = sum(wheel.stat().st_size for wheel in built.glob("pypi/*.whl")) if built.exists() else None
    took, size, own = visit(built, "lab/index.html?path=00_start_here.ipynb", ".jp-Notebook .jp-Cell", "build/")
    return [took, None if size is None or own is None else size - own, own, wheels]


def lab(root: Path) -> Numbers:
    """From the command of `make lab` to a page that answers; and the same of JupyterLab by itself, in an empty folder."""
    with tempfile.TemporaryDirectory() as empty:
        return [_answers(root, "lab/tree/notebooks/00_start_here.ipynb"), _answers(Path(empty), "lab")]


def _answers(folder: Path, url: str) -> float:
    from tests.browser.course import free_port

    port, start, quiet = free_port(), time.perf_counter(), subprocess.DEVNULL
    options = f"--no-browser --allow-root --ServerApp.port={port} --ServerApp.ip=127.0.0.1 --IdentityProvider.token=".split()
    server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], cwd=folder, stdout=quiet, stderr=quiet)
    try:
        while server.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/{url}").close()
                return time.perf_counter() - start
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("JupyterLab ended before it answered")
    finally:
        server.terminate()
        server.wait()


THIRD, TORCH, JAX = 1 / 3, "torch==2.13.0", "jax==0.10.2"
ROWS = {
    "00": Row(run_all(LESSONS[0]), [Line("Run all of 00", "s", THIRD)], slow=True),
    "ten": Row(run_all(*LESSONS), [Line("Run all of 00 to 09", "s", 0.5), Line("… the slowest", "s", 6, True)], slow=True),
    "figure": Row(script(FIGURE), [Line("first Plotly figure in a fresh kernel", "s", 0.15, True)]),
    "lab": Row(lab, [Line("make lab until a page answers", "s", 0.7), Line("… JupyterLab alone", "s")]),
    "explorer": Row(script(EXPLORER), [Line("explore and a first explorer", "s", 0.5), Line("… NumPy and anywidget alone", "s")]),
    "asked": Row(
        script(ASKED),
        [Line("key to painted, Python asked, p95", "s", 0.04, True), Line("… an echo of one number", "s")],
        slow=True,
    ),
    "terms": Row(
        timed("model.chain_rule_terms(run, 99)", "outer_products()", 200),
        [Line("chain_rule_terms, H=32, T=100", "s", THIRD), Line("… rows carried, outer products alone", "s")],
    ),
    "ledger": Row(
        timed("model.ledger(run)", "carried_rows(100, rows, W, room)", 100),
        [Line("ledger, H=32, T=100", "s", THIRD), Line("… rows carried alone", "s")],
    ),
    "norms": Row(
        timed("bl.memory.norms(model.cell, run.trace)", "norms()", 3),
        [Line("memory.norms, all t and k, H=32, T=100", "s", 0.25), Line("… products alone", "s")],
    ),
    "long": Row(
        script(LONG),
        [
            Line("ledger, H=8, T=5000", "s", 0.1), Line("… rows carried, 200 MB written alone", "s"),
            Line("… memory beyond it", "B", 1 / 8),
        ],
        slow=True,
    ),
    "training": Row(
        script(STEP),
        [
            Line("training, tanh: torch / ours", "×", 3, True), Line("… torch / words, products and tanh alone", "×"),
            Line("training, LSTM: torch / ours", "×", 2.5, True), Line("… torch / words, products and tanh alone", "×"),
        ],
        needs=TORCH,
    ),
    "jax": Row(
        script(AGAINST % "jax"),
        [
            Line("both ways, 14 sizes: JAX / ours", "×", 1.5, True), Line("… JAX / products and tanh alone", "×"),
            Line("… least of these, but for B=1, T=100", "×", 1, True), Line("… there JAX / products and tanh alone", "×"),
        ],
        slow=True,
        needs=JAX,
    ),
    "torch": Row(
        script(AGAINST % "torch"),
        [
            Line("both ways, 21 sizes: torch / ours", "×", 6, True), Line("… torch / products and tanh alone", "×"),
            Line("… least of these, but for B=1, T=100", "×"), Line("… there torch / products and tanh alone", "×"),
        ],
        slow=True,
        needs=TORCH,
    ),
    "site": Row(
        site,
        [
            Line("site: 00 open to a slider", "s", 0.6, True),
            Line("… bytes, uncompressed", "B", 3e6, True),
            Line("… an empty page of its theme", "s"),
        ],
    ),
    "lite": Row(
        lite,
        [
            Line("Lite: first visit to 00", "s"),
            Line("… bytes of ours, uncompressed", "B", 0.5),
            Line("… JupyterLite's own beside them", "B"),
            Line("… wheels that the first cell installs", "B", 0.5),
        ],
        slow=True,
    ),
}  # fmt: skip


def chosen(names: str | None, quick: bool) -> list[str]:
    """The names of the rows that are wanted; `ValueError` for one that is not there."""
    wanted = names.split(",") if names else list(ROWS)
    if unknown := ", ".join(name for name in wanted if name not in ROWS):
        raise ValueError(f"no row {unknown}; there are {', '.join(ROWS)}")
    return [name for name in wanted if not (quick and ROWS[name].slow)]


def missing(package: str | None) -> str:
    """What to say of a row whose package, as pip is told, is not there; nothing if it is."""
    there = package is None or importlib.util.find_spec(package.split("==")[0])
    return "" if there else f"not installed: `pip install {package}`"


def say(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    factor, name = (1e-6, "MB") if unit == "B" else (1e3, "ms") if unit == "s" and value < 1 else (1, unit)
    return f"{factor * value:.3g} {name}"


def told(line: Line, before: float | None, now: float | None) -> str:
    """The table's line: before, now, now / before, the target, and whether it is met."""
    ratio = now / before if before and now is not None else None
    value, least = now if line.alone else ratio, line.unit == "×"
    target = "" if line.target is None else say(line.target, line.unit) if line.alone else f"{line.target:.2g} of it"
    target = target and ("≥ " if least else "≤ ") + target
    met = value is not None and line.target is not None and (value >= line.target if least else value <= line.target)
    verdict = "" if value is None or line.target is None else "met" if met else "not met"
    said = "" if ratio is None else f"{ratio:.2f}"
    return f"{line.what:44}{say(before, line.unit):>11}{say(now, line.unit):>11}{said:>7}  {target:14}{verdict}".rstrip()


def measured(row: Row, roots: tuple[Path, Path], rounds: int) -> list[Numbers]:
    """For each of the two, the medians of the row's lines."""
    found: list[list[Numbers]] = [[], []]
    for _ in range(rounds):
        for root, values in zip(roots, found):
            values.append(row.measure(root))
    return [[None if None in values else statistics.median(values) for values in zip(*one)] for one in found]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision", nargs="?", default=REVISION)
    parser.add_argument("--rows", help=f"some of {','.join(ROWS)}")
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args(arguments)
    names = chosen(given.rows, given.quick)
    from benchmarks.revision import checkout

    roots = checkout(given.revision), HERE
    print(f"{f'Medians of {given.rounds}, in turns':44}{given.revision[:9]:>11}{'now':>11}{'ratio':>7}  target", flush=True)
    for name in names:
        row = ROWS[name]
        try:
            values = [[None] * len(row.lines)] * 2 if (why := missing(row.needs)) else measured(row, roots, given.rounds)
        except RuntimeError as broken:
            why = f"broke: {broken}"
        for i, line in enumerate(row.lines):
            print(f"{line.what:44}{why}" if why else told(line, values[0][i], values[1][i]), flush=True)
    print("make test, .ci/run: see the table that .ci/run prints at its end")


if __name__ == "__main__":
    main()
