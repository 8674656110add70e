"""The class version: no solution can be read in it, and the check works all the same."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import bptt_lab as bl
from bptt_lab.classroom import __main__, notebook, version
from tools import notebooks

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A class version of a course into which its teacher has written an answer."""
    folder = tmp_path_factory.mktemp("class")
    course = folder / "course"
    for name in version.files(ROOT):
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, course / name)
    path = course / "notebooks" / "02_the_chain_rule_through_time.ipynb"
    written = notebook.filled(nbformat.read(path, as_version=4))
    for cell in written.cells:
        if notebook.checked(cell):
            cell.outputs, cell.execution_count = [nbformat.v4.new_output("stream", text="Right\n")], 7
    nbformat.write(written, path)
    (course / "notebooks" / "my_progress.json").write_text("{}")
    assert __main__.main(["make-version", str(folder / "out"), "--course", str(course)]) == 0
    return folder / "out"


def run(folder, code):
    """What it prints, with the package of that folder."""
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = {[str(folder / 'src'), str(folder)]}\n{code}"]
    return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout


def squeezed(text):
    return re.sub(r"\s+|#.*", "", text)


def test_no_solution_can_be_read_in_any_file(made):
    files = [path for path in made.rglob("*") if path.is_file()]
    assert not [path for path in files if "tests" in path.parts or path.name in ("my_progress.json", "bptt.py", "bptt.md")]
    readable = "".join(squeezed(text_of(path)) for path in files)
    assert not [e.name for e in bl.exercises.all() if squeezed(body(str(e.solution))) in readable]
    assert not [path for path in files if b"\n## Solution" in path.read_bytes()]
    assert not [e.name for e in bl.exercises.all() if (path_of(made, e).exists() and squeezed(str(e.stub)) not in readable)]


def text_of(path):
    if path.suffix == ".ipynb":
        return "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    return path.read_bytes().decode("utf-8", "replace")


def path_of(made, exercise):
    return made / "notebooks" / f"{exercise.notebook}.ipynb"


def body(source):
    """A function's statements, without its docstring: a one-line solution is looked for as a whole."""
    lines = source.splitlines()
    return source if len(ast.parse(source).body[0].body) == 1 else "\n".join(lines[1:])


def test_the_check_still_names_every_mistake(made):
    says = run(made, "from tools import confusion; print(len(confusion.known(confusion.every())))").splitlines()
    known = str(sum(len(exercise.mistakes) for exercise in bl.exercises.all()))
    assert says[-1] == "0" and says[-2].split() == [known, known, "0", "0"]


def test_a_report_has_hints_and_no_solution(made):
    code = """
import bptt_lab as bl
assert bl.__file__.startswith(sys.path[0])
exercise = bl.exercises.get("bptt")
report = exercise.check(lambda cell, trace, dh: {name: 2.5 * value for name, value in exercise.solution(cell, trace, dh).items()})
print(report, exercise.solution, report._repr_html_().count("Hint "), "Show a solution" in report._repr_html_())
print(exercise.stub.splitlines()[0], exercise.check(exercise.solution).solved)"""
    says = run(made, code).splitlines()
    assert "2.50 times" in says[0] and says[-2].endswith("# Your teacher has the solution. 3 False")
    assert says[-1] == "def my_bptt(cell, trace, dh): True"


def test_its_notebooks_are_the_courses_with_stubs_in_them(made):
    for path in notebooks.ALL:
        theirs = nbformat.read(made / path.relative_to(ROOT), as_version=4)
        assert theirs == nbformat.read(path, as_version=4) and not notebooks.complaints(theirs)


def test_its_pages_say_what_it_is_and_link_to_nothing_that_was_left_out(made):
    readme = (made / "README.md").read_text(encoding="utf-8")
    assert "class version" in readme.split("\n\n")[1]
    assert "make lab" in readme and "make test" not in readme and "make bench" not in readme
    links = re.findall(r"\]\((?!http)([^)#]+)", readme)
    assert len(links) > 5 and not [link for link in links if not (made / link).exists()]
    assert "teachers" not in (made / "site" / "index.md").read_text(encoding="utf-8") and "You teach?" not in readme


def test_all_solutions_filled_in(tmp_path):
    out = version.solutions(tmp_path / "out")
    shown = nbformat.read(out / "01_the_loss_is_a_sum.ipynb", as_version=4)
    assert str(bl.exercises.get("batch_loss").solution) in [cell.source for cell in shown.cells]
    assert len(list(out.glob("*.ipynb"))) == len(list((ROOT / "notebooks").glob("*.ipynb")))


def test_nothing_is_written_over_and_a_folder_without_a_course_is_said_in_words(tmp_path, capsys):
    (tmp_path / "mine").write_text("x")
    for command in ("make-version", "solutions", "nbgrader"):
        assert __main__.main([command, str(tmp_path)]) == 1
        assert "new or empty" in capsys.readouterr().err
        assert __main__.main([command, str(tmp_path / "out"), "--course", str(tmp_path)]) == 1
        assert "a clone of the course" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_only_what_git_knows_goes_along_and_without_git_what_was_not_made_by_running(tmp_path, monkeypatch):
    for name in ("notebooks/a.ipynb", "notebooks/.ipynb_checkpoints/a.ipynb", "src/__pycache__/x.pyc", "tests/t.py", "mine.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert version.files(tmp_path) == [Path("mine.txt"), Path("notebooks/a.ipynb")]
    if shutil.which("git"):
        subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
        subprocess.run(["git", "add", "notebooks/a.ipynb", "tests"], cwd=tmp_path, check=True)
        assert version.files(tmp_path) == [Path("notebooks/a.ipynb")]
