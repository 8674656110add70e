"""The page for teachers names every notebook, its objectives, minutes and solutions, and the site shows them."""

import re
from pathlib import Path

import pytest

import bptt_lab as bl
from tools import site

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "site" / "teachers.md").read_text(encoding="utf-8")
NOTEBOOKS = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} | {e.notebook for e in bl.exercises.all()}
SECTIONS = {part.split("\n")[0]: part for part in re.split(r"^### ", PAGE.split("## Notebook by notebook")[1], flags=re.M)[1:]}


def title(stem):
    """A notebook's title, as its file's name has it."""
    number, _, words = stem.partition("_")
    return (number, words.replace("_", " ")) if number.isdigit() else ("", stem)


def plain(heading):
    return heading.lower().replace(",", "").replace("-", " ")


@pytest.mark.parametrize("stem", sorted(NOTEBOOKS))
def test_every_notebook_has_its_minutes_and_prerequisites_and_objectives(stem):
    number, words = title(stem)
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("|")]
    (row,) = [row for row in table if row[0] == number and words in plain(row[1])]
    assert row[2] == "–" if stem == "glossary" else 10 <= int(row[2]) <= 60
    assert all(row[1:])
    exercises = [exercise for exercise in bl.exercises.all() if exercise.notebook == stem]
    assert row[3].endswith(f"for {len(exercises)}") if exercises else row[3] == "–"
    if stem != "glossary":
        (section,) = [text for head, text in SECTIONS.items() if words in plain(head)]
        assert len(re.findall(r"^- ", section, re.M)) >= 1
        names = re.findall(r"\[(\w+)\]\(\.\./src/bptt_lab/exercises/(\w+)\.md\)", section)
        assert names == [(exercise.name, exercise.name) for exercise in exercises]
        files = [ROOT / "src" / "bptt_lab" / "exercises" / f"{name}.md" for name, _ in names]
        assert all(str(e.solution) in file.read_text(encoding="utf-8") for e, file in zip(exercises, files))


def test_numbers_00_to_10_are_all_there():
    assert [head[:2] for head in SECTIONS if head[0].isdigit()] == [f"{i:02}" for i in range(11)]


def test_its_links_lead_somewhere_and_the_readme_and_the_site_lead_to_it():
    assert all((ROOT / "site" / link).exists() for link in re.findall(r"\]\((?!http)([^)]+)\)", PAGE))
    assert "(site/teachers.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "teachers" in (ROOT / "site" / "index.md").read_text(encoding="utf-8").splitlines()


def test_every_command_on_it_exists():
    from bptt_lab.classroom import __main__

    commands = set(re.findall(r"python -m bptt_lab\.classroom (\S+)", PAGE))
    assert commands == {*__main__.MAKES, "grade"}
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert set(re.findall(r"`make ([\w-]+)`", PAGE)) <= set(targets)


def test_on_the_site_each_solution_stands_on_the_page(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "SOURCE", tmp_path)
    (tmp_path / "teachers.md").write_text(PAGE, encoding="utf-8")
    site.teachers_page()
    text = (tmp_path / "teachers.md").read_text(encoding="utf-8")
    assert "../src" not in text and text.count("<details>") == len(bl.exercises.all())
    assert all(f"```python\n{exercise.solution}\n```" in text for exercise in bl.exercises.all())


def test_before_its_first_command_it_says_how_to_come_into_its_environment():
    assert "source .venv/bin/activate" in PAGE.split("python -m bptt_lab")[0]
