"""The words of an exercise in its Markdown file: each is found, and what is written wrongly is said."""

import re
from pathlib import Path

import pytest

import bptt_lab as bl
from bptt_lab.exercises import mistakes

HERE = Path(mistakes.__file__).parent
LINK = re.compile(r"\]\((\w+)\.md#([\w-]+)\)")


def test_a_mistake_has_a_name_words_and_edits():
    ((slip, other),) = mistakes.read("- **one**: You *add*\n  it: look.\n  `a` → `b\\nc`, `d * e` → nothing\n- **x**: Y.\n")
    assert slip == mistakes.Slip("one", "You *add* it: look.", (("a", "b\\nc"), ("d * e", "")))
    assert other == mistakes.Slip("x", "Y.")


def test_what_is_taken_over_is_filled_in_by_the_line_or_by_the_sections_own_words_but_for_what_is_left_out():
    own, taken = mistakes.read("- As in [tanh](mistakes.md#tanh), `s` = `g[t]`, `of` = ` of g`, but not **slope of g twice**")
    names = [slip.name for slip in taken]
    assert own == [] and "slope of g missing" in names and "slope of g twice" not in names
    (once_more,) = [slip for slip in taken if slip.name == "tanh once more of g"]
    assert once_more.says.startswith("h is already a tanh.") and once_more.edits == (("1 - g[t]**2", "1 - np.tanh(g[t])**2"),)


@pytest.mark.parametrize("line, error", [("- a name: words `a` → `b`", ValueError), ("- **x{of}**: Y.", KeyError)])
def test_what_cannot_be_read_is_refused(line, error):
    with pytest.raises(error):
        mistakes.read(line)


@pytest.mark.parametrize("path", sorted(HERE.glob("*.md")), ids=lambda path: path.stem)
def test_a_file_has_its_headings_and_its_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^##+ (.+)", text, flags=re.M)
    assert path.stem == "mistakes" or headings == ["Hints", "Stub", "Solution", "Mistakes"]
    assert len(headings) == len(set(headings)) and text.count("\n# ") == 0 and text.startswith("# ")
    assert all(heading in mistakes.sections(name) for name, heading in LINK.findall(text))


def test_every_exercise_has_words_and_every_shared_section_is_taken_over():
    texts = {path.stem: path.read_text(encoding="utf-8") for path in HERE.glob("*.md")}
    assert texts.keys() == {exercise.name for exercise in bl.exercises.all()} | {"mistakes"}
    shared = set(list(mistakes.sections("mistakes"))[1:]) - {"in-any-solution"}
    assert shared == {heading for text in texts.values() for name, heading in LINK.findall(text) if name == "mistakes"}


def test_a_stub_is_called_as_the_solution_is():
    for exercise in bl.exercises.all():
        assert exercise.stub.splitlines()[0] == exercise.solution.splitlines()[0]
