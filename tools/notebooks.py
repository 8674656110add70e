"""Keep the course's notebooks clean, and compare what they print with what they kept.

    python -m tools.notebooks clean      strip what is not to be kept
    python -m tools.notebooks check      fail with a sentence for each rule that a notebook breaks
    python -m tools.notebooks run        run all from top to bottom, then clean: the one way to renew kept outputs
    python -m tools.notebooks compare    run all under guard and compare with the kept outputs (nbval)
    python -m tools.notebooks solved     fill in the solution of each exercise, run its check, and fail if one is not right

Tags of a cell say what is kept of its output:

    keep_output    everything, compared to the letter: the numbers that the prose relies on
    keep_still     the picture and sentence of an explorer or a figure, or a quiz's words, for viewers that run nothing
    learner        the learner's own code: it may be longer than ten lines
    task           what an exercise asks, in words or as code to be mended; with the learner's cell it comes on top of the rest
    plain_way      may use ipywidgets and Plotly by hand
    hide-input     guards the numbers of the cell above with its asserts: folded in Lab and on the site, and not to be read
    reference      on the first cell: not a lesson but pages to look things up in, of as many cells as that takes
"""

import argparse
import html
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from bptt_lab.classroom.notebook import checked, filled, tags

from . import guard, nudge, sockets, stills

ROOT = Path(__file__).parent.parent
FIGURE = "application/vnd.plotly.v1+json"
STILL = ("image/svg+xml", "image/png", "text/html", "text/plain")
MOST_CELLS, MOST_LINES, WIDEST = 25, 10, 88  # ruff holds code to the same width, see notebooks/ruff.toml
SECONDS = 300  # of one cell; one that trains takes a tenth of that, but ten times as long on a busy machine or an old processor
OWN_ID = re.compile(r"(cell|task|learner|check)-\w+")
NOTEBOOKS = ROOT / "notebooks"
COURSE = sorted(NOTEBOOKS.glob("*.ipynb"))
DEEPER = sorted(NOTEBOOKS.glob("deeper/*.ipynb"))  # deeper/02_….ipynb: what notebook 02 leaves out, with no exercise in it
TRANSLATED = sorted(NOTEBOOKS.glob("[a-z][a-z]/*.ipynb"))  # de/01_….ipynb, by the name of the English one
ALL = [*COURSE, *DEEPER, *TRANSLATED]
DRAWS = re.compile(r"^bl\.(figures|explore)\.(?!my_predictions)(\w+)|\.(figure)\(\)$")
FOLDED = "hide-input"  # as the site's builder calls it
COVERED = "<summary>Guess first, then open this.</summary>"
PREDICTS = ("bl.explore.Predict(", "bl.explore.my_predictions(")  # on top of the cells to be read, like a quiz


def cleaned(notebook):
    """The notebook as it is committed. nbval compares only cells with an execution count, so kept ones carry 1.

    A cell keeps its id for life, so that a new cell does not touch the others. One that came without gets the next free number.
    """
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    taken, seen = {cell.get("id") for cell in notebook.cells}, set()
    asked = False  # under a prediction, with no prose between
    free = (name for i in itertools.count() if (name := f"cell-{i:02}") not in taken)
    for cell in notebook.cells:
        if not OWN_ID.fullmatch(cell.get("id", "")) or cell.id in seen:
            cell.id = next(free)
        seen.add(cell.id)
        cell.metadata = {"tags": sorted(tags(cell))} if tags(cell) else {}
        if FOLDED in tags(cell):
            cell.metadata["jupyter"] = {"source_hidden": True}
        if cell.cell_type != "code":
            asked = False
            continue
        keep = bool(cell.outputs) and bool(tags(cell) & {"keep_output", "keep_still"})
        cell.execution_count = 1 if keep else None
        cell.outputs = [kept(output, tags(cell)) for output in cell.outputs] if keep else []
        if "keep_still" in tags(cell):
            pictures = [output for output in cell.outputs if set(output.get("data", {})) != {"text/plain"}]
            cell.outputs = [covered(output) for output in pictures] if asked else pictures
        asked = asked or cell.source.startswith(PREDICTS[0])
    return notebook


def kept(output, cell_tags):
    if output.output_type in ("execute_result", "display_data"):
        output.metadata = {}
        if "keep_still" in cell_tags:
            figure = output.data.pop(FIGURE, None)
            if figure:
                output.data["image/png"] = stills.png(figure)
                layout = figure["layout"]
                output.data["text/plain"] = f"{layout['title']['text']}. {layout['meta']['notes']}"  # its sentence stands below
            output.data = {kind: output.data[kind] for kind in STILL if kind in output.data}
    if output.output_type == "execute_result":
        output.execution_count = 1
    return output


def covered(output):
    """What answers a prediction, behind a line that is opened: a viewer that runs nothing cannot wait for the guess."""
    data = output.get("data", {})
    if COVERED not in data.get("text/html", COVERED):
        shown = data["text/html"]
    elif "image/png" in data:
        shown = f'<img src="data:image/png;base64,{data["image/png"]}" alt="{html.escape(data["text/plain"])}">'
    else:
        return output
    output.data = {"text/html": f"<details>{COVERED}{shown}</details>", "text/plain": "Guess first, then open or run this cell."}
    return output


