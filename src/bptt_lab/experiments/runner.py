"""A long result as a recipe, a function and the settings that it is called with; and what does its runs, on any executor.

A run gets one dict of settings, all of them numbers, words, lists and None, and returns a dict of the same kind. So every run
can be sent to any machine, kept as a few lines of JSON, and done again.

Each finished run is one small file at once: FOLDER/NAME/KEY.json. Started again, only what has no file yet is run. The
executor is anything with `submit` and `concurrent.futures` futures: processes of this machine, or a cluster's.
"""

import hashlib
import itertools
import json
import os
import platform
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, as_completed
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..basics import checks

COMMITTED = Path(__file__).parent / "results"
Settings = dict
Result = dict


class Recipe(NamedTuple):
    """name: of the recipe and its files. question: what it answers. run: settings -> result. runs: the settings, one each."""

    name: str
    question: str
    run: Callable[[Settings], Result]
    runs: list[Settings]


def grid(**choices: Iterable) -> list[Settings]:
    """Every combination of the choices: grid(d=(5, 10), seed=range(3)) are six settings."""
    return [dict(zip(choices, chosen)) for chosen in itertools.product(*choices.values())]


def key(settings: Settings) -> str:
    """A short name for these settings, the same on every machine: the file name of their result."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def finished(recipe: Recipe, folder: Path) -> dict[str, dict]:
    """The runs that have a file, by key. A file that cannot be read, say since the disk was full, counts as none."""
    found = {}
    for name in map(key, recipe.runs):
        with suppress(FileNotFoundError, ValueError):
            record = json.loads((folder / recipe.name / f"{name}.json").read_text(encoding="utf-8"))
            if isinstance(record, dict) and {"settings", "result"} <= set(record):
                found[name] = record
    return found


def run(recipe: Recipe, executor: Executor, folder: Path, progress: bool = True) -> list[dict]:
    """Do every run that has no file yet; return all of them, {"settings": …, "result": …}, in the recipe's order.

    A run that fails does not stop the others; the first error is raised when they are done.
    """
    from tqdm.auto import tqdm

    done, errors = finished(recipe, folder), []
    waiting = {executor.submit(recipe.run, settings): settings for settings in recipe.runs if key(settings) not in done}
    try:
        with tqdm(total=len(recipe.runs), initial=len(done), desc=recipe.name, unit="run", disable=not progress) as bar:
            for future in as_completed(waiting):
                try:
                    record = {"settings": waiting[future], "result": future.result()}
                except Exception as error:  # one bad run must not cost the others
                    error.add_note(f"in the run {waiting[future]}")
                    errors.append(error)
                    continue
                name = key(record["settings"])
                _write(folder / recipe.name / f"{name}.json", json.dumps(record) + "\n")
                done[name] = record
                bar.update()
    except BaseException:
        for future in waiting:
            future.cancel()
        raise
    if errors:
        raise errors[0]
    return [done[key(settings)] for settings in recipe.runs]


def save(recipe: Recipe, records: list[dict], folder: Path = COMMITTED) -> Path:
    """The results as one file to commit: what was asked, every run, versions and date."""
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    head = {"recipe": recipe.name, "question": recipe.question, "date": date.today().isoformat(), "versions": versions}
    rows = ",\n".join("  " + json.dumps(record) for record in records)
    text = json.dumps(head, indent=1)[:-2] + ',\n "runs": [\n' + rows + "\n ]\n}\n"
    path = folder / f"{recipe.name}.json"
    _write(path, text)
    return path


def load(name: str, folder: Path = COMMITTED) -> list[dict[str, Any]]:
    """The committed runs of a recipe: a flat dict each, settings and results side by side."""
    checks.choice("name", name, sorted(path.stem for path in folder.glob("*.json")))
    records = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["runs"]
    return [{**record["settings"], **record["result"]} for record in records]


def _write(path: Path, text: str) -> None:
    """Whole or not at all, also when the process is killed meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
