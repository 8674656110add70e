"""An update of the course never overwrites a learner's answers: real git, and the merge that course servers do (nbgitpuller)."""

import copy
import json
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

import bptt_lab as bl
from tools.notebooks import tags

pull = pytest.importorskip("nbgitpuller.pull", reason="the updates of course servers are tested with nbgitpuller")
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")

ROOT = Path(__file__).parents[1]
NAMES = ("01_the_loss_is_a_sum.ipynb", "02_the_chain_rule_through_time.ipynb", "03_four_words_four_terms.ipynb")
FIRST, SECOND, THIRD = NAMES
MINE = "def tanh_slope(h):\n    slope = 1 - h * h  # my own way\n    return slope"


def git(folder, *arguments):
    me = ("-c", "user.name=teacher", "-c", "user.email=teacher@example.org")
    subprocess.run(["git", *me, *arguments], cwd=folder, check=True, capture_output=True)


class Course:
    """A course as its teacher has it, and a learner's copy of it."""

    def __init__(self, folder):
        self.teacher, self.learner = folder / "teacher", folder / "learner"
        (self.teacher / "notebooks").mkdir(parents=True)
        for name in NAMES:
            shutil.copy(ROOT / "notebooks" / name, self.teacher / "notebooks")
        for name in (".gitignore", ".gitattributes"):
            shutil.copy(ROOT / name, self.teacher)
        git(self.teacher, "init", "--quiet", "--initial-branch=main")
        self.publish()
        self.update()

    def publish(self):
        git(self.teacher, "add", "--all")
        git(self.teacher, "commit", "--quiet", "--message", "a version")

    def update(self):
        """What a course server does when the learner opens the course's link."""
        return "".join(pull.GitPuller(f"file://{self.teacher}", str(self.learner), branch="main").pull())

    def mine(self, name):
        return self.learner / "notebooks" / name

    def read(self, name):
        notebook = nbformat.read(self.mine(name), as_version=4)
        nbformat.validate(notebook)
        return notebook

    def change(self, side, name, how):
        """Open a notebook, change it, and save it as Jupyter does."""
        path = side / "notebooks" / name
        notebook = nbformat.read(path, as_version=4)
        how({cell.id: cell for cell in notebook.cells}, notebook)
        nbformat.write(notebook, path)


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no-config"))
    return Course(tmp_path)


def work(cells, notebook):
    """A learner writes an answer, runs all, and saves."""
    cells["learner-tanh_slope"].source = MINE
    for count, cell in enumerate(cells.values(), start=1):
        if cell.cell_type == "code":
            cell.execution_count = count
            cell.outputs = [nbformat.v4.new_output("stream", text=f"an output\nof cell {count}\n")]
    notebook.metadata["language_info"] = {"name": "python", "version": "3.12.1"}
    notebook.cells.insert(4, nbformat.v4.new_code_cell("# a note of my own", id="mine"))


def revise(cells, notebook):
    """A teacher mends a sentence, a stub and a check, takes a cell away and adds two."""
    cells["cell-00"].source += "\n\nA new sentence."
    cells["learner-tanh_slope"].source = "def tanh_slope(h):\n    return ...  # a new stub"
    cells["learner-jacobian"].source = "def jacobian(h, W_hh):\n    return ...  # a new stub"
    notebook.cells.remove(cells["cell-03"])
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell("A new cell.", id="new-1"))
    notebook.cells.append(nbformat.v4.new_markdown_cell("A last cell.", id="new-2"))


def sources(notebook):
    return [cell.source for cell in notebook.cells]


