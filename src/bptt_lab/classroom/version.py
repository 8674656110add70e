"""Copies of the course for a class: without solutions, with all of them, or for nbgrader.

A check needs the solution: it follows a small case by hand, and most known mistakes are the solution with one edit. So a class
version has the exercises packed into one file that Python reads and people do not by chance. This is a curtain, not a lock:
who unpacks that file, or reads the package's own cells, finds the answers.
"""

import re
import shutil
import subprocess
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import nbformat

from .. import exercises
from ..exercises.base import SEALED
from .notebook import course_folder, emptied, filled, for_nbgrader, new_folder, tags

# What a class does not need, or where right answers stand.
LEFT_OUT = {"tests", "benchmarks", "build", "dist", ".github", ".ci", ".pre-commit-config.yaml", "requirements-test.txt"}
TEACHERS = Path("site/teachers.md")
UNKEPT = "__pycache__", "*.egg-info", ".*_cache", ".ipynb_checkpoints", "my_progress.json", ".git", ".venv*"
OPENS = "__path__.append(__path__[0] + '/sealed.zip')  # a class version: the exercises are in there\n"
NOTE = "*This is a class version of the course: your teacher has the solutions, and the tests.*\n\n"
CONFIG = """\
c = get_config()  # noqa: F821
c.ClearSolutions.code_stub = {"python": "return None  # your code here"}
c.IncludeHeaderFooter.header = ""
c.CourseDirectory.course_id = "bptt_lab"
c.ExecutePreprocessor.timeout = 120
"""


def make_version(out: Path, course: Path | None = None) -> Path:
    """The course without solutions, into the new folder `out`. What is there of answers in its notebooks is taken out too."""
    course, out = course_folder(course), new_folder(out)
    for name in files(course):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(course / name, out / name)
    for path in sorted((out / "notebooks").glob("*.ipynb")):
        nbformat.write(emptied(nbformat.read(path, as_version=4)), path)
    seal(out / "src" / "bptt_lab" / "exercises")
    (out / TEACHERS).unlink(missing_ok=True)
    edit(out / "site" / "index.md", lambda text: text.replace("\nteachers\n", "\n"))
    left_out = rf"^.*\({TEACHERS.as_posix()}\).*\n\n|^.*(make test|make bench).*\n"
    edit(out / "README.md", lambda text: re.sub(left_out, "", text, flags=re.M).replace("\n\n", f"\n\n{NOTE}", 1))
    return out


def solutions(out: Path, course: Path | None = None) -> Path:
    """The notebooks with every solution filled in, into the new folder `out`."""
    course, out = course_folder(course), new_folder(out)
    for path in sorted((course / "notebooks").glob("*.ipynb")):
        nbformat.write(filled(nbformat.read(path, as_version=4)), out / path.name)
    return out


def nbgrader(out: Path, course: Path | None = None) -> Path:
    """A course folder for nbgrader, each notebook with exercises an assignment of its own."""
    course, out = course_folder(course), new_folder(out)
    for path in sorted((course / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if any("learner" in tags(cell) for cell in notebook.cells):
            (out / "source" / path.stem).mkdir(parents=True)
            nbformat.write(for_nbgrader(notebook), out / "source" / path.stem / path.name)
    (out / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    return out


def files(course: Path) -> list[Path]:
    """The course's own files: those that git knows, so that nothing a teacher has beside them goes along; else all of them that
    were not made by running something."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=course, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        listed = ""
    names = [Path(name) for name in listed.split("\0") if name] or [path.relative_to(course) for path in course.rglob("*")]
    unkept = {name for name in names if any(fnmatch(part, pattern) for part in name.parts for pattern in UNKEPT)}
    return sorted(name for name in set(names) - unkept if name.parts[0] not in LEFT_OUT and (course / name).is_file())


def seal(folder: Path) -> None:
    """Pack the exercises of that folder of the package into one file, and let Python find them there."""
    named = sorted(exercise.name for exercise in exercises.all())
    with zipfile.ZipFile(folder / SEALED.name, "w", zipfile.ZIP_DEFLATED) as sealed:
        for name in (f"{name}.{ending}" for name in named for ending in ("md", "py")):
            sealed.writestr(zipfile.ZipInfo(name), (folder / name).read_bytes(), zipfile.ZIP_DEFLATED)
            (folder / name).unlink()
    edit(folder / "__init__.py", lambda text: text.replace('"""\n', f'"""\n\n{OPENS}', 1))


def edit(path: Path, change) -> None:
    if path.exists():
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
