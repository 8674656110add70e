"""Grade submitted notebooks: each is run in a process of its own, with a time limit, and what goes wrong is a row.

Each exercise is judged by its own check, in a cell that is put after the notebook's last one. So it does not matter what became
of the check in the notebook. It runs in the student's process all the same: who sets out to deceive it can. Read the code of
those whose marks surprise you.
"""

import asyncio
import csv
import html
import json
import os
import re
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from .. import exercises
from ..basics import checks
from ..basics.workers import end_with_the_command
from .notebook import CHECK

MISSING, SOLVED, NOT_JUDGED = "missing", "solved", "not judged"
START = "graded: "
# Safe for colour-blind readers, and never without its words beside it.
COLOURS = {SOLVED: "#0072b2", **dict.fromkeys(("not tried", MISSING, NOT_JUDGED), "#bbbbbb")}
MISTAKE = "#d55e00"


def grade(folder: Path, grades: Path, seconds: float = 300.0, workers: int = 2) -> list[dict]:
    """Grade every notebook below `folder` into the CSV file `grades`, draw the class beside it, and return the rows.

    student    the first folder below `folder`, or the file's name
    file       the path below `folder`
    score, of  exercises solved, and how many the notebook has
    minutes    how long it ran
    error      the first error of a cell, or why the notebook could not be run; the exercises are judged as far as they can be
    …          a column for each exercise: "solved", "not tried", "missing" (no such function), the known mistake, or two with a
               "+" between them, "does not end", "stops: …" and the error's kind, "returns None", "wrong", or "not judged" (the
               notebook never let the checks run: `error` says why)

    The picture is `grades` as .html: the mistakes by exercise, each with how many made it.
    """
    if not folder.is_dir():
        raise checks.error("FOLDER", str(folder), "a folder of submitted notebooks")
    paths = [path for path in sorted(folder.rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts]
    if not paths:
        raise checks.error("FOLDER", str(folder), "a folder with notebooks in it")
    with ProcessPoolExecutor(max(1, workers), initializer=end_with_the_command) as executor:
        rows = list(executor.map(row, [folder] * len(paths), paths, [seconds] * len(paths)))
    columns = ["student", "file", "score", "of", "minutes", "error", *(exercise.name for exercise in exercises.all())]
    with open(grades, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        formula = re.compile(r"^(?=[=+\-@\t\r])")  # what a spreadsheet would take for one: with a quote before it, it is shown
        writer.writerows({name: formula.sub("'", str(value)) for name, value in row.items()} for row in rows)
    grades.with_suffix(".html").write_text(picture(rows), encoding="utf-8")
    return rows


def row(folder: Path, path: Path, seconds: float) -> dict:
    """The row of one notebook; whatever it is or does, a row."""
    below, start, judged, error = path.relative_to(folder), time.monotonic(), dict[str, str](), ""
    try:
        notebook = nbformat.read(path, as_version=4)
        names = expected(path, notebook)
        if not names:
            error = "There is no exercise of the course in it: neither its name nor a check says which."
        else:
            judged, error = run(notebook, names, seconds)
    except Exception as problem:  # a file that is no notebook, a kernel that does not start: a row too
        error = f"It cannot be run. {type(problem).__name__}: {problem}"
    return {
        "student": below.parts[0] if len(below.parts) > 1 else below.stem,
        "file": below.as_posix(),
        "score": sum(result == SOLVED for result in judged.values()),
        "of": len(judged),
        "minutes": round((time.monotonic() - start) / 60, 2),
        "error": " ".join(error.split())[:300],
        **judged,
    }


def expected(path: Path, notebook) -> list[str]:
    """The exercises that a submitted notebook should hold: those of the notebook whose name its own contains, or else those
    that it checks."""
    named = [exercise.name for exercise in exercises.all() if exercise.notebook in path.stem]
    found = {name for cell in notebook.cells if cell.cell_type == "code" for name in CHECK.findall(cell.source)}
    return named or [exercise.name for exercise in exercises.all() if exercise.name in found]


def run(notebook, names: list[str], seconds: float) -> tuple[dict[str, str], str]:
    """What became of each exercise, and the first error.

    If the notebook does not come to its end, it is run again with nothing but its imports and the learner's functions.
    """
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    functions = [exercises.get(name).stub.function.__name__ for name in names]
    defines = re.compile(rf"^(async )?def ({'|'.join(functions)})\(", re.M)
    needed = [source for i, source in enumerate(code) if i == 0 or defines.search(source)]
    error = ""
    for sources in (code, needed):
        start = time.monotonic()
        try:
            judge = f"from bptt_lab.classroom import grading\nprint({START!r} + grading.judged({names!r}, globals()))"
            cells = asyncio.run(asyncio.wait_for(_executed([*sources, judge]), seconds))
        except (TimeoutError, DeadKernelError):  # a kernel that is stopped may be reported as dead
            stopped = time.monotonic() - start >= seconds
            error = error or (f"It was stopped after {seconds:g} seconds." if stopped else "It ended its own process.")
        else:
            error = error or _first_error(cells[:-1])
            printed = "".join(output.get("text", "") for output in cells[-1].outputs)
            if START in printed:
                result = json.loads(printed.rpartition(START)[2].splitlines()[0])
                return {name: str(result[name]) for name in names}, error
            error = error or f"It could not be judged. {_first_error(cells[-1:])}"
    return dict.fromkeys(names, NOT_JUDGED), error


async def _executed(sources: list[str]) -> list:
    """The cells, run in a kernel of their own in an empty folder. Cancelling this kills the kernel and what it started."""
    notebook = new_notebook(cells=list(map(new_code_cell, sources)))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        client = NotebookClient(
            notebook, timeout=None, kernel_name="python3", allow_errors=True, shutdown_kernel="immediate",
            extra_arguments=["--log-level=40"], resources={"metadata": {"path": folder}},
        )  # fmt: skip
        await client.async_execute(env={**os.environ, "BPTT_PROGRESS": "off"})
    return notebook.cells


def judged(names: list[str], found: dict) -> str:
    """In the student's process: exercise -> what its check says of the function of that name, as JSON."""
    results = {}
    for exercise in map(exercises.get, names):
        name = exercise.stub.function.__name__
        results[exercise.name] = exercise.check(found[name]).verdict if name in found else MISSING
    return json.dumps(results)


def _first_error(cells: list) -> str:
    """The first error that a cell ended with; cells are counted from 1, as a reader does."""
    errors = ((i, one) for i, cell in enumerate(cells, start=1) for one in cell.outputs if one.output_type == "error")
    return next((f"Code cell {i}: {error.ename}: {error.evalue}" for i, error in errors), "")


def picture(rows: list[dict]) -> str:
    """The class as one page that needs nothing, from `grade`'s rows: of each exercise what was handed in, the commonest first."""
    sections = []
    for exercise in exercises.all():
        results = [row[exercise.name] for row in rows if row.get(exercise.name)]
        if not results:
            continue
        counts = Counter(name for result in results for name in result.split(" + "))
        order = sorted(counts, key=lambda name: (name != SOLVED, name in COLOURS, -counts[name], name))
        told = {name: str(wrong.__doc__) for name, wrong in exercise.mistakes.items() if name in counts}
        bars = "".join(_bar(name, counts[name], len(results), told.get(name, "")) for name in order)
        heading = f"{exercise.name}: {counts[SOLVED]} of {len(results)} solved"
        sections.append(f"<h2>{html.escape(heading)}</h2><table>{bars}</table>")
    page = Path(__file__).with_name("picture.html").read_text(encoding="utf-8")
    return page.replace("{n}", str(len(rows))).replace("{sections}", "\n".join(sections))


def _bar(name: str, count: int, of: int, told: str) -> str:
    words = html.escape(name) + (f"<p>{html.escape(told)}</p>" if told else "")
    bar = f'<span style="width: {85 * count / of:.1f}%; background: {COLOURS.get(name, MISTAKE)}"></span>'
    return f'<tr><th scope="row">{words}</th><td>{bar}{count}</td></tr>'
