"""The notebooks' own script: what is kept, what is stripped, which rules hold, and that a changed number is noticed."""

import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bptt_lab import exercises
from bptt_lab.exercises.base import Source
from tools import notebooks
from tools.processors import ANSI, FAILED

ROOT = Path(__file__).parents[2]


def cell(source, *tags, outputs=(), count=7):
    return new_code_cell(source, metadata={"tags": list(tags), "scrolled": True}, outputs=list(outputs), execution_count=count)


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def shown(**data):
    return new_output("display_data", data={kind.replace("__", "/").replace("_xml", "+xml"): v for kind, v in data.items()})


def good():
    """A notebook that breaks no rule, as `clean` leaves it."""
    still = [new_output("display_data", data={"image/svg+xml": "<svg/>", "text/plain": "It fades."})]
    cells = [
        new_markdown_cell("# A question"),
        cell("print(0.25)\nassert 0.2 < 0.25 < 0.3", "keep_output", outputs=[printed("0.25\n")]),
        cell("bl.explore.Ledger()", "keep_still", "nbval-ignore-output", outputs=still),
        cell("1 + 1"),
    ]
    return notebooks.cleaned(new_notebook(cells=cells))


def test_clean_keeps_tagged_outputs_and_strips_the_others():
    widget = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "It fades."}
    still = {"text/html": "x", "image/svg+xml": "<svg/>", "text/plain": "It fades."}
    notebook = new_notebook(
        metadata={"widgets": {"state": {}}, "kernelspec": {"name": "mine", "display_name": "mine"}},
        cells=[
            cell("print(1)", "keep_output", outputs=[printed("1\n")]),
            cell("e", "keep_still", outputs=[new_output("display_data", data=data) for data in (still, widget)]),
            cell("2", outputs=[new_output("execute_result", data={"text/plain": "2"}, execution_count=7)]),
        ],
    )
    numbers, explorer, stripped = notebooks.cleaned(notebook).cells
    assert (numbers.execution_count, numbers.outputs[0].text) == (1, "1\n")
    assert explorer.execution_count == 1 and [output.data for output in explorer.outputs] == [still], (
        "the picture, not the widget"
    )
    assert stripped.execution_count is None and not stripped.outputs
    assert notebook.metadata.keys() == {"kernelspec", "language_info"} and notebook.metadata.kernelspec.name == "python3"
    assert "scrolled" not in numbers.metadata


def test_what_answers_a_prediction_is_kept_behind_a_line_that_is_opened_till_prose_follows():
    still = {"text/html": "<img>", "image/svg+xml": "<svg/>", "text/plain": "It is 5.44."}
    figure = {"image/png": "iVBO", "text/plain": "It is 6."}
    drawn = [cell("e", "keep_still", outputs=[new_output("display_data", data=dict(data))]) for data in (still, figure, still)]
    asked = cell('bl.explore.Predict("half_open")')
    covered = notebooks.cleaned(new_notebook(cells=[asked, *drawn[:2], new_markdown_cell("So."), drawn[2]]))
    first, second, last = (covered.cells[i].outputs[0].data for i in (1, 2, 4))
    for data in (first, second):
        assert set(data) == {"text/html", "text/plain"} and data["text/html"].startswith(f"<details>{notebooks.COVERED}<img")
        assert "It is" not in data["text/plain"]
    assert last == still
    assert notebooks.cleaned(copy.deepcopy(covered)) == covered


def test_clean_twice_changes_nothing_more():
    assert notebooks.cleaned(copy.deepcopy(good())) == good()


def test_a_good_notebook_breaks_no_rule():
    assert notebooks.complaints(good()) == []


@pytest.mark.parametrize(
    "spoil, sentence",
    [
        (lambda nb: nb.cells[3].update(execution_count=3), "not clean"),
        (lambda nb: nb.metadata.update(widgets={}), "not clean"),
        (lambda nb: nb.cells.extend(new_markdown_cell("more") for _ in range(22)), "has 26 cells"),
        (lambda nb: nb.cells[3].update(source="x = 1\n" * 11), "has 11 lines"),
        (lambda nb: nb.cells[3].update(source="import plotly.graph_objects as go"), "plotting library"),
        (lambda nb: nb.cells[3].update(source="from matplotlib import pyplot"), "plotting library"),
        (lambda nb: nb.cells[3].update(source="open('/home/me/data.csv')"), "path of one machine"),
        (lambda nb: nb.cells[1].outputs[0].update(text="/home/me/x.py:1\n"), "path of one machine"),
        (lambda nb: nb.cells[3].update(source="get('https://example.org')"), "web address"),
        (lambda nb: nb.cells[3].update(source="from urllib import request"), "asks the network"),
        (lambda nb: nb.cells[1].outputs[0].update(text="x" * 89 + "\n"), "a line of 89 characters"),
        (lambda nb: nb.cells[1].update(outputs=[]), "no cell keeps an output"),
        (lambda nb: nb.cells[1].update(source="print(0.25)"), "asserts nothing"),
        (lambda nb: nb.cells[3].metadata.update(tags=["hide-input"]), "guards nothing"),
        (lambda nb: nb.cells[1].update(outputs=[new_output("error", ename="E", evalue="", traceback=[])]), "keeps an error"),
        (lambda nb: nb.cells[1].update(outputs=[printed("watch out", "stderr")]), "keeps a warning"),
        (lambda nb: nb.cells[2].metadata.update(tags=["keep_still"]), "nbval-ignore-output"),
        (lambda nb: nb.cells[2].outputs[0].data.pop("image/svg+xml"), "no still picture"),
        (lambda nb: nb.cells[3].update(source="bl.figures.paths()"), "draws a picture"),
        (lambda nb: nb.cells[3].update(source="report = 1\nreport.figure()"), "draws a picture"),
    ],
)
def test_check_says_which_rule_is_broken(spoil, sentence):
    notebook = good()
    spoil(notebook)
    assert any(sentence in complaint for complaint in notebooks.complaints(notebook)), notebooks.complaints(notebook)