def test_answers_stay_and_what_is_new_arrives(course):
    course.change(course.learner, SECOND, work)
    course.mine("my_progress.json").write_text('{"exercises": {"tanh_slope": "solved"}}')
    for name in NAMES:
        course.change(
            course.teacher, name, revise if name == SECOND else lambda cells, _: cells["cell-00"].update(source="# New")
        )
    course.publish()
    course.update()
    after = course.read(SECOND)
    assert MINE in sources(after) and "# a note of my own" in sources(after)
    assert not any("return ...  # a new stub" in source and "tanh_slope" in source for source in sources(after))
    assert after.cells[0].source.endswith("A new sentence.") and {"A new cell.", "A last cell."} <= set(sources(after))
    assert "def jacobian(h, W_hh):\n    return ...  # a new stub" in sources(after), "an untouched stub is renewed"
    assert course.read(FIRST).cells[0].source == "# New", "so is an untouched notebook"
    assert json.loads(course.mine("my_progress.json").read_text())["exercises"] == {"tanh_slope": "solved"}


def test_every_answer_of_a_notebook_stays_through_update_after_update(course):
    answers = {e.name: f"{e.solution}\n# mine" for e in bl.exercises.all() if f"{e.notebook}.ipynb" == SECOND}

    def answer(cells, _):
        for cell, check in zip(list(cells.values()), list(cells.values())[1:]):
            if "learner" in tags(cell):
                cell.source = answers[check.source.split('"')[1]]

    course.change(course.learner, SECOND, answer)
    for version in range(3):
        course.change(
            course.teacher,
            SECOND,
            lambda cells, _: [cell.update(source=f"{cell.source}\n# version {version}") for cell in cells.values()],
        )
        course.publish()
        course.update()
        after = course.read(SECOND)
        assert set(answers.values()) <= set(sources(after)) and f"# version {version}" in after.cells[0].source


def test_the_readmes_own_commands_do_the_same(course):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = readme.split("## Your answers stay yours")[1].split("```")[1].strip().splitlines()
    assert len(commands) == 2
    course.change(course.learner, SECOND, work)
    course.change(course.teacher, SECOND, revise)
    course.publish()
    for command in commands:
        git(course.learner, *command.split()[1:])
    after = course.read(SECOND)
    assert MINE in sources(after) and after.cells[0].source.endswith("A new sentence.")


def test_a_notebook_that_the_course_drops_stays_where_it_was_worked_in(course):
    course.change(course.learner, SECOND, work)
    git(course.teacher, "rm", "--quiet", f"notebooks/{SECOND}", f"notebooks/{THIRD}")
    course.publish()
    course.update()
    assert MINE in sources(course.read(SECOND)) and not course.mine(THIRD).exists()


def test_a_learners_own_file_is_set_aside_when_the_course_brings_one_of_that_name(course):
    own = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("mine")])
    nbformat.write(own, course.mine("extra.ipynb"))
    theirs = copy.deepcopy(own)
    theirs.cells[0].source = "theirs"
    nbformat.write(theirs, course.teacher / "notebooks" / "extra.ipynb")
    course.publish()
    assert "to avoid conflict" in course.update()
    kept = [path for path in course.mine("").glob("extra__*.ipynb")]
    assert sources(course.read("extra.ipynb")) == ["theirs"] and sources(course.read(kept[0].name)) == ["mine"]


def test_a_notebook_that_was_renamed_is_brought_anew_and_the_renamed_one_stays(course):
    course.change(course.learner, SECOND, work)
    course.mine(SECOND).rename(course.mine("mine.ipynb"))
    course.update()
    assert MINE in sources(course.read("mine.ipynb"))
    assert course.mine(SECOND).read_text("utf-8") == (course.teacher / "notebooks" / SECOND).read_text("utf-8")


def test_what_stood_before_an_update_can_be_had_again(course):
    course.change(course.learner, SECOND, work)
    before = course.mine(SECOND).read_bytes()
    course.change(course.teacher, SECOND, revise)
    course.publish()
    course.update()
    assert course.mine(SECOND).read_bytes() != before
    git(course.learner, "checkout", "HEAD^1", "--", f"notebooks/{SECOND}")
    assert course.mine(SECOND).read_bytes() == before