def complaints(notebook) -> list[str]:
    """What a person should mend, one sentence each."""
    found = []
    if notebook != cleaned(nbformat.from_dict(notebook)):
        found.append("it is not clean: run `python -m tools.notebooks clean`")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    given = [cell for cell in notebook.cells if not (is_exercise(cell) or cell.source.startswith(PREDICTS))]
    if len(given) > MOST_CELLS and "reference" not in tags(notebook.cells[0]):
        found.append(f"it has {len(given)} cells, at most {MOST_CELLS} are allowed: split or shorten it")
    if not any("keep_output" in tags(cell) and cell.outputs for cell in code):
        found.append("no cell keeps an output, so strict comparison would compare nothing: tag one `keep_output`")
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        lines = len(cell.source.splitlines())
        if lines > MOST_LINES and "learner" not in tags(cell):
            found.append(f"cell {i} has {lines} lines, at most {MOST_LINES} are allowed for code that is given")
        if FOLDED in tags(cell) and "assert" not in cell.source:
            found.append(f"cell {i} is folded, and guards nothing: what is to be read is not folded")
        if re.search(r"^\s*(import|from) +(plotly|matplotlib)", cell.source, re.M) and "plain_way" not in tags(cell):
            found.append(f"cell {i} imports a plotting library: figures come from bl.figures and bl.explore")
        if re.search(r"https?://", cell.source):
            found.append(f"cell {i} has a web address in its code: the course needs no network")
        if re.search(r"^\s*(import|from) +(requests|urllib|http|httpx|socket)\b", cell.source, re.M):
            found.append(f"cell {i} asks the network: the course needs none")
        if re.search(r"/(home|Users|root|tmp)/|[A-Z]:\\\\?Users", f"{cell.source}{cell.outputs}"):
            found.append(f"cell {i} has a path of one machine in it")
        if "keep_still" in tags(cell) and "nbval-ignore-output" not in tags(cell):
            found.append(f"cell {i} keeps a still picture: tag it `nbval-ignore-output` too")
        if "keep_still" in tags(cell) and not any(map(is_still, cell.outputs)):
            found.append(f"cell {i} keeps no still picture: run `make notebooks`")
        if DRAWS.search(last_line(cell)) and not tags(cell) & {
            "keep_still",
            "keep_output",
        }:
            found.append(f"cell {i} draws a picture: tag it `keep_still`, so that a viewer that runs nothing has one")
        guard = next((below for below in notebook.cells[i + 1 : i + 2] if FOLDED in tags(below)), cell)
        if "keep_output" in tags(cell) and cell.outputs and "assert" not in cell.source + guard.source:
            found.append(f"cell {i} keeps a number but asserts nothing about it")
        widest = max((len(line) for output in cell.outputs for line in output.get("text", "").splitlines()), default=0)
        if widest > WIDEST:
            found.append(f"cell {i} prints a line of {widest} characters, at most {WIDEST} fit a page: try bl.text.table")
        if any(output.output_type == "error" for output in cell.outputs):
            found.append(f"cell {i} keeps an error")
        if any(map(is_warning, cell.outputs)):
            found.append(f"cell {i} keeps a warning")
    return found


def last_line(cell) -> str:
    return (cell.source.strip().splitlines() or [""])[-1]


def is_exercise(cell) -> bool:
    """The learner's own cell, its task and its check, the quiz, what is solved, a folded guard: on top of what is read."""
    return bool(tags(cell) & {"learner", "task", FOLDED}) or cell.source.startswith(
        ("bl.exercises.get(", "bl.explore.Quiz(", "bl.my_progress(")
    )


def is_still(output) -> bool:
    data = output.get("data", {})
    return bool({"image/svg+xml", "image/png"} & set(data)) or "<details" in data.get("text/html", "")


def is_warning(output) -> bool:
    return output.output_type == "stream" and output.name == "stderr"


def strict() -> bool:
    """Whether kept numbers are compared to the letter here; else notebooks are only executed."""
    return os.environ.get("NOTEBOOKS", "strict" if sys.platform == "linux" else "lax") == "strict"


def differ(notebook, outputs) -> list[str]:
    """The cells that keep numbers and put out others, each with both. `outputs` are those of a run, as JupyterLab has them."""

    def numbers(found, cell_tags):
        whole: list = []
        for output in (kept(nbformat.from_dict(output), cell_tags) for output in found):
            before = [one for one in whole if one.output_type == output.output_type == "stream" and one.name == output.name]
            if before:
                before[0].text += output.text
            else:
                whole.append(output)
        return [output.get("text") or {**output.get("data", output)} for output in whole]

    found = []
    for cell, now in zip(notebook.cells, outputs, strict=True):
        if tags(cell) & {"keep_output", "nbval-ignore-output"} == {"keep_output"}:
            before, after = numbers(cell.outputs, tags(cell)), numbers(now, tags(cell))
            found += [f"{cell.id} kept {before}, and puts out {after}"] if before != after else []
    return found