def test_only_a_reference_may_have_more_cells_than_a_lesson():
    notebook = good()
    notebook.cells.extend(new_markdown_cell("more") for _ in range(22))
    notebook = notebooks.cleaned(notebook)
    assert any("26 cells" in said for said in notebooks.complaints(notebook))
    notebook.cells[1].metadata = {"tags": sorted({*notebooks.tags(notebook.cells[1]), "reference"})}
    assert any("26 cells" in said for said in notebooks.complaints(notebook)), "the tag counts on the first cell alone"
    notebook.cells[0].metadata = {"tags": ["reference"]}
    assert not any("cells" in said for said in notebooks.complaints(notebook))


def test_check_is_content_with_what_clean_writes_and_with_no_other_order_of_it(tmp_path, capsys):
    path = tmp_path / "good.ipynb"
    nbformat.write(good(), path)
    assert notebooks.main(["check", str(path)]) == 0
    path.write_text(json.dumps(dict(reversed(json.loads(path.read_text(encoding="utf-8")).items())), indent=1), encoding="utf-8")
    assert notebooks.main(["check", str(path)]) == 1 and "another order" in capsys.readouterr().out


def test_a_learners_own_cell_may_be_longer_and_the_plain_way_may_use_plotly():
    notebook = good()
    notebook.cells += [cell("x = 1\n" * 11, "learner"), cell("import plotly.graph_objects as go", "plain_way")]
    assert notebooks.complaints(notebooks.cleaned(notebook)) == []


def test_a_folded_cell_guards_the_numbers_above_it_and_is_not_counted():
    notebook = good()
    notebook.cells[1].source = "print(0.25)"
    guards = [cell("assert 0.2 < 0.25 < 0.3", "hide-input") for _ in range(25)]
    notebook.cells[2:2] = guards
    notebook = notebooks.cleaned(notebook)
    assert notebooks.complaints(notebook) == [] and notebook.cells[2].metadata["jupyter"] == {"source_hidden": True}
    notebook.cells[2].metadata = {}
    assert any("asserts nothing" in said for said in notebooks.complaints(notebook)), (
        "a cell that is not folded guards only itself"
    )


def test_run_renews_kept_outputs(tmp_path):
    path = tmp_path / "small.ipynb"
    nbformat.write(new_notebook(cells=[cell("x = 41"), cell("print(x + 1)\nassert x", "keep_output")]), path)
    notebooks.run(path)
    kept = nbformat.read(path, as_version=4)
    assert kept.cells[1].outputs[0].text == "42\n" and notebooks.complaints(kept) == []


def test_run_refuses_a_notebook_that_warns(tmp_path):
    path = tmp_path / "warns.ipynb"
    nbformat.write(new_notebook(cells=[cell("import warnings\nwarnings.warn('careful')")]), path)
    with pytest.raises(ValueError, match="careful"):
        notebooks.run(path)


def compare(*paths):
    """What `make test` calls, and what it prints."""
    command = [sys.executable, "-m", "tools.notebooks", "compare", *map(str, paths)]
    environment = notebooks.os.environ | {"NOTEBOOKS": "strict"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")


def test_there_are_notebooks_to_compare():
    assert all(len(some) >= least for some, least in ((notebooks.COURSE, 12), (notebooks.DEEPER, 1), (notebooks.TRANSLATED, 1)))


@pytest.mark.skipif(sys.platform != "linux", reason="kept numbers are compared to the letter on Linux")
def test_every_kept_number_fails_when_one_digit_of_it_is_changed(tmp_path):
    """Each kept output stands twice in a notebook that prints what was printed: as it is, and with one digit changed.

    One notebook for all of the course's: what takes the time is to start a kernel. Its first cell sees that no other program
    can take a port from it, for then all cells fail.
    """
    sees = "import ipykernel.connect as to\nassert to.get_connection_info(unpack=True)['transport'] == 'ipc'"
    twice, wrong = [new_code_cell(sees)], {}
    for path in notebooks.ALL:
        before = len(wrong)
        for kept in nbformat.read(path, as_version=4).cells:
            if "keep_output" not in notebooks.tags(kept):
                continue
            kept.source = "\n".join(map(again, kept.outputs))
            changed = copy.deepcopy(kept)
            twice.append(kept)
            if any([change_a_digit(output) for output in changed.outputs]):
                wrong[f"all.ipynb::Cell {len(twice)}"] = f"{path.name}, {kept.id}"
                twice.append(changed)
        assert len(wrong) > before, f"{path.name}: no cell keeps a number"
    for i, one in enumerate(twice):
        one.id = f"cell-{i:03}"
    nbformat.write(notebooks.cleaned(new_notebook(cells=twice)), tmp_path / "all.ipynb")
    result = compare(tmp_path / "all.ipynb")
    failed = set(FAILED.findall(ANSI.sub("", result.stdout)))
    assert failed - wrong.keys() == set(), result.stdout[-3000:]
    assert [where for cell, where in wrong.items() if cell not in failed] == []
    assert result.returncode == 1
    assert f"{len(wrong)} failed, {len(twice) - len(wrong)} passed" in result.stdout, result.stdout[-3000:]


def again(output) -> str:
    """Code that puts out the same."""
    if output.output_type == "stream":
        return f"print({output.text!r}, end='')"
    shown = f"{{'text/plain': {output.data['text/plain']!r}}}"
    if output.output_type == "display_data":
        return f"from IPython.display import display; display({shown}, raw=True)"
    return f"type('Kept', (), {{'_repr_mimebundle_': lambda *_, **__: {dict(output.data)!r}}})()"


def change_a_digit(output) -> bool:
    """Add one to the last digit of a kept output, 9 becoming 0. False if there is none."""

    def next_digit(text):
        return re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), text)

    holder, key = (output, "text") if output.output_type == "stream" else (output.data, "text/plain")
    before = holder[key]
    holder[key] = next_digit(before)
    return holder[key] != before


def test_a_cell_keeps_its_id_and_a_new_one_gets_the_next_free_number():
    notebook = good()
    notebook.cells.insert(1, new_markdown_cell("new"))
    notebook.cells.insert(2, new_markdown_cell("asked", id="task-bptt"))
    notebook.cells.append(copy.deepcopy(notebook.cells[0]))
    ids = [cell.id for cell in notebooks.cleaned(notebook).cells]
    assert ids == ["cell-00", "cell-04", "task-bptt", "cell-01", "cell-02", "cell-03", "cell-05"]


def exercise(tmp_path, name):
    function = exercises.get(name).stub.split("(")[0].removeprefix("def ")
    check = cell(f'bl.exercises.get("{name}").check({function})')
    cells = [
        cell("import numpy as np\nimport bptt_lab as bl"),
        cell("1 / 0"),
        cell(str(exercises.get(name).stub), "learner"),
        check,
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / f"{name}.ipynb")
    return tmp_path / f"{name}.ipynb"


def test_solutions_are_run_in_the_notebooks_and_a_wrong_one_is_noticed(tmp_path, monkeypatch, capsys):
    paths = [exercise(tmp_path, name) for name in ("tanh_slope", "jacobian")]
    assert notebooks.main(["solved", *map(str, paths)]) == 0
    assert capsys.readouterr().out.strip() == "2 of 2 exercises are solved by their solutions"
    wrong = Source("def tanh_slope(h):\n    return h**2")
    monkeypatch.setattr(exercises.get("tanh_slope"), "_solution", wrong)
    assert notebooks.main(["solved", *map(str, paths)]) == 1
    assert "1 of 2 exercises" in (says := capsys.readouterr().out) and "slope is 0 there" in says


def test_a_task_comes_on_top_of_the_cells_to_be_read():
    notebook = good()
    notebook.cells += [new_markdown_cell("Write it.", metadata={"tags": ["task"]}) for _ in range(25)]
    assert notebooks.complaints(notebooks.cleaned(notebook)) == []


@pytest.mark.parametrize("path", notebooks.ALL, ids=lambda path: path.stem)
def test_a_viewer_that_runs_nothing_shows_each_picture_and_says_it(path):
    """GitHub's, say: no widget, no Plotly, no script."""
    drawn = 0
    for given in nbformat.read(path, as_version=4).cells:
        made = notebooks.DRAWS.search(notebooks.last_line(given)) if given.cell_type == "code" else None
        if made is None:
            continue
        data = [output.get("data", {}) for output in given.outputs]
        said = max((one.get("text/plain", "") for one in data), key=len)
        assert len(said) > 20 and "FigureWidget" not in said and "<" not in said, f"{made[2]} says {said!r}"
        if made[2] not in ("Quiz", "Predict"):  # these are words alone
            covered = [one["text/html"] for one in data if notebooks.COVERED in one.get("text/html", "")]  # a guess comes first
            assert any({"image/png", "image/svg+xml"} & set(one) for one in data) or "<img " in "".join(covered), made[2]
            assert all(len(shown.partition('alt="')[2].partition('"')[0]) > 20 for shown in covered if "<img " in shown), made[2]
        drawn += 1
    assert drawn or path.stem in ("glossary", "museum") or path in notebooks.DEEPER