def compare(paths: list[Path], strict: bool) -> int:
    """Run the notebooks under nbval, in copies and under guard (see `tools.guard`). Returns pytest's exit code, or 1."""
    with tempfile.TemporaryDirectory() as scratch:
        for path in paths:
            copy = Path(scratch) / (path.relative_to(NOTEBOOKS) if NOTEBOOKS in path.parents else path.name)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
        # All that a kernel itself writes goes there too: its history, its connection, what is temporary.
        start_up = Path(scratch) / "ipython" / "profile_default" / "startup"
        start_up.mkdir(parents=True)
        for first in (guard, nudge):
            shutil.copy(Path(str(first.__file__)), start_up)
        shutil.copy(Path(str(sockets.__file__)), Path(scratch) / "conftest.py")  # for nbval's own kernels
        folders = {"IPYTHONDIR": str(start_up.parents[1]), **dict.fromkeys(("JUPYTER_RUNTIME_DIR", "TMPDIR", "TEMP"), scratch)}
        how = ["--nbval" if strict else "--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={SECONDS}"]
        how.append(f"--nbval-kernel-startup-timeout={SECONDS}")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *how, f"--rootdir={scratch}", scratch]
        if len(paths) > 1:  # each notebook on one core; several at once
            command += ["--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile"]
        own = {"BPTT_GUARD": scratch, "PYTHONDONTWRITEBYTECODE": "1"}
        code = subprocess.run(command, cwd=scratch, env={**os.environ, **folders, **own}).returncode
        breaches = Path(scratch) / guard.NOTES
        if breaches.exists():
            print("A notebook does what none may:", *sorted(set(breaches.read_text(encoding="utf-8").splitlines())), sep="\n")
        return code or int(breaches.exists())


def client(notebook, **settings):
    """What runs a notebook's cells."""
    from nbclient import NotebookClient
    from traitlets.config import Config

    config = Config({"KernelManager": sockets.of_a_kernel()})
    return NotebookClient(notebook, kernel_name="python3", config=config, **settings)


def run(path: Path) -> None:
    """Run a notebook in a kernel of its own and write it back, cleaned. Refuses one that raises or warns."""
    notebook = nbformat.read(path, as_version=4)
    client(notebook, timeout=SECONDS, resources={"metadata": {"path": str(path.parent)}}, coalesce_streams=True).execute()
    for i, cell in enumerate(notebook.cells):
        for output in filter(is_warning, cell.get("outputs", [])):
            raise ValueError(f"{path.name}: cell {i} warns, and a learner would see it: {output.text}")
    nbformat.write(cleaned(notebook), path)


def solved(paths: list[Path]) -> int:
    """Run the imports, the solutions and the checks of all notebooks in one kernel. Returns how many checks are not content."""
    sources = []
    for path in paths:
        code = [cell for cell in filled(nbformat.read(path, as_version=4)).cells if cell.cell_type == "code"]
        mine = [cell for cell in code[1:] if "learner" in tags(cell) or checked(cell)]
        sources += ["%reset -f", *(cell.source for cell in [*code[:1], *mine])]  # nothing is left of the notebook before
    notebook = new_notebook(cells=list(map(new_code_cell, sources)))
    client(notebook, timeout=SECONDS).execute()
    says = {checked(cell): cell.outputs[0].data["text/plain"] for cell in notebook.cells if checked(cell)}
    wrong = {name: message for name, message in says.items() if not message.startswith("Right")}
    print(f"{len(says) - len(wrong)} of {len(says)} exercises are solved by their solutions", *wrong.items(), sep="\n")
    return len(wrong)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("clean", "check", "run", "compare", "solved"))
    parser.add_argument(
        "paths", nargs="*", type=Path, help="notebooks; all of the course, what goes deeper and the translations if none is named"
    )
    given = parser.parse_args(arguments)
    os.environ["BPTT_PROGRESS"] = "off"  # no learner is at work here
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `make` has it: two on a busy machine can be a hundred times slower
    paths = [path.resolve() for path in given.paths] or ALL
    if given.command == "compare":
        return compare(paths, strict())
    if given.command == "solved":
        return solved([path for path in paths if path not in TRANSLATED])  # their code is that of the course
    failed = False
    for path in paths:
        if given.command == "run":
            start = time.perf_counter()
            run(path)
            print(f"{path.name}: {time.perf_counter() - start:.0f} s", flush=True)
        elif given.command == "clean":
            nbformat.write(cleaned(nbformat.read(path, as_version=4)), path)
        else:
            notebook = nbformat.read(path, as_version=4)
            found = complaints(notebook)
            if not found and path.read_text(encoding="utf-8") != nbformat.writes(notebook) + "\n":
                found.append("it is written in another order than `clean` writes it, so a commit would change it: run that")
            for complaint in found:
                failed = True
                print(f"{path.name}: {complaint}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
